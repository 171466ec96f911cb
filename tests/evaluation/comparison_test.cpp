// SPDX-License-Identifier: Apache-2.0
// Halves, figures and differences of a comparison, on logs where each half's figures are known by hand.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/split.hpp>
#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/report/comparison_text.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/fixed_k.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using tables::record;
using tables::scored;
using tables::verified;

namespace {

/// Every third query is one that the small model gets wrong; its one verdict always tells.
Dataset telling_log(int rows) {
    Dataset data({"small", "middle", "large"});
    for (int i = 0; i < rows; ++i) {
        const bool wrong = i % 3 == 0;
        data.append(record("q" + std::to_string(i),
                           {verified(wrong ? 0.0 : 1.0, {wrong ? 0 : 1}), scored(0.75), scored(1.0)}));
    }
    return data;
}

Prices prices_of_three() { return {{1.0, 3.0, 9.0}, {}, {0.5}}; }

/// Share of wrong answers of the small model among the rows of a half's test side.
double wrong_share(const Dataset& data, std::uint64_t seed) {
    double rows = 0.0;
    double wrong = 0.0;
    for (Index row = 0; row < data.rows(); ++row) {
        if (uniform_of(data.id(row), seed, UniformUse::split) < 0.5) continue;
        rows += 1.0;
        wrong += 1.0 - data.scores(0)(row);
    }
    return wrong / rows;
}

/// Draws one verdict and routes where it is negative.
struct TellingRouter {
    [[nodiscard]] static std::string name() { return "telling"; }
    TrainingResult train(const TrainingData& training) {
        if (seen) seen->push_back(training.data.rows());
        return result;
    }
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        if (evidence.current > 0) return Action::accept();
        if (!evidence.current_model().verified()) return Action::verify(1);
        return evidence.current_model().positive == 0 ? Action::route(evidence.last_model())
                                                      : Action::accept();
    }
    [[nodiscard]] Parameters parameters() const { return {}; }

    TrainingResult result{};
    std::shared_ptr<std::vector<Index>> seen{};
};

std::vector<ComparedRouter> compare(const Dataset& data, const std::vector<Contender<AnyRouter>>& contenders,
                                    const ComparisonOptions& options = {}) {
    return compare_routers(data, resolve_prices(data, prices_of_three()), contenders, options);
}

Contender<AnyRouter> telling(const TellingRouter& router = {}) {
    return {"telling", AnyRouter::of(router), {}};
}

}  // namespace

TEST_CASE("figures over halves: mean, standard error, and how many have none") {
    const MeanMetric two = mean_over_halves({1.0, 4.0, OptionalMetric::undefined("why"), 1.0});
    CHECK_THAT(two.mean.value(), WithinAbs(2.0, 1e-12));
    // Standard deviation sqrt(3), three halves.
    CHECK_THAT(two.se.value(), WithinAbs(1.0, 1e-12));
    CHECK(two.undefined == 1);
    const MeanMetric one = mean_over_halves({2.5});
    CHECK(one.mean.value() == 2.5);
    CHECK_FALSE(one.se.defined());
    const MeanMetric none =
        mean_over_halves({OptionalMetric::undefined("why"), OptionalMetric::undefined("else")});
    CHECK(none.mean.reason() == "why");
    CHECK(none.undefined == 2);
}

TEST_CASE("halves are by a hash of the id, and fewer rows are those of the lowest hash") {
    const Dataset data = telling_log(200);
    const detail::HalfRows rows = detail::divide_rows(data, 7, 0);
    CHECK(rows.train.size() + rows.test.size() == 200);
    CHECK(std::is_sorted(rows.train.begin(), rows.train.end()));
    CHECK(rows.train.size() > 70);
    CHECK(rows.test.size() > 70);
    const Split split = split_by_hash(data, 0.5, 7);
    CHECK(static_cast<Index>(rows.train.size()) == split.train.rows());
    CHECK(rows.train != detail::divide_rows(data, 8, 0).train);

    const auto hash = [&](Index row) { return uniform_of(data.id(row), 7, UniformUse::split); };
    const std::vector<Index> few = detail::divide_rows(data, 7, 10).train;
    CHECK(few.size() == 10);
    double highest = 0.0;
    for (const Index row : few) highest = std::max(highest, hash(row));
    const auto lower =
        std::count_if(rows.train.begin(), rows.train.end(), [&](Index row) { return hash(row) <= highest; });
    CHECK(lower == 10);
    CHECK(detail::divide_rows(data, 7, 1000).train == rows.train);
    CHECK(detail::divide_rows(data, 7, 10).test == rows.test);
}

