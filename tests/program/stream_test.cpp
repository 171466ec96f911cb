// SPDX-License-Identifier: Apache-2.0
// `automix learn`, `rehearse`, `watch` and `score` on logs of requests.
#include "program/runner.hpp"

#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;

/// Two models with three verdicts on the small one's answer, which tell whether it is right; the large one is right.
json logged_query(int i) {
    const int right = i % 2;
    return {{"schema", "automix-log/1"},
            {"id", "q" + std::to_string(i)},
            {"models",
             {{{"name", "small"},
               {"score", right},
               {"verdicts", {right, right, right}},
               {"cost", 1.0},
               {"draw_cost", 0.5}},
              {{"name", "large"}, {"score", 1}, {"cost", 10.0}}}}};
}

/// The same query as a request of which everything was seen, by exploration of that probability.
json request_of(const json& query, double exploration) {
    json request{{"schema", "automix-requests/1"},
                 {"id", query["id"]},
                 {"time", 1.0},
                 {"model", "automix"},
                 {"explored", true},
                 {"exploration", exploration},
                 {"route", {"small"}},
                 {"answered", "small"},
                 {"degraded", false},
                 {"latency", 0.5},
                 {"models", query["models"]}};
    request["models"][0]["seen"] = 1.0;
    request["models"][0]["drawn_by_policy"] = 1;
    request["models"][1]["seen"] = exploration;
    return request;
}

/// A log, the requests of the same queries, and a policy of the log.
struct StreamPlace {
    files::Directory directory{};
    std::vector<json> queries{};
    std::vector<json> requests{};
    std::string log{};
    std::string traffic{};
    std::string policy = directory.path("policy.json");

    explicit StreamPlace(double exploration = 1.0) {
        for (int i = 0; i < 120; ++i) {
            queries.push_back(logged_query(i));
            requests.push_back(request_of(queries.back(), exploration));
        }
        log = directory.write("log.jsonl", lines(queries));
        traffic = directory.write("requests.jsonl", lines(requests));
        (void)json_of({"train", log, "--out", policy});
    }
};

}  // namespace

TEST_CASE("learn on requests of which everything was seen saves train's policy") {
    const StreamPlace place;
    const std::string learned = place.directory.path("learned.json");
    const json found =
        json_of({"learn", place.traffic, "--policy", place.policy, "--out", learned, "--fresh"});
    CHECK(found["requests"]["used"] == 120);
    CHECK(found["effective_rows"] == 120.0);
    CHECK(found["old_rows"] == 0.0);
    CHECK(found["prices"] == "measured");
    CHECK(found["policy"] == learned);
    CHECK(files::read(learned) == files::read(place.policy));

    // The same requests are in the policy already.
    check_refused({"learn", place.traffic, "--policy", place.policy, "--out", learned}, 1, "count twice");
    check_refused({"learn", place.traffic, "--policy", place.policy, "--out", place.traffic}, 2, "--out");
    check_refused({"learn", place.traffic, "--policy", place.policy, "--out", learned, "--forget", "2"}, 2,
                  "forget");
    check_refused({"learn", place.log, "--policy", place.policy, "--out", learned}, 1,
                  "log.jsonl:1: schema: expected \"automix-requests/1\"");
}

TEST_CASE("learn forgets, measures prices and says what it left out") {
    StreamPlace place;
    std::vector<json> more;
    for (int i = 200; i < 300; ++i) {
        json request = request_of(logged_query(i), 0.5);
        request["models"][1]["cost"] = 4.0;
        if (i % 10 == 0) request["models"][1].erase("score");
        if (i % 10 == 1) {
            request["explored"] = false;
            request["models"].erase(1);
        }
        more.push_back(request);
    }
    const std::string traffic = place.directory.write("more.jsonl", lines(more));
    const std::string learned = place.directory.path("learned.json");
    const Arguments learn = {"learn", traffic, "--policy", place.policy, "--out", learned, "--forget", "0.5"};
    const json old = json_of(learn);
    CHECK(old["requests"]["used"] == 80);
    CHECK(old["requests"]["unlabelled"] == 10);
    CHECK(old["requests"]["unexplored"] == 10);
    CHECK(old["old_rows"] == Approx(60.0));
    CHECK(old["warnings"].size() == 3);
    CHECK_THAT(old["warnings"][2].get<std::string>(),
               ContainsSubstring("goes by 10.0") && ContainsSubstring("4.00"));
    const json measured = json_of(learn + Arguments{"--prices", "measured"});
    CHECK(measured["prices"] == "measured");
    CHECK(json::parse(files::read(learned))["prices"]["answers"][1] == Approx(4.0));
    const std::string text = text_of(learn);
    CHECK_THAT(text, ContainsSubstring(
                         "learnt from 80 of 100 requests, which count as 80.0 rows, beside 60.0 rows"));
    check_refused(learn + Arguments{"--min-rows", "81"}, 1, "81 are needed");
}

