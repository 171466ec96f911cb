// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/policy_walk.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <memory>
#include <utility>
#include <vector>

using namespace automix;

namespace {

/// Draws of which each is positive with probability 0.6.
struct BiasedDraws {
    int parsed = 2;
    double per_verdict = 1.0;
    std::vector<std::pair<double, double>> cells{};
    std::vector<double> accepted{0.0, 0.0};

    void arrive(Index, const ModelEvidence&, Index) {}
    void leave() {}
    [[nodiscard]] static Index stratum(Index) { return 0; }
    [[nodiscard]] int max_parsed(const detail::VerifierOf&) const { return parsed; }
    [[nodiscard]] double draws_per_verdict(const detail::VerifierOf&, int) const { return per_verdict; }
    [[nodiscard]] static double positive(const detail::VerifierOf&, int, int) { return 0.6; }
    [[nodiscard]] const std::vector<std::pair<double, double>>& confidences(const detail::VerifierOf&) const {
        return cells;
    }
    void accept(Index model, const ModelEvidence&, double probability) {
        accepted[as_size(model)] += probability;
    }
};

using Compact = detail::CompactAction;

RoutingPolicy walk_policy(const detail::CascadeModel& model, std::vector<detail::CellPolicy> cells) {
    return {std::make_shared<const detail::RoutingLayout>(std::vector<detail::CascadeModel>{model, {}}),
            std::move(cells), 0};
}

const detail::CascadeModel two_verdicts{VerificationKind::verdicts, 2, {}};
const RoutingPrices walk_prices{{1.0, 10.0}, {0.5, 0.0}, 0.0};

detail::ExpectedUsage walk(const RoutingPolicy& policy, BiasedDraws& draws, double probability = 1.0) {
    detail::ExpectedUsage usage;
    detail::RememberedActions actions(policy);
    detail::PolicyWalk(actions, walk_prices, draws).run(probability, usage);
    return usage;
}

/// Draws one by one while verdicts are positive, accepts after two positives.
RoutingPolicy one_by_one() {
    const Compact route = Compact::route(1);
    const Compact verify = Compact::verify(1);
    return walk_policy(two_verdicts,
                       {{verify, route}, {route, route}, {verify, {}}, {route, route}, {route, route}, {}});
}

}  // namespace

TEST_CASE("a walk weighs what each sequence of verdicts leads to") {
    BiasedDraws draws;
    const detail::ExpectedUsage usage = walk(one_by_one(), draws);
    // Routed: 0.4 after the first verdict, 0.6 * 0.4 after the second.
    CHECK(usage.routed == Approx(0.64));
    CHECK(usage.draws == Approx(1.6));
    CHECK(usage.rounds == Approx(1.6));
    CHECK(usage.cost == Approx(1.0 + 0.8 + 6.4));
    CHECK(draws.accepted[0] == Approx(0.36));
    CHECK(draws.accepted[1] == Approx(0.64));
}

TEST_CASE("a walk is linear in the probability that it starts with, and adds") {
    BiasedDraws draws;
    detail::ExpectedUsage usage = walk(one_by_one(), draws, 0.5);
    const RoutingPolicy policy = one_by_one();
    detail::RememberedActions actions(policy);
    detail::PolicyWalk(actions, walk_prices, draws).run(-0.25, usage);
    CHECK(usage.cost == Approx(0.25 * 8.2));
    CHECK(draws.accepted[0] == Approx(0.09));
}

TEST_CASE("draws beyond those that can be parsed are paid for and tell nothing") {
    BiasedDraws draws;
    draws.parsed = 1;
    draws.per_verdict = 1.5;
    const detail::ExpectedUsage usage = walk(one_by_one(), draws);
    // The first verdict takes 1.5 draws. After a positive one another half a draw is left, and then the policy accepts.
    CHECK(usage.draws == Approx(1.5 + 0.6 * 0.5));
    CHECK(usage.rounds == Approx(1.8));
    CHECK(usage.routed == Approx(0.4));
    CHECK(usage.cost == Approx(1.0 + 0.9 + 4.0));
    CHECK(draws.accepted[0] == Approx(0.6));
}

TEST_CASE("two draws in one round") {
    BiasedDraws draws;
    const Compact route = Compact::route(1);
    const RoutingPolicy policy =
        walk_policy(two_verdicts, {{Compact::verify(2), route}, {}, {}, {route, route}, {route, route}, {}});
    const detail::ExpectedUsage usage = walk(policy, draws);
    CHECK(usage.rounds == Approx(1.0));
    CHECK(usage.draws == Approx(2.0));
    CHECK(usage.routed == Approx(0.64));
    CHECK(usage.cost == Approx(1.0 + 1.0 + 6.4));
}

TEST_CASE("a lone confidence is revealed once") {
    BiasedDraws draws;
    draws.cells = {{0.3, 0.25}, {0.9, 0.75}};
    const Compact route = Compact::route(1);
    const RoutingPolicy policy = walk_policy({VerificationKind::confidence, 1, {0.5}},
                                             {{Compact::verify(1), route}, {route, route}, {}});
    const detail::ExpectedUsage usage = walk(policy, draws);
    CHECK(usage.draws == Approx(1.0));
    CHECK(usage.rounds == Approx(1.0));
    CHECK(usage.routed == Approx(0.25));
    CHECK(usage.cost == Approx(1.0 + 0.5 + 2.5));
    CHECK(draws.accepted[0] == Approx(0.75));
}
