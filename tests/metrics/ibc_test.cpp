// SPDX-License-Identifier: Apache-2.0
// Figures worked out by hand from the definitions.
#include "support/catch.hpp"

#include <automix/metrics/ibc.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

constexpr OperatingPoint small_model{0.40, 1.0};
constexpr OperatingPoint large_model{0.60, 50.0};

/// Every figure of a method.
struct Figures {
    OptionalMetric ibc, lift, gap, excess, mixing;
};

Figures figures(const OperatingPoint& method, const OperatingPoint& small, const OperatingPoint& large) {
    return {ibc(method, small), ibc_lift(method, small, large), gap_recovered(method, small, large),
            excess(method, small, large), mixing_performance(method.cost, small, large)};
}

void check_value(const OptionalMetric& figure, double expected) {
    REQUIRE(figure.defined());
    CHECK(figure.reason().empty());
    CHECK_THAT(*figure, WithinAbs(expected, 1e-12));
}

void check_undefined(const OptionalMetric& figure, const std::string& reason) {
    CHECK_FALSE(figure.defined());
    CHECK(figure.reason() == reason);
}

}  // namespace

TEST_CASE("a figure is a number or a reason") {
    const OptionalMetric number(0.25);
    CHECK(number.defined());
    CHECK(static_cast<bool>(number));
    CHECK(number.value() == 0.25);
    CHECK(*number == 0.25);
    CHECK(number.value_or(7.0) == 0.25);
    CHECK(number.reason().empty());

    const OptionalMetric none = OptionalMetric::undefined("both models cost the same");
    CHECK_FALSE(none.defined());
    CHECK_FALSE(static_cast<bool>(none));
    CHECK(none.reason() == "both models cost the same");
    CHECK(none.value_or(7.0) == 7.0);
    CHECK_THROWS_AS(none.value(), std::bad_optional_access);
    CHECK_THROWS_AS(*none, std::bad_optional_access);
}

TEST_CASE("a figure that is not finite is undefined") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double value : {infinity, -infinity, infinity - infinity})
        check_undefined(value, "out of range");
    // 0.2 of score for the least number above 0 is beyond any double.
    const double least = std::numeric_limits<double>::denorm_min();
    check_undefined(ibc({0.60, least}, {0.40, 0.0}), "out of range");
    check_undefined(ibc_lift({0.50, 1.0}, {0.40, 0.0}, {0.60, least}), "out of range");
    check_undefined(excess({0.50, 1.0}, {0.40, 0.0}, {0.60, least}), "out of range");
    check_undefined(gap_recovered({0.50, 1.0}, {0.0, 0.0}, {least, 1.0}), "out of range");
    check_undefined(excess({0.50, 1.0}, {0.0, 0.0}, {least, 1.0}), "out of range");
}

TEST_CASE("IBC is the slope from the small model, its base the slope between the models") {
    // 0.2 of score for 49 of cost.
    check_value(base_ibc(small_model, large_model), 0.2 / 49.0);
    // A method at 0.55 for 21: 0.15 for 20.
    check_value(ibc({0.55, 21.0}, small_model), 0.0075);
    // Worse than the small model, and dearer: negative.
    check_value(ibc({0.35, 11.0}, small_model), -0.005);
    // Better and cheaper than the small model: the slope is negative, as defined.
    check_value(ibc({0.45, 0.5}, small_model), -0.1);
}

TEST_CASE("lift, gap and excess of a good method") {
    const OperatingPoint method{0.55, 21.0};
    const Figures found = figures(method, small_model, large_model);
    // 0.0075 / (0.2 / 49) - 1 = 1.8375 - 1
    check_value(found.lift, 0.8375);
    check_value(found.gap, 0.75);
    // 75 % of the gap for 20/49 of the extra cost.
    check_value(found.excess, 100.0 * (0.75 - 20.0 / 49.0));
    // Random mixing at 21 sends 20/49 of the queries to the large model.
    check_value(found.mixing, 0.40 + 0.2 * 20.0 / 49.0);
}