TEST_CASE("rehearse shows both policies, or refuses") {
    const StreamPlace place(0.5);
    const std::string cheap = place.directory.path("cheap.json");
    (void)json_of({"train", place.log, "--out", cheap, "--objective", "lambda=1"});
    const json figures = json_of({"rehearse", place.traffic, "--policy", cheap, "--old", place.policy});
    CHECK(figures["effective_rows"] == Approx(120.0));
    // The cheap policy takes the small model's answer, which is right for half.
    CHECK(figures["new"]["score"]["mean"] == Approx(0.5));
    CHECK(figures["new"]["cost"]["mean"] == Approx(1.0));
    CHECK(figures["old"]["score"]["mean"] == Approx(1.0));
    CHECK(figures["gain"]["score"]["mean"] == Approx(-0.5));
    CHECK(figures["gain"]["score"]["low"].get<double>() < -0.5);
    const std::string text = text_of({"rehearse", place.traffic, "--policy", cheap});
    CHECK_THAT(text, ContainsSubstring("on 120 of 120 requests, which count as 120 rows"));
    check_refused({"rehearse", place.traffic, "--policy", cheap, "--min-rows", "200"}, 1,
                  "too little was explored to say what a policy would have done: 120 of 120");
}

TEST_CASE("watch tells of a change by its exit code") {
    const StreamPlace place;
    const Outcome calm = run_automix({"watch", place.traffic, "--policy", place.policy});
    INFO(calm.out << calm.err);
    CHECK(calm.code == 0);
    CHECK_THAT(calm.out, ContainsSubstring("nothing has changed"));
    std::vector<json> changed = place.requests;
    for (int i = 500; i < 700; ++i) {
        json request = request_of(logged_query(i), 1.0);
        for (json& verdict : request["models"][0]["verdicts"]) verdict = 0;
        request["models"][0]["score"] = 0;
        changed.push_back(request);
    }
    const std::string traffic = place.directory.write("changed.jsonl", lines(changed));
    const Outcome alarm = run_automix({"watch", traffic, "--policy", place.policy, "--format", "json"});
    CHECK(alarm.code == 3);
    CHECK_THAT(alarm.err, ContainsSubstring("automix: something has changed"));
    const json report = json::parse(alarm.out);
    CHECK(report["alarm"] == true);
    CHECK(report["watched"][0]["what"] == "verdicts");
    CHECK(report["watched"][0]["model"] == "small");
    CHECK(report["watched"][0]["alarm"] == true);
    CHECK(report["watched"][0]["reference"] == 0.5);
    check_refused({"watch", traffic, "--policy", place.policy, "--delta", "0"}, 2, "delta");
}

TEST_CASE("score appends scores of answers that have none") {
    const files::Directory directory;
    std::vector<json> requests;
    for (int i = 0; i < 3; ++i) {
        json request = request_of(logged_query(i), 1.0);
        request["question"] = "What is " + std::to_string(i) + " plus 1?";
        for (json& model : request["models"]) {
            model.erase("score");
            model["answer"] = std::to_string(model["name"] == "large" ? i + 1 : 2);
        }
        requests.push_back(request);
    }
    requests[2]["models"][1]["score"] = 0.25;
    requests[0]["models"][0].erase("answer");
    const std::string log = directory.write("requests.jsonl", lines(requests));
    std::vector<json> references;
    for (int i = 0; i < 2; ++i)
        references.push_back({{"id", i == 0 ? "q0" : "other"},
                              {"question", "What is " + std::to_string(i) + " plus 1?"},
                              {"reference", std::to_string(i + 1)}});
    const std::string queries = directory.write("queries.jsonl", lines(references));
    const std::string out = directory.path("scores.jsonl");
    const json found = json_of({"score", log, "--metric", "answer", "--references", queries, "--out", out});
    CHECK(found["scored"] == 3);  // q0 large, q1 both; q2 has no reference
    CHECK(found["without_text"] == 1);
    CHECK(found["without_reference"] == 1);
    std::vector<json> scores;
    std::ifstream file(out);
    for (std::string line; std::getline(file, line);) scores.push_back(json::parse(line));
    REQUIRE(scores.size() == 3);
    CHECK(scores[0]["score_of"] == "q0");
    CHECK(scores[0]["model"] == "large");
    CHECK(scores[0]["score"] == 1.0);
    CHECK(scores[1]["score"] == 1.0);

    // A command scores what is left, in the log itself.
    const json by_command = json_of({"score", log, "--score-command", "sed 's/.*/0.5/'"});
    CHECK(by_command["scored"] == 4);
    const json again = json_of({"score", log, "--score-command", "false"});
    CHECK(again["scored"] == 0);
    check_refused({"score", log}, 2, "give --score-command");
    check_refused({"score", log, "--metric", "answer"}, 2, "--references");
    check_refused({"score", log, log, "--score-command", "cat"}, 2, "--out");
}
