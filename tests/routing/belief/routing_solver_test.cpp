// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include "routing/routing_models.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/data/verification.hpp>
#include <automix/pomdp/pomdp_model.hpp>
#include <automix/pomdp/solvers/exact_solver.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/expected_value.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/policy_hull.hpp>
#include <automix/routing/belief/detail/routing_pomdp.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

static_assert(pomdp::pomdp_model<detail::RoutingPomdp>);

constexpr double all_cells = 1e9;

/// A random problem of two or three models.
struct Problem {
    detail::BeliefModel belief;
    RoutingPrices prices;
    detail::SolveRule rule;

    explicit Problem(std::uint64_t seed) {
        Random random(seed);
        const auto models = static_cast<Index>(2 + random.index(2));
        const int draws = 1 + static_cast<int>(random.index(models == 2 ? 4 : 3));
        belief = test::random_belief(random, models, draws, models == 2 ? 5 : 3);
        prices = test::random_prices(random, models);
        if (random.bernoulli(0.5)) {
            prices.round = 0.1 * random.uniform();
            rule.batches = {1, 2, 4};
        }
        rule.lambda = 0.3 * random.uniform() * random.uniform();
    }
};

double net(const detail::RoutingSolution& solution, const Problem& p) {
    return detail::net_value(solution.value, p.rule.lambda, p.prices);
}

}  // namespace

TEST_CASE("backward induction gives the value of brute force over all sequences of verdicts", "[property]") {
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        const Problem p(seed);
        const detail::RoutingSolution solution =
            detail::solve_routing(detail::make_tree(p.belief, all_cells), p.prices, p.rule);
        INFO("seed " << seed);
        REQUIRE_THAT(net(solution, p), WithinAbs(test::BruteForce(p.belief, p.prices, p.rule).value(), 1e-9));
    }
}

TEST_CASE("the engine and backward induction agree on the routing problem", "[property]") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const Problem p(seed);
        const double value =
            net(detail::solve_routing(detail::make_tree(p.belief, all_cells), p.prices, p.rule), p);
        const detail::RoutingPomdp model(p.belief, p.prices, p.rule);
        INFO("seed " << seed);
        pomdp::ExactOptions exact;
        exact.stop.gap = 0.0;
        const pomdp::Solution reached = pomdp::solve_exact(model, exact);
        REQUIRE_THAT(reached.lower, WithinAbs(value, 1e-9));
        REQUIRE_THAT(reached.upper, WithinAbs(value, 1e-9));
        pomdp::PointBasedOptions points;
        points.stop.gap = 1e-10;
        points.tolerance = 1e-12;
        points.beliefs = 2000;
        const pomdp::Solution pbvi = pomdp::solve_pbvi(model, points);
        REQUIRE_THAT(pbvi.lower, WithinAbs(value, 1e-9));
    }
}

TEST_CASE("a policy on beliefs does what its value says, and what the table does", "[property]") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Problem p(seed);
        const detail::RoutingSolution table =
            detail::solve_routing(detail::make_tree(p.belief, all_cells), p.prices, p.rule);
        const detail::RoutingSolution vectors =
            detail::solve_routing(detail::make_tree(p.belief, 0.0), p.prices, p.rule);
        INFO("seed " << seed);
        REQUIRE(vectors.policy.vectors() != nullptr);
        REQUIRE(vectors.gap <= detail::point_based_gap);
        REQUIRE(net(vectors, p) <= net(table, p) + 1e-9);
        REQUIRE(net(vectors, p) >= net(table, p) - vectors.gap - 1e-9);
        const detail::RoutingPomdp model(p.belief, p.prices, p.rule);
        const RoutingValue walked = detail::expected_value(table.policy, model, p.prices);
        REQUIRE_THAT(walked.score, WithinAbs(table.value.score, 1e-12));
        REQUIRE_THAT(walked.cost, WithinAbs(table.value.cost, 1e-12));
        REQUIRE_THAT(walked.draws, WithinAbs(table.value.draws, 1e-12));
        REQUIRE_THAT(walked.rounds, WithinAbs(table.value.rounds, 1e-12));
    }
}

TEST_CASE("the hull of policies is concave, rises and holds the best policy of every lambda", "[property]") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Problem p(seed);
        const detail::RoutingTree tree = detail::make_tree(p.belief, all_cells);
        const std::vector<detail::HullPolicy> hull = detail::PolicyHull(tree, p.prices, p.rule).all();
        INFO("seed " << seed);
        const auto weighed = [&](const detail::HullPolicy& policy) {
            return policy.solution.value.cost + p.prices.round * policy.solution.value.rounds;
        };
        for (std::size_t i = 1; i < hull.size(); ++i) {
            REQUIRE(weighed(hull[i]) > weighed(hull[i - 1]));
            REQUIRE(hull[i].solution.value.score > hull[i - 1].solution.value.score);
            REQUIRE(hull[i].lambda < hull[i - 1].lambda + 1e-9);
        }
        for (int step = 0; step <= 40; ++step) {
            Problem at = p;
            at.rule.lambda = 0.02 * step;
            const double best = net(detail::solve_routing(tree, p.prices, at.rule), at);
            double found = -1e9;
            for (const detail::HullPolicy& policy : hull) found = std::max(found, net(policy.solution, at));
            REQUIRE_THAT(found, WithinAbs(best, 1e-9));
        }
    }
}

