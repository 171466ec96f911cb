// SPDX-License-Identifier: Apache-2.0
#include "routing/em_oracle.hpp"
#include "support/catch.hpp"

#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/belief_fit.hpp>
#include <automix/routing/belief/detail/confidence_cell.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

ModelShape shape_of(VerificationKind kind, int draws) {
    ModelShape shape;
    shape.name = "small";
    shape.kind = kind;
    shape.draws = draws;
    return shape;
}

}  // namespace

TEST_CASE("EM of three rows is that of plain loops") {
    const std::vector<test::OracleRow> rows = {{2, 2, 1.0, 1.0}, {3, 1, 0.0, 1.0}, {3, 2, 0.5, 0.0}};
    FoldStatistics sums(2);
    for (const test::OracleRow& row : rows)
        sums.cell({Verification{row.parsed, row.positive, 0.0}}).add({row.small, row.large});
    const detail::LevelDistribution found =
        detail::fit_levels(sums, {shape_of(VerificationKind::verdicts, 3), {"large"}}, 0);
    const test::EmOracle expected(rows);
    REQUIRE(found.levels() == 20);
    CHECK(found.first().draws == 3);
    for (std::size_t g = 0; g < 20; ++g) {
        INFO("level " << g);
        const auto level = static_cast<Index>(g);
        CHECK_THAT(found.weight(level), WithinAbs(static_cast<double>(expected.weight[g]), 1e-14));
        CHECK_THAT(found.right(level), WithinAbs(static_cast<double>(expected.right[g]), 1e-13));
        CHECK_THAT(found.scores(level, 1), WithinAbs(static_cast<double>(expected.large_score[g]), 1e-13));
    }
}

TEST_CASE("rates of levels, and the pseudo rows of both classes") {
    CHECK(detail::level_rate(0, 20) == 0.025);
    CHECK(detail::level_rate(19, 20) == 0.975);
    // Two levels have the rates 1/4 and 3/4: ten rows in these proportions.
    CHECK(detail::class_prior(2, true) == Eigen::Vector2d(2.5, 7.5));
    CHECK(detail::class_prior(2, false) == Eigen::Vector2d(7.5, 2.5));
}

TEST_CASE("EM of rows whose level is known counts them beside the pseudo rows") {
    // (4 + 2.5, 6 + 7.5) / 20
    const Eigen::VectorXd q = detail::class_levels(Eigen::MatrixXd::Identity(2, 2), Eigen::Vector2d(4.0, 6.0),
                                                   Eigen::Vector2d(2.5, 7.5));
    CHECK_THAT(q(0), WithinAbs(0.325, 1e-15));
    CHECK_THAT(q(1), WithinAbs(0.675, 1e-15));
}

TEST_CASE("likelihood of states is the product of their verdicts' rates") {
    detail::LevelDistribution levels;
    levels.verifiers = {{VerificationKind::verdicts, 2, 2, {}}};
    levels.weight = Eigen::Vector2d(0.5, 0.5);
    REQUIRE(levels.first().states() == 6);
    Eigen::MatrixXd expected(6, 2);
    expected << 1.0, 1.0,  // nothing drawn
        0.75, 0.25,        // one negative
        0.25, 0.75,        // one positive
        0.5625, 0.0625,    // two negatives
        0.1875, 0.1875,    // one of each, in one order
        0.0625, 0.5625;    // two positives
    CHECK(levels.likelihood() == expected);
}

TEST_CASE("a lone confidence: its cells are the levels, and both classes are counted") {
    FoldStatistics sums(2);
    const auto add = [&](double confidence, double small, double large, double rows) {
        sums.cell({Verification{0, 0, confidence}}).add({small, large}, rows);
    };
    add(0.2, 1.0, 1.0, 5.0);
    add(0.2, 0.0, 1.0, 5.0);
    add(0.2, 0.0, 0.0, 10.0);
    add(0.8, 1.0, 1.0, 15.0);
    add(0.8, 0.0, 1.0, 5.0);
    const detail::LevelDistribution found =
        detail::fit_levels(sums, {shape_of(VerificationKind::confidence, 1), {"large"}}, 0);
    CHECK(found.first().boundaries == std::vector<double>{0.5});
    CHECK(detail::confidence_cell(found.first().boundaries, 0.5) == 0);
    CHECK(detail::confidence_cell(found.first().boundaries, 0.51) == 1);
    CHECK(found.first().states() == 3);
    // Right: (5 + 2.5, 15 + 7.5) / 30, wrong: (15 + 7.5, 5 + 2.5) / 30; pi = 21 / 42.
    CHECK_THAT(found.weight(0), WithinAbs(0.5, 1e-15));
    CHECK_THAT(found.right(0), WithinAbs(0.25, 1e-15));
    CHECK_THAT(found.right(1), WithinAbs(0.75, 1e-15));
    // (10 + 30 * 0.75) / 50 and (20 + 30 * 0.75) / 50.
    CHECK_THAT(found.scores(0, 1), WithinAbs(0.65, 1e-15));
    CHECK_THAT(found.scores(1, 1), WithinAbs(0.85, 1e-15));
    Eigen::MatrixXd expected(3, 2);
    expected << 1.0, 1.0, 1.0, 0.0, 0.0, 1.0;
    CHECK(found.likelihood() == expected);
}
