// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/routing/belief/detail/forecast_skill.hpp>
#include <automix/routing/belief/detail/verdict_signal.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstdint>
#include <numbers>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

Eigen::ArrayXXd normal_table(Random& random, Index rows, Index columns) {
    return Eigen::ArrayXXd::NullaryExpr(rows, columns, [&](Index, Index) { return random.normal(); });
}

}  // namespace

TEST_CASE("the chance of one forecast's skill is the tail of its correlation") {
    // A correlation of 1/2 over 17 rows is a deviate of sqrt(16) / 2 = 2.
    Eigen::ArrayXXd told(17, 1);
    Eigen::ArrayXXd other(17, 1);
    for (Index row = 0; row < 17; ++row) {
        told(row, 0) = std::cos(2.0 * std::numbers::pi * static_cast<double>(row) / 17.0);
        other(row, 0) = std::sin(2.0 * std::numbers::pi * static_cast<double>(row) / 17.0);
    }
    const Eigen::ArrayXXd found = 0.5 * told + std::sqrt(0.75) * other;
    CHECK_THAT(detail::chance_of_skill(told, found), WithinAbs(detail::upper_tail(2.0), 0.008));
    // Forecasts that tell the opposite tell nothing, and a constant neither.
    CHECK(detail::chance_of_skill(-told, found) == 1.0);
    CHECK(detail::chance_of_skill(Eigen::ArrayXXd::Constant(17, 1, 3.0), found) == 1.0);
    CHECK(detail::chance_of_skill(told.topRows(3), found.topRows(3)) == 1.0);
    CHECK(detail::chance_of_skill(told, told) < 0.001);
}

TEST_CASE("outputs that say the same count once") {
    Random random(2);
    const Eigen::ArrayXXd told = normal_table(random, 100, 1);
    const Eigen::ArrayXXd found = 0.2 * told + normal_table(random, 100, 1);
    const double once = detail::chance_of_skill(told, found);
    CHECK_THAT(detail::chance_of_skill(told.replicate(1, 3), found.replicate(1, 3)), WithinAbs(once, 0.015));
}

TEST_CASE("forecasts paired with facts at random seldom tell: 400 of four outputs") {
    int seldom = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Random random(seed);
        // Outputs depend on each other, and two of them are nearly constant but for a few rows.
        const Eigen::ArrayXXd shared = normal_table(random, 60, 1);
        Eigen::ArrayXXd told = normal_table(random, 60, 4) + shared.replicate(1, 4);
        Eigen::ArrayXXd found = normal_table(random, 60, 4);
        found.leftCols(2) = (found.leftCols(2) > 1.3).cast<double>();
        seldom += detail::chance_of_skill(told, found) < 0.1 ? 1 : 0;
    }
    // 40 are expected, with a standard deviation of 6.
    CHECK(seldom > 22);
    CHECK(seldom < 60);
}

TEST_CASE("what is left beside another forecast does not depend on it") {
    Random random(5);
    const Eigen::ArrayXXd other = normal_table(random, 50, 2);
    const Eigen::ArrayXXd rest = normal_table(random, 50, 2);
    const Eigen::ArrayXXd left = detail::less_linear(3.0 * other + rest, other);
    for (Index c = 0; c < 2; ++c) {
        CHECK_THAT((left.col(c) * other.col(c)).sum(), WithinAbs(0.0, 1e-9));
        CHECK_THAT(left.col(c).sum(), WithinAbs(0.0, 1e-9));
    }
    CHECK((left - detail::less_linear(rest, other)).abs().maxCoeff() < 1e-9);
    // A richer forecast that only repeats the poorer one adds nothing.
    CHECK(detail::chance_of_skill(detail::less_linear(2.0 * other, other), left) == 1.0);
}
