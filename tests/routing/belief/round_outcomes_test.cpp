// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/routing/belief/detail/round_outcomes.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <vector>

using namespace automix;

namespace {

template <class Probability>
std::vector<double> outcomes(int draws, double start, Probability probability) {
    std::vector<double> weights{7.0, 7.0};
    std::vector<double> seen;
    detail::for_each_outcome(draws, start, weights, probability, [&](int gain, double weight) {
        REQUIRE(static_cast<std::size_t>(gain) == seen.size());
        seen.push_back(weight);
    });
    return seen;
}

}  // namespace

TEST_CASE("a round of equal draws has binomial outcomes") {
    const auto half = [](int, int) { return 0.5; };
    CHECK(outcomes(3, 1.0, half) == std::vector<double>{0.125, 0.375, 0.375, 0.125});
    CHECK(outcomes(1, 0.25, half) == std::vector<double>{0.125, 0.125});
    CHECK(outcomes(0, 0.25, half) == std::vector<double>{0.25});
}

TEST_CASE("a round without replacement: two of four, one of which is positive") {
    const auto urn = [](int drawn, int count) { return (1.0 - count) / (4.0 - drawn); };
    const std::vector<double> found = outcomes(2, 1.0, urn);
    CHECK(found[0] == Approx(0.5));
    CHECK(found[1] == Approx(0.5));
    CHECK(found[2] == 0.0);
}

TEST_CASE("a round from a belief gives the joint weight of level and count") {
    const Eigen::ArrayXd start = Eigen::Array2d(0.5, 2.0);
    const Eigen::ArrayXd rates = Eigen::Array2d(0.25, 0.75);
    std::vector<Eigen::ArrayXd> weights;
    std::vector<Eigen::ArrayXd> seen;
    detail::for_each_outcome(
        2, start, weights, [&](int, int) -> const Eigen::ArrayXd& { return rates; },
        [&](int, const Eigen::ArrayXd& weight) { seen.push_back(weight); });
    REQUIRE(seen.size() == 3);
    CHECK((seen[0] == Eigen::Array2d(0.5 * 9.0 / 16.0, 2.0 / 16.0)).all());
    CHECK((seen[1] == Eigen::Array2d(0.5 * 6.0 / 16.0, 2.0 * 6.0 / 16.0)).all());
    CHECK((seen[2] == Eigen::Array2d(0.5 / 16.0, 2.0 * 9.0 / 16.0)).all());
}
