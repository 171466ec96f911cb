// SPDX-License-Identifier: Apache-2.0
// The best vector and what pruning keeps, against brute force; sizes around those of the blocks that vectors are read in.
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/value_function.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

/// Columns as vectors, their numbers as actions.
ValueFunction function(const Eigen::MatrixXd& columns) {
    ValueFunction values(static_cast<int>(columns.rows()));
    for (int k = 0; k < columns.cols(); ++k) values.add({columns.col(k), k});
    return values;
}

std::vector<int> actions(const ValueFunction& values) {
    std::vector<int> numbers;
    for (int k = 0; k < values.size(); ++k) numbers.push_back(values.action(k));
    return numbers;
}

/// Few different numbers, so that many vectors dominate others and some are equal.
Eigen::MatrixXd coarse(Random& random, int states, int count) {
    return Eigen::MatrixXd::NullaryExpr(states, count, [&] { return static_cast<double>(random.index(4)); });
}

}  // namespace

TEST_CASE("vectors are kept as they are added") {
    ValueFunction values(2);
    CHECK(values.states() == 2);
    CHECK(values.empty());
    values.add({Eigen::Vector2d(1.0, 2.0), 7});
    values.add({Eigen::Vector2d(-3.0, 4.0), 5});
    CHECK_FALSE(values.empty());
    CHECK(values.size() == 2);
    CHECK(values.action(0) == 7);
    CHECK(values.action(1) == 5);
    CHECK(values.at(1, 0) == -3.0);
    CHECK(values.vector(0).values == Eigen::Vector2d(1.0, 2.0));
    CHECK(values.vector(1).values == Eigen::Vector2d(-3.0, 4.0));
    CHECK(values.vector(1).action == 5);
}

TEST_CASE("the best vector by hand; of equal ones the first") {
    Eigen::MatrixXd columns(2, 4);
    columns << 0.0, 4.0, 2.0, 4.0, 4.0, 0.0, 2.0, 0.0;
    const ValueFunction values = function(columns);
    CHECK(values.best(models::pair(1.0)).vector == 1);
    CHECK(values.best(models::pair(1.0)).value == 4.0);
    CHECK(values.best(models::pair(0.0)).vector == 0);
    CHECK(values.best(models::pair(0.5)).vector == 0);
    CHECK(values.best(models::pair(0.5)).value == 2.0);
    CHECK(values.best(models::pair(0.75)).vector == 1);
    CHECK(values.value(models::pair(0.75)) == 3.0);
    CHECK(values.greedy_action(models::pair(0.75)) == 1);
    CHECK(values.best(models::pair(0.75), 2).vector == 3);
    CHECK(values.best(models::pair(0.25), 2).vector == 2);
    CHECK(values.best(models::pair(0.25), 4).vector == -1);
    CHECK(values.best(models::pair(0.25), 4).value == -std::numeric_limits<double>::infinity());
}

TEST_CASE("no vectors and vectors of another size are refused") {
    ValueFunction values(2);
    CHECK_THROWS_AS(values.value(models::pair(0.5)), automix::ArgumentError);
    CHECK_THROWS_AS(values.greedy_action(models::pair(0.5)), automix::ArgumentError);
    CHECK_THROWS_WITH(values.value(models::pair(0.5)), ContainsSubstring("no alpha vectors"));
    CHECK_THROWS_AS(values.add({Eigen::Vector3d(1.0, 2.0, 3.0), 0}), automix::ArgumentError);
    CHECK_THROWS_WITH(values.add({Eigen::Vector3d(1.0, 2.0, 3.0), 0}),
                      ContainsSubstring("expected 2") && ContainsSubstring("found 3"));
    CHECK(values.empty());
}

TEST_CASE("the best vector equals brute force, at sizes around those of blocks") {
    Random random(41);
    for (const int count : {1, 2, 63, 64, 65, 128, 129, 255, 256, 257, 511, 512, 513, 1025}) {
        const int states = 2 + static_cast<int>(random.index(4));
        const Eigen::MatrixXd columns =
            Eigen::MatrixXd::NullaryExpr(states, count, [&] { return random.normal(); });
        const ValueFunction values = function(columns);
        REQUIRE(values.size() == count);
        for (int i = 0; i < 20; ++i) {
            const Eigen::VectorXd belief = models::random_distribution(random, states);
            for (const int first : {0, 1, count / 2, count - 1, 255, 256}) {
                if (first >= count) continue;
                CAPTURE(count, first, i);
                Eigen::Index top = 0;
                const double value = (columns.rightCols(count - first).transpose() * belief).maxCoeff(&top);
                const BestVector best = values.best(Belief(belief), first);
                CHECK(best.vector == first + static_cast<int>(top));
                CHECK_THAT(best.value, WithinAbs(value, 1e-14));
            }
        }
    }
}

TEST_CASE("of equal vectors in different blocks the first is best") {
    for (const int count : {256, 257, 512, 513, 600}) {
        Eigen::MatrixXd columns = Eigen::MatrixXd::Zero(2, count);
        columns.col(count - 1).setOnes();
        CHECK(function(columns).best(models::pair(0.5)).vector == count - 1);
        columns.col(255).setOnes();
        CHECK(function(columns).best(models::pair(0.5)).vector == 255);
        columns.col(3).setOnes();
        CHECK(function(columns).best(models::pair(0.5)).vector == 3);
    }
}

