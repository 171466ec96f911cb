// SPDX-License-Identifier: Apache-2.0
// Saved policies: the round trip to the bit for every objective, decisions that stay the same, and what is refused.
#include <automix/core/error.hpp>
#include <automix/core/price.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/json/policy_json.hpp>
#include "data/log/statistics.hpp"
#include "data/records.hpp"
#include "routing/belief/context_world.hpp"
#include "routing/reading_log.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/context/context_fields.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

/// Statistics of a log drawn at random: `draws` verdicts on the small model's answer, which are right at its own rate, and
/// where there are three models as many on the middle one's or a confidence alone.
Statistics drawn(std::size_t models, int draws, bool confidence = false, bool samples = false) {
    Random random(7);
    std::vector<std::string> names = {"small", "middle", "large"};
    if (models == 2) names.erase(names.begin() + 1);
    Dataset data(names);
    for (int i = 0; i < 120; ++i) {
        Record row;
        row.id = "q" + std::to_string(i);
        for (std::size_t m = 0; m < models; ++m) {
            const bool last = m + 1 == models;
            ModelRecord& model = row.models.emplace_back();
            model.score = random.bernoulli(last ? 0.9 : 0.4 + 0.2 * static_cast<double>(m)) ? 1.0 : 0.0;
            if (last) break;
            const double rate = 0.2 + 0.6 * model.score;
            if (confidence && m == 1) {
                model.confidence = 0.5 * (rate + random.uniform());
                if (*model.confidence > 1.0) model.confidence = 1.0;
                continue;
            }
            if (samples) {
                model.clusters.push_back(0);
                model.sample_scores.push_back(model.score);
            }
            for (int d = 0; d < draws; ++d) {
                const bool positive = random.bernoulli(rate);
                model.verdicts.push_back(positive ? Verdict::positive : Verdict::negative);
                if (!samples) continue;
                model.clusters.push_back(positive ? 0 : 1);
                model.sample_scores.push_back(positive ? model.score : 1.0 - model.score);
            }
        }
        data.append(row);
    }
    Prices prices;
    prices.answers = models == 2 ? std::vector<double>{1.0, 20.0} : std::vector<double>{1.0, 4.0, 20.0};
    prices.draws = {0.1};
    StatisticsOptions options;
    options.pluralities = samples;
    return collect_statistics(data, resolve_prices(data, prices), options);
}

PomdpRouter trained(const Statistics& statistics, PomdpOptions options) {
    PomdpRouter router(std::move(options));
    REQUIRE(router.train(statistics).feasible);
    return router;
}

PomdpOptions with(const Objective& objective) {
    PomdpOptions options;
    options.objective = objective;
    return options;
}

/// Both decide alike wherever a query of two models can be.
void check_same_decisions(const PomdpRouter& a, const PomdpRouter& b, int draws) {
    for (const double u : {0.0, 0.3, 0.6, 0.999}) {
        Evidence evidence(2);
        evidence.u = u;
        CHECK(a.next(evidence) == b.next(evidence));
        evidence.current = 0;
        evidence.models[0].answered = true;
        for (int n = 0; n <= draws; ++n) {
            for (int c = 0; c <= n; ++c) {
                evidence.models[0].drawn = evidence.models[0].parsed = n;
                evidence.models[0].positive = c;
                CHECK(a.next(evidence) == b.next(evidence));
            }
        }
    }
}

std::string altered(std::string text, const std::string& part, const std::string& by) {
    const std::size_t at = text.find(part);
    INFO(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), by);
}

