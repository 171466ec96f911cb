// SPDX-License-Identifier: Apache-2.0
// `automix evaluate`: the shape of its JSON and its figures on logs small enough for a pencil.
#include "program/runner.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;

const std::vector<std::string> report_keys = {"answer_cost",   "cost",   "draws",     "excess",
                                              "gap_recovered", "ibc",    "ibc_lift",  "performance",
                                              "rounds",        "routed", "undefined", "verification_cost"};

/// A log on disk and what the program says of it.
class EvaluatedLog {
 public:
    explicit EvaluatedLog(const std::vector<json>& records = hand_records())
        : path_(directory_.write("log.jsonl", lines(records))) {}

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] json evaluate(const Arguments& arguments) const {
        return json_of(Arguments{"evaluate", path_} + arguments);
    }
    /// Of the one router named.
    [[nodiscard]] json router(const std::string& name, const Arguments& arguments = {}) const {
        return evaluate(Arguments{"--router", name} + arguments)["routers"][0];
    }

 private:
    files::Directory directory_;
    std::string path_;
};

const Arguments prices = {"--costs", "1,9", "--verification-cost", "1"};

/// Checks the figures named; null is null.
void check_figures(const json& report, const json& expected) {
    for (const auto& [name, value] : expected.items()) {
        INFO(name << " of " << report.dump());
        if (value.is_number()) {
            REQUIRE(report[name].is_number());
            CHECK(report[name].get<double>() == Approx(value.get<double>()).margin(1e-12));
        } else {
            CHECK(report[name] == value);
        }
    }
}

/// The records with `change` applied to each.
template <class Change>
std::vector<json> changed(Change change) {
    std::vector<json> records = hand_records();
    std::for_each(records.begin(), records.end(), change);
    return records;
}

}  // namespace

TEST_CASE("evaluate's JSON has the members that it promises and no others") {
    const json all = EvaluatedLog().evaluate(Arguments{"--router", "threshold"} + prices);
    CHECK(keys(all) == std::vector<std::string>{"base_ibc", "baselines", "models", "prices", "routers",
                                                "rows", "warnings"});
    CHECK(all["models"] == json{"small", "large"});
    CHECK(all["rows"] == json{{"train", 4}, {"test", 4}});
    REQUIRE(all["warnings"].size() == 1);
    CHECK_THAT(all["warnings"][0].get<std::string>(), ContainsSubstring("only 4 rows"));
    CHECK(keys(all["base_ibc"]) == std::vector<std::string>{"test", "train"});
    CHECK(keys(all["baselines"]) ==
          std::vector<std::string>{"always_large", "always_small", "oracle", "random_mix"});
    for (const json& report : all["baselines"]) CHECK(keys(report) == report_keys);

    const json& router = all["routers"][0];
    CHECK(keys(router) == std::vector<std::string>{"conclusion", "contexts", "datasets", "guard", "held_out",
                                                   "name", "parameters", "routed_price", "test", "train",
                                                   "warnings"});
    CHECK(keys(router["train"]) == report_keys);
    CHECK(keys(router["datasets"]) == std::vector<std::string>{"a", "b"});
    CHECK(keys(router["datasets"]["a"]) == report_keys);
    json test = router["test"];
    CHECK(keys(test["ci"]) == std::vector<std::string>{"cost", "ibc_lift", "level", "performance",
                                                       "resamples", "undefined_resamples"});
    test.erase("ci");
    CHECK(keys(test) == report_keys);
}

TEST_CASE("figures of the literature are those worked out by hand") {
    const Arguments arguments =
        Arguments{"--router", "threshold,always_small", "--figures", "--resamples", "50"} + prices;
    const json curves = EvaluatedLog().evaluate(arguments)["curves"];
    CHECK(keys(curves) == std::vector<std::string>{"always_small", "threshold"});
    const json& curve = curves["threshold"];
    CHECK(keys(curve) == std::vector<std::string>{"cost_ratio", "figures", "policies", "score_difference"});
    // The policy routes half of the test rows: 0.875 at 6.5, as good as the large model, between 0.5 at 1 and 0.875 at 9.
    CHECK(curve["policies"] == 1);
    const auto figure = [](const json& of, const std::string& name) {
        return of["figures"][name]["value"].get<double>();
    };
    CHECK(figure(curve, "apgr") == Approx(0.75));
    CHECK(figure(curve, "cpt_80") == Approx(0.4));
    CHECK(figure(curve, "aiq") == Approx((0.6875 * 5.5 + 0.875 * 2.5) / 8));
    CHECK(figure(curve, "cost_50") == Approx(3.75));
    CHECK(figure(curve, "cost_100") == Approx(6.5));
    CHECK(figure(curve, "score_50") == Approx(0.5 + 0.375 * 4.0 / 5.5));
    CHECK(curve["figures"]["aiq"]["ci"].size() == 2);
    // Mixing costs 1 + 0.95 * 8 at 95 % of the gap, the policy 1 + 0.95 * 5.5.
    CHECK(curves["always_small"]["cost_ratio"]["value"].get<double>() == Approx(8.6 / 6.225));
    const std::string text = text_of(Arguments{"evaluate", EvaluatedLog().path()} + arguments);
    CHECK_THAT(text, ContainsSubstring("APGR") && ContainsSubstring("ratio of costs at 95 % of the gap"));
}

