// SPDX-License-Identifier: Apache-2.0
// Brier score and calibration error, by hand.
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/metrics/reliability.hpp>

#include <cmath>

using namespace automix;
using Catch::Matchers::WithinAbs;

TEST_CASE("forecasts are binned, and their errors are those by hand") {
    ReliabilitySum sum(2);
    sum.add(0.2, 0.0);
    sum.add(0.4, 1.0);
    sum.add(0.9, 1.0, 2.0);
    const Reliability all = sum.result();
    CHECK_THAT(all.weight, WithinAbs(4.0, 1e-12));
    CHECK_THAT(all.predicted, WithinAbs(2.4 / 4.0, 1e-12));
    CHECK_THAT(all.observed, WithinAbs(3.0 / 4.0, 1e-12));
    CHECK_THAT(all.brier, WithinAbs((0.04 + 0.36 + 2.0 * 0.01) / 4.0, 1e-12));
    // |0.6 - 1| in the lower half, |1.8 - 2| in the upper one.
    CHECK_THAT(all.calibration_error, WithinAbs(0.6 / 4.0, 1e-12));
    REQUIRE(all.bins.size() == 2);
    CHECK_THAT(all.bins[0].predicted, WithinAbs(0.3, 1e-12));
    CHECK_THAT(all.bins[0].observed, WithinAbs(0.5, 1e-12));
    CHECK_THAT(all.bins[0].se, WithinAbs(0.5, 1e-12));
    CHECK(all.bins[1].se == 0.0);
}

TEST_CASE("forecasts at the ends stay in the end bins, and without any there are no bins") {
    ReliabilitySum sum;
    CHECK(sum.result().bins.empty());
    sum.add(1.0, 1.0);
    sum.add(1.0 + 1e-12, 1.0);
    sum.add(-1e-12, 0.0);
    REQUIRE(sum.result().bins.size() == 2);
    CHECK(sum.result().bins[1].weight == 2.0);
    CHECK_THROWS_AS(ReliabilitySum(0), ArgumentError);
}
