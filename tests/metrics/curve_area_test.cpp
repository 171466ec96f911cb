// SPDX-License-Identifier: Apache-2.0
// The area of curves worked out by hand: shares 5, 10, ..., 95 % of the extra cost between 1 and 9, gap from 0.4 to 0.8.
#include "support/catch.hpp"

#include <automix/metrics/curve_area.hpp>
#include <automix/metrics/ibc.hpp>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

const OperatingPoint small_point{0.4, 1.0};
const OperatingPoint large_point{0.8, 9.0};

/// A policy that recovers that share of the gap at that share of the extra cost.
OperatingPoint reached(double gap, double share) { return {0.4 + 0.4 * gap, 1.0 + 8.0 * share}; }

double area(const std::vector<OperatingPoint>& points) {
    return curve_area(points, small_point, large_point).value();
}

}  // namespace

TEST_CASE("random mixing has no area, with or without policies on its line") {
    CHECK_THAT(area({}), WithinAbs(0.0, 1e-12));
    CHECK_THAT(area({small_point, large_point}), WithinAbs(0.0, 1e-12));
    CHECK_THAT(area({reached(0.3, 0.3), reached(0.77, 0.77)}), WithinAbs(0.0, 1e-12));
}

TEST_CASE("the area is the mean over nineteen shares of what is above mixing") {
    // The whole gap at half the cost: (1 + ... + 10) / 20 up to there, (9 + ... + 1) / 20 beyond.
    CHECK_THAT(area({reached(1.0, 0.5)}), WithinAbs(100.0 * (2.75 + 2.25) / 19.0, 1e-10));
    // Nothing gained at half the cost: the same below mixing.
    CHECK_THAT(area({reached(0.0, 0.5)}), WithinAbs(-100.0 * 5.0 / 19.0, 1e-10));
    // 60 % of the gap at a twentieth of the cost, then straight to the end: 0.6 + 0.4 (x - 0.05) / 0.95.
    double sum = 0.0;
    for (int step = 1; step <= 19; ++step) sum += 0.6 + 0.4 * (step - 1) / 19.0 - step * 0.05;
    CHECK_THAT(area({reached(0.6, 0.05)}), WithinAbs(100.0 * sum / 19.0, 1e-10));
}

TEST_CASE("policies stand at the cost that they came to, in any order") {
    const OperatingPoint a = reached(0.7, 0.25);
    const OperatingPoint b = reached(0.9, 0.75);
    CHECK(area({a, b}) == area({b, a}));
    // 2.8 x up to the first; 0.7 + 0.4 (x - 0.25) to the second, and 0.9 + 0.4 (x - 0.75) to the end, which is the same line.
    double sum = 0.0;
    for (int step = 1; step <= 19; ++step) {
        const double x = step * 0.05;
        const double y = step <= 5 ? 2.8 * x : 0.6 + 0.4 * x;
        sum += y - x;
    }
    CHECK_THAT(area({a, b}), WithinAbs(100.0 * sum / 19.0, 1e-10));
}

TEST_CASE("a dearer policy that turned out worse bends the curve, and equal costs count as their mean") {
    CHECK(area({reached(0.8, 0.4), reached(0.5, 0.6)}) < area({reached(0.8, 0.4)}));
    CHECK_THAT(area({reached(0.9, 0.4), reached(0.5, 0.4)}), WithinAbs(area({reached(0.7, 0.4)}), 1e-12));
}

TEST_CASE("what costs more than the large model alone is not read") {
    CHECK_THAT(area({reached(0.2, 1.5)}), WithinAbs(0.0, 1e-12));
    CHECK_THAT(area({reached(0.6, 0.3), reached(1.2, 1.01)}), WithinAbs(area({reached(0.6, 0.3)}), 1e-12));
}

TEST_CASE("there is no area where the large model is not better or not dearer") {
    CHECK(curve_area({}, large_point, small_point).reason() ==
          "the last model scores no higher than the first");
    CHECK(curve_area({}, small_point, {0.4, 9.0}).reason() == "both models score the same");
    CHECK(curve_area({}, small_point, {0.8, 0.5}).reason() == "the last model costs no more than the first");
}
