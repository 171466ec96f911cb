// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/published/exact_router.hpp>

#include <utility>

using namespace automix;

namespace {

void train(AnyRouter& router, const std::vector<tables::ConfidenceRow>& rows) {
    const Dataset data = tables::confidence_table(rows);
    const PriceTable prices = resolve_prices(data);
    router.train({data, prices});
}

const std::vector<tables::ConfidenceRow> low_gains = {{0.0, 0, 1}, {1.0, 1, 1}, {1.0, 1, 1}};
const std::vector<tables::ConfidenceRow> high_gains = {{0.0, 1, 1}, {0.0, 1, 1}, {1.0, 0, 1}};

}  // namespace

TEST_CASE("a copy of a router is deep") {
    AnyRouter original = AnyRouter::of(ExactRouter());
    train(original, low_gains);
    const AnyRouter copy = original;
    AnyRouter assigned = AnyRouter::of(AlwaysLargeRouter());
    assigned = original;
    const std::string before = to_string(original.parameters());
    train(original, high_gains);
    CHECK(to_string(original.parameters()) != before);
    CHECK(to_string(copy.parameters()) == before);
    CHECK(to_string(assigned.parameters()) == before);
    CHECK(assigned.name() == "exact");

    AnyRouter& self = assigned;
    assigned = self;
    CHECK(to_string(assigned.parameters()) == before);
    const AnyRouter moved = std::move(assigned);
    CHECK(to_string(moved.parameters()) == before);
}

TEST_CASE("a router that was moved from may be copied and assigned to") {
    AnyRouter from = AnyRouter::of(AlwaysLargeRouter());
    const AnyRouter taken = std::move(from);
    CHECK(taken.name() == "always_large");
    AnyRouter copy = from;  // NOLINT(bugprone-use-after-move)
    AnyRouter other = AnyRouter::of(ExactRouter());
    other = copy;
    copy = taken;
    from = taken;
    CHECK(copy.next(Evidence(3)) == Action::route(2));
    CHECK(from.name() == "always_large");
}

TEST_CASE("what a router does not have is empty") {
    CHECK(AnyRouter::of(AlwaysSmallRouter()).breakpoints().empty());
    CHECK(AnyRouter::of(AlwaysSmallRouter()).parameters().empty());
    const AnyRouter mix = AnyRouter::of(RandomMixRouter(0.25));
    REQUIRE(mix.breakpoints().size() == 1);
    CHECK(mix.breakpoints()[0] == 0.25);
}
