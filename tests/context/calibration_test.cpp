// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/context/detail/calibration.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>

#include <Eigen/Core>

#include <cmath>

using namespace automix;

namespace {

double chance(double f) { return 1.0 / (1.0 + std::exp(-f)); }

/// Returns the place of the minimum of a convex function.
template <class Function>
double minimum(Function function, double low, double high) {
    for (int i = 0; i < 200; ++i) {
        const double third = (high - low) / 3.0;
        if (function(low + third) < function(high - third)) {
            high -= third;
        } else {
            low += third;
        }
    }
    return 0.5 * (low + high);
}

/// The score of a row and its forecast, which tells something.
struct Sample {
    Eigen::ArrayXd forecasts{};
    Eigen::ArrayXd scores{};
};

Sample sample(Index rows, double signal, std::uint64_t seed) {
    Random random(seed);
    Sample made{Eigen::ArrayXd(rows), Eigen::ArrayXd(rows)};
    for (Index r = 0; r < rows; ++r) {
        made.forecasts(r) = 1.0 + 0.5 * random.normal();
        made.scores(r) = random.bernoulli(chance(signal * made.forecasts(r) - 0.5)) ? 1.0 : 0.0;
    }
    return made;
}

}  // namespace

TEST_CASE("scores: the line is the penalised optimum, shrunk by its standard error") {
    const Sample made = sample(60, 2.0, 1);
    const Eigen::ArrayXd& z = made.forecasts;
    const Eigen::ArrayXd& s = made.scores;
    const double center = z.mean();
    const auto objective = [&](double offset, double slope) {
        double sum = 0.5 * slope * slope - std::log(chance(offset)) - std::log(chance(-offset));
        for (Index r = 0; r < z.size(); ++r) {
            const double f = offset + slope * (z(r) - center);
            sum -= s(r) * std::log(chance(f)) + (1.0 - s(r)) * std::log(chance(-f));
        }
        return sum;
    };
    const auto best_offset = [&](double slope) {
        return minimum([&](double offset) { return objective(offset, slope); }, -10.0, 10.0);
    };
    const double slope = minimum([&](double b) { return objective(best_offset(b), b); }, -10.0, 10.0);
    // The curvature of the profile is 1 over the variance.
    const double h = 1e-2;
    const auto profile = [&](double b) { return objective(best_offset(b), b); };
    const double curvature = (profile(slope + h) - 2.0 * profile(slope) + profile(slope - h)) / (h * h);
    double found = 0.0;
    double expected = 0.0;
    for (Index r = 0; r < z.size(); ++r) {
        const double p = chance(best_offset(slope) + slope * (z(r) - center));
        found += (s(r) - p) * (s(r) - p);
        expected += p * (1.0 - p);
    }
    const double shrunk = slope - found / expected / curvature / slope;
    REQUIRE(shrunk > 0.5);
    const detail::Calibration line = detail::calibrate_scores(z, s);
    CHECK(line.slope == Approx(shrunk).epsilon(1e-4));
    CHECK(line.offset + line.slope * center == Approx(best_offset(line.slope)).epsilon(1e-6));
}

TEST_CASE("scores: forecasts that tell nothing, or the wrong way, become the mean") {
    const Eigen::ArrayXd scores = (Eigen::ArrayXd(4) << 1.0, 0.0, 1.0, 1.0).finished();
    const double base = std::log(4.0 / 2.0);
    for (const Eigen::ArrayXd& forecasts : {Eigen::ArrayXd::Constant(4, 3.0).eval(),
                                            Eigen::ArrayXd(1.0 - scores), Eigen::ArrayXd::Zero(4).eval()}) {
        const detail::Calibration line = detail::calibrate_scores(forecasts, scores);
        CHECK(line.slope == 0.0);
        CHECK(line.offset == Approx(base));
    }
    CHECK(detail::calibrate_scores(Eigen::ArrayXd(0), Eigen::ArrayXd(0)).offset == 0.0);
}

TEST_CASE("scores: of noise at least four in five slopes are 0") {
    int zero = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto [z, s] = sample(50, 0.0, seed);
        zero += detail::calibrate_scores(z, s).slope == 0.0 ? 1 : 0;
    }
    CHECK(zero >= 160);
}

TEST_CASE("scores: classes apart, equal scores and tiny forecasts give finite lines") {
    const Eigen::ArrayXd z = Eigen::ArrayXd::LinSpaced(30, -2.0, 2.0);
    const Eigen::ArrayXd apart = (z > 0.0).cast<double>();
    CHECK(detail::calibrate_scores(z, apart).slope > 1.0);
    CHECK(std::isfinite(detail::calibrate_scores(z * 1e6, apart).slope));
    CHECK(std::isfinite(detail::calibrate_scores(z * 1e-6, apart).slope));
    const detail::Calibration equal = detail::calibrate_scores(z, Eigen::ArrayXd::Ones(30));
    CHECK(equal.offset + equal.slope * z.mean() == Approx(std::log(31.0)));
}

TEST_CASE("prices: the line by hand") {
    const Eigen::ArrayXd forecasts = (Eigen::ArrayXd(4) << 0.0, 0.0, 1.0, 1.0).finished();
    const Eigen::ArrayXd logs = (Eigen::ArrayXd(4) << 0.1, -0.1, 1.1, 0.9).finished();
    // Slope 1, squares of the rest 0.04 over 2 degrees of freedom, squares of the forecasts 1: variance 0.02.
    const detail::Calibration line = detail::calibrate_prices(forecasts, logs, 2.0);
    CHECK(line.slope == Approx(0.98));
    CHECK((line.offset + line.slope * forecasts).exp().mean() == Approx(2.0));

    const detail::Calibration inverted = detail::calibrate_prices(-forecasts, logs, 2.0);
    CHECK(inverted.slope == 0.0);
    CHECK(inverted.offset == Approx(std::log(2.0)));
    CHECK(detail::calibrate_prices(forecasts * 0.0, logs, 2.0).slope == 0.0);
}
