// SPDX-License-Identifier: Apache-2.0
// `automix train` and `automix decide`: the summary, the saved policy, merging without rows, and lines of evidence answered.
#include "program/runner.hpp"

#include <automix/data/log/statistics_csv.hpp>
#include <automix/data/log/statistics_json.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using Catch::Matchers::WithinAbs;

/// Sixty queries with three verdicts on the small model's answer: all positive where it is right, all negative where it is
/// wrong; the large model is always right.
std::vector<json> clear_records(int first = 0, int count = 60) {
    std::vector<json> records;
    for (int i = first; i < first + count; ++i) {
        const int right = i % 2;
        records.push_back(record("q" + std::to_string(i), "", i < 40 ? "train" : "test", right, 1, 0));
        records.back()["models"][0].erase("confidence");
        records.back()["models"][0]["verdicts"] = {right, right, right};
    }
    return records;
}

const Arguments trained_prices = {"--costs", "1,10", "--draw-cost", "0.5"};

/// A log and policies beside it.
struct PlaceInText {
    files::Directory directory{};
    std::string log = directory.write("log.jsonl", lines(clear_records()));
    std::string policy = directory.path("policy.json");

    [[nodiscard]] json train(const Arguments& more = {}) const {
        return json_of(Arguments{"train", log, "--out", policy} + trained_prices + more);
    }
    [[nodiscard]] json saved() const { return json::parse(files::read(policy)); }

    /// What `decide` answers to these lines, and its outcome.
    [[nodiscard]] std::pair<std::vector<json>, Outcome> decide(const std::string& text,
                                                               const Arguments& more = {}) const {
        const std::string input = directory.write("lines", text);
        const Outcome outcome =
            run(AUTOMIX_PROGRAM, Arguments{"decide", "--policy", policy} + more, "", input);
        std::vector<json> answers;
        std::size_t at = 0;
        for (std::size_t end = 0; (end = outcome.out.find('\n', at)) != std::string::npos; at = end + 1)
            answers.push_back(json::parse(outcome.out.substr(at, end - at)));
        return {answers, outcome};
    }
};

}  // namespace

TEST_CASE("train saves a policy and says what it came to") {
    const PlaceInText place;
    const json found = place.train();
    CHECK(keys(found) == std::vector<std::string>{"cells", "models", "policies", "policy", "prices", "report",
                                                  "rows", "warnings"});
    CHECK(found["models"] == json{"small", "large"});
    CHECK(found["rows"] == 60.0);
    CHECK(found["cells"] == 2);
    CHECK(found["policy"] == place.policy);
    CHECK(found["report"]["objective"] == "base");
    CHECK(found["report"]["base_slope"] == Approx(0.5 / 9.0));
    CHECK(found["report"]["guard"]["passed"] == true);
    REQUIRE(found["policies"].size() == 1);
    CHECK(found["policies"][0]["first"] == "small");
    // One verdict tells: verify, then accept or route. Lines are by draws, positives across.
    CHECK(found["policies"][0]["cells"][0] == "v");
    CHECK(found["policies"][0]["cells"][1] == "r a");
    CHECK(found["warnings"].empty());

    const json saved = place.saved();
    CHECK(saved["schema"] == "automix-policy/1");
    CHECK(saved["models"][0] == json{{"name", "small"}, {"verified", "verdicts"}, {"draws", 3}});
    CHECK_THAT(saved["policies"][0]["nodes"][0].get<std::string>(), StartsWith("v1a, r1 a, "));

    const std::string text = text_of(Arguments{"train", place.log, "--out", place.policy} + trained_prices +
                                     Arguments{"--objective", "budget=4"});
    CHECK_THAT(text, StartsWith("small -> large: trained on 60 queries, 2 cells of evidence; saved to ") &&
                         ContainsSubstring("objective budget=4: ") && ContainsSubstring("guard passed") &&
                         ContainsSubstring("cost 4.00") &&
                         ContainsSubstring("% of queries: starts at small"));
    CHECK(place.saved()["policies"].size() == 2);
}

TEST_CASE("train proves a promise by rows that it did not train on, and saves the certificate") {
    const PlaceInText place;
    const Arguments promise{"--objective", "promise:quality=0.9,confidence=0.9"};
    const json found = place.train(promise + Arguments{"--calibrate-share", "0.5"});
    REQUIRE(found["report"]["promises"].size() == 1);
    const json& certificate = found["report"]["promises"][0];
    const double proving = certificate["rows"];
    CHECK(proving + found["rows"].get<double>() == 60.0);
    CHECK(certificate["bound"] == 0.9);
    CHECK_THAT(certificate["level"].get<double>(), WithinAbs(0.1, 1e-12));
    CHECK(place.saved()["report"]["promises"][0] == certificate);
    CHECK(place.saved()["options"]["objective"] == "promise:quality=0.9,confidence=0.9");
    // The file is read again, and decides.
    const std::string text =
        text_of(Arguments{"train", place.log, "--out", place.policy} + trained_prices + promise +
                Arguments{"--train-split", "train", "--calibrate-split", "test"});
    CHECK_THAT(text, ContainsSubstring("trained on 40 queries") && ContainsSubstring("promise: ") &&
                         ContainsSubstring("score on 20\n  calibration rows (p = "));
    // Policies of a promise are trained anew with rows that prove it.
    check_refused(Arguments{"train", "--merge", place.policy, "--out", place.policy}, 2,
                  "--calibrate-split NAME");
    check_refused(Arguments{"train", place.log, "--out", place.policy} + trained_prices + promise, 2,
                  "a promise is proven by rows that did not train the policy");
    check_refused(
        Arguments{"train", place.log, "--out", place.policy, "--calibrate-share", "0.5"} + trained_prices, 2,
        "only for a promise");
    check_refused(Arguments{"train", place.log, "--out", place.policy, "--calibrate-split", "dev"} +
                      trained_prices + promise,
                  1, "dev");
}

