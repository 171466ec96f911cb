// SPDX-License-Identifier: Apache-2.0
// `automix compare`: the shape of its JSON, its figures where they are known by hand, and what it refuses.
#include "program/runner.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;

/// Queries of three models; the first one's answer is wrong in every other one, and four of its five verdicts say so.
std::vector<json> verdict_records(int rows, const std::string& prefix = "q") {
    std::vector<json> records;
    for (int i = 0; i < rows; ++i) {
        const int right = i % 2;
        json verdicts = json::array();
        for (int d = 0; d < 5; ++d) verdicts.push_back(d == i % 5 ? 1 - right : right);
        records.push_back({{"schema", "automix-log/1"},
                           {"id", prefix + std::to_string(i)},
                           {"models",
                            {{{"name", "small"}, {"score", right}, {"verdicts", verdicts}},
                             {{"name", "middle"}, {"score", 0.75}},
                             {{"name", "large"}, {"score", 1}}}}});
    }
    return records;
}

/// A log on disk, and the command line that compares routers on it.
class ComparedLog {
 public:
    explicit ComparedLog(int rows = 60)
        : path_(directory_.write("log.jsonl", lines(verdict_records(rows)))),
          other_(directory_.write("other.jsonl", lines(verdict_records(rows, "p")))) {}

    [[nodiscard]] Arguments line(const Arguments& arguments) const {
        return Arguments{"compare", path_, "--costs", "1,3,9", "--draw-cost", "0.1"} + arguments;
    }
    /// Of the small and the large model.
    [[nodiscard]] Arguments line_of_two(const Arguments& arguments) const {
        return Arguments{"compare", path_, "--models",    "small,large",
                         "--costs", "1,9", "--draw-cost", "0.1"} +
               arguments;
    }
    [[nodiscard]] json compare(const Arguments& arguments) const { return json_of(line(arguments)); }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& other() const { return other_; }

 private:
    files::Directory directory_;
    std::string path_;
    std::string other_;
};

double mean(const json& router, const std::string& figure) { return router[figure]["mean"].get<double>(); }

}  // namespace

TEST_CASE("compare's JSON has the members that it promises and no others") {
    const json all = ComparedLog().compare({"--routers", "pomdp,always_small", "--halves", "3"});
    CHECK(keys(all) == std::vector<std::string>{"halves", "logs", "seed", "train_rows"});
    CHECK(all["halves"] == 3);
    CHECK(all["train_rows"].is_null());
    const json& log = all["logs"][0];
    CHECK(keys(log) ==
          std::vector<std::string>{"log", "models", "prices", "routers", "rows", "static_area", "warnings"});
    CHECK(log["models"] == json{"small", "middle", "large"});
    CHECK(log["rows"] == 60);
    REQUIRE(log["routers"].size() == 2);
    for (const json& router : log["routers"]) {
        CHECK(keys(router) == std::vector<std::string>{"area", "cost", "difference", "draws", "excess",
                                                       "figures", "gap_recovered", "infeasible",
                                                       "later_start", "lift", "models", "name", "performance",
                                                       "quality", "refused", "rounds"});
        for (const char* figure : {"area", "cost", "draws", "excess", "gap_recovered", "later_start", "lift",
                                   "performance", "quality", "rounds"}) {
            CHECK(keys(router[figure]) == std::vector<std::string>{"mean", "se", "undefined"});
        }
        CHECK(keys(router["difference"]) == std::vector<std::string>{"excess", "mean", "se", "undefined"});
        CHECK(keys(router["figures"]) ==
              std::vector<std::string>{"aiq", "apgr", "cost_100", "cost_50", "cost_80", "cost_95", "cpt_50",
                                       "cpt_80", "deferral_area", "score_25", "score_50", "score_75"});
    }
    CHECK(log["routers"][0]["name"] == "pomdp");
    const json& small = log["routers"][1];
    CHECK(small["lift"] == json{{"mean", nullptr}, {"se", nullptr}, {"undefined", 3}});
}