std::string policy_error(const std::string& text) {
    try {
        static_cast<void>(parse_policy(text, "p.json"));
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

/// The same without the line of the field.
std::string policy_error_anywhere(const std::string& text) {
    std::string message = policy_error(text);
    const std::size_t end = message.find(": ");
    if (message.starts_with("p.json:") && message.compare(end, 8, ": column") != 0) message.erase(6, end - 6);
    return message;
}

}  // namespace

TEST_CASE("a policy survives its file to the bit, whatever its objective") {
    const files::Directory directory;
    const std::string path = directory.path("p.json");
    const Statistics statistics = drawn(2, 5);
    for (const Objective& objective :
         {Objective::base(), Objective::lambda(1.0 / 70.0), Objective::budget(7.3), Objective::quality(0.95),
          Objective::max_ibc()}) {
        INFO(to_string(objective));
        const PomdpRouter router = trained(statistics, with(objective));
        write_policy(path, router, statistics);
        const PolicyFile file = read_policy(path);
        CHECK(to_policy_text(file.router, file.statistics) == files::read(path));
        CHECK(file.router.report().expected.score == router.report().expected.score);
        CHECK(file.router.report().lambda == router.report().lambda);
        CHECK(file.router.options().objective == objective);
        CHECK(file.router.breakpoints().size() == router.breakpoints().size());
        check_same_decisions(file.router, router, 5);
    }
}

TEST_CASE("policies over three models, confidences, pluralities and rounds survive, and one with a prior") {
    PomdpOptions rounds;
    rounds.round_price = 0.25;
    PomdpOptions pluralities;
    pluralities.accept = AcceptRule::plurality;
    PomdpOptions prior;
    prior.prior = drawn(2, 4);
    *prior.prior *= 0.3;
    prior.seed = 18446744073709551615U;
    prior.max_draws = {4};
    const std::vector<std::pair<Statistics, PomdpOptions>> cases = {{drawn(3, 3), rounds},
                                                                    {drawn(3, 3, true), {}},
                                                                    {drawn(2, 4, false, true), pluralities},
                                                                    {drawn(2, 4), prior}};
    for (const auto& [statistics, options] : cases) {
        const PomdpRouter router = trained(statistics, options);
        const std::string text = to_policy_text(router, statistics);
        const PolicyFile file = parse_policy(text, "p.json");
        CHECK(to_policy_text(file.router, file.statistics) == text);
        // The same again from the statistics in the file.
        CHECK(to_policy_text(trained(file.statistics, file.router.options()), file.statistics) == text);
    }
}

TEST_CASE("a forged file takes no memory for cells that it does not hold") {
    const Statistics statistics = drawn(3, 3);
    std::string text = to_policy_text(trained(statistics, {}), statistics);
    const auto replace_all = [&](const std::string& part, const std::string& by) {
        REQUIRE(text.find(part) != std::string::npos);
        for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += by.size())
            text.replace(at, part.size(), by);
    };
    replace_all("\"draws\":3", "\"draws\":255");
    replace_all("\"most_cells\":1000000.0", "\"most_cells\":1e300");
    CHECK_THROWS_WITH(parse_policy(text, "p.json"),
                      Catch::Matchers::ContainsSubstring("policies[0].nodes: expected the 1082212608 cells"));
    replace_all("\"folds\":10,", "\"folds\":2000000000,");
    CHECK_THROWS_WITH(
        parse_policy(text, "p.json"),
        Catch::Matchers::ContainsSubstring("options.folds: expected a whole number from 2 to 10000"));
}

TEST_CASE("the table of a policy is readable") {
    const Statistics statistics = drawn(2, 2);
    const std::string text = to_policy_text(trained(statistics, with(Objective::lambda(100.0))), statistics);
    CHECK(text.find("\"nodes\":[\n\"a, a a, a a a\"]") != std::string::npos);
}

TEST_CASE("names of models are compared where they are asked for") {
    const files::Directory directory;
    const Statistics statistics = drawn(2, 2);
    const std::string path = directory.path("p.json");
    write_policy(path, trained(statistics, {}), statistics);
    CHECK_NOTHROW(read_policy(path, {"small", "large"}));
    CHECK_THROWS_AS(read_policy(path, {"small", "huge"}), DataError);
    CHECK_THROWS_AS(read_policy(path, {"large", "small"}), DataError);
    CHECK_THROWS_AS(to_policy_text(PomdpRouter(), statistics), NotTrainedError);
    CHECK_THROWS_AS(to_policy_text(trained(statistics, {}), drawn(2, 3)), ArgumentError);
}

