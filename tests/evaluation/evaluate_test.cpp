// SPDX-License-Identifier: Apache-2.0
// Reports, baselines and figures by data set on a table worked out by hand, every undefined case, and what several
// routers share.
#include "evaluation/check_same.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/published/fixed_answer.hpp>
#include <automix/routing/published/union.hpp>

#include <algorithm>
#include <cmath>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using tables::record;
using tables::scored;
using tables::verified;

namespace {

/// Draws all and routes confidences up to one half.
struct HalfThreshold {
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        if (!evidence.current_model().verified()) return Action::verify(all_draws);
        return evidence.current_model().confidence() <= 0.5 ? Action::route(evidence.last_model())
                                                            : Action::accept();
    }
};

/// Prices 1 and 10, a verification of two draws costs 2. HalfThreshold accepts a and routes b, c and d.
Dataset hand_table() {
    Dataset data({"small", "large"});
    data.append(record("a", {verified(1.0, {1, 1}), scored(1.0)}, "x"));
    data.append(record("c", {verified(0.5, {1, 0}), scored(1.0)}, "y"));
    data.append(record("b", {verified(0.0, {0, 0}), scored(1.0)}, "x"));
    data.append(record("d", {verified(1.0, {0, 0}), scored(0.0)}, "y"));
    return data;
}

PriceTable hand_prices(const Dataset& data, double small = 1.0, double large = 10.0,
                       double verification = 2.0) {
    Prices prices;
    prices.answers = {small, large};
    prices.verification = verification;
    return resolve_prices(data, prices);
}

EvaluationOptions without_intervals() {
    EvaluationOptions options;
    options.bootstrap.reset();
    return options;
}

template <class Router>
Report report_of(const Router& router, const Dataset& data, const PriceTable& prices) {
    return evaluate(router, data, prices, without_intervals()).report;
}

/// One row with these scores.
Dataset one_row(double small, double large) {
    Dataset data({"small", "large"});
    data.append(record("a", {verified(small, {0, 0}), scored(large)}));
    return data;
}

}  // namespace

TEST_CASE("every figure of a report on a table by hand") {
    const Dataset data = hand_table();
    const Report report = report_of(HalfThreshold(), data, hand_prices(data));
    CHECK(report.rows == 4);
    CHECK(report.performance == 0.75);  // 1, 1, 1, 0; small 2.5/4, large 3/4
    CHECK(report.answer_cost == 8.5);   // 1 + 10 * 3/4
    CHECK(report.verification_cost == 2.0);
    CHECK(report.cost == 10.5);
    CHECK(report.routed == 0.75);
    CHECK(report.draws == 2.0);
    CHECK(report.rounds == 1.0);
    CHECK_THAT(*report.ibc, WithinRel(0.125 / 9.5, 1e-12));
    CHECK_THAT(*report.ibc_lift, WithinRel(9.0 / 9.5 - 1.0, 1e-12));  // base 0.125/9
    CHECK_THAT(*report.gap_recovered, WithinRel(1.0, 1e-12));
    CHECK_THAT(*report.excess, WithinRel(100.0 * (1.0 - 9.5 / 9.0), 1e-12));
    CHECK(report.mixing_performance.reason() == "dearer than either model alone");
    CHECK(report.undefined().empty());
    CHECK(report.point().performance == 0.75);
    CHECK(report.point().cost == 10.5);
}

TEST_CASE("figures by data set are against the end models on the same rows") {
    Dataset data = hand_table();
    data.append(record("e", {verified(1.0, {1, 1}), scored(1.0)}));  // of no data set
    const auto result = evaluate(HalfThreshold(), data, hand_prices(data), without_intervals());
    REQUIRE(result.datasets.size() == 2);
    CHECK(result.datasets[0].first == "x");
    CHECK(result.datasets[1].first == "y");
    CHECK(result.report.rows == 5);

    const Report& x = result.datasets[0].second;  // small 1/2, large 1; a accepted, b routed
    CHECK(x.rows == 2);
    CHECK(x.performance == 1.0);
    CHECK(x.cost == 8.0);
    CHECK(x.routed == 0.5);
    CHECK_THAT(*x.ibc, WithinRel(0.5 / 7.0, 1e-12));
    CHECK_THAT(*x.ibc_lift, WithinRel(9.0 / 7.0 - 1.0, 1e-12));
    CHECK_THAT(*x.mixing_performance, WithinRel(0.5 + 0.5 * 7.0 / 9.0, 1e-12));

    const Report& y = result.datasets[1].second;  // small 3/4, large 1/2; both routed
    CHECK(y.performance == 0.5);
    CHECK(y.cost == 13.0);
    CHECK_THAT(*y.ibc, WithinRel(-0.25 / 12.0, 1e-12));
    CHECK(y.ibc_lift.reason() == "the last model scores no higher than the first");
    CHECK(y.gap_recovered.reason() == "the last model scores no higher than the first");
    CHECK(y.excess.reason() == "the last model scores no higher than the first");
    CHECK(y.undefined() == "the last model scores no higher than the first");
    CHECK(y.mixing_performance.reason() == "dearer than either model alone");
}

