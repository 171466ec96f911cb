// SPDX-License-Identifier: Apache-2.0
// Policies of statistics that read the stratum of a query: forecasts by hand, what is chosen where strata tell something
// and where they do not, and the same decisions as by the rows of the same log.
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/detail/stratum_rows.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include "routing/reading_log.hpp"
#include "support/catch.hpp"

#include <automix/context/query_forecast.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/training.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Returns the rows of a data set alone.
Dataset rows_named(const Dataset& data, const std::string& name) {
    std::vector<Index> rows;
    for (Index row = 0; row < data.rows(); ++row) {
        if (data.dataset(row) == name) rows.push_back(row);
    }
    return data.select(rows, std::vector<Index>{0, 1});
}

/// Returns the statistics of a log with its data sets as strata.
Statistics stratified(const Dataset& data) {
    Statistics all = collect_statistics(data, resolve_prices(data));
    for (const char* const name : {"proofs", "sums"}) {
        const Dataset part = rows_named(data, name);
        if (part.rows() == 0) continue;
        all.strata.push_back({name, collect_statistics(part, resolve_prices(part)).folds});
    }
    all.logs.clear();
    return all;
}

/// Gives each row a stratum by chance.
Statistics shuffled(const Dataset& data, std::uint64_t seed) {
    Random random(seed);
    Dataset named({"small", "large"});
    for (Index row = 0; row < data.rows(); ++row) {
        Record record = data.record(row);
        record.dataset = random.bernoulli(0.5) ? "sums" : "proofs";
        named.append(record);
    }
    return stratified(named);
}

Action first_action(const PomdpRouter& router, const std::string& dataset) {
    QueryFacts facts;
    facts.dataset = dataset;
    Evidence evidence(2);
    evidence.forecast = router.forecast(facts);
    return router.next(evidence);
}

}  // namespace

TEST_CASE("the forecast of a stratum is its means with eight pseudo rows of all rows") {
    const Statistics statistics = stratified(reading_log::rows(120));
    PomdpRouter router;
    REQUIRE(router.train(statistics).feasible);
    REQUIRE(router.reads().dataset);
    CHECK_FALSE(router.reads().text);
    const FoldStatistics total = statistics.total();
    for (const StratumStatistics& stratum : statistics.strata) {
        const FoldStatistics own = detail::stratum_total(stratum, statistics.models);
        QueryFacts facts;
        facts.dataset = stratum.name;
        const QueryForecast forecast = router.forecast(facts).value();
        const auto shrunk = [&](double sum, double mean) {
            return (sum + 8.0 * mean) / (own.weight() + 8.0);
        };
        for (std::size_t m = 0; m < 2; ++m) {
            const auto model = static_cast<Index>(m);
            CHECK_THAT(
                forecast.scores[m],
                WithinAbs(shrunk(own.mean_score(model) * own.weight(), total.mean_score(model)), 1e-6));
            CHECK_THAT(
                forecast.answer_prices[m],
                WithinRel(shrunk(own.answer_prices[m], total.answer_prices[m] / total.weight()), 1e-6));
        }
        CHECK_THAT(forecast.draw_prices[0],
                   WithinRel(shrunk(own.draw_prices[0], total.draw_prices[0] / total.weight()), 1e-6));
    }
    // A query of another data set has the means of all rows.
    const QueryForecast other = router.forecast({}).value();
    CHECK_THAT(other.scores[0], WithinAbs(total.mean_score(0), 1e-9));
    CHECK_THAT(other.answer_prices[1], WithinRel(total.answer_prices[1] / total.weight(), 1e-9));
}