TEST_CASE("a promise for each data set has a policy for each, which train and describe show") {
    const PlaceInText place;
    std::vector<json> records = clear_records(0, 400);
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i]["dataset"] = i % 8 < 4 ? "a" : i % 8 < 7 ? "b" : "c";
        records[i].erase("split");
    }
    const std::string log = place.directory.write("grouped.jsonl", lines(records));
    const Arguments line = Arguments{"train", log, "--out", place.policy} + trained_prices +
                           Arguments{"--objective",       "promise:quality=0.9,confidence=0.9",
                                     "--calibrate-share", "0.5",
                                     "--promise-by",      "dataset"};
    const json found = json_of(line);
    const json& promises = found["report"]["promises"];
    REQUIRE(promises.size() == 3);
    CHECK(promises[0]["group"] == "a");
    CHECK_THAT(promises[0]["level"].get<double>(), WithinAbs(0.1 / 3.0, 1e-12));
    CHECK(promises[0]["proven"] == true);
    CHECK(promises[2]["group"] == "c");
    CHECK(promises[2]["rows"].get<int>() < 40);
    CHECK(found["groups"].size() >= 2);
    CHECK(found["groups"][0]["name"] == "a");
    const std::string text = text_of(line);
    CHECK_THAT(text, ContainsSubstring("promise: a: at least 90 % of the last model's score, proven with") &&
                         ContainsSubstring("queries of any other dataset go to the last model") &&
                         ContainsSubstring("all others: starts at large"));
    // A policy is described as it was shown, but for where its prices come from and for warnings.
    const json described = json_of({"describe", place.policy});
    for (const char* member : {"models", "rows", "cells", "report", "policies", "groups"})
        CHECK(described[member] == found[member]);
    CHECK(described["prices"][1]["answer"] == 10.0);
    const std::string shown = text_of({"describe", place.policy});
    CHECK(shown.substr(0, shown.find("\nprices")) == text.substr(0, text.find("\nprices")));
    check_refused({"describe", place.policy, log}, 1, "expected a log, found a policy");
    check_refused(Arguments{"train", log, "--out", place.policy} + trained_prices +
                      Arguments{"--promise-by", "dataset"},
                  2, "--promise-by: only for a promise");
    Arguments wrong = line;
    wrong.back() = "split";
    check_refused(wrong, 2, "promise by: expected dataset or features.NAME, found \"split\"");
    wrong.back() = "features.plan";
    check_refused(wrong, 1, "promise by features.plan: no calibration row has it");
}

TEST_CASE("train takes rows of one split, or a share") {
    const PlaceInText place;
    CHECK(place.train({"--train-split", "train"})["rows"] == 40.0);
    const double share = place.train({"--split", "random:0.5"})["rows"];
    CHECK(share == 30.0);
    check_refused(
        Arguments{"train", place.log, "--out", place.policy, "--train-split", "dev"} + trained_prices, 1,
        "no rows with split \"dev\"");
}

