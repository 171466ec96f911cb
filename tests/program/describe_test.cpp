// SPDX-License-Identifier: Apache-2.0
// `automix describe` on logs small enough for a pencil, and on the recordings.
#include "program/runner.hpp"

#include <string>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;

/// Two queries; small has 2 and 4 draws, one of the six unparsed, and recorded prices; large has scores alone.
std::vector<json> two_records() {
    std::vector<json> records = {record("q1", "a", "train", 0.5, 1, 0), record("q2", "", "", 0, 1, 0)};
    records[0]["models"][0] = {
        {"name", "small"}, {"score", 0.5}, {"verdicts", {1, 0}}, {"cost", 1.0}, {"draw_cost", 0.25}};
    records[1]["models"][0] = {{"name", "small"},
                               {"score", 0.0},
                               {"verdicts", {1, 1, 1, nullptr}},
                               {"cost", 2.0},
                               {"draw_cost", 0.75}};
    records[1].erase("dataset");
    records[1].erase("split");
    return records;
}

}  // namespace

TEST_CASE("describe counts queries, data sets, splits and draws") {
    const files::Directory directory;
    const std::string log = directory.write("log.jsonl", lines(two_records()));
    const json found = json_of({"describe", log});
    CHECK(keys(found) == std::vector<std::string>{"datasets", "models", "rows", "splits", "warnings"});
    CHECK(found["rows"] == 2);
    CHECK(found["datasets"] == json{{"a", 1}, {"", 1}});
    CHECK(found["splits"] == json{{"train", 1}, {"", 1}});
    REQUIRE(found["models"].size() == 2);

    const json& small = found["models"][0];
    CHECK(keys(small) ==
          std::vector<std::string>{"confidence", "cost", "draw_cost", "draws", "name", "score", "unparsed"});
    CHECK(small["name"] == "small");
    CHECK(small["score"] == 0.25);
    CHECK(small["draws"] == json{{"fewest", 2}, {"most", 4}});
    CHECK(small["unparsed"].get<double>() == Approx(1.0 / 6));
    CHECK(small["confidence"] == 0.75);  // 1/2 and 3/3
    CHECK(small["cost"] == 1.5);
    CHECK(small["draw_cost"] == 0.5);

    const json& large = found["models"][1];
    CHECK(large["score"] == 1.0);
    CHECK(large["draws"] == json{{"fewest", 0}, {"most", 0}});
    for (const char* absent : {"unparsed", "confidence", "cost", "draw_cost"}) CHECK(large[absent].is_null());

    REQUIRE(found["warnings"].size() == 4);
    CHECK_THAT(found["warnings"][0].get<std::string>(), ContainsSubstring("small: 1 of 6 verdicts"));
    CHECK_THAT(found["warnings"][1].get<std::string>(), ContainsSubstring("only 2 rows"));
    CHECK(found["warnings"][2] == "small: answers have 2 to 4 verdicts: the first 2 of each count");
    CHECK_THAT(found["warnings"][3].get<std::string>(),
               ContainsSubstring("cost"));  // that of large is not recorded

    const std::string text = text_of({"describe", log});
    CHECK_THAT(text, ContainsSubstring("2 queries\n") && ContainsSubstring("data sets: a 1, (none) 1\n") &&
                         ContainsSubstring("splits: train 1, (none) 1\n") &&
                         ContainsSubstring("2 to 4    16.7 %") &&
                         ContainsSubstring("\nwarnings\n  small: 1 of 6 verdicts"));
}

TEST_CASE("describe lists signals and further verifiers") {
    const files::Directory directory;
    const std::string log = directory.write(
        "log.jsonl",
        R"({"id":"a","models":[{"name":"s","score":1,"signals":{"tests":1,"length":7},"verifiers":{"judge":{"verdicts":[1]}}},{"name":"l","score":1}]})"
        "\n"
        R"({"id":"b","models":[{"name":"s","score":0,"gate":1,"signals":{"tests":0}},{"name":"l","score":1}]})"
        "\n");
    const json found = json_of({"describe", log});
    CHECK(found["models"][0]["signals"] == json{{"length", 1}, {"tests", 2}});
    const json& judge = found["models"][0]["verifiers"]["judge"];
    CHECK(judge["rows"] == 1);
    CHECK(judge["draws"] == json{{"fewest", 0}, {"most", 1}});
    CHECK(judge["unparsed"] == 0.0);
    CHECK(judge["confidence"] == 1.0);
    CHECK(judge["draw_cost"].is_null());
    CHECK(found["models"][0]["confidence"].is_null());
    CHECK_FALSE(found["models"][1].contains("signals"));
    CHECK_THAT(text_of({"describe", log}),
               ContainsSubstring("signals of s (queries): length 1, tests 2\n") &&
                   ContainsSubstring("further verifiers of s  queries   draws  unparsed  confidence") &&
                   ContainsSubstring("judge                         1  0 to 1     0.0 %      1.0000"));
    const json chosen = json_of({"describe", log, "--verifier", "judge", "--signals", "gate,tests"});
    CHECK(chosen["models"][0]["signals"] == json{{"gate", 1}, {"tests", 2}});
    CHECK_FALSE(chosen["models"][0].contains("verifiers"));
    CHECK(chosen["models"][0]["confidence"] == 1.0);
}

TEST_CASE("describe of a log with confidences only has no draws") {
    const files::Directory directory;
    const json found = json_of({"describe", directory.write("log.jsonl", lines(hand_records()))});
    const json& small = found["models"][0];
    CHECK(small["draws"]["most"] == 0);
    CHECK(small["unparsed"].is_null());
    CHECK(small["confidence"] == 0.5);
    CHECK(found["warnings"].size() == 1);  // eight rows are few
}

TEST_CASE("describe of the recordings: 1,500 queries, three models, 16 draws") {
    const std::string data = std::string(AUTOMIX_EXAMPLES_DIR) + "/data/";
    const json found =
        json_of({"describe", data + "clauses.jsonl", data + "dates.jsonl", data + "moves.jsonl"});
    CHECK(found["rows"] == 1500);
    CHECK(found["datasets"] == json{{"clauses", 500}, {"dates", 500}, {"moves", 500}});
    CHECK(found["splits"] == json{{"train", 750}, {"test", 750}});
    REQUIRE(found["models"].size() == 3);
    CHECK(found["models"][0]["draws"] == json{{"fewest", 16}, {"most", 16}});
    CHECK(found["models"][2]["draws"] == json{{"fewest", 0}, {"most", 0}});
    const json one = json_of({"describe", "--models", "automix-base", data + "dates.jsonl"});
    REQUIRE(one["models"].size() == 1);
    CHECK(one["models"][0]["name"] == "automix-base");
}