TEST_CASE("a log without names of data sets has no figures by data set") {
    const Dataset data = one_row(0.0, 1.0);
    CHECK(evaluate(AlwaysSmallRouter(), data, hand_prices(data)).datasets.empty());
}

TEST_CASE("baselines on the table by hand") {
    const Dataset data = hand_table();
    const PriceTable prices = hand_prices(data);
    EvaluationOptions options = without_intervals();
    options.mix = 0.25;
    const Baselines baselines = evaluate(AlwaysSmallRouter(), data, prices, options).baselines;

    CHECK(baselines.always_small.performance == 0.625);
    CHECK(baselines.always_small.cost == 1.0);
    CHECK(baselines.always_small.routed == 0.0);
    CHECK(baselines.always_small.undefined() == "cost equals that of the small model");
    CHECK_FALSE(baselines.always_small.ibc_lift.defined());
    CHECK(*baselines.always_small.gap_recovered == 0.0);
    CHECK(*baselines.always_small.excess == 0.0);

    CHECK(baselines.always_large.performance == 0.75);
    CHECK(baselines.always_large.cost == 10.0);
    CHECK(baselines.always_large.verification_cost == 0.0);
    CHECK_THAT(*baselines.always_large.ibc_lift, WithinAbs(0.0, 1e-12));
    CHECK_THAT(*baselines.always_large.excess, WithinAbs(0.0, 1e-9));

    CHECK_THAT(baselines.random_mix.performance, WithinRel(0.625 + 0.25 * 0.125, 1e-12));
    CHECK_THAT(baselines.random_mix.cost, WithinRel(1.0 + 0.25 * 9.0, 1e-12));
    CHECK_THAT(baselines.random_mix.routed, WithinRel(0.25, 1e-12));
    CHECK_THAT(*baselines.random_mix.ibc_lift, WithinAbs(0.0, 1e-9));

    // base slope 0.125/9: a dearer answer must score 0.125 more, so b and c go to the large model, at its price alone
    CHECK(baselines.oracle.performance == 1.0);
    CHECK(baselines.oracle.cost == 5.5);
    CHECK(baselines.oracle.routed == 0.5);
    CHECK(baselines.oracle.draws == 0.0);
    CHECK_THAT(*baselines.oracle.ibc_lift, WithinRel(5.0, 1e-12));
}

TEST_CASE("undefined figures say why") {
    const Dataset better = one_row(0.0, 1.0);
    const Dataset equal = one_row(0.5, 0.5);
    const Dataset worse = one_row(1.0, 0.0);

    const Report same_score = report_of(HalfThreshold(), equal, hand_prices(equal));
    CHECK(*same_score.ibc == 0.0);
    CHECK(same_score.undefined() == "both models score the same");
    CHECK_FALSE(same_score.gap_recovered.defined());
    CHECK_FALSE(same_score.excess.defined());

    const Report same_cost = report_of(HalfThreshold(), better, hand_prices(better, 5.0, 5.0));
    CHECK_THAT(*same_cost.ibc, WithinRel(1.0 / 7.0, 1e-12));
    CHECK(same_cost.undefined() == "both models cost the same");
    CHECK(*same_cost.gap_recovered == 1.0);
    CHECK_FALSE(same_cost.excess.defined());
    CHECK(same_cost.mixing_performance.reason() == "both models cost the same");

    const Report not_better = report_of(HalfThreshold(), worse, hand_prices(worse));
    CHECK_THAT(*not_better.ibc, WithinRel(-1.0 / 12.0, 1e-12));
    CHECK(not_better.undefined() == "the last model scores no higher than the first");

    const Report free_of_charge = report_of(HalfThreshold(), better, hand_prices(better, 0.0, 0.0, 0.0));
    CHECK(free_of_charge.cost == 0.0);
    CHECK(free_of_charge.undefined() == "cost equals that of the small model");

    // nothing extra is paid: a large model asked first that costs what the small one does
    const Report first_large = report_of(AlwaysLargeRouter(), better, hand_prices(better, 5.0, 5.0));
    CHECK(first_large.undefined() == "cost equals that of the small model");

    for (const Report& report : {same_score, same_cost, not_better, free_of_charge, first_large}) {
        CHECK(std::isfinite(report.performance));
        CHECK(report.ibc_lift.defined() == false);
        CHECK_THROWS(report.ibc_lift.value());
    }
}