TEST_CASE("a policy trained on parts that were merged is that of the whole") {
    const PlaceInText place;
    const std::string first = place.directory.write("first.jsonl", lines(clear_records(0, 25)));
    const std::string second = place.directory.write("second.jsonl", lines(clear_records(25, 35)));
    const std::string part = place.directory.path("part.json");
    static_cast<void>(place.train({"--objective", "lambda=0.04"}));
    const json whole = place.saved();
    static_cast<void>(
        text_of(Arguments{"train", first, "--out", part, "--objective", "lambda=0.04"} + trained_prices));
    static_cast<void>(
        text_of(Arguments{"train", second, "--merge", part, "--out", place.policy} + trained_prices));
    const json merged = place.saved();
    CHECK(merged["options"] == whole["options"]);  // the objective is kept
    CHECK(merged["policies"] == whole["policies"]);
    CHECK(merged["statistics"]["folds"] == whole["statistics"]["folds"]);
    CHECK(merged["statistics"]["logs"].size() == 2);

    // The same log counts once, and prices that are stated are those of the policy.
    check_refused(Arguments{"train", second, "--merge", place.policy, "--out", part} + trained_prices, 1,
                  "would count twice");
    const std::string third = place.directory.write("third.jsonl", lines(clear_records(60, 60)));
    const std::string partly = place.directory.write("partly.jsonl", lines(clear_records(35, 60)));
    const Arguments again_in_part =
        Arguments{"train", partly, "--merge", place.policy, "--out", part} + trained_prices;
    check_refused(again_in_part, 1, "about 71 % of the ids of a log are in both");
    CHECK(json_of(again_in_part + Arguments{"--allow-overlap"})["rows"] == 120.0);
    check_refused({"train", third, "--merge", place.policy, "--out", place.directory.path("other.json"),
                   "--costs", "1,20", "--draw-cost", "0.5"},
                  2,
                  "--merge: an answer of large costs 10.0 in the policy and 20.0 here; give the prices of "
                  "the policy by");
    CHECK(merged["report"] == whole["report"]);

    // Alone, a policy is trained again, to another objective.
    const json again = json_of({"train", "--merge", place.policy, "--out", part, "--objective", "max_ibc"});
    CHECK(again["report"]["objective"] == "max_ibc");
    CHECK(again["rows"] == 60.0);
}

TEST_CASE("statistics with strata give a policy that reads the data set of a query") {
    // In stratum a every answer of the small model is right, in b none; verdicts tell nothing.
    const PlaceInText place;
    std::string table =
        "stratum,fold,draws_small,parsed_small,positive_small,weight,score_small,score_large,product_small:"
        "small,"
        "product_small:large,product_large:large,answer_price_small,answer_price_large,draw_price_small\n";
    for (int fold = 0; fold < 10; ++fold) {
        for (const int positive : {0, 1}) {
            const std::string counts = "," + std::to_string(fold) + ",1,1," + std::to_string(positive);
            table += "a" + counts + ",10,10,9,10,9,9,10,100,5\n";
            table += "b" + counts + ",10,0,9,0,0,9,10,200,5\n";
        }
    }
    const std::string path = place.directory.write("strata.csv", table);
    const Arguments training{"train", "--statistics", path, "--out", place.policy};
    const json trained = json_of(training);
    CHECK(trained["rows"] == 400.0);
    CHECK(trained["report"]["contexts"][1]["fields"] == "dataset");
    CHECK(trained["report"]["contexts"][1]["chosen"] == true);
    CHECK(place.saved()["statistics"]["strata"].size() == 2);
    const std::string lines_of_evidence =
        R"({"id":"q1","current":null,"query":{"question":"?","dataset":"a"}})"
        "\n"
        R"({"id":"q2","current":null,"query":{"question":"?","dataset":"b"}})";
    const auto check_read = [&] {
        const auto [answers, outcome] = place.decide(lines_of_evidence);
        INFO(outcome.err);
        REQUIRE(outcome.code == 0);
        CHECK(answers[0]["to"] == "small");
        CHECK(answers[1]["to"] == "large");
        // Means with eight pseudo rows: (0 + 8 * 0.5) / 208, (2000 / 10 * 200 + 8 * 15) / 208.
        CHECK(answers[1]["explanation"]["told"][0]["score"] == Approx(4.0 / 208.0).epsilon(1e-5));
        CHECK(answers[1]["explanation"]["told"][1]["answer_price"] ==
              Approx((200.0 * 20.0 + 8.0 * 15.0) / 208.0).epsilon(1e-5));
    };
    check_read();
    // The policy keeps its strata, and merges with a part that has them.
    (void)json_of({"train", "--merge", place.policy, "--out", place.directory.path("again.json")});
    CHECK(json::parse(files::read(place.directory.path("again.json")))["policies"] ==
          place.saved()["policies"]);
    const std::string merged = place.directory.path("merged.json");
    const json both =
        json_of({"train", "--merge", place.policy, "--statistics", path, "--allow-overlap", "--out", merged});
    CHECK(both["rows"] == 800.0);
    CHECK(json::parse(files::read(merged))["statistics"]["strata"].size() == 2);

    (void)json_of(training + Arguments{"--context", "none"});
    CHECK(place.saved()["context"].is_null());
    (void)json_of(training + Arguments{"--context", "dataset"});
    check_read();
    check_refused(training + Arguments{"--context", "text"}, 2, "--context text: statistics hold no facts");
    const std::string bare = place.directory.write("bare.json", place.saved()["statistics"].dump());
    json without = place.saved()["statistics"];
    without.erase("strata");
    const std::string plain = place.directory.write("plain.json", without.dump());
    check_refused({"train", "--statistics", plain, "--out", place.policy, "--context", "dataset"}, 2,
                  "--context dataset: statistics hold no facts");
    const json mixed =
        json_of({"train", "--statistics", bare, "--statistics", plain, "--allow-overlap", "--out", merged});
    CHECK_THAT(mixed["warnings"].dump(), ContainsSubstring("are lost, as"));
}