TEST_CASE("bad files of trained policies are refused with file, field and what was found") {
    const Statistics statistics = drawn(2, 2);
    const std::string text = to_policy_text(trained(statistics, with(Objective::lambda(100.0))), statistics);
    const auto with_change = [&](const std::string& part, const std::string& by) {
        return altered(text, part, by);
    };
    const std::string table = "\"a, a a, a a a\"";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "p.json:1: column 1: not valid JSON"},
        {"{}", "p.json: schema: missing"},
        {with_change("policy/1", "policy/2"), "p.json: schema: expected \"automix-policy/1\", found"},
        {with_change("\"checksum\"", "\"check\""), "p.json: check: unknown key"},
        {with_change("\"checksum\":\"", "\"checksum\":\"0"), "p.json: checksum: the file was altered"},
        {with_change(table, "\"a, a a, a r1 a\""), "p.json: checksum: the file was altered"},
        {with_change(table, "\"v1a, a a, a a a\""), "p.json: checksum: the file was altered"},
        {with_change(table, "\"a, a a, a a\""), "p.json: policies[0].nodes[0]: expected 6 cells, found 5"},
        {with_change(table, "\"a, a a, a a a a\""),
         "p.json: policies[0].nodes[0]: expected 6 cells, found 7"},
        {with_change(table, "\"a, a a, a a x\""),
         "p.json: policies[0].nodes[0]: expected a, rJ of a model J from 1 to 1, found \"x\""},
        {with_change(table, "\"a, v2a a, a a a\""),
         "p.json: policies[0].nodes[0]: expected a, rJ of a model J from 1 to 1, or vK of up to 1 draws with "
         "either behind, found \"v2a\""},
        {with_change(table, "\"v1, a a, a a a\""), "p.json: policies[0].nodes[0]: expected a, rJ"},
        {with_change(table, "\"r0, a a, a a a\""), "p.json: policies[0].nodes[0]: expected a, rJ"},
        {with_change(table, "\"r2, a a, a a a\""), "p.json: policies[0].nodes[0]: expected a, rJ"},
        {with_change(table, "\"ra, a a, a a a\""), "p.json: policies[0].nodes[0]: expected a, rJ"},
        {with_change(table, "7"), "p.json: policies[0].nodes[0]: expected a string, found 7"},
        {with_change(table, table + "," + table),
         "p.json: policies[0].nodes: expected 1, one a node of the tree, found 2"},
        {with_change("\"share\":1.0,\"first\"", "\"share\":0.5,\"first\""),
         "p.json: policies: expected shares"},
        {with_change("\"share\":1.0,\"first\"", "\"share\":0,\"first\""),
         "p.json: policies[0].share: expected"},
        {with_change("\"first\":0", "\"first\":1"), "p.json: checksum: the file was altered"},
        {with_change("\"first\":0", "\"first\":2"),
         "p.json: policies[0].first: expected a whole number from 0"},
        {with_change("\"small\"", "\"tiny\""), "p.json: statistics.models: expected the policy's own models"},
        {with_change("\"draws\":2", "\"draws\":3"), "p.json: statistics.models: expected the policy's own"},
        {with_change("\"objective\":\"lambda=100\"", "\"objective\":\"gain\""),
         "p.json: options.objective: objective: expected base"},
        {with_change("[1,2,4,8]", "[2,1]"), "p.json: options: batches: expected ascending"},
        {with_change("\"accept\":\"first\"", "\"accept\":\"last\""),
         "p.json: options.accept: expected one of first, plurality, best, found \"last\""},
        {with_change("\"guard\":true", "\"guard\":1"),
         "p.json: options.guard: expected true or false, found 1"},
        {with_change("\"seed\":0", "\"seed\":-1"),
         "p.json: options.seed: expected a whole number of at least 0"},
        {with_change("\"most_cells\":1000000.0", "\"most_cells\":5"),
         "p.json: policies[0].first: unknown key"},
        {with_change("\"most_cells\":1000000.0", "\"most_cells\":-5"),
         "p.json: options: max_cells: expected"},
        {with_change("\"answers\":[1.0,20.0]", "\"answers\":[1.0,-20.0]"),
         "p.json: prices.answers[1]: expected a number of at least 0, found -20"},
        {with_change("\"tries\":[1.0,", "\"tries\":[0.5,"),
         "p.json: prices.tries[0]: expected a number of at least 1, found 0.5"},
        {with_change("\"right\":[", "\"right\":[-1e308,"), "p.json: belief.levels[0].right: expected 20"},
        {with_change("\"priors\":[[", "\"priors\":[[2,"), "p.json: belief.priors[0]: expected 20"},
        {with_change("\"fallback\":\"\"", "\"fallback\":null"), "p.json: report.fallback: expected a string"},
        {with_change("\"answers\":[1.0,20.0]", "\"answers\":[1.0]"), "p.json: prices.answers: expected 2"},
        {with_change("\"mean_scores\":[", "\"mean_scores\":[0,"), "p.json: belief.mean_scores: expected 2"},
        {with_change("\"boundaries\":[]", "\"boundaries\":[0.5]"),
         "p.json: belief.levels[0].boundaries: expected none"},
        {with_change("\"weight\":[", "\"weight\":[0.1,"), "p.json: belief.levels[0].weight: expected 20"},
        {with_change("\"priors\":[[", "\"priors\":[[],["), "p.json: belief.priors: expected 1, found 2"},
        {with_change("automix-statistics/1", "automix-statistics/0"), "p.json: statistics.schema: expected"},
        {with_change("\"weight\":", "\"weigh\":"), "p.json: belief.levels[0].weigh: unknown key"},
        {with_change("\"prior\":null", "\"prior\":{}"), "p.json: prior.schema: missing"},
    };
    for (const auto& [bad, message] : cases) {
        const std::string found = policy_error_anywhere(bad);
        INFO(message << "\n gives " << found);
        CHECK(found.substr(0, message.size()) == message);
    }
    const std::size_t prices = text.find("\"answers\":[1.0,20.0]");
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(prices), '\n');
    CHECK(policy_error(with_change("\"answers\":[1.0,20.0]", "\"answers\":[1.0]"))
              .starts_with("p.json:" + std::to_string(line) + ": prices.answers: expected 2"));
    CHECK(policy_error(with_change("policy/1", "policy/2")).starts_with("p.json:1: schema: expected"));
}

