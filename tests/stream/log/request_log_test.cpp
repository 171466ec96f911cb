// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/log/request_writer.hpp>
#include <automix/stream/request_record.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

RequestRecord full_request(const std::string& id) {
    RequestRecord request;
    request.id = id;
    request.time = 1764500000.123;
    request.policy = policy_digest("a policy");
    request.model = "automix:quality=0.95";
    request.question = "What is 6 times 7?";
    request.context = "";
    request.dataset = "sums";
    request.features = {{"kind", 0.0, "times"}, {"turns", 3.0, {}}};
    request.prior = {0.5, 0.9};
    request.explored = true;
    request.exploration = 0.25;
    request.route = {"small"};
    request.answered = "small";
    request.degraded = false;
    request.latency = 0.8125;
    RequestModel small;
    small.name = "small";
    small.cost = 0.1;
    small.draw_cost = 0.01;
    small.verdicts = {Verdict::positive, Verdict::negative, Verdict::unparsed};
    small.drawn_by_policy = 2;
    small.verifiers = {{{"judge", {Verdict::positive}, {}, 0.02}, 1}, {{"rule", {}, 0.75, {}}, 0}};
    small.signals = {{"tests", 1.0}};
    small.served_model = "small-0401";
    small.answer = "42";
    small.score = 1.0;
    RequestModel large;
    large.name = "large";
    large.seen = 0.25;
    large.verify_cost = 0.5;
    large.confidence = 0.5;
    large.drawn_by_policy = 0;
    request.models = {small, large};
    return request;
}

std::string read_back(const std::string& line) {
    const RequestLine parsed = parse_request_line(line, "log");
    return std::visit([](const auto& part) { return request_line(part); }, parsed);
}

