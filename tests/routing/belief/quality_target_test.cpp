// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/routing/belief/detail/quality_target.hpp>

#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

/// A candidate of ten rows that lies so far above the target on average, at a cost.
detail::QualityCandidate quality_candidate(double above, double cost, double units = 0.0,
                                           double squares = 0.0) {
    detail::QualityCandidate candidate;
    candidate.held_out.rows = 10.0;
    candidate.held_out.units = units;
    candidate.held_out.sums.cost = 10.0 * cost;
    candidate.held_out.metric = 10.0 * above;
    candidate.held_out.squares = squares;
    return candidate;
}

}  // namespace

TEST_CASE("the cheapest mixture that meets a quality target") {
    // Of the first and third, 0.8 * 7 + 0.2 * 1 = 5.8; of the first and second 6, the third alone 7.
    const std::vector<detail::QualityCandidate> candidates = {
        quality_candidate(-0.02, 1.0), quality_candidate(0.02, 11.0), quality_candidate(0.005, 7.0)};
    const auto chosen = detail::cheapest_mixture(candidates);
    REQUIRE(chosen);
    CHECK(chosen->poor == 0);
    CHECK(chosen->good == 2);
    CHECK_THAT(chosen->share, WithinAbs(0.8, 1e-12));
    // One that meets the target for less than any mixture is used alone.
    const auto alone = detail::cheapest_mixture({quality_candidate(-0.02, 3.0), quality_candidate(0.0, 2.0)});
    REQUIRE(alone);
    CHECK(alone->good == 1);
    CHECK(alone->share == 1.0);
    // At the same cost the better one is used, not a mixture that just meets the target.
    const auto same = detail::cheapest_mixture({quality_candidate(-0.1, 2.0), quality_candidate(0.1, 2.0)});
    REQUIRE(same);
    CHECK(same->good == 1);
    CHECK(same->share == 1.0);
}

TEST_CASE("a quality target is met with half a standard error to spare") {
    // Figures that vary by 0.3 over ten rows have a standard error of 0.3 / 3 = 0.1: 0.04 above is not enough and 0.06 is.
    const auto held_out = [](double above) {
        return quality_candidate(above, 1.0, 10.0, 10.0 * (above * above + 0.09));
    };
    CHECK_THAT(held_out(0.04).held_out.standard_error(), WithinAbs(0.1, 1e-12));
    CHECK_THAT(held_out(0.04).slack(), WithinAbs(-0.01, 1e-12));
    CHECK_FALSE(detail::cheapest_mixture({held_out(0.04), held_out(0.03)}));
    CHECK(detail::closest_candidate({held_out(0.03), held_out(0.04)}).good == 1);
    CHECK(detail::closest_candidate({held_out(0.03), held_out(0.04)}).share == 1.0);
    CHECK(detail::cheapest_mixture({held_out(0.06)}));
}