TEST_CASE("whatever is altered in a file of a policy is found, blanks and the order of keys are not") {
    const Statistics statistics = drawn(2, 2);
    const std::string text = to_policy_text(trained(statistics, with(Objective::budget(7.3))), statistics);
    const auto json = nlohmann::json::parse(text);
    CHECK(policy_error(json.dump(2)) == "no error");
    const std::string altered = "p.json:1: checksum: the file was altered: expected";
    for (const char* pointer :
         {"/prices/answers/1", "/prices/draws/0", "/belief/mean_scores/0", "/belief/levels/0/right/3",
          "/belief/levels/0/scores/3/1", "/report/lambda", "/report/share", "/report/guard/mean",
          "/report/base_slope", "/report/expected/cost", "/options/seed",
          "/statistics/folds/0/answer_prices/0"}) {
        nlohmann::json other = json;
        nlohmann::json& value = other.at(nlohmann::json::json_pointer(pointer));
        if (value.is_number_unsigned()) {
            value = value.get<std::uint64_t>() + 1;
        } else {
            value = value.get<double>() * 0.999;
        }
        INFO(pointer);
        CHECK(policy_error(other.dump()).substr(0, altered.size()) == altered);
    }
    nlohmann::json fewer = json;
    fewer["statistics"]["folds"].erase(0);
    CHECK(policy_error(fewer.dump()).substr(0, altered.size()) == altered);
    nlohmann::json guarded = json;
    guarded["options"]["guard"] = false;
    CHECK(policy_error(guarded.dump()).substr(0, altered.size()) == altered);
}

namespace {

PomdpOptions reading(const ContextFields& fields, const Objective& objective = Objective::base()) {
    PomdpOptions options = with(objective);
    options.context = {false, fields};
    return options;
}

/// A policy that reads the questions, with its statistics.
std::pair<PomdpRouter, Statistics> reading_policy(const PomdpOptions& options) {
    const Dataset data = reading_log::rows(160);
    const PriceTable prices = resolve_prices(data);
    PomdpRouter router(options);
    Statistics statistics = router.collect({data, prices});
    REQUIRE(router.train(TrainingData{data, prices}).feasible);
    return {std::move(router), std::move(statistics)};
}

}  // namespace