TEST_CASE("evaluate's figures are those worked out by hand") {
    const json all = EvaluatedLog().evaluate(Arguments{"--router", "threshold"} + prices);
    // Training rows: P_S = 2/4, P_L = 3/4, costs 1 and 9. Test rows: P_S = 2/4, P_L = 3.5/4.
    CHECK(all["base_ibc"]["train"].get<double>() == Approx(0.25 / 8));
    CHECK(all["base_ibc"]["test"].get<double>() == Approx(0.375 / 8));
    const json& router = all["routers"][0];
    CHECK(router["name"] == "threshold");
    CHECK(router["parameters"] == json{{"threshold", 0.0}});

    SECTION("training rows: half of them routed, all of them right") {
        check_figures(router["train"], {{"performance", 1.0},
                                        {"cost", 6.5},
                                        {"answer_cost", 5.5},
                                        {"verification_cost", 1.0},
                                        {"ibc", 0.5 / 5.5},
                                        {"ibc_lift", 0.5 / 5.5 * 32 - 1},
                                        {"undefined", nullptr},
                                        {"routed", 0.5},
                                        {"draws", 1.0},
                                        {"gap_recovered", 2.0},
                                        {"excess", 131.25}});
    }
    SECTION("test rows: half of them routed, the whole gap recovered") {
        check_figures(router["test"], {{"performance", 0.875},
                                       {"cost", 6.5},
                                       {"answer_cost", 5.5},
                                       {"verification_cost", 1.0},
                                       {"ibc", 0.375 / 5.5},
                                       {"ibc_lift", 8 / 5.5 - 1},
                                       {"undefined", nullptr},
                                       {"routed", 0.5},
                                       {"draws", 1.0},
                                       {"gap_recovered", 1.0},
                                       {"excess", 31.25}});
    }
    SECTION("data set a is routed whole, which is dearer than the large model alone") {
        check_figures(router["datasets"]["a"], {{"performance", 1.0},
                                                {"cost", 11.0},
                                                {"ibc", 0.075},
                                                {"ibc_lift", -0.2},
                                                {"routed", 1.0},
                                                {"gap_recovered", 1.0},
                                                {"excess", -25.0}});
    }
    SECTION("in data set b both models score the same, so there is nothing to gain") {
        check_figures(router["datasets"]["b"], {{"performance", 0.75},
                                                {"cost", 2.0},
                                                {"ibc", 0.0},
                                                {"ibc_lift", nullptr},
                                                {"undefined", "both models score the same"},
                                                {"routed", 0.0},
                                                {"gap_recovered", nullptr},
                                                {"excess", nullptr}});
    }
    SECTION("baselines") {
        const json& baselines = all["baselines"];
        check_figures(baselines["always_small"], {{"performance", 0.5},
                                                  {"cost", 1.0},
                                                  {"ibc", nullptr},
                                                  {"ibc_lift", nullptr},
                                                  {"undefined", "cost equals that of the small model"},
                                                  {"routed", 0.0},
                                                  {"draws", 0.0},
                                                  {"gap_recovered", 0.0},
                                                  {"excess", 0.0}});
        check_figures(
            baselines["always_large"],
            {{"performance", 0.875}, {"cost", 9.0}, {"ibc_lift", 0.0}, {"routed", 1.0}, {"excess", 0.0}});
        check_figures(
            baselines["random_mix"],
            {{"performance", 0.6875}, {"cost", 5.0}, {"ibc_lift", 0.0}, {"routed", 0.5}, {"draws", 0.0}});
        // Base slope 3/64: the large model pays where it adds 3/8 or more, that is on both queries of a.
        check_figures(
            baselines["oracle"],
            {{"performance", 0.875}, {"cost", 5.0}, {"ibc", 0.375 / 4}, {"ibc_lift", 1.0}, {"excess", 50.0}});
    }
}

