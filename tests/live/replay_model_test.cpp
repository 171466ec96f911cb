// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/live/json/call_json.hpp>
#include <automix/live/replay_model.hpp>
#include "live/calls.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/model/any_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace automix;
using calls::asking;
using calls::call;
using calls::texts_of;
using Catch::Matchers::ContainsSubstring;
using Texts = std::vector<std::string>;

namespace {

std::shared_ptr<CallReplay> replay_of(const std::vector<RecordedCall>& recorded) {
    auto replay = std::make_shared<CallReplay>();
    for (const RecordedCall& one : recorded) replay->add(one);
    return replay;
}

std::string line_of(const RecordedCall& recorded) { return to_json(recorded).dump() + '\n'; }

/// The failure of a call, which must be one of a missing recording.
std::string miss(ReplayModel& model, const GenerateRequest& request) {
    try {
        (void)model.generate(request);
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::missing_recording);
        CHECK_FALSE(error.retryable());
        CHECK(error.failure().cost == 0.0);
        return error.what();
    }
    return "nothing was missing";
}

}  // namespace

TEST_CASE("recorded calls are served in their order, each once") {
    RecordedCall first = call("m", asking("a"), {"1", "2"}, 0.5);
    first.reply.usage = Usage{10, 4};
    ReplayModel model("m",
                      replay_of({first, call("m", asking("b"), {"x"}), call("m", asking("a"), {"3"}, 2.0)}));
    CHECK(model.name() == "m");
    CHECK(model.generate(asking("a", 2)) == first.reply);
    const GenerateReply second = model.generate(asking("a"));
    CHECK(texts_of(second) == Texts{"3"});
    CHECK(second.cost == 2.0);
    CHECK(texts_of(model.generate(asking("b"))) == Texts{"x"});
    CHECK_THAT(
        miss(model, asking("a")),
        ContainsSubstring("m: asked for 1 samples of a request of which 0 of 3 recorded ones are left"));
}

TEST_CASE("samples are served in other portions than they were asked for in") {
    RecordedCall first = call("m", asking("a"), {"1", "2", "3", "4"}, 1.0);
    first.reply.usage = Usage{10, 4};
    ReplayModel model("m", replay_of({first, call("m", asking("a"), {"5", "6"}, 4.0)}));
    const GenerateReply one = model.generate(asking("a"));
    CHECK(texts_of(one) == Texts{"1"});
    CHECK(one.cost == 0.25);
    CHECK_FALSE(one.usage);
    const GenerateReply across = model.generate(asking("a", 4));
    CHECK(texts_of(across) == Texts{"2", "3", "4", "5"});
    CHECK(across.cost == 3 * 0.25 + 2.0);
    CHECK_THAT(miss(model, asking("a", 2)), ContainsSubstring("1 of 6 recorded ones are left"));
    CHECK(texts_of(model.generate(asking("a"))) == Texts{"6"});
}

TEST_CASE("all that a reply depends on is asked for, and the purpose is not") {
    GenerateRequest request = asking("a");
    request.sampling = {.temperature = 0.7, .top_p = 0.9, .max_tokens = 8, .stop = {"."}, .seed = 1};
    ReplayModel model("m", replay_of({call("m", request, {"1", "2"})}));
    const auto differs = [&](auto change) {
        GenerateRequest other = request;
        change(other);
        CHECK_THAT(miss(model, other), ContainsSubstring("the request is not recorded"));
    };
    differs([](GenerateRequest& r) { r.messages[0].text = "b"; });
    differs([](GenerateRequest& r) { r.messages[0].role = Role::system; });
    differs([](GenerateRequest& r) { r.messages.push_back({}); });
    differs([](GenerateRequest& r) { r.sampling.temperature = 0.8; });
    differs([](GenerateRequest& r) { r.sampling.top_p = 1.0; });
    differs([](GenerateRequest& r) { r.sampling.max_tokens = 9; });
    differs([](GenerateRequest& r) { r.sampling.stop.clear(); });
    differs([](GenerateRequest& r) { r.sampling.seed.reset(); });
    ReplayModel other("n", replay_of({call("m", request, {"1"})}));
    CHECK_THAT(miss(other, request), ContainsSubstring("the request is not recorded"));
    CHECK(texts_of(model.generate(request)) == Texts{"1"});
    request.purpose = Purpose::verification;
    CHECK(texts_of(model.generate(request)) == Texts{"2"});
}