TEST_CASE("a log is added to a policy by the verifiers of the policy") {
    const files::Directory directory;
    const auto judged = [&](const std::string& name, int first, int count) {
        std::vector<json> records = clear_records(first, count);
        for (json& entry : records) {
            json& small = entry["models"][0];
            const int right = small["verdicts"][0];
            small["verdicts"] = {1, 1, 1};
            small["verifiers"] = {{"judge", {{"verdicts", {right, right}}, {"draw_cost", 0.5}}},
                                  {"tests", {{"verdicts", {right}}, {"draw_cost", 0.25}}}};
        }
        return directory.write(name, lines(records));
    };
    const std::string whole = judged("whole.jsonl", 0, 60);
    const std::string first = judged("first.jsonl", 0, 25);
    const std::string second = judged("second.jsonl", 25, 35);
    const std::string policy = directory.path("policy.json");
    const std::string merged = directory.path("merged.json");
    for (const char* const verifiers : {"judge", "judge,tests", "self,tests", "self"}) {
        INFO(verifiers);
        const Arguments named{"--costs", "1,10", "--verifier", verifiers, "--out", policy};
        (void)run_automix(Arguments{"train", whole} + named);
        const json expected = json::parse(files::read(policy));
        (void)run_automix(Arguments{"train", first} + named);
        const Outcome outcome =
            run_automix({"train", second, "--merge", policy, "--out", merged, "--costs", "1,10"});
        INFO(outcome.err);
        REQUIRE(outcome.code == 0);
        const json found = json::parse(files::read(merged));
        CHECK(found["models"] == expected["models"]);
        CHECK(found["statistics"]["folds"] == expected["statistics"]["folds"]);
        CHECK(found["policies"] == expected["policies"]);
    }
}

TEST_CASE("a file in the place of another kind is refused with the commands that read it") {
    const PlaceInText place;
    static_cast<void>(place.train());
    const std::string statistics = place.directory.write("s.json", place.saved()["statistics"].dump());
    const std::string problem =
        place.directory.write("p.pomdp", "# A problem.\n\ndiscount: 0.9\nstates: 2\n");
    const std::string out = place.directory.path("out.json");
    check_refused(
        {"train", place.policy, "--out", out}, 1,
        "expected a log, found a policy that `train` saved; `decide`, `answer` and `train --merge` read it");
    check_refused({"solve", place.policy}, 1, "expected a POMDP, found a policy that `train` saved");
    check_refused({"describe", problem}, 1, "expected a log, found a POMDP; `solve` and `simulate` read it");
    check_refused({"evaluate", statistics, "--router", "pomdp"}, 1, "expected a log, found statistics");
    check_refused({"train", "--statistics", place.log, "--out", out}, 1, "expected statistics, found a log");
    check_refused({"train", "--merge", statistics, "--out", out}, 1,
                  "found statistics; `train --statistics` reads them");
}

TEST_CASE("a log whose rows have verdicts or confidences is refused with a row of each kind") {
    const PlaceInText place;
    std::vector<json> records = clear_records();
    records[1]["models"][0].erase("verdicts");
    records[1]["models"][0]["confidence"] = 0.5;
    const std::string mixed = place.directory.write("mixed.jsonl", lines(records));
    check_refused(
        Arguments{"train", mixed, "--out", place.policy} + trained_prices, 1,
        "model \"small\", id \"q1\": a confidence without verdicts, while id \"q0\" has verdicts; log");
    CHECK_THAT(json_of({"describe", mixed})["warnings"][0].get<std::string>(),
               ContainsSubstring("mixed.jsonl:1, and a confidence alone in others, first at ") &&
                   ContainsSubstring("mixed.jsonl:2; log one kind"));
}

TEST_CASE("a fallback names the models, and one model alone is bad usage") {
    const PlaceInText place;
    std::vector<json> records = clear_records();
    for (json& row : records) row["models"][1]["score"] = 0;
    const std::string worse = place.directory.write("worse.jsonl", lines(records));
    CHECK_THAT(text_of(Arguments{"train", worse, "--out", place.policy} + trained_prices),
               ContainsSubstring("no model scores higher than \"small\""));
    check_refused({"train", place.log, "--models", "small", "--out", place.policy}, 2,
                  "--models: routing needs at least two models, found \"small\" alone");
}

TEST_CASE("recorded prices that differ are averaged, and both are named") {
    const PlaceInText place;
    const auto priced = [&](const std::string& name, int first, double small, double large) {
        std::vector<json> records = clear_records(first, 30);
        for (json& row : records) {
            row["models"][0].update({{"cost", small}, {"draw_cost", small / 4}});
            row["models"][1]["cost"] = large;
        }
        return place.directory.write(name, lines(records));
    };
    const std::string first = priced("first.jsonl", 0, 0.002, 0.02);
    const std::string near = priced("near.jsonl", 30, 0.002, 0.03);
    const std::string far = priced("far.jsonl", 60, 0.008, 0.02);
    CHECK_THAT(text_of({"train", first, "--out", place.policy}), ContainsSubstring("cost 0.0"));
    json found = json_of({"train", near, "--merge", place.policy, "--out", place.directory.path("p.json")});
    CHECK(found["prices"][1]["answer"] == Approx(0.025));
    CHECK(found["warnings"][0] ==
          "prices of this log and the policy before differ and are averaged by rows (30 and 30): an answer "
          "of \"large\" 0.0300 and "
          "0.0200");
    found = json_of({"train", far, "--merge", place.policy, "--out", place.directory.path("p.json")});
    CHECK_THAT(found["warnings"].dump(),
               ContainsSubstring("0.00800 and 0.00200") && ContainsSubstring("more than a factor of 2"));
}