TEST_CASE("intervals hold the figure, follow the seed, and are as many resamples as asked for") {
    const EvaluatedLog log;
    const Arguments arguments = Arguments{"--router", "threshold"} + prices;
    const json test = log.evaluate(arguments)["routers"][0]["test"];
    const json& ci = test["ci"];
    CHECK(ci["level"] == 0.95);
    CHECK(ci["resamples"] == 1000);
    for (const char* figure : {"performance", "cost"}) {
        INFO(figure);
        CHECK(ci[figure][0] <= test[figure]);
        CHECK(test[figure] <= ci[figure][1]);
    }
    // Queries of data set b have no lift: a resample of b3 and b4 alone (one of 16) is undefined.
    const int undefined = ci["undefined_resamples"].get<int>();
    CHECK(undefined > 30);
    CHECK(undefined < 100);
    // More than one in twenty: the others would be a selection.
    CHECK(ci["ibc_lift"].is_null());
    CHECK(log.evaluate(arguments + Arguments{"--resamples", "7"})["routers"][0]["test"]["ci"]["resamples"] ==
          7);

    const auto bytes = [&](const Arguments& more) {
        return text_of(Arguments{"evaluate", log.path()} + arguments + more);
    };
    for (const char* format : {"text", "json"}) {
        CHECK(bytes({"--format", format}) == bytes({"--format", format}));
        CHECK(bytes({"--format", format, "--seed", "0"}) == bytes({"--format", format}));
    }
    const auto few = [&](const char* seed) {
        return bytes({"--format", "json", "--resamples", "5", "--seed", seed});
    };
    CHECK(few("1") != few("2"));
}

TEST_CASE("where no resample has a lift its interval is null") {
    const EvaluatedLog log(
        changed([](json& record) { record["models"][1]["score"] = record["models"][0]["score"]; }));
    const json ci = log.router("always_large")["test"]["ci"];
    CHECK(ci["ibc_lift"].is_null());
    CHECK(ci["undefined_resamples"] == 1000);
}

TEST_CASE("all is every router but fixed_answer, and names count once") {
    const EvaluatedLog log;
    const auto names = [&](const std::string& list) {
        std::vector<std::string> found;
        const json all = log.evaluate({"--router", list, "--resamples", "1"});
        for (const json& router : all["routers"]) found.push_back(router["name"]);
        return found;
    };
    const std::vector<std::string> all = {"pomdp",
                                          "fixed_k",
                                          "threshold",
                                          "double_threshold",
                                          "triple_threshold",
                                          "self_consistency",
                                          "simple_pomdp",
                                          "greedy_pomdp",
                                          "union",
                                          "exact",
                                          "always_small",
                                          "always_large",
                                          "random_mix"};
    CHECK(names("all") == all);
    CHECK(names("all,threshold,all") == all);
    CHECK(names("exact,threshold,exact") == std::vector<std::string>{"exact", "threshold"});
}

TEST_CASE("several logs are read as one, before or behind the options") {
    const files::Directory directory;
    const std::vector<json> records = hand_records();
    const std::string first = directory.write("first.jsonl", lines({records.begin(), records.begin() + 3}));
    const std::string second = directory.write("second.jsonl", lines({records.begin() + 3, records.end()}));
    const json whole = EvaluatedLog().evaluate(Arguments{"--router", "all"} + prices);
    CHECK(json_of(Arguments{"evaluate", first, second, "--router", "all"} + prices) == whole);
    CHECK(json_of(Arguments{"evaluate", "--models", "small,large", "--router", "all"} + prices +
                  Arguments{"--cost-range", "0,99", first, second}) == whole);
}

TEST_CASE("a log in another shape is read through a map") {
    const files::Directory directory;
    std::vector<json> rows;
    for (const json& record : hand_records()) {
        rows.push_back({{"key", record["id"]},
                        {"part", record["split"]},
                        {"task", record["dataset"]},
                        {"s_f1", record["models"][0]["score"]},
                        {"s_ver", record["models"][0]["confidence"]},
                        {"l_f1", record["models"][1]["score"]}});
    }
    const std::string table = directory.write("table.jsonl", lines(rows));
    const std::string map =
        directory.write("map.json", json{{"id", "key"},
                                         {"split", "part"},
                                         {"dataset", "task"},
                                         {"models",
                                          {{{"name", "small"}, {"score", "s_f1"}, {"confidence", "s_ver"}},
                                           {{"name", "large"}, {"score", "l_f1"}}}}}
                                        .dump());
    const Arguments arguments = Arguments{"--router", "all"} + prices;
    CHECK(json_of(Arguments{"evaluate", table, "--map", map} + arguments) ==
          EvaluatedLog().evaluate(arguments));
}