TEST_CASE("routing every query at 1:50 with a verification of 1 loses 2/51 of the base slope") {
    // The reference counts the verification on top of the small model's 1 and the large one's 50: 52, so 0.2 for 51.
    const Figures found = figures({0.60, 52.0}, small_model, large_model);
    check_value(found.lift, 49.0 / 51.0 - 1.0);
    CHECK_THAT(*found.lift, WithinAbs(-0.0392, 5e-5));
    check_value(found.gap, 1.0);
    check_value(found.excess, 100.0 * (1.0 - 51.0 / 49.0));
    check_undefined(found.mixing, "dearer than either model alone");
}

TEST_CASE("the two models themselves and their mixtures") {
    check_value(ibc_lift(large_model, small_model, large_model), 0.0);
    check_value(gap_recovered(large_model, small_model, large_model), 1.0);
    check_value(excess(large_model, small_model, large_model), 0.0);
    check_value(mixing_performance(50.0, small_model, large_model), 0.60);

    check_undefined(ibc(small_model, small_model), "cost equals that of the small model");
    check_undefined(ibc_lift(small_model, small_model, large_model), "cost equals that of the small model");
    check_value(gap_recovered(small_model, small_model, large_model), 0.0);
    check_value(excess(small_model, small_model, large_model), 0.0);
    check_value(mixing_performance(1.0, small_model, large_model), 0.40);

    for (const double share : {0.1, 0.25, 0.5, 0.9}) {
        const OperatingPoint mixture{0.40 + 0.2 * share, 1.0 + 49.0 * share};
        CAPTURE(share);
        check_value(ibc_lift(mixture, small_model, large_model), 0.0);
        check_value(excess(mixture, small_model, large_model), 0.0);
        check_value(mixing_performance(mixture.cost, small_model, large_model), mixture.performance);
    }
}

TEST_CASE("always verifying and never routing gains nothing") {
    const Figures found = figures({0.40, 2.0}, small_model, large_model);
    check_value(found.ibc, 0.0);
    check_value(found.lift, -1.0);
    check_value(found.gap, 0.0);
    check_value(found.excess, -100.0 / 49.0);
}

TEST_CASE("undefined where a method costs what the small model costs") {
    const Figures found = figures({0.50, 1.0 + 1e-14}, small_model, large_model);
    check_undefined(found.ibc, "cost equals that of the small model");
    check_undefined(found.lift, "cost equals that of the small model");
    check_value(found.gap, 0.5);
    check_value(found.excess, 50.0);
}

TEST_CASE("undefined where both models cost the same") {
    const OperatingPoint dear{0.60, 1.0};
    const Figures found = figures({0.50, 2.0}, small_model, dear);
    check_undefined(base_ibc(small_model, dear), "both models cost the same");
    check_value(found.ibc, 0.1);
    check_undefined(found.lift, "both models cost the same");
    check_value(found.gap, 0.5);
    check_undefined(found.excess, "both models cost the same");
    check_undefined(found.mixing, "both models cost the same");
}

TEST_CASE("undefined where both models score the same") {
    const OperatingPoint equal{0.40, 50.0};
    const Figures found = figures({0.45, 11.0}, small_model, equal);
    check_value(base_ibc(small_model, equal), 0.0);
    check_value(found.ibc, 0.005);
    check_undefined(found.lift, "both models score the same");
    check_undefined(found.gap, "both models score the same");
    check_undefined(found.excess, "both models score the same");
    check_value(found.mixing, 0.40);
}

TEST_CASE("no lift where the large model is worse: its sign would mislead") {
    const OperatingPoint worse{0.30, 50.0};
    const Figures found = figures({0.45, 11.0}, small_model, worse);
    check_value(base_ibc(small_model, worse), -0.1 / 49.0);
    check_value(found.ibc, 0.005);
    check_undefined(found.lift, "the last model scores no higher than the first");
    check_undefined(found.gap, "the last model scores no higher than the first");
    check_undefined(found.excess, "the last model scores no higher than the first");
    check_value(found.mixing, 0.40 - 0.1 * 10.0 / 49.0);
}