TEST_CASE("keep keeps the vectors of the numbers given") {
    Random random(42);
    for (const int count : {5, 64, 65, 257, 513}) {
        const Eigen::MatrixXd columns =
            Eigen::MatrixXd::NullaryExpr(3, count, [&] { return random.normal(); });
        ValueFunction values = function(columns);
        std::vector<int> kept;
        for (int k = 0; k < count; ++k) {
            if (random.bernoulli(0.5) || k == count - 1) kept.push_back(k);
        }
        values.keep(kept);
        CHECK(actions(values) == kept);
        for (std::size_t i = 0; i < kept.size(); ++i)
            CHECK(values.vector(static_cast<int>(i)).values == columns.col(kept[i]));
        values.add({Eigen::Vector3d(1.0, 2.0, 3.0), 9});
        CHECK(values.vector(values.size() - 1).values == Eigen::Vector3d(1.0, 2.0, 3.0));
        values.keep({});
        CHECK(values.empty());
    }
}

TEST_CASE("pointwise pruning by hand") {
    Eigen::MatrixXd columns(2, 6);
    columns << 1.0, 3.0, 1.0, 0.0, 3.0, 2.0,  //
        1.0, 1.0, 4.0, 5.0, 1.0, 2.0;
    ValueFunction values = function(columns);
    CHECK(values.prune_pointwise() == std::vector<int>{1, 2, 3, 5});
    CHECK(actions(values) == std::vector<int>{1, 2, 3, 5});
    CHECK(values.vector(3).values == Eigen::Vector2d(2.0, 2.0));
}

TEST_CASE("pointwise pruning equals brute force over all pairs") {
    Random random(43);
    for (int trial = 0; trial < 200; ++trial) {
        const int states = 1 + static_cast<int>(random.index(5));
        const int count = 1 + static_cast<int>(random.index(40));
        const Eigen::MatrixXd columns = coarse(random, states, count);
        std::vector<int> expected;
        for (int k = 0; k < count; ++k) {
            bool stays = true;
            for (int other = 0; other < count; ++other) {
                const bool equal = columns.col(other) == columns.col(k);
                const bool above = (columns.col(other) - columns.col(k)).minCoeff() >= 0.0;
                if (other != k && above && (!equal || other < k)) stays = false;
            }
            if (stays) expected.push_back(k);
        }
        ValueFunction values = function(columns);
        CAPTURE(trial, states, count);
        CHECK(values.prune_pointwise() == expected);
        CHECK(actions(values) == expected);
        for (int i = 0; i < 10; ++i) {
            const Eigen::VectorXd belief = models::random_distribution(random, states);
            CHECK_THAT(values.value(Belief(belief)),
                       WithinAbs((columns.transpose() * belief).maxCoeff(), 1e-14));
        }
    }
}

TEST_CASE("pruning over beliefs keeps what is best at one of them") {
    Random random(44);
    for (int trial = 0; trial < 100; ++trial) {
        const int states = 2 + static_cast<int>(random.index(4));
        const Eigen::MatrixXd columns =
            Eigen::MatrixXd::NullaryExpr(states, 30, [&] { return random.normal(); });
        ValueFunction values = function(columns);
        std::vector<Belief> beliefs;
        std::vector<int> expected;
        for (int i = 0; i < 15; ++i) {
            const Eigen::VectorXd belief = models::random_distribution(random, states);
            beliefs.emplace_back(belief);
            Eigen::Index top = 0;
            (columns.transpose() * belief).maxCoeff(&top);
            expected.push_back(static_cast<int>(top));
        }
        std::sort(expected.begin(), expected.end());
        expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
        CHECK(values.prune_over(beliefs) == expected);
        CHECK(actions(values) == expected);
        for (const Belief& belief : beliefs) {
            CHECK_THAT(values.value(belief),
                       WithinAbs((columns.transpose() * belief.dense(states)).maxCoeff(), 1e-14));
        }
    }
}

TEST_CASE("pruning over beliefs: of equal vectors the first stays, over no beliefs none") {
    Eigen::MatrixXd columns(2, 3);
    columns << 1.0, 1.0, 0.0, 1.0, 1.0, 0.0;
    ValueFunction values = function(columns);
    CHECK(values.prune_over({models::pair(0.5), models::pair(0.25)}) == std::vector<int>{0});
    CHECK(values.prune_over({}).empty());
    CHECK(values.empty());
}

TEST_CASE("pruning no vectors over beliefs leaves none") {
    ValueFunction none(2);
    CHECK(none.prune_over({models::pair(0.5)}).empty());
    CHECK(none.empty());
}

TEST_CASE("a vector with what is not a number is refused, infinity is not") {
    ValueFunction values(2);
    CHECK_THROWS_AS(values.add({Eigen::Vector2d(0.0, std::nan("")), 0}), automix::ArgumentError);
    CHECK_THROWS_WITH(values.add({Eigen::Vector2d(0.0, std::nan("")), 0}),
                      ContainsSubstring("alpha vector, state 1: expected a number, found nan"));
    CHECK(values.empty());
    values.add({Eigen::Vector2d(0.0, -std::numeric_limits<double>::infinity()), 0});
    CHECK(values.size() == 1);
}
