// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/model/splitting_model.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace automix;

namespace {

struct Asked {
    int samples = 0;
    std::uint64_t seed = 0;

    friend bool operator==(const Asked&, const Asked&) = default;
};

GenerateRequest request_for(int samples) {
    return {
        .messages = {{Role::user, "why"}}, .sampling = {.max_tokens = 4, .seed = 100}, .samples = samples};
}

}  // namespace

TEST_CASE("samples are asked for in several calls, each with a seed of its own") {
    std::vector<Asked> asked;
    SplittingModel model(
        CallableModel("m",
                      [&](const GenerateRequest& request) {
                          asked.push_back({request.samples, *request.sampling.seed});
                          GenerateReply reply{.usage = Usage{10, request.samples}, .cost = 0.5};
                          reply.completions.assign(static_cast<std::size_t>(request.samples),
                                                   {.text = std::to_string(asked.size())});
                          return reply;
                      }),
        3);
    const GenerateReply reply = model.generate(request_for(8));
    CHECK(asked == std::vector<Asked>{{3, 100}, {3, 103}, {2, 106}});
    REQUIRE(reply.completions.size() == 8);
    CHECK(reply.completions[2].text == "1");
    CHECK(reply.completions[3].text == "2");
    CHECK(reply.completions[7].text == "3");
    CHECK(reply.cost == 1.5);
    CHECK(reply.usage == Usage{30, 8});
    asked.clear();
    CHECK(model.generate(request_for(3)).cost == 0.5);
    CHECK(asked == std::vector<Asked>{{3, 100}});
}

TEST_CASE("usage that one call lacks is none, and a failure has the cost of the calls before it") {
    int calls = 0;
    SplittingModel model(CallableModel("m",
                                       [&](const GenerateRequest&) {
                                           if (++calls == 3)
                                               throw ModelError(
                                                   "m", {.kind = FailureKind::server, .cost = 0.25}, "down");
                                           GenerateReply reply{.completions = {{.text = "x"}}, .cost = 0.5};
                                           if (calls == 1) reply.usage = Usage{1, 1};
                                           return reply;
                                       }),
                         1);
    CHECK_FALSE(model.generate(request_for(2)).usage);
    calls = 0;
    try {
        (void)model.generate(request_for(4));
        FAIL("no error");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::server);
        CHECK(error.failure().cost == 1.25);
    }
    CHECK_THROWS_AS(SplittingModel(AnyModel(model), 0), ArgumentError);
}

TEST_CASE("samples that a call leaves out are requested again, in calls of its size") {
    std::vector<Asked> asked;
    bool partial = true;
    SplittingModel model(CallableModel("m",
                                       [&](const GenerateRequest& request) {
                                           asked.push_back({request.samples, *request.sampling.seed});
                                           partial = partial && request.partial;
                                           GenerateReply reply{.usage = Usage{10, 1}, .cost = 0.5};
                                           const int most = request.samples == 4 ? 1 : 2;
                                           for (int i = 0; i < std::min(most, request.samples); ++i) {
                                               const std::uint64_t seed =
                                                   *request.sampling.seed + static_cast<std::uint64_t>(i);
                                               reply.completions.push_back({.text = std::to_string(seed)});
                                           }
                                           reply.served_model = "m-1";
                                           return reply;
                                       }),
                         4);
    const GenerateReply reply = model.generate(request_for(7));
    // Of 4 one comes and of 3 two; the rest is requested by ones and twos.
    CHECK(asked == std::vector<Asked>{{4, 100}, {3, 104}, {1, 101}, {1, 102}, {1, 103}, {1, 106}});
    CHECK(partial);
    REQUIRE(reply.completions.size() == 7);
    for (std::size_t i = 0; i < 7; ++i) CHECK(reply.completions[i].text == std::to_string(100 + i));
    CHECK(reply.cost == 3.0);
    CHECK(reply.usage == Usage{60, 6});
    CHECK(reply.served_model == "m-1");
    SplittingModel empty(
        CallableModel("m", [](const GenerateRequest&) { return GenerateReply{.cost = 0.5}; }), 2);
    try {
        (void)empty.generate(request_for(2));
        FAIL("no error");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::bad_reply);
        CHECK(error.failure().cost == 0.5);
    }
}