TEST_CASE("no lift where the large model is better and cheaper") {
    const OperatingPoint cheap{0.60, 0.5};
    const Figures found = figures({0.50, 2.0}, small_model, cheap);
    check_value(base_ibc(small_model, cheap), -0.4);
    check_value(found.ibc, 0.1);
    check_undefined(found.lift, "the last model costs no more than the first");
    check_value(found.gap, 0.5);
    check_undefined(found.excess, "the last model costs no more than the first");
    check_undefined(found.mixing, "dearer than either model alone");
}

TEST_CASE("all prices zero") {
    const Figures found = figures({0.50, 0.0}, {0.40, 0.0}, {0.60, 0.0});
    check_undefined(found.ibc, "cost equals that of the small model");
    check_undefined(found.lift, "both models cost the same");
    check_value(found.gap, 0.5);
    check_undefined(found.excess, "both models cost the same");
    check_undefined(found.mixing, "both models cost the same");
}

TEST_CASE("why there is no lift for a pair of models") {
    CHECK(lift_obstacle(small_model, large_model).empty());
    CHECK(lift_obstacle({0.4, 1.0}, {0.4, 50.0}) == "both models score the same");
    CHECK(lift_obstacle({0.0, 1.0}, {0.0, 50.0}) == "both models score the same");
    CHECK(lift_obstacle({0.4, 1.0}, {0.3, 50.0}) == "the last model scores no higher than the first");
    CHECK(lift_obstacle({0.4, 1.0}, {0.6, 1.0}) == "both models cost the same");
    CHECK(lift_obstacle({0.4, 0.0}, {0.6, 0.0}) == "both models cost the same");
    CHECK(lift_obstacle({0.4, 2.0}, {0.6, 1.0}) == "the last model costs no more than the first");
    // The quality of the models is named first.
    CHECK(lift_obstacle({0.4, 1.0}, {0.4, 1.0}) == "both models score the same");
    CHECK(lift_obstacle({0.4, 2.0}, {0.3, 1.0}) == "the last model scores no higher than the first");
}

TEST_CASE("random mixing at a cost that no mixture has") {
    check_undefined(mixing_performance(50.1, small_model, large_model), "dearer than either model alone");
    check_undefined(mixing_performance(0.9, small_model, large_model), "cheaper than either model alone");
    // The ends hold up to rounding, on both sides.
    check_value(mixing_performance(50.0 * (1.0 + 1e-14), small_model, large_model), 0.60);
    check_value(mixing_performance(1.0 - 1e-14, small_model, large_model), 0.40);
    // Where the large model is the cheaper one the reasons follow the costs.
    const OperatingPoint cheap{0.60, 0.5};
    check_value(mixing_performance(0.75, small_model, cheap), 0.50);
    check_undefined(mixing_performance(1.5, small_model, cheap), "dearer than either model alone");
    check_undefined(mixing_performance(0.25, small_model, cheap), "cheaper than either model alone");
}

TEST_CASE("no figure is ever NaN or infinite") {
    const std::vector<double> performances{0.0, 1e-300, 0.4, 0.4 + 1e-16, 0.6, 1.0};
    const std::vector<double> costs{0.0, 1e-300, 1e-12, 1.0, 1.0 + 1e-15, 50.0, 1e12};
    std::vector<OperatingPoint> points;
    for (const double performance : performances) {
        for (const double cost : costs) points.push_back({performance, cost});
    }
    int bad = 0;
    const auto look = [&](const OptionalMetric& figure) {
        const bool sound =
            figure.defined() ? std::isfinite(*figure) && figure.reason().empty() : !figure.reason().empty();
        bad += sound ? 0 : 1;
    };
    for (const OperatingPoint& small : points) {
        for (const OperatingPoint& large : points) {
            look(base_ibc(small, large));
            for (const OperatingPoint& method : points) {
                const Figures found = figures(method, small, large);
                for (const OptionalMetric& figure :
                     {found.ibc, found.lift, found.gap, found.excess, found.mixing})
                    look(figure);
                // A lift is there where IBC is, for a large model that is better and dearer.
                const bool expected = found.ibc.defined() && lift_obstacle(small, large).empty();
                bad += found.lift.defined() == expected || found.lift.reason() == "out of range" ? 0 : 1;
            }
        }
    }
    CHECK(bad == 0);
}