TEST_CASE("statistics whose ids are not known count once, and at the prices of the log beside them") {
    const PlaceInText place;
    static_cast<void>(place.train());
    const std::string table = place.directory.path("s.csv");
    automix::write_statistics_csv(table,
                                  automix::parse_statistics(place.saved()["statistics"].dump(), "policy"));
    const std::string copy = place.directory.write("copy.csv", files::read(table));
    const std::string out = place.directory.path("out.json");
    const auto with = [&](const Arguments& more) {
        return Arguments{"train", "--statistics", table, "--out", out} + more;
    };
    check_refused(with({"--statistics", place.directory.path("./s.csv")}), 2, "s.csv\" is given twice");
    check_refused(with({"--statistics", copy}), 1,
                  "the sums of " + copy + " are those of " + table + ", so its queries would count twice");
    check_refused(with({place.log}) + trained_prices, 1, "are those of this log, so its queries would");
    CHECK(json_of(with({place.log, "--allow-overlap"}) + trained_prices)["rows"] == 120.0);

    std::vector<json> records = clear_records(60, 50);
    for (json& row : records) row["models"][0]["verdicts"].push_back(row["models"][0]["score"]);
    const std::string other = place.directory.write("other.jsonl", lines(records));
    check_refused(with({other, "--costs", "3,30", "--draw-cost", "0.5"}), 2,
                  "--statistics: an answer of small costs 1.00 in the statistics and 3.00 here; give the "
                  "prices of the statistics by --costs and --draw-cost, or train anew");
    const json warnings = json_of(with({other}) + trained_prices)["warnings"];
    CHECK(warnings.dump() == json{"draws of \"small\": " + table + " has 3, this log 4: 3 are used",
                                  "overlap cannot be checked, as there are no ids in " + table +
                                      ": see that no query is in two parts, where it counts twice"}
                                 .dump());
}

TEST_CASE("what train refuses leaves the old policy in place") {
    const PlaceInText place;
    static_cast<void>(place.train());
    const std::string before = files::read(place.policy);
    check_refused({"train", "--out", place.policy}, 2, "nothing to train on");
    check_refused({"train", place.log}, 2, "--out");
    check_refused(
        Arguments{"train", place.log, "--out", place.policy, "--objective", "budget=0.5"} + trained_prices, 1,
        "budget 0.5 is below the price of the cheapest answer");
    check_refused(Arguments{"train", place.log, "--out", place.policy, "--max-draws", "4"} + trained_prices,
                  1, "4 are needed; log more, or lower max_draws to 3");
    check_refused(
        Arguments{"train", place.log, "--out", place.directory.path("no/policy.json")} + trained_prices, 1,
        "policy.json");
    for (const Arguments& ignored :
         {Arguments{"--costs", "1,60"}, Arguments{"--draw-cost", "1"}, Arguments{"--max-draws", "2"},
          Arguments{"--models", "small,large"}, Arguments{"--split", "hash:0.5"}, Arguments{"--seed", "3"}}) {
        check_refused(Arguments{"train", "--merge", place.policy, "--out", place.policy} + ignored, 2,
                      ignored.front() + ": only of a LOG");
    }
    const std::string other = place.directory.write("other.jsonl", lines(hand_records()));
    check_refused(Arguments{"train", other, "--merge", place.policy, "--out", place.policy, "--costs", "1,9"},
                  1, "has verdicts in one and a confidence or nothing in the other");
    CHECK(files::read(place.policy) == before);
}

