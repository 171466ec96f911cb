// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/model/any_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace automix;

namespace {

/// Says what it heard.
struct Echo {
    std::string name() const { return "echo"; }
    GenerateReply generate(const GenerateRequest& request) {
        return {.completions = {{.text = request.messages.back().text}}};
    }
};

/// Counts its calls, in a member of its own.
struct Counter {
    std::string name() const { return "counter"; }
    GenerateReply generate(const GenerateRequest&) {
        return {.completions = {{.text = std::to_string(++calls)}}};
    }
    int calls = 0;
};

/// Cannot be copied, and sees the token.
struct Interruptible {
    std::string_view name() const { return "interruptible"; }
    GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }
    GenerateReply generate(const GenerateRequest&, std::stop_token stop) {
        ++*calls;
        return {.completions = {{.text = stop.stop_possible() ? "stoppable" : "not stoppable"}}};
    }
    std::unique_ptr<std::atomic<int>> calls = std::make_unique<std::atomic<int>>(0);
};

GenerateRequest saying(std::string text) {
    return {.messages = {{.text = std::move(text)}}, .sampling = {.max_tokens = 8}};
}

std::string said(const AnyModel& model, const std::string& text) {
    return model.generate(saying(text)).completions.at(0).text;
}

}  // namespace

TEST_CASE("any model stands in a list, whatever its type", "[model]") {
    const std::vector<AnyModel> models{Echo{}, Counter{}, Interruptible{}};
    CHECK(models[0].name() == "echo");
    CHECK(models[1].name() == "counter");
    CHECK(models[2].name() == "interruptible");
    CHECK(said(models[0], "hello") == "hello");
    CHECK(said(models[2], "hello") == "not stoppable");
    STATIC_REQUIRE(model_adapter<AnyModel>);
    STATIC_REQUIRE(model_adapter<const AnyModel>);
    STATIC_REQUIRE(cancellable_model<AnyModel>);
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<AnyModel>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, AnyModel>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<int, AnyModel>);
}

TEST_CASE("copies of any model share its adapter", "[model]") {
    const AnyModel model = Counter{};
    AnyModel copy = model;
    CHECK(said(model, "") == "1");
    CHECK(said(copy, "") == "2");
    copy = Echo{};
    CHECK(said(copy, "again") == "again");
    CHECK(said(model, "") == "3");
}

TEST_CASE("any model hands the stop token on, and heeds it before the call", "[model]") {
    std::stop_source stop;
    const AnyModel model = Interruptible{};
    CHECK(model.generate(saying(""), stop.get_token()).completions.at(0).text == "stoppable");
    const AnyModel counter = Counter{};
    stop.request_stop();
    for (const AnyModel& each : {model, counter}) {
        try {
            (void)each.generate(saying(""), stop.get_token());
            FAIL("not cancelled");
        } catch (const ModelError& error) {
            CHECK(error.kind() == FailureKind::cancelled);
            CHECK(error.what() == each.name() + ": cancelled before the call");
        }
    }
    CHECK(said(counter, "") == "1");
}

TEST_CASE("any model can be asked from many threads", "[model][threads]") {
    const std::vector<AnyModel> models{Echo{}, Interruptible{}};
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&models, &right, thread] {
            const std::vector<AnyModel> mine = models;
            for (int i = 0; i < 100; ++i) {
                const std::string text = std::to_string(thread * 100 + i);
                right += static_cast<int>(said(mine[0], text) == text);
                right += static_cast<int>(said(mine[1], text) == "not stoppable");
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(right == 800);
}
