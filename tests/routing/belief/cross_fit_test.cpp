// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/cross_fit.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace automix;

namespace {

/// Two rows in each of the first two folds, none in the third.
Statistics three_folds() {
    Statistics statistics;
    statistics.models.resize(2);
    statistics.models[0].name = "small";
    statistics.models[0].kind = VerificationKind::verdicts;
    statistics.models[0].draws = 1;
    statistics.models[1].name = "large";
    statistics.folds.assign(3, FoldStatistics(2));
    const auto add = [&](std::size_t fold, int positive, double small, double large) {
        statistics.folds[fold].cell({Verification{1, positive, 0.0}}).add({small, large});
    };
    add(0, 1, 1.0, 1.0);
    add(0, 0, 0.0, 1.0);
    add(1, 1, 0.0, 0.0);
    add(1, 0, 0.0, 1.0);
    return statistics;
}

const RoutingPrices fold_prices{{1.0, 10.0}, {0.5, 0.0}, 0.0};

}  // namespace

TEST_CASE("the tree of a fold is the tree of the other folds' rows") {
    const Statistics statistics = three_folds();
    const detail::CrossFit folds(statistics, statistics.total(), {});
    REQUIRE(folds.folds() == 3);
    CHECK_FALSE(folds.tree(2));
    for (const std::size_t fold : {std::size_t{0}, std::size_t{1}}) {
        REQUIRE(folds.tree(fold));
        const detail::RoutingTree expected =
            detail::fit_tree(statistics.folds[1 - fold], statistics.models, {});
        CHECK((folds.tree(fold)->current - expected.current).abs().maxCoeff() < 1e-14);
        CHECK((folds.tree(fold)->probability - expected.probability).abs().maxCoeff() < 1e-14);
    }
    // Mean large score of the other fold: 1/2 without the first fold, 1 without the second.
    CHECK(folds.tree(0)->last_alone == Approx(0.5));
    CHECK(folds.tree(1)->last_alone == Approx(1.0));
}

TEST_CASE("rows that are known before count in every fit") {
    const Statistics statistics = three_folds();
    detail::TreeOptions options;
    options.prior = statistics.folds[0];
    const detail::CrossFit folds(statistics, statistics.total(), options);
    CHECK(folds.tree(0)->last_alone == Approx(0.75));
}

TEST_CASE("held-out means and their standard error") {
    const Statistics statistics = three_folds();
    const detail::CrossFit folds(statistics, statistics.total(), {});
    const auto first = [&](Index model) {
        return [&folds, model](std::size_t fold) -> std::vector<PolicyShare> {
            return {{1.0, detail::accept_at_once(*folds.tree(fold), fold_prices, model).policy}};
        };
    };
    // Small less large score by row: 0, -1, 0, -1.
    const detail::PolicyEstimate small = folds.evaluate(fold_prices, {{0.0, -1.0}, 0.0, 0.0}, first(0));
    CHECK(small.rows == 4.0);
    CHECK(small.mean().score == Approx(0.25));
    CHECK(small.mean().cost == Approx(1.0));
    CHECK(small.routed == 0.0);
    CHECK(small.mean_metric() == Approx(-0.5));
    CHECK(small.standard_error() == Approx(std::sqrt(0.25 / 3.0)));
    const detail::PolicyEstimate large = folds.evaluate(fold_prices, {{0.0, -1.0}, 0.0, 0.0}, first(1));
    CHECK(large.mean().score == Approx(0.75));
    CHECK(large.mean().cost == Approx(10.0));
    CHECK(large.routed == 4.0);
    CHECK(large.mean_metric() == Approx(0.0));
}