TEST_CASE("rows to train and to test on: by name, by share, by hash") {
    std::vector<json> many;
    for (int i = 0; i < 200; ++i) many.push_back(record("q" + std::to_string(i), "", "", i % 2, 1, i % 2));
    for (json& record : many) record.erase("split");
    const EvaluatedLog unsplit(many);
    const auto rows = [](const EvaluatedLog& log, const Arguments& arguments) {
        const json found =
            log.evaluate(Arguments{"--router", "threshold", "--resamples", "1"} + arguments)["rows"];
        return std::vector<int>{found["train"].get<int>(), found["test"].get<int>()};
    };
    CHECK(rows(unsplit, {"--split", "random:0.25"}) == std::vector<int>{50, 150});
    CHECK(rows(unsplit, {"--split", "random:0.25", "--seed", "9"}) == std::vector<int>{50, 150});
    const auto hashed = rows(unsplit, {"--split", "hash:0.25"});
    CHECK(hashed[0] + hashed[1] == 200);
    CHECK(hashed[0] > 25);
    CHECK(hashed[0] < 75);
    CHECK(rows(EvaluatedLog(), {"--split", "random:0.25"}) == std::vector<int>{2, 6});
    CHECK(rows(EvaluatedLog(), {"--train-split", "test", "--test-split", "train"}) == std::vector<int>{4, 4});

    std::vector<json> renamed = hand_records();
    renamed.back()["split"] = "dev";
    CHECK(rows(EvaluatedLog(renamed), {"--test-split", "dev"}) == std::vector<int>{4, 1});
}

TEST_CASE("a truncated last line is skipped with a warning where allowed") {
    const files::Directory directory;
    const std::string log =
        directory.write("log.jsonl", lines(hand_records()) + R"({"schema":"automix-log/1","id":"b)");
    const Arguments arguments = Arguments{"evaluate", log, "--router", "threshold"} + prices;
    json found = json_of(arguments + Arguments{"--allow-truncated"});
    REQUIRE(found["warnings"].size() == 2);
    CHECK_THAT(found["warnings"][0].get<std::string>(),
               ContainsSubstring("log.jsonl:9") && ContainsSubstring("truncated"));
    found["warnings"].erase(0);
    CHECK(found == EvaluatedLog().evaluate(Arguments{"--router", "threshold"} + prices));
    const Outcome refused = run_automix(arguments);
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, ContainsSubstring("log.jsonl:9") && ContainsSubstring("truncated"));
}

TEST_CASE("fixed_answer routes listed answers without verifying them") {
    const EvaluatedLog log([] {
        std::vector<json> records = hand_records();
        for (json& record : records) record["models"][0]["answer"] = "42";
        records[6]["models"][0]["answer"] = " Unanswerable";  // b3, of which the small model is sure
        return records;
    }());
    const Arguments list = prices + Arguments{"--fixed-answers", "none,unanswerable"};
    const json router = log.router("fixed_answer:threshold", list);
    CHECK(router["name"] == "fixed_answer:threshold");
    // As by threshold, but b3 costs 1 + 9 and no verification: (11 + 11 + 10 + 2) / 4.
    check_figures(router["test"], {{"performance", 0.875},
                                   {"cost", 8.5},
                                   {"answer_cost", 7.75},
                                   {"verification_cost", 0.75},
                                   {"routed", 0.75},
                                   {"draws", 0.75}});
    // An empty text is an answer like others: here it is nobody's.
    check_figures(log.router("fixed_answer:threshold", prices + Arguments{"--fixed-answer", ""})["test"],
                  {{"cost", 6.5}});

    // Given one by one, an answer may hold a comma.
    check_figures(
        log.router("fixed_answer:threshold",
                   prices + Arguments{"--fixed-answer", "none", "--fixed-answer", "UNANSWERABLE"})["test"],
        {{"cost", 8.5}});
    std::vector<json> with_comma = hand_records();
    with_comma[6]["models"][0]["answer"] = "no, unanswerable";
    check_figures(EvaluatedLog(with_comma).router("fixed_answer:threshold", list)["test"], {{"cost", 6.5}});
    check_figures(
        EvaluatedLog(with_comma)
            .router("fixed_answer:threshold", list + Arguments{"--fixed-answer", "No, unanswerable"})["test"],
        {{"cost", 8.5}});

    const json unlisted = log.evaluate(Arguments{"--router", "fixed_answer:threshold"} + prices);
    check_figures(unlisted["routers"][0]["test"], {{"cost", 6.5}});
    REQUIRE(unlisted["warnings"].size() == 2);
    CHECK_THAT(unlisted["warnings"][1].get<std::string>(), ContainsSubstring("--fixed-answers"));
}