TEST_CASE(
    "a policy that reads the query survives its file to the bit, with the same forecasts and decisions") {
    for (const Objective& objective :
         {Objective::base(), Objective::budget(13.0), Objective::quality(0.95)}) {
        INFO(to_string(objective));
        const auto [router, statistics] = reading_policy(reading({.dataset = true, .text = true}, objective));
        REQUIRE(router.reads().text);
        const std::string text = to_policy_text(router, statistics);
        const PolicyFile file = parse_policy(text, "p.json");
        CHECK(to_policy_text(file.router, file.statistics) == text);
        CHECK(*file.router.trained().reader == *router.trained().reader);
        CHECK(file.router.options().context == router.options().context);
        CHECK(file.router.report().contexts.size() == router.report().contexts.size());
        bool differs = false;
        for (int i = 0; i < 8; ++i) {
            const std::string question = reading_log::question(i);
            QueryFacts facts;
            facts.question = question;
            facts.dataset = i % 2 == 0 ? "sums" : "proofs";
            Evidence evidence(2);
            read_query(router, facts, evidence);
            REQUIRE(evidence.forecast);
            CHECK(file.router.forecast(facts) == evidence.forecast);
            for (const double u : {0.01, 0.99}) {
                evidence.u = u;
                evidence.current = -1;
                evidence.models[0] = {};
                const Action first = router.next(evidence);
                CHECK(file.router.next(evidence) == first);
                differs = differs || first == Action::route(1);
                evidence.current = 0;
                evidence.models[0].answered = true;
                for (int drawn = 0; drawn <= 2; ++drawn) {
                    evidence.models[0].drawn = evidence.models[0].parsed = drawn;
                    CHECK(file.router.next(evidence) == router.next(evidence));
                }
            }
        }
        CHECK(differs);  // proofs go straight to the large model
    }
}

TEST_CASE("a policy that chose among facts says what each was worth, in its file too") {
    PomdpOptions options;
    const auto [router, statistics] = reading_policy(options);
    const std::vector<ContextWorth>& tried = router.report().contexts;
    REQUIRE(tried.size() == 3);
    const PolicyFile file = parse_policy(to_policy_text(router, statistics), "p.json");
    for (std::size_t i = 0; i < tried.size(); ++i) {
        const ContextWorth& read = file.router.report().contexts[i];
        CHECK(read.fields == tried[i].fields);
        CHECK(read.mean == tried[i].mean);
        CHECK(read.se == tried[i].se);
        CHECK(read.chosen == tried[i].chosen);
    }
    CHECK(file.router.options().context.best);
    CHECK_FALSE(tried[0].chosen);
}

TEST_CASE("bad files of policies that read the query are refused with their field") {
    const auto [router, statistics] = reading_policy(reading({.text = true}));
    const auto json = nlohmann::json::parse(to_policy_text(router, statistics));
    const auto with_value = [&](const char* pointer, const nlohmann::json& value) {
        nlohmann::json other = json;
        other[nlohmann::json::json_pointer(pointer)] = value;
        return other.dump();
    };
    const auto without_last_output = [&] {
        nlohmann::json other = json;
        other["context"]["outputs"].erase(5);
        return other.dump();
    };
    std::string weights = json.at("context").at("weights");
    weights.replace(0, 8, "AADAfwAA");  // the bytes of NaN
    const std::vector<std::pair<std::string, std::string>> cases = {
        {with_value("/context", nullptr),
         "policies[0].reads: the policy reads the query, but \"context\" is null"},
        {with_value("/context/more", 1), "context.more: unknown key"},
        {with_value("/context/weights", weights), "context.weights[0]: expected a finite number"},
        {with_value("/context/weights", ""), "context.weights: expected"},
        {with_value("/context/terms", "AAEAAQ=="), "context.terms[1].column: expected increasing columns"},
        {with_value("/context/outputs/0/constant", 1.5), "context.outputs[0].constant: expected a score"},
        {without_last_output(), "context.outputs: expected 6, three for each model, found 5"},
        {with_value("/policies/0/reads/lambda", -1),
         "policies[0].reads.lambda: expected a number of at least 0"},
        {with_value("/policies/0/reads/most", -1), "policies[0].reads.most: unknown key"},
        {with_value("/policies/0/first", 0), "policies[0].first: unknown key"},
        {with_value("/options/context", "words"), "options.context: expected best, none, or some of"},
        {with_value("/report/contexts/0/fields", "all"), "report.contexts[0].fields: expected none, or some"},
        {with_value("/report/contexts/0/gain", 1), "report.contexts[0].gain: unknown key"},
        {with_value("/context/rows", 161), "checksum: the file was altered"},
        {with_value("/report/contexts/0/mean", 0.5), "checksum: the file was altered"},
    };
    for (const auto& [bad, message] : cases) {
        const std::string found = policy_error_anywhere(bad);
        INFO(message << "\n gives " << found);
        CHECK(found.starts_with("p.json: " + message));
    }
}

