// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/context/query_forecast.hpp>
#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/row_evidence.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/belief_fit.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/context_rows.hpp>
#include <automix/routing/belief/detail/context_training.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

/// Two rows of two verdicts: one that the small model has right, and one that it has wrong.
Dataset two_rows() {
    Dataset data({"small", "large"});
    data.append(tables::record("a", {tables::verified(1.0, {1, 0}), tables::scored(1.0)}));
    data.append(tables::record("b", {tables::verified(0.0, {0, 0}), tables::scored(0.5)}));
    return data;
}

/// Rows of two or three models with up to four verdicts each, some of which could not be parsed.
Dataset many_rows(std::uint64_t seed, bool three_models, int rows) {
    Random random(seed);
    Dataset data(three_models ? std::vector<std::string>{"small", "middle", "large"}
                              : std::vector<std::string>{"small", "large"});
    for (int row = 0; row < rows; ++row) {
        std::vector<ModelRecord> models;
        for (int m = 0; m < (three_models ? 3 : 2); ++m) {
            const double score = random.bernoulli(0.4 + 0.2 * m) ? 1.0 : 0.0;
            std::vector<int> verdicts;
            for (int d = 0; d < 3; ++d) {
                verdicts.push_back(random.bernoulli(0.1)                       ? -1
                                   : random.bernoulli(score > 0.0 ? 0.8 : 0.3) ? 1
                                                                               : 0);
            }
            models.push_back(tables::verified(score, verdicts));
        }
        data.append(tables::record("q" + std::to_string(row), std::move(models)));
    }
    return data;
}

void check_equal(const detail::PolicyEstimate& found, const detail::PolicyEstimate& expected) {
    CHECK(found.rows == Approx(expected.rows));
    CHECK_THAT(found.mean().score, WithinAbs(expected.mean().score, 1e-9));
    CHECK_THAT(found.mean().cost, WithinAbs(expected.mean().cost, 1e-9));
    CHECK_THAT(found.mean().draws, WithinAbs(expected.mean().draws, 1e-9));
    CHECK_THAT(found.mean().rounds, WithinAbs(expected.mean().rounds, 1e-9));
    CHECK_THAT(found.routed, WithinAbs(expected.routed, 1e-9));
    CHECK_THAT(found.metric, WithinAbs(expected.metric, 1e-9));
    CHECK_THAT(found.squares, WithinAbs(expected.squares, 1e-9));
    CHECK_THAT(found.held_out().score_se, WithinAbs(expected.held_out().score_se, 1e-9));
    CHECK_THAT(found.held_out().cost_se, WithinAbs(expected.held_out().cost_se, 1e-9));
}

}  // namespace

TEST_CASE("the results on a row at its own prices: verify once, accept if that is positive, else route") {
    const Dataset data = two_rows();
    const detail::CompactAction route = detail::CompactAction::route(1);
    const RoutingPolicy policy(
        std::make_shared<const detail::RoutingLayout>(
            std::vector<detail::CascadeModel>{{VerificationKind::verdicts, 2, {}}, {}}),
        {{detail::CompactAction::verify(1), route}, {route, route}, {}, {}, {}, {}}, 0);
    detail::ContextRows rows;
    rows.folds = {0, 1};
    rows.evidence = RowEvidence(data, {{"small", VerificationKind::verdicts, 2}, {"large"}}, {});
    rows.scores = Eigen::ArrayXXd{{1.0, 1.0}, {0.0, 0.5}};
    rows.answer_prices = Eigen::ArrayXXd{{1.0, 10.0}, {3.0, 30.0}};
    rows.draw_prices = Eigen::ArrayXXd{{0.5, 0.0}, {0.25, 0.0}};

    const detail::RowResult first = detail::result_on_row(rows, 0, {{1.0, policy}}, nullptr);
    CHECK(first.accepted[0] == Approx(0.5));
    CHECK(first.accepted[1] == Approx(0.5));
    CHECK(first.usage.cost == Approx(1.0 + 0.5 + 0.5 * 10.0));
    CHECK(first.usage.draws == Approx(1.0));
    CHECK(first.usage.routed == Approx(0.5));
    const detail::RowResult second = detail::result_on_row(rows, 1, {{1.0, policy}}, nullptr);
    CHECK(second.accepted[0] == 0.0);
    CHECK(second.usage.cost == Approx(3.0 + 0.25 + 30.0));

    // The score less that of the small model, less 0.1 for each unit paid beyond its price.
    const detail::RowMetric metric{{-1.0, 0.0}, -0.1, 0.0, {0.1, 0.0}};
    CHECK(detail::metric_on_row(rows, 0, first, metric) == Approx(-0.55));
    CHECK(detail::metric_on_row(rows, 1, second, metric) == Approx(0.5 - 3.025));

    detail::PolicyEstimate both;
    std::vector<double> by_row;
    detail::add_context_rows(both, {{1.0, policy}}, rows, -1, metric, &by_row);
    CHECK(both.rows == 2.0);
    CHECK(both.mean().score == Approx(0.75));
    CHECK(both.mean().cost == Approx((6.5 + 33.25) / 2.0));
    REQUIRE(by_row.size() == 2);
    CHECK(both.metric == Approx(by_row[0] + by_row[1]));
    detail::PolicyEstimate one;
    detail::add_context_rows(one, {{1.0, policy}}, rows, 1, metric);
    CHECK(one.rows == 1.0);
    CHECK(one.mean().score == Approx(0.5));
    // A mixture has the mixed results.
    const detail::RowResult mixed =
        detail::result_on_row(rows, 0, {{0.25, policy}, {0.75, policy.starting_at(1)}}, nullptr);
    CHECK(mixed.usage.cost == Approx(0.25 * 6.5 + 0.75 * 10.0));
    CHECK(mixed.accepted[1] == Approx(0.25 * 0.5 + 0.75));
}