TEST_CASE("a miss shows where the nearest request that is recorded parts from it") {
    ReplayModel model("m", replay_of({call("m", asking("Where is the lamp?"), {"1"}),
                                      call("m", asking("Who has the key, and since when?"), {"1"})}));
    const std::string message = miss(model, asking("Where is the bag?"));
    CHECK_THAT(message, ContainsSubstring("m: the request is not recorded; it reads "));
    CHECK_THAT(message, ContainsSubstring("Where is the bag?"));
    CHECK_THAT(message, ContainsSubstring(" where the nearest one reads "));
    CHECK_THAT(message, ContainsSubstring("Where is the lamp?"));
    CHECK_THAT(message, !ContainsSubstring("key"));
    ReplayModel empty("m", std::make_shared<CallReplay>());
    CHECK(miss(empty, asking("a")) == "m: the recording holds no calls");
    // Long requests are shown in part.
    CHECK(miss(model, asking(std::string(100'000, 'x'))).size() < 400);
}

TEST_CASE("a request that cannot be asked is refused as by any model") {
    const auto replay = replay_of({call("m", asking("a"), {"1"})});
    ReplayModel model("m", replay);
    CHECK_THROWS_AS(model.generate(asking("a", 0)), ArgumentError);
    CHECK_THROWS_AS(replay->take("m", asking("a", 0)), ArgumentError);
    CHECK_THROWS_AS(replay->take("m", asking("a", -1)), ArgumentError);
    CHECK(texts_of(model.generate(asking("a"))) == Texts{"1"});
    CHECK_THROWS_AS(replay->take("m", asking("a", 0)), ArgumentError);
}

TEST_CASE("a replay is any model") {
    const AnyModel model = ReplayModel("m", replay_of({call("m", asking("a"), {"1"})}));
    CHECK(texts_of(model.generate(asking("a"))) == Texts{"1"});
}

TEST_CASE("threads share a recording, and each sample is served once", "[threads]") {
    constexpr int samples = 3000;
    constexpr int threads = 8;
    std::vector<RecordedCall> recorded;
    for (int i = 0; i < samples; i += 3) {
        recorded.push_back(
            call("m", asking("a"), {std::to_string(i), std::to_string(i + 1), std::to_string(i + 2)}));
    }
    const auto replay = replay_of(recorded);
    std::vector<std::set<std::string>> served(threads);
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t) {
        pool.emplace_back([&, t] {
            while (const auto reply = replay->take("m", asking("a", 1 + t % 2))) {
                for (const Completion& completion : reply->completions)
                    served[static_cast<std::size_t>(t)].insert(completion.text);
            }
        });
    }
    for (std::thread& thread : pool) thread.join();
    std::set<std::string> all;
    std::size_t count = 0;
    for (const auto& part : served) {
        count += part.size();
        all.insert(part.begin(), part.end());
    }
    CHECK(count == samples);
    CHECK(all.size() == samples);
}

TEST_CASE("a recording is read from its file") {
    const files::Directory directory;
    const std::string path =
        directory.write("calls.jsonl", line_of(call("m", asking("a"), {"1"}, 0.25)) + "\n  \n" +
                                           line_of(call("m", asking("a"), {"2"})));
    auto replay = std::make_shared<CallReplay>();
    read_calls(path, *replay);
    ReplayModel model("m", replay);
    CHECK(texts_of(model.generate(asking("a", 2))) == Texts{"1", "2"});
    CallReplay none;
    read_calls(directory.write("empty.jsonl", ""), none);
    CHECK(none.describe_miss("m", asking("a")) == "the recording holds no calls");
    CHECK_THROWS_AS(read_calls(directory.path("missing.jsonl"), none), DataError);
}

TEST_CASE("a line of a recording that is wrong is refused by file, line and field") {
    const std::string good = line_of(call("m", asking("a"), {"1"}));
    struct Case {
        std::string line;
        std::string field;
        std::string message;
    };
    std::string no_cost = good;
    no_cost.replace(no_cost.find("\"cost\":0.0"), 10, "\"cost\":null");
    std::string two = good;
    two.replace(two.find("\"samples\":1"), 11, "\"samples\":2");
    const std::vector<Case> cases = {
        {"{\"a\":1}\n", "a", ":3: a: unknown key"},
        {"[]\n", "", ":3: expected an object, found an empty array"},
        {no_cost, "cost", ":3: cost: expected a number, found null"},
        {two, "completions", ":3: completions: expected 2 completions, found 1"},
        {good.substr(0, 40) + "\n", "column 41", ":3: column 41: not valid JSON: "},
        {"{\"schema\":\"automix-log/1\"}\n", "schema", ":3: schema: expected "},
        {std::string("{\"a\":\"\0\"}\n", 10), "column 7", ":3: column 7: not valid JSON: a NUL byte"},
        {"{\"cost\":1,\"cost\":1}\n", "cost", ":3: cost: stands twice in one object"},
    };
    for (const Case& wrong : cases) {
        const files::Directory directory;
        const std::string path = directory.write("calls.jsonl", good + "\n" + wrong.line + good);
        for (const bool forgive : {false, true}) {
            CallReplay replay;
            try {
                read_calls(path, replay, forgive);
                FAIL("read " << wrong.line);
            } catch (const DataError& error) {
                CHECK(error.place().file == path);
                CHECK(error.place().line == 3);
                CHECK(error.place().field == wrong.field);
                CHECK_THAT(error.what(), ContainsSubstring(path + wrong.message));
            }
        }
    }
}

TEST_CASE("a last line that was cut off is passed over where that is asked for") {
    const std::string first = line_of(call("m", asking("a"), {"1"}));
    const std::string second = line_of(call("m", asking("b"), {"2"}));
    const files::Directory directory;
    for (const std::size_t length : {std::size_t{1}, second.size() / 2, second.size() - 2}) {
        const std::string path = directory.write("calls.jsonl", first + second.substr(0, length));
        auto replay = std::make_shared<CallReplay>();
        read_calls(path, *replay, true);
        ReplayModel model("m", replay);
        CHECK(texts_of(model.generate(asking("a"))) == Texts{"1"});
        CHECK_THAT(miss(model, asking("b")), ContainsSubstring("the request is not recorded"));
        CallReplay strict;
        CHECK_THROWS_WITH(read_calls(path, strict), ContainsSubstring(":2: column "));
    }
    // Only its line feed is missing.
    CallReplay whole;
    read_calls(directory.write("whole.jsonl", first + second.substr(0, second.size() - 1)), whole, true);
    CHECK(whole.take("m", asking("b")));
}

TEST_CASE("a partial request takes the samples that remain", "[live]") {
    const auto replay =
        replay_of({call("m", asking("a"), {"1"}, 0.5), call("m", asking("a"), {"2", "3"}, 1.0)});
    GenerateRequest request = asking("a", 2);
    CHECK(texts_of(*replay->take("m", request)) == Texts{"1", "2"});
    CHECK_FALSE(replay->take("m", request));
    request.partial = true;
    const auto last = replay->take("m", request);
    REQUIRE(last);
    CHECK(texts_of(*last) == Texts{"3"});
    CHECK(last->cost == 0.5);
    CHECK_FALSE(replay->take("m", request));
}