TEST_CASE("decide answers each line with the policy's decision and its explanation") {
    const PlaceInText place;
    static_cast<void>(place.train());
    const auto [answers, outcome] = place.decide(
        R"({"id":"q1","current":null})"
        "\n"
        R"({"id":"q2","current":"small","models":[{"name":"small"}]})"
        "\n\n"
        R"({"id":"q3","current":"small","models":[{"name":"small","verdicts":[null,1]}]})"
        "\n"
        R"({"id":"q4","current":"small","models":[{"name":"small","samples":["7","8"],"verdicts":[0]}]})"
        "\n"
        R"({"id":"q5","current":"large","models":[{"name":"small","verdicts":[0]},{"name":"large"}]})");
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    REQUIRE(answers.size() == 5);
    for (const json& answer : answers) {
        CHECK(keys(answer) ==
              std::vector<std::string>{"accept", "action", "draws", "explanation", "id", "to"});
        CHECK(keys(answer["explanation"]) == std::vector<std::string>{"alternatives", "belief", "draw_value",
                                                                      "lambda", "levels", "reason", "right",
                                                                      "told"});
    }
    CHECK(answers[0]["id"] == "q1");
    CHECK(answers[0]["action"] == "route");
    CHECK(answers[0]["to"] == "small");
    CHECK(answers[1]["action"] == "verify");
    CHECK(answers[1]["draws"] == 1);
    CHECK(answers[1]["accept"].is_null());
    CHECK(answers[1]["explanation"]["right"] == Approx(0.5).margin(0.02));
    CHECK(answers[1]["explanation"]["alternatives"].size() == 3);
    CHECK(answers[1]["explanation"]["belief"].size() == 20);
    CHECK(answers[2]["action"] == "accept");
    CHECK(answers[2]["accept"] == "first");
    CHECK(answers[3]["action"] == "route");
    CHECK(answers[3]["to"] == "large");
    CHECK(answers[4]["action"] == "accept");
}

TEST_CASE("decide leaves explanations out if asked to, and decides the same") {
    const PlaceInText place;
    static_cast<void>(place.train());
    std::string text;
    for (const char* verdicts : {"", "1", "0", "null,1", "1,0,1"})
        text += R"({"id":"q","current":"small","models":[{"name":"small","verdicts":[)" +
                std::string(verdicts) + "]}]}\n";
    text += R"({"id":"q","current":"small","models":[{"name":"small","verdicts":[2]}]})";
    auto [explained, outcome] = place.decide(text);
    const auto [bare, bare_outcome] = place.decide(text, {"--no-explanation"});
    CHECK(outcome.code == 1);
    CHECK(bare_outcome.code == 1);
    for (json& answer : explained) answer.erase("explanation");
    CHECK(bare == explained);
}

TEST_CASE("more verdicts than a policy counts are named as such") {
    const PlaceInText place;
    std::vector<json> records = clear_records();
    for (json& record : records)
        record["models"][0]["verdicts"] = std::vector<int>(300, record["models"][0]["score"]);
    const std::string log = place.directory.write("many.jsonl", lines(records));
    check_refused(
        {"train", log, "--out", place.policy}, 1,
        log +
            ":1: model \"small\", id \"q0\": 300 verdicts are logged, at most 255 can be used; set max_draws "
            "(--max-draws)");
    CHECK(run_automix({"train", log, "--out", place.policy, "--max-draws", "200"}).code == 0);
}

TEST_CASE("a limit on the size of files is named, and the old policy stays") {
    const PlaceInText place;
    static_cast<void>(place.train());
    const std::string before = files::read(place.policy);
    const Outcome outcome = run("/bin/sh", Arguments{"-c", "ulimit -f 1; exec \"$0\" \"$@\"", AUTOMIX_PROGRAM,
                                                     "train", place.log, "--out", place.policy} +
                                               trained_prices);
    CHECK(outcome.code == 1);
    CHECK(outcome.err == "automix: " + place.policy + ".tmp: cannot be written: File too large\n");
    CHECK(files::read(place.policy) == before);
    CHECK_FALSE(std::filesystem::exists(place.policy + ".tmp"));
}

TEST_CASE(
    "a line that decide cannot read is answered with the reason, and the lines behind it are answered") {
    const PlaceInText place;
    static_cast<void>(place.train());
    const std::string good = R"({"id":"q","current":null})";
    const auto model = [](const std::string& evidence) {
        return R"({"id":"q","current":"small","models":[{"name":"small")" + evidence + "}]}";
    };
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"no", "1: column 2: not valid JSON"},
        {"[]", "1: expected an object, found an empty array"},
        {"{}", "1: id: missing"},
        {R"({"id":7.5,"current":null})", "1: id: expected a string, found 7.5"},
        {R"({"id":"","current":null})", "1: id: expected a non-empty string"},
        {R"({"id":"q"})", "1: current: missing"},
        {R"({"id":"q","current":"huge"})", "1: current: expected one of small, large, found \"huge\""},
        {R"({"id":"q","current":null,"model":[]})", "1: model: unknown key"},
        {R"({"id":"q","current":null,"models":{}})", "1: models: expected an array, found an object"},
        {R"({"id":"q","current":null,"models":[{"name":"small"}]})",
         "1: models[0].name: \"small\" comes after"},
        {R"({"id":"q","current":"small","models":[{"name":"small"},{"name":"small"}]})",
         "1: models[1].name: \"small\" stands twice"},
        {model(R"(,"verdict":[1])"), "1: models[0].verdict: unknown key"},
        {model(R"(,"verdicts":1)"), "1: models[0].verdicts: expected an array, found 1"},
        {model(R"(,"verdicts":[1,2])"), "1: models[0].verdicts[1]: expected 1, 0 or null, found 2"},
        {model(R"(,"verdicts":[1,1,1,1])"), "1: models[0].verdicts: 4 draws are more than the 3"},
        {model(R"(,"samples":["a",1])"), "1: models[0].samples[1]: expected a string, found 1"},
        {model(R"(,"confidence":0.5)"),
         "1: models[0].confidence: the policy was trained on verdicts of this model; expected verdicts"},
        {model(R"(,"samples":["7","8"])"),
         "1: models[0].samples: the policy was trained on verdicts of this model; expected verdicts, found "
         "samples alone"},
        {model(R"(,"confidence":1.5)"), "1: models[0].confidence: expected a number in [0, 1], found 1.5"},
    };
    for (const auto& [line, message] : cases) {
        const auto [answers, outcome] = place.decide(line + '\n' + good + '\n');
        INFO(line << "\n" << outcome.out);
        REQUIRE(answers.size() == 2);
        CHECK(keys(answers[0]) == std::vector<std::string>{"error", "id"});
        CHECK_THAT(answers[0]["error"].get<std::string>(), StartsWith("standard input:" + message));
        CHECK(answers[1]["action"] == "route");
        CHECK(outcome.code == 1);
        CHECK_THAT(outcome.err, StartsWith("automix: 1 line of 2 could not be answered, the first: ") &&
                                    ContainsSubstring(message.substr(0, 10)));
    }
}