TEST_CASE("calls of one request run at a time as many as allowed", "[threads]") {
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;
    SplittingModel model(
        CallableModel("m",
                      [&](const GenerateRequest& request) {
                          const int now = ++running;
                          for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {}
                          std::this_thread::sleep_for(std::chrono::milliseconds(20));
                          --running;
                          GenerateReply reply{.usage = Usage{1, 1}, .cost = 0.25};
                          reply.completions = {{.text = std::to_string(*request.sampling.seed)}};
                          return reply;
                      }),
        1, 4);
    const GenerateReply reply = model.generate(request_for(12));
    CHECK(most >= 2);
    CHECK(most <= 4);
    for (std::size_t i = 0; i < 12; ++i) CHECK(reply.completions[i].text == std::to_string(100 + i));
    CHECK(reply.cost == 3.0);
    CHECK(reply.usage == Usage{12, 12});
    CHECK_THROWS_WITH(SplittingModel(AnyModel(model), 1, 0), "parallel: expected at least 1, found 0");
}

TEST_CASE("a failure has the usage of all calls, or none if one is not known") {
    const auto failure_after = [](std::optional<Usage> known, const Failure& failure) {
        int calls = 0;
        SplittingModel model(CallableModel("m",
                                           [&](const GenerateRequest&) {
                                               if (++calls == 2) throw ModelError("m", failure, "down");
                                               return GenerateReply{.completions = {{.text = "x"}},
                                                                    .usage = known};
                                           }),
                             1);
        try {
            (void)model.generate(request_for(2));
        } catch (const ModelError& error) {
            return error.failure();
        }
        FAIL("no error");
        return Failure{};
    };
    const Usage one{3, 2};
    const Failure both =
        failure_after(one, {.kind = FailureKind::no_answer, .maybe_billed = true, .usage = one});
    CHECK(both.usage == Usage{6, 4});
    CHECK(both.maybe_billed);
    const Failure free = failure_after(one, {.kind = FailureKind::rate_limited});
    CHECK(free.usage == one);
    CHECK(free.maybe_billed);
    CHECK_FALSE(failure_after(one, {.kind = FailureKind::timeout, .maybe_billed = true}).usage);
    CHECK_FALSE(
        failure_after({}, {.kind = FailureKind::no_answer, .maybe_billed = true, .usage = one}).usage);
}

TEST_CASE("replies of a request of which a call failed serve it when it comes again") {
    std::vector<std::uint64_t> asked;
    bool fails = true;
    SplittingModel model(
        CallableModel("m",
                      [&](const GenerateRequest& request) {
                          asked.push_back(*request.sampling.seed);
                          if (fails && *request.sampling.seed == 102)
                              throw ModelError("m", {.kind = FailureKind::server, .cost = 0.25}, "down");
                          return GenerateReply{.completions = {{.text = std::to_string(asked.back())}},
                                               .cost = 1.0};
                      }),
        1, 1, 8);
    try {
        (void)model.generate(request_for(4));
        FAIL("expected a failure");
    } catch (const ModelError& error) {
        CHECK(error.failure().cost == 2.25);
    }
    fails = false;
    const GenerateReply reply = model.generate(request_for(4));
    CHECK(asked == std::vector<std::uint64_t>{100, 101, 102, 102, 103});
    REQUIRE(reply.completions.size() == 4);
    CHECK(reply.completions[1].text == "101");
    CHECK(reply.cost == 4.0);
    (void)model.generate(request_for(4));
    CHECK(asked.size() == 9);  // each is served once
}