TEST_CASE("a router's figures are the means of those of the halves") {
    const Dataset data = telling_log(60);
    ComparisonOptions options;
    options.halves = 5;
    options.seed = 3;
    const auto results = compare(data, {telling()}, options);
    std::vector<OptionalMetric> excess;
    std::vector<OptionalMetric> area;
    std::vector<OptionalMetric> costs;
    for (std::uint64_t seed = 3; seed < 8; ++seed) {
        const double wrong = wrong_share(data, seed);
        const double share = (0.5 + 9.0 * wrong) / 8.0;  // of the extra cost, for the whole gap
        excess.push_back(100.0 * (1.0 - share));
        costs.push_back(1.5 + 9.0 * wrong);
        double sum = 0.0;
        for (int step = 1; step <= 19; ++step) sum += std::min(1.0, step * 0.05 / share) - step * 0.05;
        area.push_back(100.0 * sum / 19.0);
    }
    const ComparedMetrics<MeanMetric>& metrics = results.front().metrics;
    const auto check = [](const MeanMetric& found, const std::vector<OptionalMetric>& expected) {
        const MeanMetric by_hand = mean_over_halves(expected);
        CHECK_THAT(found.mean.value(), WithinAbs(by_hand.mean.value(), 1e-9));
        CHECK_THAT(found.se.value(), WithinAbs(by_hand.se.value(), 1e-9));
        CHECK(found.undefined == 0);
    };
    check(metrics.excess, excess);
    check(metrics.area, area);
    check(metrics.cost, costs);
    CHECK_THAT(metrics.gap_recovered.mean.value(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(metrics.quality.mean.value(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(metrics.draws.mean.value(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(metrics.rounds.mean.value(), WithinAbs(1.0, 1e-12));
    CHECK(metrics.later_start.mean.value() == 0.0);
}

TEST_CASE("constant routers lie on the line of mixing, and differences are paired with the first router") {
    const Dataset data = telling_log(60);
    const auto results = compare(data, {telling(),
                                        {"small", AnyRouter::of(AlwaysSmallRouter()), {}},
                                        {"large", AnyRouter::of(AlwaysLargeRouter()), {}},
                                        {"mixed", AnyRouter::of(RandomMixRouter(0.25)), {}}});
    REQUIRE(results.size() == 4);
    for (std::size_t i = 1; i < 4; ++i) {
        const ComparedRouter& router = results[i];
        INFO(router.name);
        CHECK_THAT(router.metrics.area.mean.value(), WithinAbs(0.0, 1e-9));
        CHECK_THAT(router.metrics.excess.mean.value(), WithinAbs(0.0, 1e-9));
        CHECK_THAT(router.area_difference.mean.value(),
                   WithinAbs(-results[0].metrics.area.mean.value(), 1e-9));
        CHECK_THAT(router.area_difference.se.value(), WithinAbs(results[0].metrics.area.se.value(), 1e-9));
        CHECK_THAT(router.excess_difference.mean.value(),
                   WithinAbs(-results[0].metrics.excess.mean.value(), 1e-9));
    }
    CHECK(results[0].area_difference.mean.value() == 0.0);
    CHECK(results[0].area_difference.se.value() == 0.0);
    CHECK(results[1].metrics.lift.undefined == 20);
    CHECK_FALSE(results[1].metrics.lift.mean.defined());
    CHECK_THAT(results[2].metrics.lift.mean.value(), WithinAbs(0.0, 1e-12));
    CHECK(results[2].metrics.later_start.mean.value() == 1.0);
    CHECK(results[3].metrics.later_start.mean.value() == 0.25);
    CHECK_THAT(results[3].metrics.cost.mean.value(), WithinAbs(0.75 * 1.0 + 0.25 * 9.0, 1e-12));
}

TEST_CASE("a router may use some models only and is measured against the ends of all") {
    const Dataset data = telling_log(60);
    const auto results = compare(data, {{"always the middle", AnyRouter::of(AlwaysSmallRouter()), {1, 2}},
                                        {"small to middle", AnyRouter::of(TellingRouter()), {0, 1}}});
    CHECK(results[0].models == std::vector<std::string>{"middle", "large"});
    CHECK_THAT(results[0].metrics.cost.mean.value(), WithinAbs(3.0, 1e-12));
    CHECK_THAT(results[0].metrics.performance.mean.value(), WithinAbs(0.75, 1e-12));
    CHECK(results[0].metrics.later_start.mean.value() == 0.0);
    std::vector<OptionalMetric> excess;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        excess.push_back(100.0 * ((wrong_share(data, seed) - 0.25) / wrong_share(data, seed) - 2.0 / 8.0));
    CHECK_THAT(results[0].metrics.excess.mean.value(),
               WithinAbs(mean_over_halves(excess).mean.value(), 1e-9));
    CHECK_THAT(results[1].metrics.gap_recovered.mean.value(), WithinAbs(0.75, 1e-12));
}

TEST_CASE("what the guard refuses and what is infeasible counts as an excess and a lift of 0") {
    const Dataset data = telling_log(40);
    TellingRouter refused;
    refused.result.guard = Guard{false, 0.0, 1.0};
    refused.result.reason = "no router beats mixing";
    TellingRouter infeasible;
    infeasible.result.feasible = false;
    infeasible.result.reason = "nothing is feasible";
    TellingRouter passed;
    passed.result.guard = Guard{true, 1.0, 0.1};
    const auto results = compare(data, {telling(refused), telling(infeasible), telling(passed)});
    CHECK(results[0].refused == 20);
    CHECK(results[1].infeasible == 20);
    CHECK(results[2].refused == 0);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(results[i].metrics.excess.mean.value() == 0.0);
        CHECK(results[i].metrics.lift.mean.value() == 0.0);
        CHECK(results[i].metrics.lift.undefined == 0);
    }
    CHECK(results[2].metrics.excess.mean.value() > 10.0);
    CHECK(results[0].metrics.cost.mean.defined());
    CHECK_FALSE(results[1].metrics.cost.mean.defined());
    CHECK_THAT(results[1].metrics.area.mean.value(), WithinAbs(0.0, 1e-9));
}

TEST_CASE("routers are trained on the training half alone, and progress is told") {
    const Dataset data = telling_log(50);
    TellingRouter router;
    router.seen = std::make_shared<std::vector<Index>>();
    ComparisonOptions options;
    options.halves = 3;
    options.train_rows = 11;
    std::vector<std::pair<int, int>> told;
    const std::vector<Contender<AnyRouter>> contenders = {telling(router)};
    compare_routers(data, resolve_prices(data, prices_of_three()), contenders, options,
                    [&](int done, int all) { told.emplace_back(done, all); });
    CHECK(told == std::vector<std::pair<int, int>>{{1, 3}, {2, 3}, {3, 3}});
    // Once, for the curve and at the objective.
    CHECK(*router.seen == std::vector<Index>(3, 11));
}

TEST_CASE("halves that cannot be and options that make no sense are refused") {
    const Dataset data = telling_log(40);
    ComparisonOptions options;
    options.halves = 0;
    CHECK_THROWS_AS(compare(data, {telling()}, options), ArgumentError);
    options.halves = 1;
    options.train_rows = -1;
    CHECK_THROWS_AS(compare(data, {telling()}, options), ArgumentError);
    CHECK_THROWS_AS(compare(telling_log(1), {telling()}), DataError);
    const Contender<AnyRouter> doubled{"doubled", AnyRouter::of(TellingRouter()), {1, 1}};
    CHECK_THROWS_AS(compare(data, {doubled}), ArgumentError);
}

TEST_CASE("over several logs means are averaged and standard errors combined") {
    ComparedRouter a;
    a.name = "r";
    a.metrics.area = {10.0, 3.0, 0};
    a.metrics.lift = {1.0, 0.5, 2};
    a.refused = 1;
    ComparedRouter b = a;
    b.metrics.area = {20.0, 4.0, 0};
    b.metrics.lift = {OptionalMetric::undefined("none"), OptionalMetric::undefined("none"), 20};
    const ComparedRouter mean = mean_over_logs({{a}, {b}}).front();
    CHECK_THAT(mean.metrics.area.mean.value(), WithinAbs(15.0, 1e-12));
    CHECK_THAT(mean.metrics.area.se.value(), WithinAbs(2.5, 1e-12));
    CHECK_FALSE(mean.metrics.lift.mean.defined());
    CHECK(mean.metrics.lift.undefined == 22);
    CHECK(mean.refused == 2);
}

TEST_CASE("the table of a comparison shows means with their standard errors") {
    const Dataset data = telling_log(60);
    TellingRouter refused;
    refused.result.guard = Guard{};
    refused.result.reason = "refused";
    const std::string text = comparison_table(
        "log", compare(data, {{"small", AnyRouter::of(AlwaysSmallRouter()), {}}, telling(refused)}));
    CHECK_THAT(text, ContainsSubstring("log") && ContainsSubstring("area") &&
                         ContainsSubstring("1.00 (0.00)") &&
                         ContainsSubstring("- small: lift is undefined on 20 halves") &&
                         ContainsSubstring("- telling: fell back 20 times"));
    CHECK(format_mean({12.345, 0.678, 0}, 1) == "12.3 (0.7)");
    CHECK(format_mean({12.345, OptionalMetric::undefined("one half"), 0}, 1) == "12.3");
    CHECK(format_mean({}, 1) == "-");
    CHECK(format_mean_price({0.00061234, 0.0000312, 0}) == "0.000612 (0.000031)");
    CHECK(format_mean_price({18.23, 0.16, 0}) == "18.2 (0.2)");
    CHECK(format_mean_price({18.23, OptionalMetric::undefined("one half"), 0}) == "18.2");
    CHECK(format_mean_price({}) == "-");
    CHECK_THAT(comparison_legend(), ContainsSubstring("unit of the prices"));
}

TEST_CASE("a contender uses the variant with the largest area on the training rows") {
    // Only the first verdict tells; with both, a third of the answers is in doubt for nothing.
    Dataset data({"small", "large"});
    for (int i = 0; i < 60; ++i) {
        const int right = i % 3 == 0 ? 0 : 1;
        data.append(record("q" + std::to_string(i), {verified(right, {right, i % 2}), scored(1.0)}));
    }
    const PriceTable prices = resolve_prices(data, {{1.0, 9.0}, std::nullopt, {0.1}});
    OneShotOptions one;
    one.max_draws = 1;
    const std::vector<Contender<AnyRouter>> contenders{
        {"all", AnyRouter(ExactRouter()), {}, {}},
        {"chosen", AnyRouter(ExactRouter()), {}, {AnyRouter(ExactRouter(one))}},
        {"one", AnyRouter(ExactRouter(one)), {}, {}}};
    const auto compared =
        compare_routers(data, prices, contenders, {.halves = 4, .train_rows = 0, .seed = 3});
    CHECK(compared[0].metrics.draws.mean.value() == 2.0);
    CHECK(compared[1].metrics.draws.mean.value() == 1.0);
    CHECK(compared[1].metrics.area.mean.value() == compared[2].metrics.area.mean.value());
    CHECK(compared[1].metrics.area.mean.value() > compared[0].metrics.area.mean.value());
}

TEST_CASE("mixing the models alone is worth the area of their hull") {
    // Scores 0, 0.8 and 1 at prices 0, 2 and 10, whatever the half: above mixing by 0.6 at a fifth of the cost.
    Dataset data({"small", "middle", "large"});
    for (int i = 0; i < 40; ++i) {
        Record row;
        row.id = "q" + std::to_string(i);
        row.models.resize(3);
        row.models[1].score = 0.8;
        row.models[2].score = 1.0;
        data.append(row);
    }
    Prices prices;
    prices.answers = {0.0, 2.0, 10.0};
    // The mean of (gap recovered - share) over 5, 10, .., 95 %: 3 share up to a fifth, then 0.75 (1 - share).
    double area = 0.0;
    for (int step = 1; step <= 19; ++step) {
        const double share = 0.05 * step;
        area += 100.0 / 19.0 * std::min(3.0 * share, 0.75 * (1.0 - share));
    }
    const MeanMetric found = static_mixing_area(data, resolve_prices(data, prices), {.halves = 3});
    CHECK(*found.mean == Approx(area));
    CHECK(*found.se == Approx(0.0).margin(1e-9));
    // A model below the hull of the others is left out.
    prices.answers = {0.0, 9.0, 10.0};
    CHECK(*static_mixing_area(data, resolve_prices(data, prices), {.halves = 3}).mean ==
          Approx(0.0).margin(1e-9));
}
