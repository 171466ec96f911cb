// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/source.hpp>

using namespace automix;

namespace {

/// The skeleton in the header's comment.
struct Mine {
    automix::Answered answer(automix::Index) { return {.cost = 1.0}; }
    automix::Drawn draw(automix::Index, int draws) {
        const int m = draws == automix::all_draws ? 8 : draws;
        return {.drawn = m, .parsed = m, .positive = m, .cost = 0.125 * m};
    }
};

}  // namespace

TEST_CASE("the skeleton of a source works with all draws, as every router of the published family asks") {
    static_assert(source<Mine>);
    const Dataset data = tables::verdict_table();
    const PriceTable prices = resolve_prices(data);
    ThresholdRouter router;
    router.train({data, prices});
    Mine mine;
    Evidence evidence(2);
    const Outcome outcome = run(router, mine, evidence);
    CHECK(outcome.model == 0);  // eight of eight positive
    CHECK(outcome.draws == 8);
    CHECK(outcome.answer_cost == 1.0);
    CHECK(outcome.verification_cost == 1.0);
}
