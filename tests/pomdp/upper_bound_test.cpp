// SPDX-License-Identifier: Apache-2.0
// The sawtooth by hand and against its formula over all points; corners that fall; pruning.
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/detail/upper_bound.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;
using Catch::Matchers::WithinAbs;

namespace {

/// One action, so that the bound by Q values is that by corners.
detail::UpperBound from_corners(const Eigen::VectorXd& corners) {
    return detail::UpperBound(Eigen::MatrixXd(corners));
}

struct OperatingPoint {
    Eigen::VectorXd belief;
    double value;
};

/// The sawtooth by its formula.
double formula(const Eigen::VectorXd& corners, const std::vector<OperatingPoint>& points,
               const Eigen::VectorXd& belief) {
    double lowest = 0.0;
    for (const OperatingPoint& point : points) {
        double ratio = std::numeric_limits<double>::infinity();
        for (Eigen::Index s = 0; s < belief.size(); ++s) {
            if (point.belief(s) > 0.0) ratio = std::min(ratio, belief(s) / point.belief(s));
        }
        lowest = std::min(lowest, (point.value - corners.dot(point.belief)) * ratio);
    }
    return corners.dot(belief) + lowest;
}

Eigen::VectorXd random_corners(Random& random, int states) {
    return Eigen::VectorXd::NullaryExpr(states, [&] { return random.normal(); });
}

/// An inner point: at least two states.
Eigen::VectorXd random_inner(Random& random, int states) {
    Eigen::VectorXd belief;
    do {
        belief = models::random_distribution(random, states);
    } while ((belief.array() > 0.0).count() < 2);
    return belief;
}

}  // namespace

TEST_CASE("the bound starts as the lower of corners and Q values") {
    // Q of a: (10, 0); of b: (0, 6). Corners (10, 6); at (0.5, 0.5) corners give 8, Q values 5.
    Eigen::MatrixXd q(2, 2);
    q << 10.0, 0.0, 0.0, 6.0;
    detail::UpperBound bound(std::move(q));
    CHECK(bound.points() == 0);
    CHECK(bound.base(models::pair(0.5)) == 5.0);
    CHECK(bound.base(models::pair(0.5), 1) == 3.0);
    CHECK(bound.base(models::pair(1.0)) == 10.0);
    CHECK(bound.sawtooth(models::pair(0.5)) == 8.0);
    CHECK(bound.value(models::pair(0.5)) == 5.0);
    CHECK(bound.value(models::pair(0.25)) == 4.5);
}

TEST_CASE("the sawtooth between two corners by hand") {
    detail::UpperBound bound = from_corners(Eigen::Vector2d(4.0, 8.0));
    bound.add(models::pair(0.5), 2.0);
    CHECK(bound.points() == 1);
    CHECK(bound.value(models::pair(0.5)) == 2.0);
    CHECK(bound.value(models::pair(1.0)) == 4.0);
    CHECK(bound.value(models::pair(0.0)) == 8.0);
    CHECK(bound.value(models::pair(0.75)) == 3.0);  // half way to the corner of 4
    CHECK(bound.value(models::pair(0.25)) == 5.0);  // half way to the corner of 8

    bound.add(models::pair(0.25), 4.0);
    CHECK(bound.points() == 2);
    CHECK(bound.value(models::pair(0.25)) == 4.0);
    CHECK(bound.value(models::pair(0.125)) == 6.0);
    CHECK(bound.value(models::pair(0.5)) == 2.0);
    CHECK(bound.value(models::pair(0.75)) == 3.0);
    // The second point alone: 3 below the corners' 7 there, and two thirds of that here.
    CHECK_THAT(bound.sawtooth(models::pair(0.5), 1), WithinAbs(6.0 - 3.0 * 2.0 / 3.0, 1e-15));
    CHECK(bound.sawtooth(models::pair(0.5), 2) == 6.0);
}