TEST_CASE("strata that tell what to ask are read, and decide as the rows do") {
    const Dataset data = reading_log::rows(400);
    PomdpRouter by_strata;
    const TrainingResult trained = by_strata.train(stratified(data));
    REQUIRE(trained.feasible);
    PomdpOptions dataset;
    dataset.context = {false, {.dataset = true}};
    PomdpRouter by_rows(dataset);
    REQUIRE(by_rows.train({data, resolve_prices(data)}).feasible);
    REQUIRE(by_strata.report().contexts.size() == 2);
    CHECK(by_strata.report().contexts[1].chosen);
    CHECK(by_strata.report().contexts[1].mean > by_strata.report().contexts[0].mean);
    CHECK(first_action(by_strata, "sums") == Action::route(0));
    CHECK(first_action(by_strata, "proofs") == Action::route(1));
    for (const char* const name : {"sums", "proofs"})
        CHECK(first_action(by_strata, name) == first_action(by_rows, name));
    // Both judge the policies on the same folds: what is expected of held-out queries is alike.
    REQUIRE(trained.held_out);
    const HeldOut rows = by_rows.report().held_out.value();
    CHECK_THAT(trained.held_out->score, WithinAbs(rows.score, 2.0 * rows.score_se));
    CHECK_THAT(trained.held_out->cost, WithinAbs(rows.cost, 2.0 * rows.cost_se));

    // Merged halves give the same policy, and statistics without strata none that reads them.
    Statistics merged = stratified(data);
    merged -= stratified(rows_named(data, "sums"));
    REQUIRE(merged.strata.size() == 1);
    CHECK(merged.strata.front().name == "proofs");
    merged += stratified(rows_named(data, "sums"));
    REQUIRE(merged.strata.size() == 2);
    PomdpRouter again;
    REQUIRE(again.train(merged).feasible);
    CHECK(first_action(again, "proofs") == Action::route(1));
    Statistics half = stratified(data);
    Statistics bare = stratified(data);
    bare.strata.clear();
    half += bare;
    CHECK(half.strata.empty());
    PomdpRouter blind;
    REQUIRE(blind.train(half).feasible);
    CHECK_FALSE(blind.reads().any());
}

TEST_CASE("context none reads no stratum, and the data set by name reads it in any case") {
    const Statistics telling = stratified(reading_log::rows(120));
    PomdpOptions options;
    options.context = {.best = false};
    PomdpRouter none(options);
    REQUIRE(none.train(telling).feasible);
    CHECK_FALSE(none.reads().any());
    options.context = {false, {.dataset = true}};
    options.guard = false;
    PomdpRouter named(options);
    REQUIRE(named.train(shuffled(reading_log::rows(120), 5)).feasible);
    CHECK(named.reads().dataset);
    options.context = {false, {.text = true}};
    PomdpRouter text(options);
    const TrainingResult result = text.train(telling);
    CHECK_FALSE(text.reads().any());
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings.front() == "context text is not read: statistics hold no facts on queries");
}

TEST_CASE("prices that a fold has in one of its rows count for all strata alike") {
    Statistics statistics = stratified(reading_log::rows(120));
    CHECK(detail::priced_by_stratum(statistics));
    for (std::size_t f = 0; f < statistics.folds.size(); ++f) {
        for (std::vector<double> FoldStatistics::*prices :
             {&FoldStatistics::answer_prices, &FoldStatistics::draw_prices}) {
            statistics.strata[0].folds[f].*prices = statistics.folds[f].*prices;
            (statistics.strata[1].folds[f].*prices).assign(2, 0.0);
        }
    }
    CHECK_FALSE(detail::priced_by_stratum(statistics));
    PomdpRouter router;
    REQUIRE(router.train(statistics).feasible);
    REQUIRE(router.reads().dataset);
    QueryFacts sums;
    sums.dataset = "sums";
    const FoldStatistics total = statistics.total();
    CHECK_THAT(router.forecast(sums)->answer_prices[1],
               WithinRel(total.answer_prices[1] / total.weight(), 1e-9));
}

TEST_CASE("strata by chance are seldom read", "[property]") {
    const Dataset data = reading_log::rows(300);
    int read = 0;
    constexpr int times = 100;
    for (int seed = 0; seed < times; ++seed) {
        PomdpRouter router;
        REQUIRE(router.train(shuffled(data, static_cast<std::uint64_t>(seed))).feasible);
        read += router.reads().any() ? 1 : 0;
    }
    CHECK(read <= 10);
}

TEST_CASE("statistics whose strata are not their rows are refused") {
    Statistics statistics = stratified(reading_log::rows(60));
    PomdpRouter router;
    Statistics fewer = statistics;
    fewer.strata.pop_back();
    CHECK_THROWS_AS(router.train(fewer), DataError);
    Statistics turned = statistics;
    std::swap(turned.strata[0], turned.strata[1]);
    CHECK_THROWS_AS(router.train(turned), DataError);
    statistics.strata[0].name.clear();
    CHECK_THROWS_AS(router.train(statistics), DataError);
}
