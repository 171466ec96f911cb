// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/price.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

std::string complaint(const Prices& prices, std::size_t models) {
    try {
        validate(prices, models);
    } catch (const ArgumentError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a price is finite and not negative; zero is legal") {
    CHECK_NOTHROW(require_price(0.0, "price"));
    CHECK_NOTHROW(require_price(-0.0, "price"));
    CHECK_NOTHROW(require_price(1e99, "price"));
    for (const double bad : {-1e-300, -1.0, 1e100, 1e300, infinity, -infinity, nan_value}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(require_price(bad, "price"), ArgumentError);
    }
    CHECK_THROWS_WITH(require_price(-2.5, "answer price"),
                      "answer price: expected a finite price of at least 0, found -2.5");
    CHECK_THROWS_WITH(require_price(1e300, "answer price"),
                      "answer price: expected a finite price of at least 0 and below 1e100, found 1e+300");
}

TEST_CASE("prices that make sense pass") {
    CHECK(complaint({}, 1).empty());
    CHECK(complaint({}, 5).empty());
    CHECK(complaint({{1.0, 50.0}, {}, {}}, 2).empty());
    CHECK(complaint({{0.0, 0.0}, 0.0, {}}, 2).empty());
    CHECK(complaint({{}, 1.0, {}}, 3).empty());
    CHECK(complaint({{}, {}, {0.1}}, 3).empty());
    CHECK(complaint({{}, {}, {0.1, 0.2}}, 3).empty());
    CHECK(complaint({{}, {}, {0.1, 0.2, 0.3}}, 3).empty());
    CHECK(complaint({{50.0, 1.0}, {}, {0.0}}, 2).empty());
}

TEST_CASE("prices of the wrong number are refused, naming how many were expected and found") {
    CHECK(complaint({{1.0}, {}, {}}, 2) == "answer prices: expected one for each of 2 models, found 1");
    CHECK(complaint({{1.0, 2.0, 3.0}, {}, {}}, 2) ==
          "answer prices: expected one for each of 2 models, found 3");
    CHECK(complaint({{}, {}, {0.1, 0.2}}, 4) ==
          "draw prices: expected one for all, or one for each of 4 models, found 2");
    CHECK(complaint({{}, {}, {0.1, 0.2, 0.3}}, 2) ==
          "draw prices: expected one for all, or one for each of 2 models, found 3");
}

TEST_CASE("bad prices are refused, naming which") {
    for (const double bad : {-1.0, infinity, nan_value}) {
        CAPTURE(bad);
        CHECK_THAT(complaint({{1.0, bad}, {}, {}}, 2), ContainsSubstring("answer price"));
        CHECK_THAT(complaint({{}, bad, {}}, 2), ContainsSubstring("verification price"));
        CHECK_THAT(complaint({{}, {}, {bad}}, 2), ContainsSubstring("draw price"));
    }
    CHECK_THAT(complaint({{1.0, -3.0}, {}, {}}, 2), ContainsSubstring("found -3"));
}

TEST_CASE("both kinds of verification price at once are refused") {
    CHECK(complaint({{}, 1.0, {0.1}}, 2) == "give a price for a draw or for a whole verification, not both");
    CHECK(complaint({{}, 0.0, {0.0}}, 2) == "give a price for a draw or for a whole verification, not both");
}