TEST_CASE("results row by row are those of the statistics if all rows have the same prices and forecast") {
    const bool three = GENERATE(false, true);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        INFO("three models " << three << ", seed " << seed);
        const Dataset data = many_rows(seed, three, 40);
        Prices given;
        given.answers = three ? std::vector<double>{1.0, 4.0, 10.0} : std::vector<double>{1.0, 10.0};
        given.draws = {0.2};
        const PriceTable prices = resolve_prices(data, given);
        const Statistics statistics = collect_statistics(data, prices);
        const FoldStatistics total = statistics.total();
        RoutingPrices mean = mean_prices(total);
        mean.draws_per_verdict = mean_draws_per_verdict(total, statistics.models);
        detail::ContextRows rows = detail::collect_rows({data, prices}, statistics.models, {}, true);

        const auto tree = detail::make_tree(detail::fit_belief(total, statistics.models), 1e6);
        detail::SolveRule rule;
        rule.lambda = 0.03;
        const RoutingPolicy plain = detail::solve_routing(tree, mean, rule).policy;

        const detail::RowMetric metric{std::vector<double>(mean.answers.size(), -0.25), -0.03, 0.0};
        detail::PolicyEstimate expected;
        detail::add_rows(expected, {{1.0, plain}}, total, mean, metric);
        detail::PolicyEstimate found;
        detail::add_context_rows(found, {{1.0, plain}}, rows, -1, metric);
        check_equal(found, expected);

        const auto models = static_cast<Index>(mean.answers.size());
        for (auto* table :
             {&rows.forecasts.scores, &rows.forecasts.answer_prices, &rows.forecasts.draw_prices})
            table->setZero(data.rows(), models);
        for (Index m = 0; m < models; ++m) {
            rows.forecasts.scores.col(m) = 0.5;
            rows.forecasts.answer_prices.col(m) = mean.answers[as_size(m)];
            rows.forecasts.draw_prices.col(m) = mean.draws[as_size(m)];
        }
        const RoutingPolicy reading(std::make_shared<const detail::QuerySolver>(
            tree, mean, rule, std::vector<double>(mean.answers.size(), 0.5)));
        detail::PolicyEstimate by_query;
        detail::add_context_rows(by_query, {{1.0, reading}}, rows, -1, metric);
        check_equal(by_query, expected);
    }
}

TEST_CASE("rows hold the scores and prices of the log, the price of a confidence for a logged one") {
    Dataset data({"small", "large"});
    for (int row = 0; row < 4; ++row) {
        ModelRecord small = tables::confident(0.25 * row, 0.1 * row);
        small.cost = 1.0 + row;
        ModelRecord large = tables::scored(1.0);
        large.cost = 10.0 + row;
        data.append(tables::record("q" + std::to_string(row), {small, large}));
    }
    Prices given;
    given.verification = 0.125;
    const PriceTable prices = resolve_prices(data, given);
    const Statistics statistics = collect_statistics(data, prices);
    const detail::ContextRows rows = detail::collect_rows({data, prices}, statistics.models, {}, true);
    REQUIRE(rows.rows() == 4);
    for (Index row = 0; row < 4; ++row) {
        CHECK(rows.scores(row, 0) == 0.25 * static_cast<double>(row));
        CHECK(rows.answer_prices(row, 0) == 1.0 + static_cast<double>(row));
        CHECK(rows.answer_prices(row, 1) == 10.0 + static_cast<double>(row));
        CHECK(rows.draw_prices(row, 0) == 0.125);
        CHECK(rows.draw_prices(row, 1) == 0.0);
        CHECK(rows.evidence.at(row)[0].confidence == Approx(0.1 * static_cast<double>(row)));
        CHECK(rows.folds[as_size(row)] >= 0);
        CHECK(rows.folds[as_size(row)] < 10);
    }
    CHECK(rows.forecasts.rows() == 0);
}