TEST_CASE("a cost range binds on the training rows; that nothing satisfies it is a result") {
    const EvaluatedLog log;
    // Thresholds route half of the training rows (6.5) or, at 1, all of them (11).
    CHECK(log.router("threshold", prices + Arguments{"--cost-range", "7,20"})["train"]["cost"] == 11.0);
    CHECK(log.router("threshold", prices + Arguments{"--cost-range", "6.5,6.5"})["train"]["cost"] == 6.5);

    const Arguments narrow = prices + Arguments{"--cost-range", "2.5,3"};
    const json found = log.evaluate(Arguments{"--router", "threshold,always_small"} + narrow);
    const json& router = found["routers"][0];
    CHECK_THAT(router["infeasible"].get<std::string>(), ContainsSubstring("[2.5, 3]"));
    for (const char* part : {"parameters", "train", "test"}) CHECK(router[part].is_null());
    CHECK(router["datasets"] == json::object());
    CHECK_FALSE(found["routers"][1].contains("infeasible"));
    CHECK_THAT(text_of(Arguments{"evaluate", log.path(), "--router", "threshold"} + narrow),
               ContainsSubstring("threshold: infeasible"));
}

TEST_CASE("mix is the share of the large model") {
    const json found = EvaluatedLog().evaluate(Arguments{"--router", "random_mix", "--mix", "0.25"} + prices);
    // 3/4 of the small model and 1/4 of the large one.
    const json expected = {{"performance", 0.59375}, {"cost", 3.0}, {"routed", 0.25}, {"ibc_lift", 0.0}};
    check_figures(found["routers"][0]["test"], expected);
    check_figures(found["baselines"]["random_mix"], expected);
    CHECK(found["routers"][0]["parameters"] == json{{"share", 0.25}});
}

TEST_CASE("prices: given, recorded, default") {
    const auto with_verdicts = [](json& record) {
        json& small = record["models"][0];
        const int verdict = small["confidence"] == 1.0 ? 1 : 0;
        small.erase("confidence");
        small["verdicts"] = {verdict, verdict, nullptr, verdict};
    };
    const EvaluatedLog log(changed(with_verdicts));
    const auto test = [](const EvaluatedLog& of, const Arguments& arguments) {
        return of.router("threshold", arguments)["test"];
    };
    // Defaults: 1 and 50 for answers, 1 for all four draws.
    check_figures(test(log, {}),
                  {{"cost", 27.0}, {"answer_cost", 26.0}, {"verification_cost", 1.0}, {"draws", 4.0}});
    check_figures(test(log, {"--costs", "2,10"}), {{"answer_cost", 7.0}, {"verification_cost", 1.0}});
    check_figures(test(log, {"--verification-cost", "3"}), {{"verification_cost", 3.0}});
    check_figures(test(log, {"--draw-cost", "3"}), {{"verification_cost", 12.0}});
    check_figures(test(log, {"--draw-cost", "3,7"}), {{"verification_cost", 12.0}});

    const EvaluatedLog recorded(changed([&](json& record) {
        with_verdicts(record);
        record["models"][0]["cost"] = 2.0;
        record["models"][0]["draw_cost"] = 0.5;
        record["models"][1]["cost"] = record["dataset"] == "a" ? 20.0 : 4.0;
    }));
    check_figures(test(recorded, {}), {{"cost", 14.0}, {"answer_cost", 12.0}, {"verification_cost", 2.0}});
    check_figures(test(recorded, {"--costs", "1,9", "--verification-cost", "1"}), {{"cost", 6.5}});
    check_figures(test(recorded, {"--costs", "1,9"}), {{"cost", 7.5}});
}

TEST_CASE("prices are settled once for the rows to train and to test on") {
    const auto recorded_in = [](const std::string& part) {
        return changed([&](json& record) {
            if (record["split"] != part) return;
            record["models"][0]["cost"] = 2.0;
            record["models"][1]["cost"] = 20.0;
        });
    };
    const files::Directory directory;
    for (const char* part : {"train", "test"}) {
        const std::string log = directory.write("log.jsonl", lines(recorded_in(part)));
        const Outcome refused = run_automix({"evaluate", log, "--router", "threshold"});
        CHECK(refused.code == 1);
        CHECK_THAT(refused.err, ContainsSubstring("recorded for some rows but not for"));
        check_figures(EvaluatedLog(recorded_in(part)).router("threshold", prices)["test"], {{"cost", 6.5}});
    }
    // Rows of a third split are not used, so they need no prices.
    std::vector<json> three = changed([](json& record) {
        record["models"][0]["cost"] = 1.0;
        record["models"][0]["draw_cost"] = 1.0;
        record["models"][1]["cost"] = 9.0;
    });
    three.push_back(record("d1", "a", "dev", 0, 1, 0));
    check_figures(EvaluatedLog(three).router("threshold")["test"], {{"cost", 6.5}});
    // The same rows may be both.
    CHECK(EvaluatedLog().router("threshold", prices + Arguments{"--train-split", "test"})["test"]["cost"] ==
          6.5);
}