TEST_CASE("compare's figures of routers that look at nothing are known") {
    const json all = ComparedLog().compare(
        {"--routers", "pomdp,always_small,always_large,random_mix", "--mix", "0.25", "--halves", "4"});
    const json& routers = all["logs"][0]["routers"];
    const double area = mean(routers[0], "area");
    CHECK(area > 10.0);
    CHECK(mean(routers[0], "difference") == 0.0);
    for (std::size_t i = 1; i < 4; ++i) {
        INFO(routers[i].dump());
        CHECK(mean(routers[i], "area") == Approx(0.0).margin(1e-9));
        CHECK(mean(routers[i], "excess") == Approx(0.0).margin(1e-9));
        CHECK(mean(routers[i], "difference") == Approx(-area));
    }
    CHECK(mean(routers[1], "cost") == Approx(1.0));
    CHECK(mean(routers[2], "cost") == Approx(9.0));
    CHECK(mean(routers[2], "quality") == Approx(1.0));
    CHECK(mean(routers[3], "cost") == Approx(3.0));
}

TEST_CASE("figures of the literature are known where a router looks at nothing") {
    const ComparedLog log;
    const json two = json_of(log.line_of_two({"--routers", "always_small", "--halves", "4"}));
    const json& figures = two["logs"][0]["routers"][0]["figures"];
    CHECK(mean(figures, "apgr") == Approx(0.5));
    CHECK(mean(figures, "cpt_80") == Approx(0.8));
    CHECK(mean(figures, "cost_50") == Approx(5.0));
    CHECK(mean(figures, "cost_100") == Approx(9.0));
    CHECK(mean(figures, "aiq") == Approx(mean(figures, "score_50")));
    CHECK(mean(figures, "deferral_area") == Approx(mean(figures, "score_50")));
    // Of three models no calls are counted.
    const json three = log.compare({"--routers", "always_small", "--halves", "2"});
    CHECK(three["logs"][0]["routers"][0]["figures"]["apgr"]["mean"].is_null());
    CHECK(mean(three["logs"][0]["routers"][0]["figures"], "cost_50") == Approx(5.0));

    const std::string text = text_of(log.line_of_two({"--routers", "fixed_k", "--halves", "2", "--figures"}));
    for (const char* part :
         {"APGR", "CPT(80 %)", "AIQ", "deferral area", "at 100 % of the gap", "score at 25 %"})
        CHECK_THAT(text, ContainsSubstring(part));
    CHECK_THAT(text_of(log.line_of_two({"--routers", "fixed_k", "--halves", "2"})),
               !ContainsSubstring("APGR"));
}

TEST_CASE("baselines are the recipes of other papers and the oracle, which knows all scores") {
    const json all = ComparedLog().compare({"--routers", "pomdp,baselines", "--halves", "3"});
    const json& routers = all["logs"][0]["routers"];
    std::vector<std::string> names;
    for (const json& router : routers) names.push_back(router["name"]);
    CHECK(names == std::vector<std::string>{"pomdp", "frugalgpt", "win_rate", "context_only",
                                            "self_consistency", "adaptive_consistency", "random_mix",
                                            "oracle"});
    const json& oracle = routers.back();
    for (const json& router : routers) CHECK(mean(router, "area") <= mean(oracle, "area"));
    // At the base slope it takes the small model where that is right, else the middle one: 0.75 at a price of 3.
    CHECK(mean(oracle, "performance") == Approx(1.0 - 0.25 * (mean(oracle, "cost") - 1.0) / 2.0));
    CHECK(mean(oracle, "draws") == 0.0);
    CHECK(mean(routers[6], "area") == Approx(0.0).margin(1e-9));
    CHECK(json_of(ComparedLog().line({"--routers", "exact,oracle", "--halves", "1"}))["logs"][0]["routers"]
              .size() == 2);
}

