// SPDX-License-Identifier: Apache-2.0
// `automix frontier`: its forms, and its figures on a log small enough for a pencil.
#include "program/runner.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

/// The hand-made log, and the command line for it.
class FrontierLog {
 public:
    FrontierLog() : path_(directory_.write("log.jsonl", lines(hand_records()))) {}

    [[nodiscard]] Arguments line(const Arguments& arguments = {}) const {
        return Arguments{"frontier", path_, "--router", "exact", "--costs", "1,9", "--verification-cost",
                         "1"} +
               arguments;
    }

 private:
    files::Directory directory_;
    std::string path_;
};

}  // namespace

TEST_CASE("frontier's JSON has the members that it promises and no others") {
    const json all = json_of(FrontierLog().line());
    CHECK(keys(all) == std::vector<std::string>{"models", "oracle", "policies", "prices", "router", "rows",
                                                "single_models", "warnings"});
    CHECK(all["models"] == json{"small", "large"});
    CHECK(all["rows"] == json{{"train", 4}, {"test", 4}});
    CHECK(all["router"] == "exact");
    // Data set a is routed whole; b loses by it on the training rows.
    REQUIRE(all["policies"].size() == 1);
    const json& policy = all["policies"][0];
    CHECK(policy["cost"].get<double>() == Approx(6.5));
    CHECK(policy["performance"].get<double>() == Approx(0.875));
    CHECK(policy.contains("parameters"));
    CHECK(policy["ci"]["level"] == 0.95);
    REQUIRE(all["single_models"].size() == 2);
    CHECK(all["single_models"][0]["name"] == "small");
    CHECK(all["single_models"][0]["performance"].get<double>() == Approx(0.5));
    CHECK(all["single_models"][1]["cost"].get<double>() == Approx(9.0));
    // The oracle pays for the large model on a3 (1 gained), then on a4 (0.5).
    REQUIRE(all["oracle"].size() == 3);
    CHECK(all["oracle"][1]["performance"].get<double>() == Approx(0.75));
    CHECK(all["oracle"][1]["cost"].get<double>() == Approx(3.0));
    CHECK(all["oracle"][2]["performance"].get<double>() == Approx(0.875));
}

TEST_CASE("a frontier comes as a drawing, as a table and as a picture") {
    const FrontierLog log;
    const std::string text = text_of(log.line());
    CHECK_THAT(
        text,
        StartsWith("mean score (0 to 1) over mean cost per query (unit of the prices), 4 test queries\n") &&
            ContainsSubstring("* exact"));
    CHECK_THAT(text, ContainsSubstring("only 4 rows"));
    // Warnings have no place in the other forms.
    const Outcome table = run_automix(log.line({"--format", "csv"}));
    CHECK_THAT(table.err, StartsWith("automix: warning: only 4 rows"));
    const std::string& csv = table.out;
    CHECK_THAT(csv, StartsWith("kind,name,cost,"));
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 1 + 1 + 2 + 3);
    const std::string picture = run_automix(log.line({"--format", "svg"})).out;
    CHECK_THAT(picture, StartsWith("<svg ") && ContainsSubstring("</svg>\n"));
    CHECK(picture == run_automix(log.line({"--format", "svg"})).out);
}

TEST_CASE("a log without verdicts has a frontier too, and the router is pomdp unless another is named") {
    const FrontierLog log;
    Arguments line = log.line({"--format", "json"});
    line.erase(line.begin() + 2, line.begin() + 4);
    const json all = json::parse(text_of(line));
    CHECK(all["router"] == "pomdp");
    CHECK(!all["policies"].empty());
    CHECK(std::is_sorted(all["policies"].begin(), all["policies"].end(), [](const json& a, const json& b) {
        return a["cost"].get<double>() < b["cost"].get<double>();
    }));
}

TEST_CASE("what frontier refuses") {
    const FrontierLog log;
    check_refused(log.line({"--format", "png"}), 2, "png");
    check_refused(log.line({"--resamples", "0"}), 2, "resamples: expected at least 1, found 0");
    check_refused(log.line({"--objective", "x"}), 2, "objective");
    check_refused(log.line({"--max-draws", "other=1"}), 2, "no model \"other\"");
    check_refused({"frontier", "--router", "bogus", "missing.jsonl"}, 2, "unknown router \"bogus\"");
    check_refused({"frontier", "missing.jsonl"}, 1, "missing.jsonl: cannot be opened");
    check_refused(log.line({"--test-split", "dev"}), 1, "no rows with split \"dev\"");
}

TEST_CASE("warnings reach standard error where the output has no place for them") {
    const FrontierLog log;
    for (const char* format : {"csv", "svg"}) {
        const Outcome outcome = run_automix(log.line({"--format", format, "--test-split", "train"}));
        CHECK(outcome.code == 0);
        CHECK_THAT(outcome.err,
                   StartsWith("automix: warning: rows to train on and rows to test on are the same"));
    }
}