TEST_CASE("decide refuses a policy that was altered, or is over other models") {
    const PlaceInText place;
    static_cast<void>(place.train());
    std::string text = files::read(place.policy);
    check_refused({"decide", "--policy", place.policy, "--models", "small,huge"}, 1,
                  "models: expected small, huge, found small, large");
    text.replace(text.find("v1a, r1 a"), 9, "v1a, a  a");
    check_refused({"decide", "--policy", place.directory.write("altered.json", text)}, 1,
                  "checksum: the file was altered");
    check_refused(
        {"decide", "--policy", place.log}, 1,
        "expected a policy that `train` saved, found a log; `describe`, `evaluate` and `train` read it");
    check_refused({"decide"}, 2, "--policy");
}

TEST_CASE("help tells train's and decide's options") {
    const std::string train = text_of({"train", "--help"});
    for (const char* part : {"--out F REQUIRED", "--merge F", "--statistics F", "--objective WHAT=base",
                             "--train-split NAME", "Exit codes"})
        CHECK_THAT(train, ContainsSubstring(part));
    const std::string decide = text_of({"decide", "--help"});
    for (const char* part : {"--policy F REQUIRED", "--models NAME,...", "\"verdicts\":[1,0,null]"})
        CHECK_THAT(decide, ContainsSubstring(part));
}

TEST_CASE("two logs in different units are told of, with both files and their mean prices") {
    const files::Directory directory;
    const auto log = [&](const std::string& name, double unit) {
        std::vector<json> records;
        for (int i = 0; i < 40; ++i) {
            json record = program::record(name + std::to_string(i), "d", "train", i % 2, 1, i % 2);
            record["models"][0]["cost"] = 0.01 * unit;
            record["models"][0]["draw_cost"] = 0.001 * unit;
            record["models"][1]["cost"] = 0.5 * unit;
            records.push_back(std::move(record));
        }
        return directory.write(name + ".jsonl", lines(records));
    };
    const std::string dollars = log("dollars", 1.0);
    const std::string cents = log("cents", 100.0);
    const Arguments train = {"train", dollars, cents, "--out", directory.path("policy.json")};
    const std::string expected =
        "mean prices differ by more than a factor of 20 between files: an answer of \"small\" "
        "0.0100 in " +
        dollars + " and 1.00 in " + cents;
    CHECK_THAT(json_of(train)["warnings"].dump(),
               ContainsSubstring(json(expected).dump().substr(1, expected.size())));
    CHECK_THAT(json_of({"describe", dollars, cents})["warnings"].dump(), ContainsSubstring("factor of 20"));
    CHECK(json_of({"describe", dollars})["warnings"].dump().find("factor of 20") == std::string::npos);
}

TEST_CASE("a policy replaces no file of another kind, and none that is read") {
    const PlaceInText place;
    const std::string before = files::read(place.log);
    check_refused({"train", place.log, "--out", place.log}, 2, "--out: expected another file than");
    const std::string other = place.directory.write("other.jsonl", before);
    check_refused(Arguments{"train", place.log, "--out", other} + trained_prices, 1,
                  other + ": is a log, which would be lost; write to another file");
    const std::string problem = place.directory.write("p.pomdp",
                                                      "discount: 0.5\nvalues: reward\nstates: 1\nactions: 1\n"
                                                      "observations: 1\nT: * identity\nO: * uniform\n");
    check_refused(Arguments{"train", place.log, "--out", problem} + trained_prices, 1,
                  problem + ": is a POMDP");
    CHECK(files::read(place.log) == before);
    CHECK(files::read(other) == before);
    // An earlier policy is replaced, and so is what is of no known kind.
    const std::string text = place.directory.write("notes.txt", "notes");
    for (const std::string& out : {place.policy, place.policy, text})
        CHECK(run_automix(Arguments{"train", place.log, "--out", out} + trained_prices).code == 0);
}