TEST_CASE("recipes that need verdicts are left out of a list if the log has none") {
    const files::Directory directory;
    std::vector<json> records = verdict_records(60);
    for (json& record : records) record["models"][0].erase("verdicts");
    const json all = json_of({"compare", directory.write("bare.jsonl", lines(records)), "--costs", "1,3,9",
                              "--routers", "baselines", "--halves", "2"});
    const json& log = all["logs"][0];
    CHECK(log["routers"].size() == 5);
    CHECK_THAT(log["warnings"].dump(), ContainsSubstring("left out self_consistency, adaptive_consistency"));
}

TEST_CASE("a router after an @ uses the models named there only") {
    const json all = ComparedLog().compare(
        {"--routers", "pomdp@small+middle,always_small@middle+large,fixed_k@small+large", "--halves", "2"});
    const json& routers = all["logs"][0]["routers"];
    CHECK(routers[0]["models"] == json{"small", "middle"});
    CHECK(mean(routers[0], "cost") < 1.0 + 0.5 + 3.0);
    CHECK(routers[1]["name"] == "always_small@middle+large");
    CHECK(mean(routers[1], "cost") == Approx(3.0));
    CHECK(mean(routers[1], "performance") == Approx(0.75));
    CHECK(routers[2]["models"] == json{"small", "large"});
    const json whole = json_of(ComparedLog().line_of_two({"--routers", "fixed_k", "--halves", "2"}));
    CHECK(mean(routers[2], "area") == Approx(mean(whole["logs"][0]["routers"][0], "area")));
}

TEST_CASE("several logs are compared apart, and their mean is given") {
    const ComparedLog log;
    const json both = log.compare({log.other(), "--routers", "pomdp,fixed_k", "--halves", "3"});
    REQUIRE(both["logs"].size() == 2);
    CHECK(both["logs"][1]["log"] == log.other());
    REQUIRE(both["mean"].size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(mean(both["mean"][i], "area") == Approx((mean(both["logs"][0]["routers"][i], "area") +
                                                       mean(both["logs"][1]["routers"][i], "area")) /
                                                      2));
    }
    const std::string text = text_of(log.line({log.other(), "--routers", "pomdp,fixed_k", "--halves", "3"}));
    CHECK_THAT(text, ContainsSubstring("trained on 3 random halves") && ContainsSubstring("mean of 2 logs") &&
                         ContainsSubstring("small -> middle -> large") && ContainsSubstring("fixed_k"));
}

TEST_CASE("the same seed compares on the same halves, and fewer rows may be trained on") {
    const ComparedLog log;
    const Arguments line = {"--routers", "exact,pomdp", "--halves", "2"};
    CHECK(log.compare(line) == log.compare(line));
    CHECK(log.compare(line)["logs"] != log.compare(line + Arguments{"--seed", "9"})["logs"]);
    const json few = log.compare(line + Arguments{"--train-rows", "5"});
    CHECK(few["train_rows"] == 5);
    CHECK(few["logs"] != log.compare(line)["logs"]);
    CHECK(log.compare(line + Arguments{"--train-rows", "1000"})["logs"] == log.compare(line)["logs"]);
}

TEST_CASE("compare takes the options of evaluate") {
    const ComparedLog log;
    const auto figures = [&](const Arguments& arguments) {
        const json all =
            json_of(log.line_of_two(Arguments{"--routers", "pomdp", "--halves", "3"} + arguments));
        return all["logs"][0]["routers"][0];
    };
    CHECK(mean(figures({"--max-draws", "1"}), "draws") <= 1.0);
    CHECK(figures({"--max-draws", "small=1"}) == figures({"--max-draws", "1"}));
    CHECK(mean(figures({"--max-draws", "small=0"}), "draws") == 0.0);
    CHECK(mean(figures({"--objective", "lambda=0"}), "quality") > 0.95);
    CHECK(mean(figures({"--objective", "budget=1"}), "cost") == Approx(1.0));
    CHECK(figures({"--objective", "budget=0.5"})["infeasible"] == 3);
    CHECK(mean(figures({"--objective", "quality=0.01"}), "cost") == Approx(1.0));
    CHECK(mean(figures({"--round-cost", "0.5"}), "rounds") < mean(figures({}), "rounds"));
    CHECK(figures({"--accept", "best"}) == figures({}));
}

