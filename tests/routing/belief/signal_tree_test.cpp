// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <Eigen/Core>

using automix::Action;
using automix::Evidence;
using automix::ProtocolError;
using automix::RoutingPrices;
using automix::VerificationKind;
using Catch::Matchers::WithinAbs;
namespace detail = automix::detail;

namespace {

/// Two levels of equal weight: answers are right with 0.9 and 0.1, those of the large model with 0.8 and 0.2. The signal
/// passes 0.9 of the right answers and 0.1 of the wrong ones.
detail::BeliefModel tested_belief() {
    detail::BeliefModel belief;
    belief.verified = {0};
    detail::LevelDistribution levels;
    levels.verifiers = {{VerificationKind::verdicts, 0, 2, {}}};
    levels.weight = Eigen::Vector2d(0.5, 0.5);
    levels.right = Eigen::Vector2d(0.9, 0.1);
    levels.scores.resize(2, 2);
    levels.scores << 0.9, 0.8, 0.1, 0.2;
    belief.levels = {levels};
    belief.priors = {levels.weight};
    belief.mean_scores = Eigen::Vector2d(0.5, 0.5);
    // P(pass, large right) = 0.5 * 0.8 * 0.82 + 0.5 * 0.2 * 0.18 = 0.346, and P(pass) = 0.5.
    automix::SignalModel signals;
    signals.terms = {{"tests", 0.5, 4.0}};
    signals.boundaries = {0.0};
    signals.right.resize(2, 2);
    signals.right << 0.1, 0.308, 0.9, 0.692;
    signals.wrong.resize(2, 2);
    signals.wrong << 0.9, 0.692, 0.1, 0.308;
    belief.signals = {signals, {}};
    return belief;
}

}  // namespace

TEST_CASE("a signal moves the belief in the answer and in the larger model's by Bayes' rule, once") {
    const detail::RoutingTree tree = detail::make_tree(tested_belief(), 100.0);
    REQUIRE(tree.layout);
    REQUIRE(tree.layout->nodes() == 2);
    REQUIRE(tree.layout->cells() == 2);
    CHECK_THAT(tree.arrival(0), WithinAbs(0.5, 1e-12));
    CHECK_THAT(tree.arrival(1), WithinAbs(0.5, 1e-12));
    CHECK_THAT(tree.current(0), WithinAbs(0.1, 1e-12));
    CHECK_THAT(tree.current(1), WithinAbs(0.9, 1e-12));
    CHECK_THAT(tree.last(0), WithinAbs(0.308, 1e-3));
    CHECK_THAT(tree.last(1), WithinAbs(0.692, 1e-3));
}

TEST_CASE(
    "a policy routes by the stratum of the signals, and the first model's value is that of all strata") {
    const detail::RoutingTree tree = detail::make_tree(tested_belief(), 100.0);
    const RoutingPrices prices{{1.0, 10.0}, {0.0, 0.0}, 0.0, {}};
    // Routing gains 0.208 on failed tests, for ten of price.
    const detail::RoutingSolution solution = detail::solve_routing(tree, prices, {0.01});
    Evidence evidence(2);
    CHECK(solution.policy.next(evidence) == Action::route(0));
    evidence.current = 0;
    evidence.models[0].answered = true;
    CHECK(solution.policy.next(evidence) == Action::route(1));
    evidence.models[0].stratum = 1;
    CHECK(solution.policy.next(evidence) == Action::accept());
    evidence.models[0].stratum = 2;
    CHECK_THROWS_AS(solution.policy.next(evidence), ProtocolError);
    CHECK_THAT(solution.value.score, WithinAbs(0.5 * 0.9 + 0.5 * tree.last(0), 1e-12));
    CHECK_THAT(solution.value.cost, WithinAbs(1.0 + 0.5 * 10.0, 1e-12));
    CHECK_THAT(detail::accept_at_once(tree, prices, 0).value.score, WithinAbs(0.5, 1e-12));
}