TEST_CASE("no price of verification is assumed beside recorded prices of answers") {
    const std::vector<json> half_priced = changed([](json& record) {
        record["models"][0]["cost"] = 1.0;
        record["models"][1]["cost"] = 9.0;
    });
    const EvaluatedLog log(half_priced);
    const Outcome refused = run_automix({"evaluate", log.path(), "--router", "threshold"});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, ContainsSubstring("draw_cost of model \"small\": not recorded") &&
                                ContainsSubstring("give the price of a draw or of a verification"));
    const json given = log.evaluate({"--router", "threshold", "--verification-cost", "1"});
    check_figures(given["routers"][0]["test"], {{"cost", 6.5}});
    CHECK(given["prices"][0]["answer_from"] == "recorded");
    CHECK(given["prices"][0]["verification_from"] == "given");
    CHECK_THAT(text_of({"describe", log.path()}),
               ContainsSubstring("\nwarnings\n") && ContainsSubstring("draw_cost"));
}

TEST_CASE("zero prices are legal") {
    const EvaluatedLog log;
    check_figures(log.router("threshold", {"--costs", "0,9", "--verification-cost", "0"})["test"],
                  {{"cost", 4.5}, {"ibc", 0.375 / 4.5}, {"ibc_lift", 1.0}});
    const json free = log.evaluate({"--router", "all", "--costs", "0,0", "--verification-cost", "0"});
    CHECK(free["base_ibc"]["test"].is_null());
    for (const json& router : free["routers"]) {
        CAPTURE(router["name"]);
        // The log holds confidences, and no verdicts to draw.
        CHECK(router.contains("infeasible") == (router["name"] == "fixed_k"));
        if (router.contains("infeasible")) continue;
        CHECK(router["test"]["ibc"].is_null());
        CHECK(router["test"]["cost"] == 0.0);
    }
}

TEST_CASE("pairs of models with nothing to gain are results") {
    const auto undefined = [](const EvaluatedLog& log, const Arguments& arguments) {
        const json found = log.evaluate(Arguments{"--router", "all"} + arguments);
        for (const json& router : found["routers"]) {
            if (router.contains("infeasible")) continue;
            CHECK(router["test"]["ibc_lift"].is_null());
            CHECK(router["test"]["excess"].is_null());
        }
        return found["baselines"]["always_large"]["undefined"].get<std::string>();
    };
    const EvaluatedLog worse(changed([](json& record) { record["models"][1]["score"] = 0.25; }));
    CHECK(undefined(worse, prices) == "the last model scores no higher than the first");
    const EvaluatedLog equal(
        changed([](json& record) { record["models"][1]["score"] = record["models"][0]["score"]; }));
    CHECK(undefined(equal, prices) == "both models score the same");
    CHECK(undefined(EvaluatedLog(), {"--costs", "5,5"}) == "cost equals that of the small model");
}

TEST_CASE("of three models any two can be chosen in the log's order; all three need prices") {
    const EvaluatedLog log(changed([](json& record) {
        record["models"].insert(record["models"].begin() + 1,
                                json{{"name", "middle"}, {"score", 0.5}, {"confidence", 0.5}});
    }));
    const Arguments router = {"--router", "threshold"};
    CHECK(log.evaluate(router + prices + Arguments{"--models", "small,large"}) ==
          EvaluatedLog().evaluate(router + prices));
    const json pair = log.evaluate(router + prices + Arguments{"--models", "middle,large"});
    CHECK(pair["models"] == json{"middle", "large"});
    check_figures(pair["baselines"]["always_small"], {{"performance", 0.5}, {"cost", 1.0}});

    const json three = log.evaluate(router + Arguments{"--costs", "1,3,9", "--draw-cost", "1,2,3"});
    CHECK(three["models"] == json{"small", "middle", "large"});
    check_figures(three["routers"][0]["test"],
                  {{"performance", 0.875}, {"cost", 6.5}, {"verification_cost", 1.0}});
    const Outcome unpriced = run_automix(Arguments{"evaluate", log.path()} + router);
    CHECK(unpriced.code == 1);
    CHECK_THAT(unpriced.err, ContainsSubstring("cost") && ContainsSubstring("small"));
}