TEST_CASE("what compare refuses") {
    const ComparedLog log;
    const std::vector<std::pair<Arguments, std::string>> usage = {
        {{"--halves", "0"}, "halves: expected at least 1, found 0"},
        {{"--halves", "x"}, "x"},
        {{"--train-rows", "-1"}, "train_rows: expected at least 0, found -1"},
        {{"--routers", "bogus"}, "unknown router \"bogus\""},
        {{"--routers", "bogus@small+large"}, "unknown router \"bogus\""},
        {{"--routers", "pomdp@small"}, "--routers: expected NAME@MODEL+MODEL..., found \"pomdp@small\""},
        {{"--routers", "pomdp@"}, "expected NAME@MODEL+MODEL"},
        {{"--routers", "pomdp@large+small"}, "order, cheapest first"},
        {{"--routers", "pomdp@small+small"}, "order, cheapest first"},
        {{"--routers", "pomdp@small+other"}, "no model \"other\""},
        {{"--objective", "best"},
         "objective: expected base, max_ibc, lambda=X, budget=X, quality=X, promise"},
        {{"--objective", "lambda=-1"}, "found -1"},
        {{"--objective", "budget=1", "--routers", "pomdp,fixed_k"},
         "fixed_k: the objective is base or lambda=X"},
        {{"--max-draws", "-1"}, "--max-draws: expected a number of draws from 0 to 255, found \"-1\""},
        {{"--max-draws", "1.5"}, "found \"1.5\""},
        {{"--max-draws", "256"}, "from 0 to 255, found \"256\""},
        {{"--max-draws", "small="}, "found \"\""},
        {{"--max-draws", "small=1,2"}, "--max-draws: expected K or NAME=K,..., found \"2\""},
        {{"--max-draws", "other=1"}, "--max-draws: no model \"other\""},
        {{"--max-draws", "small=2,small=3"}, "--max-draws: \"small\" is given twice"},
        {{"--max-draws", "large=2"}, "--max-draws: \"large\" is the last model, which is not verified"},
        {{"--accept", "some"}, "some"},
        {{"--round-cost", "-1"}, "-1"},
        {{"--seed", "-1"}, "-1"},
        {{"--resamples", "10"}, "--resamples"},
        {{"--format", "csv"}, "csv"},
    };
    for (const auto& [arguments, message] : usage) check_refused(log.line(arguments), 2, message);
    check_refused({"compare"}, 2, "LOG");
    check_refused(log.line({"--routers", "pomdp", "--max-draws", "6"}), 1,
                  "5 verdicts are logged, 6 are needed");
    check_refused(log.line_of_two({"--routers", "pomdp", "--accept", "plurality"}), 1,
                  "no samples are known of model \"small\"");
    check_refused({"compare", log.path() + ".missing"}, 1, "cannot be opened");
    const ComparedLog tiny(1);
    check_refused(tiny.line({"--routers", "pomdp"}), 1, "leaves no rows to");
}

TEST_CASE("of the routers that nobody named those are left out that do not suit, with a note") {
    const ComparedLog log;
    const auto names = [](const json& all) {
        std::vector<std::string> found;
        for (const json& router : all["routers"]) found.push_back(router["name"]);
        return found;
    };
    for (const char* objective : {"budget=4", "quality=0.9", "max_ibc"}) {
        const json all = log.compare({"--halves", "2", "--objective", objective})["logs"][0];
        CHECK(names(all) == std::vector<std::string>{"pomdp", "exact"});
        CHECK(all["warnings"].dump().find(std::string("left out fixed_k: not for the objective ") +
                                          objective) != std::string::npos);
    }
    const files::Directory directory;
    std::vector<json> records = verdict_records(60);
    for (json& each : records) each["models"][0].erase("verdicts");
    const std::string scores = directory.write("scores.jsonl", lines(records));
    const json all = json_of({"compare", scores, "--costs", "1,3,9", "--halves", "2"})["logs"][0];
    CHECK(names(all) == std::vector<std::string>{"pomdp", "fixed_k"});
    CHECK(all["warnings"].dump().find("left out exact: the log holds neither verdicts nor a confidence") !=
          std::string::npos);
}

