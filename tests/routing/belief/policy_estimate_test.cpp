// SPDX-License-Identifier: Apache-2.0
#include "routing/belief/plurality_sums.hpp"
#include "routing/routing_models.hpp"
#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

using namespace automix;

namespace {

RoutingPolicy estimated_policy(const detail::CascadeModel& model, std::vector<detail::CellPolicy> cells) {
    return {std::make_shared<const detail::RoutingLayout>(std::vector<detail::CascadeModel>{model, {}}),
            std::move(cells), 0};
}

const RoutingPrices estimate_prices{{1.0, 10.0}, {0.5, 0.0}, 0.0};

}  // namespace

TEST_CASE("draws from a row's verdicts are draws without replacement") {
    const std::vector<Verification> final{{3, 2, 0.0}};
    const detail::OrderedDraws draws(final, 2);
    CHECK(draws.max_parsed({}) == 3);
    CHECK(draws.positive({}, 0, 0) == Approx(2.0 / 3.0));
    CHECK(draws.positive({}, 1, 1) == Approx(0.5));
    CHECK(draws.positive({}, 2, 2) == 0.0);
    // Three parsed verdicts among five draws.
    CHECK(draws.draws_per_verdict({}, 5) == Approx(1.5));
    CHECK(draws.draws_per_verdict({}, 3) == 1.0);
}

TEST_CASE(
    "the estimate over two rows, of each of which the first of two verdicts is positive in half of the "
    "orders") {
    FoldStatistics sums(2);
    EvidenceCell& cell = sums.cell({Verification{2, 1, 0.0}});
    cell.add({1.0, 1.0});
    cell.add({0.0, 1.0});
    const detail::CompactAction route = detail::CompactAction::route(1);
    const RoutingPolicy policy =
        estimated_policy({VerificationKind::verdicts, 2, {}},
                         {{detail::CompactAction::verify(1), route}, {route, route}, {}, {}, {}, {}});
    detail::PolicyEstimate found;
    const detail::RowMetric metric{{-1.0, 0.0}, -0.1, 0.1};
    detail::add_rows(found, {{1.0, policy}}, sums, estimate_prices, metric);
    CHECK(found.rows == 2.0);
    CHECK(found.units == 2.0);
    CHECK(found.mean().score == Approx(0.75));
    CHECK(found.mean().cost == Approx(1.0 + 0.5 + 5.0));
    CHECK(found.mean().draws == Approx(1.0));
    CHECK(found.routed == Approx(1.0));
    // Row by row: 1 - 1 - 0.65 + 0.1 = -0.55 and 0.5 - 0.65 + 0.1 = -0.05.
    CHECK(found.metric == Approx(-0.6));
    CHECK(found.squares == Approx(0.3025 + 0.0025));
    // The two differ by 0.25 from their mean: sqrt(0.0625 / 1).
    CHECK(found.standard_error() == Approx(0.25));
    detail::PolicyEstimate one;
    one.rows = one.units = 1.0;
    one.metric = one.squares = 1.0;
    CHECK(one.standard_error() == 0.0);
}

TEST_CASE("a policy without a table is walked on some cells, whatever their order, and a table on all") {
    Random random(3);
    const detail::BeliefModel belief = test::random_belief(random, 2, 20, 3);
    const auto policy = [&](double max_cells) -> std::vector<PolicyShare> {
        return {
            {1.0, detail::accept_at_once(detail::make_tree(belief, max_cells), estimate_prices, 0).policy}};
    };
    FoldStatistics sums(2);
    FoldStatistics reversed(2);
    for (int parsed = 0; parsed <= 20; ++parsed) {
        for (int positive = 0; positive <= parsed; ++positive)
            sums.cell({Verification{parsed, positive, 0.0}}).add({1.0, 1.0});
    }
    for (int parsed = 20; parsed >= 0; --parsed) {
        for (int positive = parsed; positive >= 0; --positive)
            reversed.cell({Verification{parsed, positive, 0.0}}).add({1.0, 1.0});
    }
    REQUIRE(sums.cells.size() == 231);
    CHECK(detail::walked_cells(policy(1e6), sums).size() == 231);
    const auto some = detail::walked_cells(policy(0.0), sums);
    REQUIRE(some.size() == detail::max_walked_cells);
    for (std::size_t i = 1; i < some.size(); ++i) CHECK(some[i - 1]->evidence < some[i]->evidence);
    const auto same = detail::walked_cells(policy(0.0), reversed);
    REQUIRE(reversed.cells.size() == 231);
    for (std::size_t i = 0; i < some.size(); ++i) CHECK(some[i]->evidence == same[i]->evidence);
    detail::PolicyEstimate found;
    detail::add_rows(found, policy(0.0), sums, estimate_prices, {{0.0, 0.0}, 0.0, 0.0});
    CHECK(found.rows == 200.0);
    CHECK(found.mean().score == Approx(1.0));
    CHECK(found.mean().cost == Approx(1.0));
}

TEST_CASE("the estimate over a fold's pluralities") {
    const detail::CascadeModel model{VerificationKind::samples, 1, {}};
    const detail::CompactAction route = detail::CompactAction::route(1);
    // A failed answer is routed; of another one sample is drawn, and the plurality accepted if it agrees.
    const RoutingPolicy policy = estimated_policy(
        model, {{route, route}, {detail::CompactAction::verify(1), route}, {}, {route, route}, {}});
    detail::PolicyEstimate found;
    const detail::RowMetric metric{{0.0, -1.0}, -0.1, 0.0};
    detail::add_pluralities(found, {{1.0, policy}}, test::ten_sampled_rows(), estimate_prices, metric);
    CHECK(found.rows == 10.0);
    CHECK(found.units == 1.0);
    // 0.1 fail and 0.9 * 5/9 disagree: both are routed. 0.9 * 4/9 agree.
    CHECK(found.routed == Approx(6.0));
    CHECK(found.mean().score == Approx(0.1 * 1.0 + 0.5 * 4.0 / 5.0 + 0.4 * 4.0 / 4.0));
    CHECK(found.mean().draws == Approx(0.9));
    CHECK(found.mean().rounds == Approx(0.9));
    CHECK(found.mean().cost == Approx(1.0 + 0.45 + 6.0));
    const double value = 0.9 - 0.745 - 0.8;
    CHECK(found.metric == Approx(10.0 * value));
    CHECK(found.squares == Approx(10.0 * value * value));
    // Half of the queries to this policy, half to the large model at once.
    detail::PolicyEstimate mixed;
    detail::add_pluralities(mixed, {{0.5, policy}, {0.5, policy.starting_at(1)}}, test::ten_sampled_rows(),
                            estimate_prices, metric);
    CHECK(mixed.mean().score == Approx(0.5 * 0.9 + 0.5 * 0.8));
    CHECK(mixed.mean().cost == Approx(0.5 * 7.45 + 0.5 * 10.0));
    CHECK(mixed.routed == Approx(8.0));
    detail::PolicyEstimate none;
    detail::add_pluralities(none, {{1.0, policy}}, FoldStatistics(2), estimate_prices, metric);
    CHECK(none.units == 0.0);
}
