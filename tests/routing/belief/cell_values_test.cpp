// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/prices.hpp>

#include <memory>
#include <utility>
#include <vector>

using namespace automix;

namespace {

/// A tree of which every number is zero.
detail::RoutingTree empty_tree(std::vector<detail::CascadeModel> models) {
    detail::RoutingTree tree;
    tree.layout = std::make_shared<const detail::RoutingLayout>(std::move(models));
    for (auto* column : {&tree.current, &tree.last}) column->setZero(tree.layout->cells());
    tree.probability.setZero(tree.layout->cells(), tree.layout->max_verifiers());
    return tree;
}

void require_value(const RoutingValue& found, const RoutingValue& expected) {
    CHECK(found.score == Approx(expected.score));
    CHECK(found.cost == Approx(expected.cost));
    CHECK(found.draws == Approx(expected.draws));
    CHECK(found.rounds == Approx(expected.rounds));
}

}  // namespace

TEST_CASE("values of actions on two verdicts") {
    const detail::CascadeModel model{VerificationKind::verdicts, 2, {}};
    detail::RoutingTree tree = empty_tree({model, {}});
    tree.probability << 0.5, 0.25, 0.75, 0.0, 0.0, 0.0;
    tree.current(0) = 0.4;
    tree.last(0) = 0.7;
    tree.last_alone = 0.8;
    RoutingPrices prices{{1.0, 10.0}, {0.5, 0.0}, 2.0};
    detail::CellValues values(tree, prices);
    values.at(0, model.first().state(2, 0)) = {0.9, 10.0, 0.0, 0.0};
    values.at(0, model.first().state(2, 1)) = {0.5, 0.0, 0.0, 0.0};
    values.at(0, model.first().state(2, 2)) = {0.7, 0.0, 0.0, 0.0};
    std::vector<double> weights;
    // Both negative 0.5 * 0.75, both positive 0.5 * 0.75, one of each 0.25.
    require_value(values.verify(0, 0, 0, 2, weights), {0.725, 3.75 + 1.0, 2.0, 1.0});
    require_value(values.verify(0, model.first().state(1, 1), 0, 1, weights),
                  {0.25 * 0.5 + 0.75 * 0.7, 0.5, 1.0, 1.0});
    require_value(values.accept(0, 0), {0.4, 0.0, 0.0, 0.0});
    require_value(values.route(0, 0, 1), {0.7, 10.0, 0.0, 0.0});
    require_value(values.start(1), {0.8, 10.0, 0.0, 0.0});
    values.at(0, 0) = {0.6, 3.0, 1.0, 1.0};
    require_value(values.start(0), {0.6, 4.0, 1.0, 1.0});
    CHECK(detail::net_value({0.65, 0.5, 1.0, 1.0}, 0.1, prices) == Approx(0.65 - 0.1 * 2.5));
    // If half of the draws cannot be parsed, a verdict takes two.
    prices.draws_per_verdict = {2.0, 1.0};
    require_value(values.verify(0, 0, 0, 2, weights), {0.725, 3.75 + 2.0, 4.0, 1.0});
}

TEST_CASE("the value of revealing a confidence") {
    detail::RoutingTree tree = empty_tree({{VerificationKind::confidence, 1, {0.5}}, {}});
    tree.probability << 1.0, 0.4, 0.6;
    const RoutingPrices prices{{1.0, 10.0}, {3.0, 0.0}, 0.0};
    detail::CellValues values(tree, prices);
    values.at(0, 1) = {0.2, 10.0, 0.0, 0.0};
    values.at(0, 2) = {0.9, 0.0, 0.0, 0.0};
    require_value(values.reveal(0, 0, 0), {0.4 * 0.2 + 0.6 * 0.9, 3.0 + 4.0, 1.0, 1.0});
}

TEST_CASE("an answer that may have failed starts in one of two states") {
    const detail::CascadeModel model{VerificationKind::samples, 1, {}};
    detail::RoutingTree tree = empty_tree({model, {}});
    tree.failed = 0.1;
    const RoutingPrices prices{{1.0, 10.0}, {3.0, 0.0}, 0.0};
    detail::CellValues values(tree, prices);
    values.at(0, model.first().state(0, 0)) = {0.8, 10.0, 0.0, 0.0};
    values.at(0, model.first().state(0, 1)) = {0.6, 0.0, 0.0, 0.0};
    require_value(values.start(0), {0.08 + 0.54, 2.0, 0.0, 0.0});
}

TEST_CASE("a route to a middle model has the value of that model's node") {
    detail::RoutingTree tree = empty_tree({{VerificationKind::verdicts, 1, {}}, {}, {}});
    const RoutingPrices prices{{1.0, 4.0, 10.0}, {0.0, 0.0, 0.0}, 0.0};
    detail::CellValues values(tree, prices);
    values.at(tree.layout->child(0, 2, 1), 0) = {0.5, 10.0, 0.0, 0.0};
    require_value(values.route(0, 2, 1), {0.5, 14.0, 0.0, 0.0});
    require_value(values.route(0, 1, 1), {0.0, 4.0, 0.0, 0.0});
}