TEST_CASE("the text says what the JSON says") {
    const std::string text =
        text_of(Arguments{"evaluate", EvaluatedLog().path(), "--router", "threshold,random_mix"} + prices);
    CHECK_THAT(text,
               ContainsSubstring("small -> large: trained on 4 queries, tested on 4\n") &&
                   ContainsSubstring("unit of cost): train 0.0312, test 0.0469\n") &&
                   ContainsSubstring("\nthreshold     0.8750  0.7578  6.50  0.0682   +45.5 %  100.0 %  +31.2 "
                                     "%   50.0 %   1.00\n") &&
                   ContainsSubstring("\nscore: mean per query, 0 to 1; ") &&
                   ContainsSubstring("\nsmall     1.00  given      1.00       1.00  given\n") &&
                   ContainsSubstring("\nthreshold keeps all of large's score at 72.2 % of its cost.\n") &&
                   ContainsSubstring("\noracle ") && ContainsSubstring("\na, 2 ") &&
                   ContainsSubstring("\nb, 2 ") && ContainsSubstring("\n95 % intervals ") &&
                   ContainsSubstring("\n  threshold: threshold 0\n"));
    // 6.5 of 9 is 72.2 %; the JSON has the same sentence and prices.
    const json all_of_it = EvaluatedLog().evaluate(Arguments{"--router", "threshold"} + prices);
    CHECK(all_of_it["routers"][0]["conclusion"] ==
          "threshold keeps all of large's score at 72.2 % of its cost.");
    CHECK(all_of_it["prices"][1]["answer"] == 9.0);
    CHECK(all_of_it["prices"][1]["answer_from"] == "given");
    std::istringstream text_lines(text);
    for (std::string line; std::getline(text_lines, line);) CHECK(line.size() <= 100);
    // A baseline that was asked for as a router stands there once.
    const std::size_t all = text.find("all, 4");
    CHECK(text.find("\nrandom_mix", text.find("\nrandom_mix", all) + 1) > text.find("\na, 2"));
}

TEST_CASE("the POMDP router shows its guard, its objective and why it falls back") {
    std::vector<json> records;
    for (int i = 0; i < 40; ++i) {
        const int right = i % 2;
        json one = record("q" + std::to_string(i), "", i % 4 < 2 ? "train" : "test", right, 1, 0);
        one["models"][0].erase("confidence");
        one["models"][0]["verdicts"] = {right, right, right};
        records.push_back(one);
    }
    const EvaluatedLog telling(records);
    const Arguments line = {"--costs", "1,9", "--draw-cost", "0.1"};
    const json router = telling.router("pomdp", line);
    CHECK(keys(router["guard"]) == std::vector<std::string>{"mean", "passed", "se", "signal"});
    CHECK(router["guard"]["passed"] == true);
    CHECK(router["parameters"]["objective"] == "base");
    CHECK(router["warnings"].is_array());
    CHECK(router["test"]["rounds"] == router["test"]["draws"]);
    CHECK_THAT(
        text_of(Arguments{"evaluate", telling.path(), "--router", "pomdp"} + line),
        ContainsSubstring("pomdp: held-out excess over mixing ") && ContainsSubstring(", guard passed"));
    CHECK(telling.router("threshold", line)["guard"].is_null());

    // Verdicts that tell nothing.
    for (std::size_t i = 0; i < records.size(); ++i)
        records[i]["models"][0]["verdicts"] = {i / 4 % 2, i / 8 % 2, i / 4 % 2};
    const EvaluatedLog noise(records);
    const json refused = noise.router("pomdp", line);
    CHECK(refused["guard"]["passed"] == false);
    CHECK_THAT(refused["parameters"]["fallback"].get<std::string>(),
               ContainsSubstring("no router beats mixing"));
    check_figures(refused["test"], {{"cost", 1.0}, {"draws", 0.0}, {"rounds", 0.0}});
    CHECK_THAT(text_of(Arguments{"evaluate", noise.path(), "--router", "pomdp"} + line),
               ContainsSubstring("guard refused") && ContainsSubstring("fallback no router beats mixing"));
}

TEST_CASE("objectives and limits of the POMDP router are options") {
    std::vector<json> records = hand_records();
    for (json& one : records) {
        const int sure = one["models"][0]["confidence"].get<int>();
        one["models"][0].erase("confidence");
        one["models"][0]["verdicts"] = {sure, sure, sure, sure};
    }
    const EvaluatedLog log(records);
    const auto test_cost = [&](const Arguments& arguments) {
        return log
            .router("pomdp", Arguments{"--costs", "1,9", "--draw-cost", "0.1"} + arguments)["test"]["cost"]
            .get<double>();
    };
    CHECK(test_cost({"--objective", "budget=1"}) == Approx(1.0));
    CHECK(test_cost({"--objective", "lambda=100"}) == Approx(1.0));
    const json infeasible = log.router("pomdp", {"--costs", "1,9", "--objective", "budget=0.5"});
    CHECK_THAT(infeasible["infeasible"].get<std::string>(), ContainsSubstring("budget 0.5 is below"));
    const json limited =
        log.router("fixed_k", {"--costs", "1,9", "--draw-cost", "0.1", "--max-draws", "small=1"});
    CHECK(limited["parameters"]["draws"].get<double>() <= 1.0);
}