TEST_CASE("a policy of alpha vectors survives its file to the bit") {
    const Statistics statistics = drawn(2, 3);
    PomdpOptions options = with(Objective::lambda(0.01));
    options.max_cells = 0.0;
    const PomdpRouter router = trained(statistics, options);
    REQUIRE(router.mixture().front().policy.vectors() != nullptr);
    const std::string text = to_policy_text(router, statistics);
    const PolicyFile file = parse_policy(text, "p.json");
    CHECK(to_policy_text(file.router, file.statistics) == text);
    check_same_decisions(file.router, router, 3);
    const std::vector<std::pair<std::string, std::string>> cases = {
        {altered(text, "{\"action\":", "{\"action\":1"),
         "p.json: policies[0].vectors[0].action: expected a whole"},
        {altered(text, "\"values\":[", "\"values\":[0,"), "p.json: policies[0].vectors[0].values: expected"},
        {altered(text, "\"least_first\":0", "\"least_first\":2"),
         "p.json: policies[0].rule.least_first: expected a whole number from 0 to 1"},
        {altered(text, "\"most_cells\":0.0", "\"most_cells\":1e6"), "p.json: policies[0].rule: unknown key"}};
    for (const auto& [bad, message] : cases) {
        const std::string found = policy_error_anywhere(bad);
        INFO(message << "\n gives " << found);
        CHECK(found.substr(0, message.size()) == message);
    }
}

TEST_CASE("statistics at other prices than the policy's are neither written nor read") {
    const Statistics statistics = drawn(2, 3);
    const PomdpRouter router = trained(statistics, with(Objective::lambda(0.01)));
    const auto at_prices = [&](double answer, double draw) {
        Statistics other = statistics;
        for (FoldStatistics& fold : other.folds) {
            fold.answer_prices[1] *= answer;
            fold.draw_prices[0] *= draw;
        }
        return other;
    };
    CHECK_THROWS_WITH(
        to_policy_text(router, at_prices(1.25, 1.0)),
        "policy: an answer of \"large\" costs 25 in the statistics, and 20 in the policy; train on "
        "statistics at the policy's prices");
    CHECK_THROWS_AS(to_policy_text(router, at_prices(1.0, 1.1)), ArgumentError);
    // Sums that were added up in another order are the same prices.
    CHECK_NOTHROW(to_policy_text(router, at_prices(1.0 + 1e-14, 1.0 - 1e-14)));
    Statistics half = statistics;
    half *= 0.5;
    CHECK_NOTHROW(to_policy_text(router, half));

    // A file that holds the statistics of another policy, and whose checksum is right.
    const Statistics other = at_prices(1.0, 2.0);
    nlohmann::json json = nlohmann::json::parse(to_policy_text(router, statistics));
    json["statistics"] = nlohmann::json::parse(
        to_policy_text(trained(other, with(Objective::lambda(0.01))), other))["statistics"];
    const std::string wrong = policy_error(json.dump());
    const std::string expected = "expected \"";
    const std::size_t at = wrong.find(expected);
    REQUIRE(at != std::string::npos);
    json["checksum"] = wrong.substr(at + expected.size(), 16);
    CHECK(policy_error(json.dump()) ==
          "p.json:1: statistics: a draw of \"small\" costs 0.2 in the statistics, and 0.1 in the policy; "
          "train on "
          "statistics at the policy's prices");
}