TEST_CASE("a point lowers no belief that lacks one of its states") {
    detail::UpperBound bound = from_corners(Eigen::Vector3d(3.0, 3.0, 3.0));
    bound.add(Belief(Eigen::Vector3d(0.5, 0.5, 0.0)), 1.0);
    CHECK(bound.value(Belief(Eigen::Vector3d(0.5, 0.0, 0.5))) == 3.0);
    CHECK(bound.value(Belief(Eigen::Vector3d(0.0, 0.0, 1.0))) == 3.0);
    CHECK(bound.value(Belief(Eigen::Vector3d(0.25, 0.25, 0.5))) == 2.0);
    CHECK(bound.value(Belief(Eigen::Vector3d(0.25, 0.5, 0.25))) == 2.0);
}

TEST_CASE("a value that is no lower changes nothing") {
    detail::UpperBound bound = from_corners(Eigen::Vector2d(4.0, 8.0));
    bound.add(models::pair(0.5), 6.0);
    bound.add(models::pair(0.5), 7.0);
    bound.add(models::pair(1.0), 4.0);
    bound.add(models::pair(1.0), 5.0);
    CHECK(bound.points() == 0);
    CHECK(bound.value(models::pair(0.5)) == 6.0);
    CHECK(bound.value(models::pair(1.0)) == 4.0);
}

TEST_CASE("a corner that falls takes the line between it and a point down, not the point") {
    detail::UpperBound bound = from_corners(Eigen::Vector2d(4.0, 8.0));
    bound.add(models::pair(0.5), 2.0);
    bound.add(models::pair(0.0), 3.0);
    CHECK(bound.points() == 1);
    CHECK(bound.value(models::pair(0.0)) == 3.0);
    CHECK(bound.value(models::pair(0.5)) == 2.0);
    CHECK(bound.value(models::pair(0.25)) == 2.5);
    CHECK(bound.value(models::pair(0.75)) == 3.0);
    // Low corners alone give less than the point now.
    bound.add(models::pair(0.0), -1.0);
    CHECK(bound.value(models::pair(0.5)) == 1.5);
    CHECK(bound.value(models::pair(0.25)) == 0.25);
    CHECK(bound.prune().empty());
    CHECK(bound.points() == 0);
    CHECK(bound.value(models::pair(0.25)) == 0.25);
}

TEST_CASE("the sawtooth equals its formula on random points") {
    Random random(31);
    for (int trial = 0; trial < 200; ++trial) {
        const int states = 2 + static_cast<int>(random.index(5));
        const Eigen::VectorXd corners = random_corners(random, states);
        detail::UpperBound bound = from_corners(corners);
        std::vector<OperatingPoint> points;
        const int count = static_cast<int>(random.index(20));
        for (int i = 0; i < count; ++i) {
            const Eigen::VectorXd belief = random_inner(random, states);
            const OperatingPoint point{belief, corners.dot(belief) - 2.0 * random.uniform()};
            points.push_back(point);
            bound.add(Belief(point.belief), point.value);
        }
        CHECK(bound.points() == count);
        for (int i = 0; i < 20; ++i) {
            const Eigen::VectorXd belief = models::random_distribution(random, states);
            CAPTURE(trial, belief.transpose());
            CHECK_THAT(bound.value(Belief(belief)), WithinAbs(formula(corners, points, belief), 1e-13));
            // What the early points give and what the late ones do: the lower of the two is the whole.
            const int split = static_cast<int>(random.index(static_cast<std::uint64_t>(count) + 1));
            const auto middle = points.begin() + split;
            CHECK_THAT(bound.sawtooth(Belief(belief), split),
                       WithinAbs(formula(corners, {middle, points.end()}, belief), 1e-13));
        }
    }
}

