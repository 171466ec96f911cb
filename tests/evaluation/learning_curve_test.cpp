// SPDX-License-Identifier: Apache-2.0
// A learning curve by hand: four queries, a router that learns nothing, and one that changes with the fourth row.
#include "evaluation/by_confidence.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/progress.hpp>
#include <automix/evaluation/learning_curve.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/constant.hpp>

#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

LearningCurveOptions small_shares() {
    LearningCurveOptions options;
    options.halvings = 2;
    options.min_rows = 1;
    return options;
}

}  // namespace

TEST_CASE("a router that learns nothing has a flat curve, whose figures are those by hand") {
    const Dataset data = by_hand::queries();
    const PriceTable prices = by_hand::prices(data);
    std::vector<Progress> told;
    const LearningCurve curve =
        trace_learning(AnyRouter(by_hand::ByConfidence()), {data, prices}, data, prices, small_shares(),
                       [&](const Progress& progress) { told.push_back(progress); });
    REQUIRE(curve.points.size() == 3);
    // Base slope 0.375 / 8; excess 0.75 - 0.5 - 5.5 times that.
    for (const LearningPoint& point : curve.points) {
        CHECK_THAT(point.excess, WithinAbs(-0.0078125, 1e-12));
        CHECK_THAT(point.se, WithinAbs(0.20536624, 1e-7));
        CHECK_THAT(point.score, WithinAbs(0.75, 1e-12));
        CHECK_THAT(point.cost, WithinAbs(6.5, 1e-12));
    }
    CHECK(curve.points[0].rows == 1);
    CHECK(curve.points[0].policies == 4);
    CHECK(curve.points[1].policies == 2);
    CHECK(curve.points[2].rows == 4);
    CHECK(curve.points[2].policies == 1);
    CHECK_THAT(curve.label_price, WithinAbs(11.0, 1e-12));
    REQUIRE(curve.last_gain.has_value());
    CHECK(*curve.last_gain == 0.0);
    CHECK_FALSE(curve.queries_to_pay_back);
    REQUIRE(told.size() == 8);
    CHECK(told.front().done == 0.0);
    CHECK(told.back().done == told.back().total);
}

TEST_CASE("what the last rows gain pays them back after some queries") {
    const Dataset data = by_hand::queries();
    const PriceTable prices = by_hand::prices(data);
    by_hand::ByConfidence router;
    router.blind_from = 4;
    const LearningCurve curve =
        trace_learning(AnyRouter(router), {data, prices}, data, prices, small_shares());
    // Always the large model has an excess of 0; the policy before has one of -0.0078125.
    REQUIRE(curve.last_gain.has_value());
    CHECK_THAT(*curve.last_gain, WithinAbs(0.0078125, 1e-12));
    REQUIRE(curve.queries_to_pay_back);
    CHECK_THAT(*curve.queries_to_pay_back, WithinAbs(2.0 * 11.0 * 0.046875 / 0.0078125, 1e-9));
}

TEST_CASE("a curve without a base slope is empty, and options out of range are refused") {
    const Dataset data = by_hand::queries();
    const PriceTable alike = resolve_prices(data, {{1.0, 1.0}, 1.0, {}});
    CHECK(trace_learning(AnyRouter(by_hand::ByConfidence()), {data, alike}, data, alike).points.empty());
    const PriceTable prices = by_hand::prices(data);
    LearningCurveOptions options = small_shares();
    options.max_repeats = 0;
    CHECK_THROWS_WITH(
        trace_learning(AnyRouter(by_hand::ByConfidence()), {data, prices}, data, prices, options),
        ContainsSubstring("max_repeats: expected at least 1, found 0"));
}