TEST_CASE("a policy that version 0.1.0 wrote is read, and trained again to the same policy") {
    // Four verdicts a row, answers at 1 and 10, a draw at 0.1; its statistics know no logs.
    const PolicyFile file = read_policy(AUTOMIX_TESTS_DIR "/routing/json/policy-0.1.0.json");
    CHECK(file.statistics.logs.empty());
    CHECK(file.router.options().context == ContextChoice{false, {}});
    CHECK_FALSE(file.router.reads().any());
    CHECK(file.router.report().contexts.empty());
    CHECK(file.statistics.total().weight() == 100.0);
    CHECK(file.router.trained().prices.answers == std::vector<double>{1.0, 10.0});
    const auto next = [&](const PomdpRouter& router, int parsed, int positive) {
        Evidence evidence(2);
        evidence.current = 0;
        evidence.models[0].answered = true;
        evidence.models[0].drawn = evidence.models[0].parsed = parsed;
        evidence.models[0].positive = positive;
        return router.next(evidence).kind;
    };
    PomdpRouter again = file.router;
    again.train(file.statistics);
    for (const PomdpRouter& router : {file.router, again}) {
        // The table that `train` printed: v, v v, r v a, r r v a, r r r a a.
        CHECK(next(router, 0, 0) == ActionKind::verify);
        CHECK(next(router, 2, 0) == ActionKind::route);
        CHECK(next(router, 2, 1) == ActionKind::verify);
        CHECK(next(router, 2, 2) == ActionKind::accept);
        CHECK(next(router, 4, 2) == ActionKind::route);
        CHECK(next(router, 4, 3) == ActionKind::accept);
    }
}

TEST_CASE("a policy with context that an earlier version wrote is read to the bit, and decides as it did") {
    // Eighty sums and proofs, two verdicts a row; that version knew no strata.
    const std::string path = AUTOMIX_TESTS_DIR "/routing/json/policy-context.json";
    const PolicyFile file = read_policy(path);
    CHECK(to_policy_text(file.router, file.statistics) == files::read(path));
    CHECK(file.router.reads() == ContextFields{.dataset = true, .text = true});
    CHECK(file.router.mixture().front().policy.strata_count() == 0);
    // The forecasts that version printed.
    const auto check = [&](const std::string& question, const std::string& dataset, double score,
                           double price, Index first) {
        INFO(question);
        QueryFacts facts;
        facts.question = question;
        facts.dataset = dataset;
        Evidence evidence(2);
        read_query(file.router, facts, evidence);
        REQUIRE(evidence.forecast);
        CHECK_THAT(evidence.forecast->scores[0], WithinAbs(score, 1e-12));
        CHECK_THAT(evidence.forecast->answer_prices[1], WithinAbs(price, 1e-9));
        CHECK(file.router.next(evidence) == Action::route(first));
    };
    check("add the sum 3", "sums", 0.9259201885053642, 20.025500059597494, 0);
    check("show the proof 3", "proofs", 0.17993674124586798, 41.26694884941606, 1);
    check("entirely unknown", "", 0.5474076083822773, 28.488820673278692, 0);
}

TEST_CASE("a policy over a large tree reads the query by strata, which its file holds", "[property]") {
    // 70 verdicts make 2556 cells.
    test::World world = test::three_types(test::TypeIn::words);
    world.draws = 70;
    Random random(6);
    const Dataset log = world.log(random, 200);
    const PriceTable prices = resolve_prices(log);
    PomdpRouter router(reading({.text = true}));
    const Statistics statistics = router.collect({log, prices});
    REQUIRE(router.train(TrainingData{log, prices}).feasible);
    REQUIRE(router.mixture().front().policy.reads_query());
    const Index strata = router.mixture().front().policy.strata_count();
    CHECK(strata > 3);
    CHECK(strata <= 32);
    CHECK(parse_policy(to_policy_text(router, statistics), "p.json")
              .router.mixture()
              .front()
              .policy.strata_count() == strata);
    const std::string text = to_policy_text(router, statistics);
    const PolicyFile file = parse_policy(text, "p.json");
    CHECK(to_policy_text(file.router, file.statistics) == text);
    bool differs = false;
    for (int i = 0; i < 20; ++i) {
        const test::World::Query asked = world.query(random);
        Evidence evidence(2);
        read_query(router, asked.facts(), evidence);
        const Action first = router.next(evidence);
        CHECK(file.router.next(evidence) == first);
        differs = differs || first.model != 0;
    }
    CHECK(differs);
    nlohmann::json altered = nlohmann::json::parse(text);
    altered["strata"][1]["scores"][0] = 1.5;
    CHECK_THROWS_WITH(parse_policy(altered.dump(), "p.json"),
                      ContainsSubstring("strata[1].scores[0]: expected a score within (0, 1), found 1.5"));
    altered["strata"][1]["scores"] = {0.5};
    CHECK_THROWS_WITH(parse_policy(altered.dump(), "p.json"), ContainsSubstring("strata[1].scores"));
}