TEST_CASE("a model alone has no lift, and no rows is an error") {
    Dataset alone({"only"});
    alone.append(record("a", {verified(0.5, {1})}));
    const Report report = report_of(AlwaysLargeRouter(), alone, resolve_prices(alone));
    CHECK(report.performance == 0.5);
    CHECK(report.undefined() == "cost equals that of the small model");
    CHECK(report.routed == 0.0);

    const Dataset none({"small", "large"});
    const PriceTable prices = resolve_prices(none);
    CHECK_THROWS_WITH(evaluate(AlwaysSmallRouter(), none, prices), ContainsSubstring("no rows"));
    CHECK_THROWS_AS(evaluate_baselines(none, prices), DataError);
}

TEST_CASE("evaluation with intervals brings them, without none") {
    const Dataset data = hand_table();
    CHECK_FALSE(
        evaluate(HalfThreshold(), data, hand_prices(data), without_intervals()).intervals.has_value());
    EvaluationOptions options;
    options.bootstrap->resamples = 50;
    options.bootstrap->level = 0.5;
    const auto result = evaluate(HalfThreshold(), data, hand_prices(data), options);
    REQUIRE(result.intervals.has_value());
    CHECK(result.intervals->resamples == 50);
    CHECK(result.intervals->level == 0.5);
    CHECK(EvaluationOptions{}.bootstrap->resamples == 1000);

    Dataset one({"small", "large"});
    one.append(record("a", {verified(0.0, {1}), scored(1.0)}));
    CHECK_FALSE(evaluate(AlwaysSmallRouter(), one, resolve_prices(one), options).intervals.has_value());
}

TEST_CASE("several routers share one evaluator and get what each gets alone") {
    const Dataset data = hand_table();
    const PriceTable prices = hand_prices(data);
    EvaluationOptions options;
    options.bootstrap->resamples = 200;
    options.mix = 0.25;
    const std::vector<RandomMixRouter> policies{RandomMixRouter(0.125), RandomMixRouter(0.75)};
    const Evaluator evaluator(data, prices, options);
    CHECK(evaluator.baselines().always_large.cost == 10.0);
    CHECK(evaluator.ends().small().performance == 0.625);
    const std::vector<Evaluation> all = evaluator.evaluate_all(policies);
    REQUIRE(all.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const Evaluation alone = evaluate(policies[i], data, prices, options);
        check_same(all[i], alone);
        check_same(evaluator.evaluate(policies[i]), alone);
    }
    CHECK(all[0].report.cost == 1.0 + 0.125 * 9.0);
    CHECK(evaluator.evaluate_all(std::vector<AlwaysSmallRouter>{}).empty());

    options.bootstrap->resamples = 0;
    CHECK_THROWS_AS(Evaluator(data, prices, options), ArgumentError);
}

TEST_CASE("rows of one data set need not stand together") {
    Dataset data({"small", "large"});
    const std::vector<std::string> names{"x", "", "y", "x", "y", "", "x"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        data.append(
            record("q" + std::to_string(i), {verified(i == 3 ? 1.0 : 0.0, {1}), scored(1.0)}, names[i]));
    }
    const Evaluation result = evaluate(AlwaysSmallRouter(), data, hand_prices(data), without_intervals());
    REQUIRE(result.datasets.size() == 2);
    CHECK(result.datasets[0].first == "x");
    CHECK(result.datasets[0].second.rows == 3);
    CHECK_THAT(result.datasets[0].second.performance, WithinRel(1.0 / 3.0, 1e-12));
    CHECK(result.datasets[1].first == "y");
    CHECK(result.datasets[1].second.rows == 2);
}
