// SPDX-License-Identifier: Apache-2.0
// Quantiles are held against numpy.quantile 2.4 (its default, type 7), smoothing against
// scipy.ndimage.gaussian_filter 1.17 (mode reflect, truncate 4).
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

Eigen::ArrayXd array(std::initializer_list<double> values) {
    Eigen::ArrayXd result(static_cast<Index>(values.size()));
    std::copy(values.begin(), values.end(), result.begin());
    return result;
}

void check_equal(const Eigen::ArrayXd& found, const Eigen::ArrayXd& expected) {
    REQUIRE(found.size() == expected.size());
    for (Index i = 0; i < found.size(); ++i) CHECK_THAT(found(i), WithinAbs(expected(i), 1e-14));
}

}  // namespace

TEST_CASE("nearly_equal is relative to the larger magnitude") {
    CHECK(nearly_equal(0.0, 0.0));
    CHECK(nearly_equal(0.0, -0.0));
    CHECK(nearly_equal(1.0, 1.0 + 5e-13));
    CHECK_FALSE(nearly_equal(1.0, 1.0 + 2e-12));
    CHECK(nearly_equal(1e9, 1e9 + 5e-4));
    CHECK_FALSE(nearly_equal(1e-9, 1.1e-9));
    CHECK_FALSE(nearly_equal(0.0, 1e-300));
    CHECK_FALSE(nearly_equal(1.0, -1.0));
    CHECK(nearly_equal(100.0, 101.0, 0.01));
    CHECK_FALSE(nearly_equal(100.0, 102.0, 0.01));
    CHECK(nearly_equal(0.1 + 0.2, 0.3));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_FALSE(nearly_equal(nan, nan));
    CHECK_FALSE(nearly_equal(nan, 1.0));
}

TEST_CASE("quantile agrees with numpy") {
    const std::vector<double> values{3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    const std::vector<std::pair<double, double>> expected{{0.0, 1.0},   {0.025, 1.0},     {0.1, 1.0},
                                                          {0.25, 2.25}, {1.0 / 3.0, 3.0}, {0.5, 3.5},
                                                          {0.9, 6.3},   {0.975, 8.325},   {1.0, 9.0}};
    for (const auto& [q, value] : expected) {
        CAPTURE(q);
        CHECK_THAT(quantile(values, q), WithinAbs(value, 1e-14));
    }
    CHECK_THAT(quantile({0.2, 0.7, 0.1, 0.4}, 0.1), WithinAbs(0.13, 1e-15));
    CHECK_THAT(quantile({0.2, 0.7, 0.1, 0.4}, 0.75), WithinAbs(0.475, 1e-15));
}

TEST_CASE("quantile of one value, of two, and of equal values") {
    for (const double q : {0.0, 0.1, 0.5, 1.0}) {
        CHECK(quantile({7.0}, q) == 7.0);
        CHECK(quantile({0.1, 0.1, 0.1}, q) == 0.1);
    }
    CHECK(quantile({8.0, 4.0}, 0.0) == 4.0);
    CHECK(quantile({8.0, 4.0}, 0.25) == 5.0);
    CHECK(quantile({8.0, 4.0}, 1.0) == 8.0);
}

TEST_CASE("quantile equals interpolation on the sorted values") {
    for (int n = 1; n <= 40; ++n) {
        std::vector<double> values;
        for (int i = 0; i < n; ++i) values.push_back(static_cast<double>((i * 37) % 41) / 41.0);
        std::vector<double> sorted = values;
        std::sort(sorted.begin(), sorted.end());
        for (int step = 0; step <= 16; ++step) {
            const double q = step / 16.0;
            const double position = q * (n - 1);
            const auto low = static_cast<std::size_t>(position);
            const std::size_t high = std::min(low + 1, sorted.size() - 1);
            const double weight = position - static_cast<double>(low);
            CHECK_THAT(quantile(values, q),
                       WithinAbs((1 - weight) * sorted[low] + weight * sorted[high], 1e-15));
        }
    }
}

TEST_CASE("gaussian_smooth agrees with scipy at sigma 2") {
    check_equal(gaussian_smooth(array({0, 0, 0, 1, 0, 0, 0, 0, 0}), 2.0),
                array({0.09175589457202629, 0.1297517941281349, 0.17825172205738693, 0.1999109968852518,
                       0.176102675174363, 0.12098748976534904, 0.06482685289430007, 0.027432306987805636,
                       0.010980267535382424}));
    check_equal(gaussian_smooth(array({0.3, -0.1, 0.25, 0, 0.4, 0.05, -0.2, 0.6, 0.1}), 2.0),
                array({0.14401896043755305, 0.14121708092553092, 0.13945644445901972, 0.1401970043985154,
                       0.14245823966460483, 0.14857050422202317, 0.16288966500448654, 0.18305187023246972,
                       0.19814023065579675}));
}

TEST_CASE("gaussian_smooth reflects as often as a short array needs") {
    check_equal(gaussian_smooth(array({1, 2}), 2.0), array({1.4964032547487016, 1.5035967452512984}));
    check_equal(gaussian_smooth(array({7}), 2.0), array({7}));
    CHECK(gaussian_smooth(Eigen::ArrayXd(), 2.0).size() == 0);
}

TEST_CASE("gaussian_smooth at other widths") {
    check_equal(gaussian_smooth(array({0.3, -0.1, 0.25, 0, 0.4}), 1.0),
                array({0.17733749670610882, 0.11080383479374091, 0.11642143203941785, 0.1748819432325493,
                       0.27055529322818317}));
    // 4 sigma + 1/2 is below 1: the kernel is one point.
    check_equal(gaussian_smooth(array({0.3, -0.1, 0.25}), 0.1), array({0.3, -0.1, 0.25}));
}

TEST_CASE("gaussian_smooth keeps the sum, constants and symmetry") {
    const Eigen::ArrayXd values = array({0.3, -0.1, 0.25, 0, 0.4, 0.05, -0.2, 0.6, 0.1});
    CHECK_THAT(gaussian_smooth(values, 2.0).sum(), WithinAbs(values.sum(), 1e-14));
    check_equal(gaussian_smooth(Eigen::ArrayXd::Constant(9, 0.7), 2.0), Eigen::ArrayXd::Constant(9, 0.7));
    check_equal(gaussian_smooth(values.reverse(), 2.0), gaussian_smooth(values, 2.0).reverse());
}