TEST_CASE("a test row without verdicts is named before any training") {
    std::vector<json> records = hand_records();
    records[6]["models"][0].erase("confidence");
    const EvaluatedLog log(records);
    const std::string message =
        log.path() + ":7: model \"small\", id \"b3\": neither verdicts nor a confidence";
    for (const char* router : {"pomdp", "threshold", "always_small,exact"})
        check_refused(Arguments{"evaluate", log.path(), "--router", router} + prices, 1, message);
    check_refused(Arguments{"frontier", log.path()} + prices, 1, message);
    CHECK(log.router("always_large", prices)["infeasible"].is_null());
}

TEST_CASE("figures of the rows that were trained on are told of") {
    const EvaluatedLog log;
    const Arguments same = prices + Arguments{"--test-split", "train"};
    CHECK_THAT(log.evaluate(Arguments{"--router", "exact"} + same)["warnings"].dump(),
               ContainsSubstring("rows to train on and rows to test on are the same"));
    CHECK(log.evaluate(Arguments{"--router", "exact"} + prices)["warnings"].dump().find("are the same") ==
          std::string::npos);
}

TEST_CASE("routers that read the query stand beside those that do not, under the names that were asked for") {
    const files::Directory directory;
    std::vector<json> records;
    for (int i = 0; i < 160; ++i) {
        const int right = i % 2;
        records.push_back(record("q" + std::to_string(i), "", i < 100 ? "train" : "test", right, 1, 0.5));
        records.back()["question"] = (right == 1 ? "add the sum " : "show the proof ") + std::to_string(i);
        records.back()["models"][1]["cost"] = right == 1 ? 10 : 30;
        records.back()["models"][0]["cost"] = 1;
        records.back()["models"][0]["draw_cost"] = 0.5;
    }
    const std::string log = directory.write("told.jsonl", lines(records));
    const json all = json_of({"evaluate", log, "--router", "pomdp,pomdp:none,context_only,pomdp:text"});
    REQUIRE(all["routers"].size() == 4);
    CHECK(all["routers"][0]["name"] == "pomdp");
    CHECK(all["routers"][1]["name"] == "pomdp:none");
    CHECK(all["routers"][2]["name"] == "context_only");
    CHECK(all["routers"][3]["name"] == "pomdp:text");
    for (const int reading : {0, 2, 3}) {
        const json& router = all["routers"][static_cast<std::size_t>(reading)];
        CHECK(router["contexts"].back()["fields"] == "text");
        CHECK(router["contexts"].back()["chosen"] == true);
        CHECK(router["test"]["performance"] == 1.0);
        // The proofs are routed, at 30 an answer; the mean is 20.
        CHECK(router["routed_price"] == 30.0);
    }
    CHECK(all["routers"][1]["contexts"].empty());
    const std::string text = text_of({"evaluate", log, "--router", "context_only"});
    CHECK_THAT(text,
               ContainsSubstring("  context_only: reads text: held-out excess ") &&
                   ContainsSubstring("queries that context_only routes: an answer of large costs 30.0\n"));
    check_refused({"evaluate", log, "--router", "exact", "--context", "none"}, 2,
                  "--context: no effect on exact; it is for pomdp, context_only, frugalgpt and win_rate");
    const json pairs =
        json_of({"compare", log, "--routers", "pomdp,pomdp:none@small+large", "--halves", "2"});
    CHECK(pairs["logs"][0]["static_area"].is_null());
    CHECK(pairs["logs"][0]["routers"][1]["name"] == "pomdp:none@small+large");
}

TEST_CASE("evaluate proves a promise for each data set by itself") {
    std::vector<json> records;
    for (int i = 0; i < 800; ++i) {
        const int right = i % 2;
        records.push_back(record("q" + std::to_string(i), i % 8 < 4 ? "a" : "b",
                                 i % 16 < 8 ? "train" : "test", right, 1, 0));
        records.back()["models"][0].erase("confidence");
        records.back()["models"][0]["verdicts"] = {right, right, right};
    }
    const EvaluatedLog log(records);
    const json router = log.router("pomdp", {"--costs", "1,10", "--draw-cost", "0.5", "--objective",
                                             "promise:quality=0.9,confidence=0.9", "--calibrate-share", "0.5",
                                             "--promise-by", "dataset", "--resamples", "20"});
    REQUIRE(router["promises"].size() == 2);
    for (const json& promise : router["promises"]) CHECK(promise["proven"] == true);
    CHECK(router["parameters"]["promise_by"] == "dataset");
    CHECK(router["test"]["performance"].get<double>() >= 0.9);
    CHECK(router["test"]["cost"].get<double>() < 10.0);
}
