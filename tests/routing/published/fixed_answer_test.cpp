// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/published/fixed_answer.hpp>
#include <automix/routing/published/one_shot.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/published/union.hpp>
#include <automix/routing/training.hpp>

#include <cmath>

using namespace automix;
using Catch::Matchers::WithinRel;

namespace {

/// Unflagged rows: threshold 0 gains 1 of 2 rows. Flagged ones would make 1 the better threshold.
Dataset table(bool flag_last, bool flag_all = false) {
    Dataset data({"small", "large"});
    const auto add = [&](const char* id, double confidence, double small, bool flagged) {
        Record row = tables::record(id, {tables::confident(small, confidence), tables::scored(1.0)});
        row.models[0].flagged = flagged || flag_all;
        data.append(row);
    };
    add("a", 0.0, 0.0, false);
    add("b", 1.0, 1.0, false);
    for (const char* id : {"c", "d", "e", "f", "g"}) add(id, 1.0, 0.0, flag_last);
    return data;
}

template <class Router>
TrainingResult train(Router& router, const Dataset& data) {
    Prices prices;
    prices.answers = {1.0, 2.0};
    const PriceTable without_verifying = resolve_prices(data, prices);
    return router.train({data, without_verifying});
}

Evidence at(Index current, bool flagged, Index models = 2) {
    Evidence evidence(models);
    evidence.current = current;
    evidence.models[as_size(current)].answered = true;
    evidence.models[as_size(current)].flagged = flagged;
    return evidence;
}

}  // namespace

TEST_CASE("a flagged answer is routed at once, any other query is the wrapped router's") {
    FixedAnswerRouter<ThresholdRouter> router;
    train(router, table(true));
    CHECK(router.name() == "fixed_answer:threshold");
    CHECK(router.next(Evidence(2)) == Action::route(0));
    CHECK(router.next(at(0, true)) == Action::route(1));
    CHECK(router.next(at(0, true, 3)) == Action::route(2));
    CHECK(router.next(at(1, true, 3)) == Action::route(2));
    CHECK(router.next(at(0, false)) == Action::verify(all_draws));
    CHECK(router.next(at(1, true)) == Action::accept());  // nothing larger to ask
}

TEST_CASE("the wrapped router trains on the rows that it will decide") {
    FixedAnswerRouter<ThresholdRouter> router;
    // Seven rows at 1 and 2, a verification costs 1; five are routed without one, gain 5 at 10. Of the other two, one routed
    // beats both: (1 + 5)/(2 + 2 + 10) and (1 + 5)/(2 + 4 + 10). Base: 6/7 over 1.
    const TrainingResult result = train(router, table(true));
    CHECK_THAT(*result.ibc, WithinRel(6.0 / 14.0, 1e-12));
    CHECK_THAT(*result.ibc_lift, WithinRel(-0.5, 1e-12));
    CHECK(to_string(router.parameters()) == "threshold 0");
    // seven rows, none flagged; all routed beats one: 6/(7 + 14) and 1/(7 + 2)
    CHECK_THAT(*train(router, table(false)).ibc, WithinRel(6.0 / 21.0, 1e-12));
    CHECK(to_string(router.parameters()) == "threshold 1");
    // where all are flagged it trains on all, and all are routed without verification: 6 at 14
    CHECK_THAT(*train(router, table(true, true)).ibc, WithinRel(6.0 / 14.0, 1e-12));
    CHECK(to_string(router.parameters()) == "threshold 1");
}

TEST_CASE("a cost range is one of all rows, flagged ones at small and large price alone") {
    // Per query: 5/7 * 3 for the flagged, 2/7 * 2 for the others, and 2/7 for each of these that is routed.
    const auto trained = [](double least, double most) {
        OneShotOptions options;
        options.cost_range = {least, most};
        FixedAnswerRouter<ThresholdRouter> router{ThresholdRouter(options)};
        const TrainingResult result = train(router, table(true));
        return result.feasible ? to_string(router.parameters()) : result.reason;
    };
    CHECK(trained(0.0, 21.0 / 7.0) == "threshold 0");
    CHECK(trained(21.5 / 7.0, 23.0 / 7.0) == "threshold 1");
    CHECK(trained(0.0, 20.5 / 7.0) ==
          "infeasible: no candidate has a mean cost in [0, " + format_number(20.5 / 7.0) + "]");
}

TEST_CASE("training tells what a replay of the training rows gives, on random tables with flags") {
    Random random(21);
    int compared = 0;
    for (int i = 0; i < 300; ++i) {
        const tables::RandomTable t = tables::random_table(random);
        if (!t.constant_prices) continue;
        Dataset data(t.data.model_names());
        for (Index row = 0; row < t.data.rows(); ++row) {
            Record record = t.data.record(row);
            record.models[0].flagged = random.bernoulli(0.3);
            data.append(record);
        }
        const PriceTable prices = resolve_prices(data, t.prices);
        OneShotOptions options;
        options.bins = t.bins;
        const double unit = t.small_cost + t.large_cost;
        if (random.bernoulli(0.5))
            options.cost_range = {0.2 * unit * random.uniform(), unit * random.uniform() + 0.2 * unit};
        FixedAnswerRouter<UnionRouter> router{UnionRouter(options)};
        const TrainingResult result = router.train({data, prices});
        bool all_flagged = true;
        for (Index row = 0; row < data.rows(); ++row) all_flagged = all_flagged && data.flagged(row, 0);
        if (!result.feasible) continue;
        double performance = 0.0;
        double cost = 0.0;
        double small = 0.0;
        for (Index row = 0; row < data.rows(); ++row) {
            const bool flagged = data.flagged(row, 0);
            Evidence evidence = at(0, flagged, data.models());
            double paid = t.small_cost;
            if (router.next(evidence).kind == ActionKind::verify) {
                paid += t.verification_cost;
                evidence.models[0].drawn = 1;
                evidence.models[0].logged_confidence = t.confidence[as_size(row)];
            }
            const bool routed = router.next(evidence).kind == ActionKind::route;
            const auto r = as_size(row);
            performance += routed ? t.large[r] : t.small[r];
            small += t.small[r];
            cost += paid + (routed ? t.large_cost : 0.0);
        }
        const auto n = static_cast<double>(data.rows());
        REQUIRE(std::abs(*result.ibc - (performance - small) / (cost - n * t.small_cost)) < 1e-9);
        if (!all_flagged) {
            REQUIRE(cost / n >= options.cost_range.min - 1e-9);
            REQUIRE(cost / n <= options.cost_range.max + 1e-9);
        }
        ++compared;
    }
    CHECK(compared > 100);
}

TEST_CASE("breakpoints are the wrapped router's") {
    const FixedAnswerRouter<RandomMixRouter> mix(RandomMixRouter(0.25));
    REQUIRE(mix.breakpoints().size() == 1);
    CHECK(mix.breakpoints()[0] == 0.25);
    CHECK(FixedAnswerRouter<ThresholdRouter>().breakpoints().empty());
}