TEST_CASE("neighbours on the hull enclose a budget and no policy between them is better", "[property]") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Problem p(seed);
        p.prices.round = 0.0;
        const detail::RoutingTree tree = detail::make_tree(p.belief, all_cells);
        detail::PolicyHull search(tree, p.prices, p.rule);
        const std::vector<detail::HullPolicy> hull = search.all();
        const double least = hull.front().solution.value.cost;
        const double most = hull.back().solution.value.cost;
        for (const double share : {0.0, 0.1, 0.5, 0.9, 1.0}) {
            const double budget = least + share * (most - least);
            const auto [below, above] = search.around(budget);
            INFO("seed " << seed << " share " << share);
            REQUIRE(below.value.cost <= budget + 1e-12);
            REQUIRE(above.value.cost >= budget - 1e-12);
            const double extra = above.value.cost - below.value.cost;
            const double part = extra > 0.0 ? (budget - below.value.cost) / extra : 0.0;
            const double score = below.value.score + part * (above.value.score - below.value.score);
            // Lagrange: no mixture of policies within the budget beats min over lambda of V(lambda) + lambda B.
            double bound = 1e9;
            for (const detail::HullPolicy& policy : hull) {
                Problem at = p;
                at.rule.lambda = policy.lambda;
                bound = std::min(
                    bound, net(detail::solve_routing(tree, p.prices, at.rule), at) + policy.lambda * budget);
            }
            REQUIRE_THAT(score, WithinAbs(bound, 1e-9));
        }
    }
}

TEST_CASE("scaling all prices scales lambda") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Problem p(seed);
        const detail::RoutingTree tree = detail::make_tree(p.belief, all_cells);
        const detail::RoutingSolution before = detail::solve_routing(tree, p.prices, p.rule);
        for (auto* column : {&p.prices.answers, &p.prices.draws})
            for (double& price : *column) price *= 8.0;
        p.prices.round *= 8.0;
        p.rule.lambda /= 8.0;
        const detail::RoutingSolution after = detail::solve_routing(tree, p.prices, p.rule);
        CHECK(after.policy.cells() == before.policy.cells());
        CHECK_THAT(after.value.cost, WithinAbs(8.0 * before.value.cost, 1e-9));
    }
}

TEST_CASE("ties go to accepting, then to routing, then to the smaller batch") {
    // One level: verdicts tell nothing, everything scores one half, everything is free.
    detail::BeliefModel belief;
    belief.mean_scores = Eigen::Vector2d(0.5, 0.5);
    detail::LevelDistribution level;
    level.verifiers = {{VerificationKind::verdicts, 2, 1, {}}};
    level.weight = level.right = Eigen::VectorXd::Ones(1);
    level.right *= 0.5;
    level.scores = Eigen::MatrixXd::Constant(1, 2, 0.5);
    belief.verified = {0};
    belief.priors = {level.weight};
    belief.levels = {level};
    const RoutingPrices free{{0.0, 0.0}, {0.0, 0.0}, 0.0};
    detail::SolveRule rule{1.0, {1, 2}};
    const detail::RoutingTree tree = detail::make_tree(belief, all_cells);
    CHECK(detail::solve_routing(tree, free, rule).policy.cell(0, 0).best == detail::CompactAction{});
    CHECK(detail::solve_routing(tree, free, rule).policy.first_model() == 0);
    rule.verify_first = true;
    CHECK(detail::solve_routing(tree, free, rule).policy.cell(0, 0).best == detail::CompactAction::verify(1));
    CHECK(detail::solve_routing(tree, free, rule).policy.cell(0, 0).without_verifying ==
          detail::CompactAction::route(1));
}

TEST_CASE("what was not parsed is paid for and tells nothing: with the draws used up a policy settles") {
    Random random(3);
    const detail::BeliefModel belief = test::random_belief(random, 2, 4, 5);
    const RoutingPrices prices{{1.0, 10.0}, {0.0, 0.0}, 0.0};
    const detail::RoutingSolution solution =
        detail::solve_routing(detail::make_tree(belief, all_cells), prices, {0.01});
    Evidence evidence(2);
    evidence.current = 0;
    evidence.models[0].answered = true;
    REQUIRE(solution.policy.next(evidence) == Action::verify(1));
    evidence.models[0].drawn = 3;
    CHECK(solution.policy.next(evidence) == Action::verify(1));
    evidence.models[0].drawn = 4;
    CHECK(solution.policy.next(evidence).kind != ActionKind::verify);
    evidence.models[0].drawn = 5;
    CHECK_THROWS_AS(solution.policy.next(evidence), ProtocolError);
}