TEST_CASE("pruning names the points that stay") {
    detail::UpperBound bound = from_corners(Eigen::Vector2d(8.0, 8.0));
    bound.add(models::pair(0.5), 6.0);
    bound.add(models::pair(0.25), 2.0);
    bound.add(models::pair(0.75), 7.0);  // 5.5 by the last point
    bound.add(models::pair(0.5), 3.0);
    CHECK(bound.prune() == std::vector<int>{1, 3});
    CHECK(bound.points() == 2);
    CHECK(bound.value(models::pair(0.25)) == 2.0);
    CHECK(bound.value(models::pair(0.5)) == 3.0);
}

TEST_CASE("points and corners of a convex function bound it from above, whatever the order") {
    // The function max_k a_k . b; points are added at its values, so everywhere the bound must be above.
    Random random(32);
    for (int trial = 0; trial < 200; ++trial) {
        const int states = 2 + static_cast<int>(random.index(4));
        const Eigen::MatrixXd planes =
            Eigen::MatrixXd::NullaryExpr(states, 4, [&] { return random.normal(); });
        const auto truth = [&](const Eigen::VectorXd& belief) {
            return (planes.transpose() * belief).maxCoeff();
        };
        detail::UpperBound bound = from_corners(Eigen::VectorXd::Constant(states, planes.maxCoeff() + 1.0));
        std::vector<Eigen::VectorXd> probes;
        for (int i = 0; i < 10; ++i) probes.push_back(models::random_distribution(random, states));
        std::vector<double> before(probes.size(), std::numeric_limits<double>::infinity());
        for (int step = 0; step < 30; ++step) {
            Eigen::VectorXd belief = models::random_distribution(random, states);
            if (random.bernoulli(0.3)) {
                belief = Eigen::VectorXd::Unit(
                    states, static_cast<Eigen::Index>(random.index(static_cast<std::uint64_t>(states))));
            }
            const double value = truth(belief) + (random.bernoulli(0.5) ? 0.0 : random.uniform());
            bound.add(Belief(belief), value);
            if (random.bernoulli(0.1)) bound.prune();
            CAPTURE(trial, step);
            CHECK(bound.value(Belief(belief)) <= value + 1e-12);
            for (std::size_t i = 0; i < probes.size(); ++i) {
                const double now = bound.value(Belief(probes[i]));
                CHECK(now >= truth(probes[i]) - 1e-12);
                CHECK(now <= before[i] + 1e-12);
                before[i] = now;
            }
        }
    }
}

TEST_CASE("pruning leaves every value as it is") {
    Random random(33);
    int removed = 0;
    for (int trial = 0; trial < 100; ++trial) {
        const int states = 2 + static_cast<int>(random.index(4));
        const Eigen::VectorXd corners = random_corners(random, states);
        detail::UpperBound bound = from_corners(corners);
        std::vector<Eigen::VectorXd> beliefs;
        for (int i = 0; i < 40; ++i) {
            beliefs.push_back(random_inner(random, states));
            bound.add(Belief(beliefs.back()), corners.dot(beliefs.back()) - random.uniform());
        }
        bound.add(Belief(beliefs.front()), corners.dot(beliefs.front()) - 2.0);  // twice, once lower
        for (int i = 0; i < 40; ++i) beliefs.push_back(models::random_distribution(random, states));
        std::vector<double> before;
        for (const Eigen::VectorXd& belief : beliefs) before.push_back(bound.value(Belief(belief)));
        const int points = bound.points();
        const std::vector<int> kept = bound.prune();
        CHECK(bound.points() == static_cast<int>(kept.size()));
        CHECK(std::is_sorted(kept.begin(), kept.end()));
        for (const int number : kept) CHECK((number >= 0 && number < points));
        removed += points - bound.points();
        CHECK(bound.points() < points);
        for (std::size_t i = 0; i < beliefs.size(); ++i) {
            CAPTURE(trial, i);
            CHECK_THAT(bound.value(Belief(beliefs[i])), WithinAbs(before[i], 1e-12));
        }
        // A second time there is nothing left to remove.
        std::vector<int> all(kept.size());
        std::iota(all.begin(), all.end(), 0);
        CHECK(bound.prune() == all);
    }
    CHECK(removed > 100);
}