/// The error of a line whose document was changed.
template <class Change>
std::string complaint_of_line(Change change) {
    nlohmann::json json = nlohmann::json::parse(request_line(full_request("r1")));
    change(json);
    try {
        (void)parse_request_line(json.dump(), "log");
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a request and a score survive writing and reading") {
    const std::string line = request_line(full_request("r1"));
    CHECK(line.back() == '\n');
    CHECK(read_back(line) == line);
    const auto request = std::get<RequestRecord>(parse_request_line(line, "log"));
    CHECK(request.exploration == 0.25);
    CHECK(request.models[0].verdicts == full_request("r1").models[0].verdicts);
    CHECK(request.models[0].drawn_by_policy == 2);
    CHECK(request.models[0].verifiers[1].seen.confidence == 0.75);
    CHECK(request.models[0].verifiers[1].drawn_by_policy == 0);
    CHECK(request.models[1].drawn_by_policy == 0);
    CHECK_FALSE(request.models[1].score);
    CHECK(find_model(request, "large") == &request.models[1]);
    CHECK(find_model(request, "other") == nullptr);
    CHECK(query_facts(request).question == "What is 6 times 7?");

    const LateScore score{.id = "r1", .model = "small", .score = 0.5, .time = 2.0};
    CHECK(request_line(score) ==
          R"({"schema":"automix-requests/1","score_of":"r1","model":"small","score":0.5,"time":2.0})"
          "\n");
    CHECK(read_back(request_line(score)) == request_line(score));

    // The least that a request says: it failed, and nothing was seen.
    RequestRecord failed;
    failed.id = "r2";
    failed.error = "no model answered";
    CHECK(read_back(request_line(failed)) == request_line(failed));
}

TEST_CASE("wrong lines are refused by field") {
    using nlohmann::json;
    CHECK_THAT(complaint_of_line([](json& line) { line["extra"] = 1; }),
               ContainsSubstring("log: extra: unknown key"));
    CHECK_THAT(complaint_of_line([](json& line) { line["models"][0]["scores"] = 1; }),
               ContainsSubstring("log: models[0].scores: unknown key"));
    CHECK_THAT(complaint_of_line([](json& line) { line["schema"] = "automix-requests/2"; }),
               ContainsSubstring(R"(expected "automix-requests/1", found "automix-requests/2")"));
    CHECK_THAT(complaint_of_line([](json& line) { line.erase("latency"); }),
               ContainsSubstring("log: latency: missing"));
    CHECK_THAT(complaint_of_line([](json& line) { line["id"] = ""; }), ContainsSubstring("log: id: "));
    CHECK_THAT(complaint_of_line([](json& line) { line["exploration"] = 1.5; }),
               ContainsSubstring("log: exploration: expected a number in [0, 1], found 1.5"));
    CHECK_THAT(complaint_of_line([](json& line) { line["exploration"] = 0; }),
               ContainsSubstring("log: exploration: expected a probability above 0"));
    CHECK_THAT(complaint_of_line([](json& line) { line["models"][1]["seen"] = 0; }),
               ContainsSubstring("log: models[1].seen: expected a probability above 0"));
    CHECK_THAT(complaint_of_line([](json& line) {
                   line["models"][0]["verdicts"] = {1, 2};
               }),
               ContainsSubstring("log: models[0].verdicts[1]: expected a whole number from 0 to 1, found 2"));
    CHECK_THAT(
        complaint_of_line([](json& line) { line["models"][0]["drawn_by_policy"] = 4; }),
        ContainsSubstring("log: models[0].drawn_by_policy: expected a whole number from 0 to 3, found 4"));
    CHECK_THAT(complaint_of_line([](json& line) { line["models"][0]["score"] = "0.5"; }),
               ContainsSubstring(R"(log: models[0].score: expected a number, found "0.5")"));
    CHECK_THAT(complaint_of_line([](json& line) { line["models"][0]["cost"] = -1; }),
               ContainsSubstring("log: models[0].cost: "));
    CHECK_THAT(complaint_of_line([](json& line) { line["models"][1]["name"] = "small"; }),
               ContainsSubstring("log: models[1].name: \"small\" stands twice"));
    CHECK_THAT(complaint_of_line([](json& line) { line["answered"] = "other"; }),
               ContainsSubstring("log: answered: expected one of the models (small, large) or null"));
    CHECK_THAT(complaint_of_line([](json& line) { line["policy"] = "abc"; }),
               ContainsSubstring("log: policy: expected 16 hexadecimal digits"));
    CHECK_THROWS_WITH(request_line(LateScore{.id = "r1", .score = 2.0}),
                      ContainsSubstring("score: expected a number in [0, 1], found 2"));
    CHECK_THROWS_AS(parse_request_line("[1]", "log"), DataError);
}

TEST_CASE("scores are joined by id, over rotated files in any order") {
    const files::Directory directory;
    const std::string old = directory.path("requests.1");
    const std::string now = directory.path("requests");
    {
        RequestLog log(old);
        log.append(full_request("r1"));
        log.append(full_request("r2"));
        log.append(LateScore{.id = "r1", .score = 0.25, .time = 5.0});
    }
    {
        RequestLog log(now);
        log.append(full_request("r2"));  // stands in both
        log.append(LateScore{.id = "r1", .model = "small", .score = 0.75, .time = 9.0});
        log.append(LateScore{.id = "r1", .score = 0.5, .time = 7.0});
        log.append(LateScore{.id = "r2", .model = "large", .score = 0.125, .time = 8.0});
        log.append(LateScore{.id = "r9", .score = 1.0, .time = 8.0});
        log.append(LateScore{.id = "r2", .model = "middle", .score = 1.0, .time = 8.0});
    }
    for (const std::vector<std::string>& paths : {std::vector{old, now}, std::vector{now, old}}) {
        const Requests log = read_requests(paths);
        REQUIRE(log.requests.size() == 2);
        CHECK(log.repeated == 1);
        CHECK(log.late_scores == 4);
        CHECK(log.unknown_scores == 2);
        CHECK(log.warnings().size() == 2);
        for (const RequestRecord& request : log.requests) {
            CHECK_FALSE(request.question);
            CHECK_FALSE(request.models[0].answer);
            if (request.id == "r1") CHECK(request.models[0].score == 0.75);
            if (request.id == "r2") CHECK(request.models[1].score == 0.125);
        }
    }
    const Requests kept = read_requests({now}, RequestTexts::keep);
    CHECK(kept.requests[0].models[0].answer == "42");
    CHECK_THROWS_AS(read_requests({}), ArgumentError);
}

TEST_CASE("a torn last line is passed over by the reader and removed by the writer") {
    const files::Directory directory;
    const std::string path = directory.path("requests");
    { RequestLog(path).append(full_request("r1")); }
    const std::string line = request_line(full_request("r2"));
    std::ofstream(path, std::ios::app) << line.substr(0, line.size() / 2);
    const Requests torn = read_requests({path});
    CHECK(torn.requests.size() == 1);
    REQUIRE(torn.truncated.size() == 1);
    CHECK(torn.truncated[0].line == 2);
    CHECK_THAT(torn.warnings().front(), ContainsSubstring("requests:2: the last line was cut off"));
    { RequestLog(path).append(full_request("r2")); }
    CHECK(files::read(path) == request_line(full_request("r1")) + line);
    CHECK(files::mode(path) == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));

    // A line in the middle that is wrong is an error, with its place.
    std::ofstream(path, std::ios::app) << "{\"schema\":\"automix-requests/1\"}\n" << line;
    CHECK_THROWS_WITH(read_requests({path}), ContainsSubstring("requests:3: id: missing"));

    const std::string other = directory.write("log", "{\"schema\":\"automix-log/1\"}\n");
    CHECK_THROWS_WITH(RequestLog(other),
                      ContainsSubstring("log:1: schema: ") && ContainsSubstring("nothing is appended"));
    const RequestLog writer(path);
    CHECK_THROWS_AS(RequestLog(path), DataError);
}

