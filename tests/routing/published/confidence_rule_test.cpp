// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/routing/published/detail/confidence_rule.hpp>

#include <cmath>
#include <limits>

using namespace automix;

TEST_CASE("a threshold routes up to and with itself") {
    const auto rule = detail::ConfidenceRule::threshold(0.5);
    CHECK(rule.routes(0.0));
    CHECK(rule.routes(0.5));
    CHECK_FALSE(rule.routes(std::nextafter(0.5, 1.0)));
    CHECK(detail::ConfidenceRule::threshold(1.0).routes(1.0));
}

TEST_CASE("a double threshold includes both ends") {
    const auto rule = detail::ConfidenceRule::double_threshold(0.25, 0.5);
    CHECK_FALSE(rule.routes(std::nextafter(0.25, 0.0)));
    CHECK(rule.routes(0.25));
    CHECK(rule.routes(0.5));
    CHECK_FALSE(rule.routes(std::nextafter(0.5, 1.0)));
}

TEST_CASE("a triple threshold routes a low range and one in the middle") {
    const auto rule = detail::ConfidenceRule::triple_threshold(0.125, 0.5, 0.75);
    CHECK(rule.routes(0.0));
    CHECK(rule.routes(0.125));
    CHECK_FALSE(rule.routes(0.25));
    CHECK(rule.routes(0.5));
    CHECK(rule.routes(0.75));
    CHECK_FALSE(rule.routes(0.8));
}

TEST_CASE("bins are centred, their lower ends closed, the two outer ones half as wide") {
    for (const int bins : {1, 2, 4, 8, 16}) {
        const double width = 1.0 / bins;
        CHECK(detail::centred_bin(0.0, bins) == 0);
        CHECK(detail::centred_bin(1.0, bins) == static_cast<std::size_t>(bins));
        for (int bin = 1; bin <= bins; ++bin) {
            const double edge = (bin - 0.5) * width;
            CHECK(detail::centred_bin(edge, bins) == static_cast<std::size_t>(bin));
            CHECK(detail::centred_bin(edge - 1e-12, bins) == static_cast<std::size_t>(bin) - 1);
            CHECK(detail::centred_bin(bin * width, bins) == static_cast<std::size_t>(bin));
        }
    }
}

TEST_CASE("a confidence that is none does not read past the bins") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double high : {1.0 + 1e-12, 1.0625, 1.5, 1e300, infinity})
        CHECK(detail::centred_bin(high, 8) == 8);
    for (const double low : {-1e-12, -0.1, -1e300, -infinity, std::nan("")})
        CHECK(detail::centred_bin(low, 8) == 0);
    CHECK(detail::ConfidenceRule::bins({0, 0, 1}).routes(7.0));
    CHECK_FALSE(detail::ConfidenceRule::bins({0, 1, 1}).routes(-7.0));
}

TEST_CASE("a bin rule looks its bin up") {
    const auto rule = detail::ConfidenceRule::bins({1, 0, 0, 1, 0});  // four bins and the last half
    CHECK(rule.routes(0.0));
    CHECK(rule.routes(0.1249));
    CHECK_FALSE(rule.routes(0.125));
    CHECK_FALSE(rule.routes(0.5));
    CHECK(rule.routes(0.625));
    CHECK(rule.routes(0.8749));
    CHECK_FALSE(rule.routes(0.875));
    CHECK_FALSE(rule.routes(1.0));
}

TEST_CASE("an unseen confidence takes the nearest cell, on a tie the lower") {
    const auto rule = detail::ConfidenceRule::cells({0.25, 0.5, 1.0}, {1, 0, 1});
    CHECK(rule.routes(0.0));
    CHECK(rule.routes(0.25));
    CHECK(rule.routes(0.375));  // half way: the lower
    CHECK_FALSE(rule.routes(std::nextafter(0.375, 1.0)));
    CHECK_FALSE(rule.routes(0.5));
    CHECK_FALSE(rule.routes(0.75));  // half way: the lower
    CHECK(rule.routes(std::nextafter(0.75, 1.0)));
    CHECK(rule.routes(1.0));
    CHECK(rule.routes(2.0));
    const auto single = detail::ConfidenceRule::cells({0.5}, {1});
    for (const double confidence : {0.0, 0.5, 1.0}) CHECK(single.routes(confidence));
}

TEST_CASE("rules say their parameters") {
    CHECK(to_string(detail::ConfidenceRule::threshold(0.5).parameters()) == "threshold 0.5");
    CHECK(to_string(detail::ConfidenceRule::double_threshold(0.25, 0.5).parameters()) ==
          "low 0.25, high 0.5");
    CHECK(to_string(detail::ConfidenceRule::triple_threshold(0, 0.25, 0.5).parameters()) ==
          "first 0, low 0.25, high 0.5");
    CHECK(to_string(detail::ConfidenceRule::bins({1, 0, 1}).parameters()) == "route_bins [1 0 1]");
    CHECK(to_string(detail::ConfidenceRule::cells({0.25, 0.5, 1}, {1, 0, 1}).parameters()) ==
          "route_confidences [0.25 1], cells 3");
}

TEST_CASE("a rule of nothing routes nothing") {
    for (const auto& rule : {detail::ConfidenceRule{}, detail::ConfidenceRule::bins({}),
                             detail::ConfidenceRule::cells({}, {})}) {
        for (const double confidence : {0.0, 0.5, 1.0}) CHECK_FALSE(rule.routes(confidence));
    }
    CHECK(detail::ConfidenceRule::bins({1}).routes(0.5));  // no bin but the one around 0
    CHECK_FALSE(detail::ConfidenceRule::bins({0}).routes(0.5));
}