TEST_CASE("compare warns of what train warns of, also where it ends with an error") {
    files::Directory directory;
    std::vector<json> records = verdict_records(60);
    for (json& record : records) {
        const int first = record["models"][0]["verdicts"][0];
        record["models"][0]["verdicts"] = json::array({first, first, first, first});
    }
    const std::string copies = directory.write("copies.jsonl", lines(records));
    CHECK_THAT(text_of({"compare", copies, "--costs", "1,3,9", "--draw-cost", "0.1", "--halves", "2"}),
               ContainsSubstring("copies") && ContainsSubstring("--max-draws 1"));

    for (json& record : records) {
        record["models"][0]["verdict"] = record["models"][0]["verdicts"];
        record["models"][0].erase("verdicts");
    }
    const std::string misspelt = directory.write("misspelt.jsonl", lines(records));
    for (const Arguments& options :
         {Arguments{"compare", misspelt, "--routers", "threshold"},
          Arguments{"evaluate", misspelt, "--router", "threshold", "--split", "hash:0.5"}}) {
        const Outcome outcome = run_automix(options + Arguments{"--models", "small,large", "--costs", "1,9"});
        CHECK(outcome.code == 1);
        CHECK_THAT(outcome.err,
                   ContainsSubstring("did you mean \"verdicts\"?") && ContainsSubstring("needs verdicts"));
    }
}

TEST_CASE("one log given twice is refused") {
    const files::Directory directory;
    const std::string log = directory.write("log.jsonl", lines(hand_records()));
    check_refused({"compare", log, log}, 2, "is given twice, so the mean would count it twice");
}

TEST_CASE("more verdicts than a policy counts are named with their row") {
    const files::Directory directory;
    std::vector<json> records = hand_records();
    for (json& record : records) {
        record["models"][0].erase("confidence");
        record["models"][0]["verdicts"] = std::vector<int>(400, record["id"].get<std::string>()[0] == 'b');
    }
    const std::string log = directory.write("many.jsonl", lines(records));
    check_refused({"compare", log, "--halves", "1", "--costs", "1,9"}, 1,
                  "400 verdicts are logged, at most 255 can be used");
    CHECK(run_automix({"compare", log, "--halves", "1", "--costs", "1,9", "--routers", "exact"}).code == 0);
}

TEST_CASE("compare proves a promise by rows of each training half") {
    const ComparedLog log(400);
    const Arguments promise{"--objective",       "promise:quality=0.9,confidence=0.9",
                            "--calibrate-share", "0.5",
                            "--halves",          "2",
                            "--routers",         "pomdp,always_large"};
    const json all = log.compare(promise);
    const json& router = all["logs"][0]["routers"][0];
    CHECK(router["name"] == "pomdp");
    CHECK(mean(router, "quality") >= 0.9);
    CHECK(mean(router, "cost") < mean(all["logs"][0]["routers"][1], "cost"));
    CHECK(router["infeasible"] == 0);
    // Few rows prove nothing, and that is said.
    const json few = ComparedLog(20).compare(promise);
    CHECK(mean(few["logs"][0]["routers"][0], "cost") == 9.0);
    const auto& warnings = few["logs"][0]["warnings"];
    CHECK(std::any_of(warnings.begin(), warnings.end(), [](const json& warning) {
        return warning == "2 of 2 promises were not proven on their half, so the last model answered there";
    }));
    check_refused(log.line({"--objective", "promise:quality=0.9,confidence=0.9", "--routers", "pomdp"}), 2,
                  "--calibrate-share X");
    check_refused(log.line({"--calibrate-share", "0.5"}), 2, "only for a promise");
}
