// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/data/verification.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/pomdp/value_function.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/routing_pomdp.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/detail/vector_policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <Eigen/Core>

#include <memory>
#include <utility>
#include <vector>

using namespace automix;

namespace {

/// One verdict on two levels, of rates 1/4 and 3/4. States: start, end, then both levels undrawn and both drawn.
std::shared_ptr<const detail::RoutingPomdp> one_verdict() {
    detail::LevelDistribution level;
    level.verifiers = {{VerificationKind::verdicts, 1, 2, {}}};
    level.weight = Eigen::Vector2d(0.5, 0.5);
    level.right = Eigen::Vector2d(0.25, 0.75);
    level.scores = Eigen::MatrixXd::Constant(2, 2, 0.51);
    detail::BeliefModel belief;
    belief.mean_scores = Eigen::Vector2d(0.5, 0.51);
    belief.verified = {0};
    belief.priors = {level.weight};
    belief.levels = {level};
    return std::make_shared<const detail::RoutingPomdp>(belief, RoutingPrices{{1.0, 10.0}, {0.5, 0.0}, 0.0},
                                                        detail::SolveRule{0.0, {1}});
}

detail::VectorPolicy by_hand() {
    const auto model = one_verdict();
    REQUIRE(model->states() == 6);
    Eigen::VectorXd accept(6);
    Eigen::VectorXd ask_small(6);
    Eigen::VectorXd route(6);
    Eigen::VectorXd verify(6);
    accept << 0.0, 0.0, 0.25, 0.75, 0.25, 0.75;
    ask_small << 1.0, 0.0, 0.0, 0.0, 0.0, 0.0;
    route << 0.0, 0.0, 0.51, 0.51, 0.51, 0.51;
    verify << 0.0, 0.0, 0.6, 0.6, -1.0, -1.0;
    pomdp::ValueFunction values(6);
    values.add({accept, 0});
    values.add({ask_small, 1});
    values.add({route, 2});
    values.add({verify, 3});
    return {model, pomdp::Policy(std::move(values))};
}

Evidence after(int drawn, int parsed, int positive) {
    Evidence evidence(2);
    evidence.current = 0;
    evidence.models[0].answered = true;
    evidence.models[0].drawn = drawn;
    evidence.models[0].parsed = parsed;
    evidence.models[0].positive = positive;
    return evidence;
}

}  // namespace

TEST_CASE("beliefs follow Bayes' rule from evidence to evidence") {
    const detail::VectorPolicy policy = by_hand();
    CHECK(policy.believed(after(0, 0, 0)).levels == Eigen::VectorXd(Eigen::Vector2d(0.5, 0.5)));
    CHECK(policy.believed(after(1, 1, 1)).levels == Eigen::VectorXd(Eigen::Vector2d(0.25, 0.75)));
    CHECK(policy.believed(after(1, 1, 0)).levels == Eigen::VectorXd(Eigen::Vector2d(0.75, 0.25)));
    CHECK_FALSE(policy.believed(Evidence(2)).known());
}

TEST_CASE("the best vector at a belief names the action") {
    const detail::VectorPolicy policy = by_hand();
    CHECK(policy.first_model() == 0);
    CHECK(policy.decide(after(0, 0, 0), false) == detail::CompactAction::verify(1));
    // Accepting is worth 0.25 * 0.25 + 0.75 * 0.75 = 0.625 after a positive verdict, 0.375 after a negative one.
    CHECK(policy.decide(after(1, 1, 1), false) == detail::CompactAction{});
    CHECK(policy.decide(after(1, 1, 0), false) == detail::CompactAction::route(1));
    // A draw that could not be parsed leaves the prior: accepting is worth 0.5.
    CHECK(policy.decide(after(1, 0, 0), true) == detail::CompactAction::route(1));
}

TEST_CASE("observations of the engine's model are counts of positives given the level") {
    const auto model = one_verdict();
    const int drawn_high = 5;
    std::vector<double> seen;
    model->for_each_observation(3, drawn_high, [&](int, double probability) { seen.push_back(probability); });
    CHECK(seen == std::vector<double>{0.25, 0.75});
}