namespace {

/// The same queries with questions that tell which model is right, and verdicts that do not.
std::vector<json> told_records(int first = 0, int count = 120) {
    std::vector<json> records;
    for (int i = first; i < first + count; ++i) {
        const int right = i % 2;
        records.push_back(record("q" + std::to_string(i), "", "train", right, 1, 0));
        records.back()["question"] = (right == 1 ? "add the sum " : "show the proof ") + std::to_string(i);
        records.back()["models"][0].erase("confidence");
        records.back()["models"][0]["verdicts"] = {i / 2 % 2, i / 4 % 2};
    }
    return records;
}

/// A log whose questions tell, beside a policy.
struct ToldPlace : PlaceInText {
    ToldPlace() { log = directory.write("told.jsonl", lines(told_records())); }
};

}  // namespace

TEST_CASE(
    "train reads what the questions tell, decide asks for the question, and the summary says what it was "
    "worth") {
    const ToldPlace place;
    const json summary = place.train();
    REQUIRE(summary["report"]["contexts"].size() == 2);
    CHECK(summary["report"]["contexts"][1]["fields"] == "text");
    CHECK(summary["report"]["contexts"][1]["chosen"] == true);
    CHECK(summary["policies"][0]["first"].is_null());
    CHECK(place.saved()["context"]["fields"] == "text");
    CHECK(place.saved()["options"]["context"] == "best");
    const std::string text = text_of(Arguments{"train", place.log, "--out", place.policy} + trained_prices);
    CHECK_THAT(text, ContainsSubstring("\nreads text: held-out excess ") && ContainsSubstring("; nothing ") &&
                         ContainsSubstring("\nsolved for each query, from what its text tells\n"));
    const auto [answers, outcome] =
        place.decide(R"({"id":"q1","current":null,"query":{"question":"add the sum 500"}})"
                     "\n"
                     R"({"id":"q2","current":null,"query":{"question":"show the proof 501"}})"
                     "\n"
                     R"({"id":"q3","current":null})"
                     "\n"
                     R"({"id":"q4","current":null,"query":{"question":"show","words":1}})"
                     "\n"
                     R"({"id":"q5","current":null,"query":{"question":""}})");
    CHECK(outcome.code == 1);
    REQUIRE(answers.size() == 5);
    // A query without words is forecast from the rest, as rows without words are.
    CHECK(answers[4]["action"] == "route");
    CHECK(answers[0]["to"] == "small");
    CHECK(answers[1]["to"] == "large");
    CHECK(answers[1]["explanation"]["told"][0]["model"] == "small");
    CHECK(answers[1]["explanation"]["told"][0]["score"] < 0.3);
    for (const std::size_t without : {std::size_t{2}, std::size_t{4}}) {
        CHECK(answers[without]["warning"] ==
              "the policy reads text, but the query has no question: it is read as one without words");
        CHECK(answers[without]["action"] == answers[4]["action"]);
        CHECK(answers[without]["explanation"] == answers[4]["explanation"]);
    }
    CHECK_FALSE(answers[0].contains("warning"));
    CHECK_THAT(answers[3]["error"].get<std::string>(), ContainsSubstring("query.words: unknown key"));
    const json blind = place.train({"--context", "none"});
    CHECK(blind["report"]["contexts"].empty());
    CHECK(place.saved()["context"].is_null());
    CHECK_THAT(
        text_of(Arguments{"train", place.log, "--out", place.policy, "--context", "none"} + trained_prices),
        !ContainsSubstring("reads"));
    check_refused({"train", place.log, "--out", place.policy, "--context", "words"}, 2,
                  "--context: expected best, none, or some of");
    check_refused(Arguments{"train", place.log, "--out", place.policy, "--context", "prior"} + trained_prices,
                  1, "context prior: no training row has a prior");
}

TEST_CASE("what a policy learnt from rows does not merge, and its belief does") {
    const ToldPlace place;
    static_cast<void>(place.train());
    const std::string more = place.directory.write("more.jsonl", lines(told_records(1000)));
    const std::string merged = place.directory.path("merged.json");
    const json both =
        json_of(Arguments{"train", more, "--merge", place.policy, "--out", merged} + trained_prices);
    CHECK(both["rows"] == 240);
    CHECK(json::parse(files::read(merged))["context"]["rows"] == 120);
    CHECK_THAT(both["warnings"].dump(), ContainsSubstring("learnt from the rows of LOG alone"));
    check_refused({"train", "--merge", place.policy, "--out", merged, "--context", "text"}, 2,
                  "--context text: statistics hold no facts on queries; give a LOG to learn from, or "
                  "--context none");
    const json alone = json_of({"train", "--merge", place.policy, "--out", merged});
    CHECK(json::parse(files::read(merged))["context"].is_null());
    CHECK_THAT(alone["warnings"].dump(),
               ContainsSubstring("the policy before reads text, and this one reads no query"));
}
