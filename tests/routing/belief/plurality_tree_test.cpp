// SPDX-License-Identifier: Apache-2.0
#include "routing/belief/plurality_sums.hpp"
#include "support/catch.hpp"

#include <automix/routing/belief/detail/plurality_tree.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>

using namespace automix;

TEST_CASE("the tree of pluralities shrinks its sums by the pseudo rows") {
    const detail::RoutingTree tree = detail::make_plurality_tree(test::ten_sampled_rows(), 1);
    const detail::CascadeModel& model = tree.layout->models().front();
    CHECK(tree.last_alone == Approx(0.8));
    CHECK(tree.failed == Approx(0.1));
    const auto answered = model.first().state(0, 1);
    CHECK(tree.current(answered) == Approx((6.0 + 15.0 * 2.0 / 3.0) / 24.0));
    CHECK(tree.last(answered) == Approx((7.0 + 30.0 * 0.8) / 39.0));
    CHECK(tree.probability(answered) == Approx(4.5 / 10.0));
    const auto failed = model.first().state(0, 0);
    CHECK(tree.current(failed) == Approx((0.0 + 15.0 / 3.0) / 16.0));
    CHECK(tree.last(failed) == Approx((1.0 + 30.0 * 0.8) / 31.0));
    const auto agreed = model.first().state(1, 2);
    CHECK(tree.current(agreed) == Approx((4.0 + 15.0 * 3.0 / 4.0) / 19.0));
    // No row is there: the pseudo rows alone.
    const auto unseen = model.first().state(1, 0);
    CHECK(tree.current(unseen) == Approx(0.25));
    CHECK(tree.last(unseen) == Approx(0.8));
    CHECK(tree.probability(unseen) == Approx(0.5));
}

TEST_CASE("sums that no row reached are zero") {
    const FoldStatistics sums = test::ten_sampled_rows();
    CHECK(detail::plurality_cell(sums.pluralities.front(), 0, 1).weight == 9.0);
    CHECK(detail::plurality_cell(sums.pluralities.front(), 7, 3).weight == 0.0);
}
