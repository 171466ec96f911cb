// SPDX-License-Identifier: Apache-2.0
// Sixteen gateways in this process that learn together come to the policy that one gateway would have learnt.
#include <automix/gateway/shared_learning.hpp>
#include "gateway/gateway_world.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/gateway/gateway.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/stream/learn.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/seen_rows.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using world::ask;
using world::body;
using world::Json;

namespace {

/// The policy's file without the logs, which one may have in parts.
Json without_logs(const PolicyFile& policy) {
    Json json = Json::parse(to_policy_text(policy.router, policy.statistics));
    json.erase("checksum");
    json["statistics"].erase("logs");
    return json;
}

/// A gateway that learns with others.
struct Member {
    Member(const std::string& folder, const std::string& log)
        : learning(folder, world::policy(), log,
                   [this](const std::string& text) { warnings.push_back(text); }),
          gateway(world::open(std::make_shared<world::Asked>()), world::policy(), options(log)) {}

    GatewayOptions options(const std::string& log) {
        GatewayOptions options;
        options.log = log;
        options.explore = 0.5;
        options.explore_queue = 1000;
        options.logged = [this](const RequestLine& line) { learning.add(line); };
        return options;
    }

    void serve(const std::string& question, const std::string& id) {
        (void)ask(gateway, body(question), id);
        const bool easy = question.starts_with("easy");
        for (const std::string model : {"small", "large"}) {
            const Json score{{"id", id}, {"model", model}, {"score", easy || model == "large" ? 1 : 0}};
            CHECK(gateway.handle({.method = "POST", .path = "/v1/feedback", .body = score.dump()}).status ==
                  200);
        }
    }

    std::vector<std::string> warnings{};
    SharedLearning learning;
    Gateway gateway;
};

}  // namespace

TEST_CASE("gateways that share what they see learn one policy, that of a single gateway", "[threads]") {
    const files::Directory directory;
    const std::string folder = directory.path("shared");
    std::filesystem::create_directory(folder);
    constexpr int gateways = 16;
    std::vector<std::unique_ptr<Member>> members;
    std::vector<std::string> logs;
    for (int g = 0; g < gateways; ++g) {
        logs.push_back(directory.path("requests" + std::to_string(g) + ".jsonl"));
        members.push_back(std::make_unique<Member>(folder, logs.back()));
    }
    CHECK_FALSE(members[0]->learning.merge().has_value());
    for (int g = 0; g < gateways; ++g) {
        for (int i = 0; i < 10; ++i)
            members[as_size(g)]->serve(i % 3 == 0 ? "hard" : "easy",
                                       "g" + std::to_string(g) + "." + std::to_string(i));
    }
    // Explorations that wait now never end, as at a kill.
    for (const auto& member : members) member->gateway.drain();
    for (int round = 0; round < 2; ++round) {
        for (const auto& member : members) {
            if (auto learnt = member->learning.merge()) member->gateway.use(std::move(*learnt));
        }
    }
    const std::string digest = members.front()->gateway.policy()->digest();
    CHECK(digest != world::policy().digest);
    for (const auto& member : members) {
        CHECK(member->gateway.policy()->digest() == digest);
        CHECK(member->warnings.empty());
    }
    const PolicyFile merged = read_policy(folder + "/policy.json");

    // One that is given all lines.
    const std::string alone_folder = directory.path("alone");
    std::filesystem::create_directory(alone_folder);
    const std::string all = directory.path("all.jsonl");
    {
        std::ofstream file(all);
        for (const std::string& log : logs) file << files::read(log);
    }
    SharedLearning alone(alone_folder, world::policy(), all);
    const auto learnt = alone.merge();
    REQUIRE(learnt.has_value());
    CHECK_FALSE(alone.merge().has_value());
    CHECK(without_logs(merged) == without_logs(learnt->file));

    // `automix learn` of all logs.
    const LoadedPolicy first = world::policy();
    const SeenRows rows = seen_rows(read_requests(logs).requests, first.file.router.models());
    const LearnedPolicy by_rows = learn(first.file.router, first.file.statistics, rows);
    const FoldStatistics one = by_rows.statistics.total();
    const FoldStatistics other = merged.statistics.total();
    REQUIRE(one.cells.size() == other.cells.size());
    for (std::size_t c = 0; c < one.cells.size(); ++c)
        CHECK(one.cells[c].weight == Approx(other.cells[c].weight).epsilon(1e-12));
    CHECK(by_rows.router.report().expected.cost ==
          Approx(merged.router.report().expected.cost).epsilon(1e-9));

    // A restart reads its log and writes the same sums.
    const auto files = [&] {
        return std::distance(std::filesystem::directory_iterator(folder),
                             std::filesystem::directory_iterator());
    };
    CHECK(files() == gateways + 1);
    members.clear();
    SharedLearning again(folder, world::policy(), logs[3]);
    CHECK(again.merge().has_value());
    CHECK(files() == gateways + 1);
    CHECK(load_policy(folder + "/policy.json").digest == digest);
}

TEST_CASE("sums of another first policy do not count, and unreadable ones stop learning") {
    const files::Directory directory;
    const std::string folder = directory.path("shared");
    std::filesystem::create_directory(folder);
    std::vector<std::string> warnings;
    SharedLearning learning(folder, world::policy(), directory.path("none.jsonl"),
                            [&](const std::string& text) { warnings.push_back(text); });
    std::ofstream(folder + "/a.traffic.json")
        << R"({"schema":"automix-traffic/1","policy":"0123456789abcdef","missed":0,"drawn":0,"finished":0,)"
        << R"("by_policy":null,"explored":null,"unexplorable":null})";
    CHECK_FALSE(learning.merge().has_value());
    CHECK_FALSE(learning.merge().has_value());
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings[0], ContainsSubstring("does not count") && ContainsSubstring("0123456789abcdef"));
    std::ofstream(folder + "/b.traffic.json") << "{";
    CHECK_THROWS_WITH(learning.merge(), ContainsSubstring("b.traffic.json"));
    CHECK_THROWS_AS(SharedLearning(directory.path("missing"), world::policy(), "log"), DataError);
}