TEST_CASE("a log that was renamed is written anew once it is opened again") {
    const files::Directory directory;
    const std::string path = directory.path("requests");
    const std::string rotated = directory.path("requests.1");
    RequestLog log(path);
    log.append(full_request("r1"));
    std::filesystem::rename(path, rotated);
    log.append(full_request("r2"));
    log.reopen();
    log.append(full_request("r3"));
    CHECK(files::read(rotated) == request_line(full_request("r1")) + request_line(full_request("r2")));
    CHECK(files::read(path) == request_line(full_request("r3")));
    // What a full disk has left of a line is removed, and the next line is whole.
    std::ofstream(path, std::ios::app) << "{\"schema\":";
    log.reopen();
    log.append(full_request("r4"));
    CHECK(files::read(path) == request_line(full_request("r3")) + request_line(full_request("r4")));
    CHECK_THROWS_AS(RequestLog(path), DataError);
}

TEST_CASE("many threads append whole lines", "[threads]") {
    const files::Directory directory;
    const std::string path = directory.path("requests");
    constexpr int threads = 4;
    constexpr int each = 50;
    {
        RequestLog log(path);
        std::vector<std::thread> writers;
        for (int t = 0; t < threads; ++t) {
            writers.emplace_back([&log, t] {
                for (int i = 0; i < each; ++i) {
                    const std::string id = std::to_string(t) + "-" + std::to_string(i);
                    log.append(full_request(id));
                    log.append(LateScore{.id = id, .score = 0.5, .time = 1.0});
                }
            });
        }
        for (std::thread& writer : writers) writer.join();
    }
    const Requests log = read_requests({path});
    std::set<std::string> ids;
    for (const RequestRecord& request : log.requests) ids.insert(request.id);
    CHECK(ids.size() == threads * each);
    CHECK(log.late_scores == threads * each);
    CHECK(log.unknown_scores == 0);
}

TEST_CASE("an exploration is a line of its own that joins its request, and one that did not end is known") {
    const files::Directory directory;
    const std::string path = directory.path("requests.jsonl");
    const auto own = [](const std::string& id, bool exploring) {
        RequestRecord request = full_request(id);
        request.explored = false;
        request.exploring = exploring;
        request.models.pop_back();
        return request;
    };
    {
        RequestLog log(path);
        for (const std::string id : {"r1", "r2", "r3", "r4"}) log.append(own(id, true));
        log.append(own("r5", false));
        log.append(LateScore{"r1", "large", 0.5, 1764500200.0});  // before the exploration that it is about
        for (const std::string id : {"r1", "r2", "r3", "r6"})
            log.append(ExplorationRecord{id, 1764500100.0, full_request(id).models});
    }
    const Requests read = read_requests({path}, RequestTexts::keep);
    REQUIRE(read.requests.size() == 5);
    CHECK(read.drawn == 4);
    CHECK(read.unfinished == 1);
    CHECK(read.unknown_explorations == 1);
    CHECK(read.late_scores == 1);
    // Three of four explorations ended, so that each request had three quarters of the chance of 0.25.
    for (const RequestRecord& request : read.requests) CHECK(request.exploration == 0.1875);
    CHECK(read.requests[0].explored);
    REQUIRE(read.requests[0].models.size() == 2);
    CHECK(read.requests[0].models[0].seen == 1.0);
    CHECK(read.requests[0].models[1].seen == 0.1875);
    CHECK(read.requests[0].models[1].score == 0.5);
    CHECK_FALSE(read.requests[3].explored);
    CHECK(read.requests[3].models.size() == 1);
    REQUIRE(read.warnings().size() == 2);
    CHECK_THAT(read.warnings()[0], ContainsSubstring("1 lines are passed over"));
    CHECK_THAT(read.warnings()[1], ContainsSubstring("have not ended: 1 of 4"));
    for (const char* wrong :
         {R"({"schema":"automix-requests/1","exploration_of":"","time":1,"models":[]})",
          R"({"schema":"automix-requests/1","exploration_of":"r1","time":-1,"models":[]})",
          R"({"schema":"automix-requests/1","exploration_of":"r1","models":[]})",
          R"({"schema":"automix-requests/1","exploration_of":"r1","time":1,"models":[],"id":"r1"})"})
        CHECK_THROWS_AS(parse_request_line(wrong, "log"), DataError);
    const std::string line = request_line(ExplorationRecord{"r1", 5.0, full_request("r1").models});
    CHECK(read_back(line) == line);
}
