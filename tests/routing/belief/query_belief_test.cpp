// SPDX-License-Identifier: Apache-2.0
#include "routing/routing_models.hpp"
#include "support/catch.hpp"

#include <automix/context/query_forecast.hpp>
#include <automix/core/random.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/query_belief.hpp>
#include <automix/routing/belief/prices.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

/// Two levels; q_right = (2/11, 9/11) and q_wrong = (2/3, 1/3), of a mean score of 0.55.
detail::BeliefModel two_levels() {
    detail::BeliefModel belief;
    detail::LevelDistribution level;
    level.verifiers = {{VerificationKind::verdicts, 2, 2, {}}};
    level.weight = Eigen::Vector2d(0.4, 0.6);
    level.right = Eigen::Vector2d(0.25, 0.75);
    level.scores.resize(2, 2);
    level.scores << 0.25, 0.6, 0.75, 0.9;
    belief.verified = {0};
    belief.priors = {level.weight};
    belief.levels = {level};
    belief.mean_scores = Eigen::Vector2d(0.55, 0.8);
    return belief;
}

/// Returns the forecast that tells nothing: the mean score of every model under the belief.
QueryForecast mean_forecast(const detail::BeliefModel& belief) {
    QueryForecast forecast;
    for (Index m = 0; m < belief.mean_scores.size(); ++m) forecast.scores.push_back(belief.mean_scores(m));
    for (std::size_t k = 0; k < belief.verified.size(); ++k)
        forecast.scores[as_size(belief.verified[k])] = belief.priors[k].dot(belief.levels[k].right);
    forecast.answer_prices.assign(forecast.scores.size(), 1.0);
    forecast.draw_prices.assign(forecast.scores.size(), 0.1);
    return forecast;
}

/// A random belief whose mean scores are those of its levels.
detail::BeliefModel consistent_belief(std::uint64_t seed, Index models) {
    Random random(seed);
    detail::BeliefModel belief = test::random_belief(random, models, 3, 6);
    for (std::size_t k = 0; k < belief.verified.size(); ++k)
        belief.mean_scores(belief.verified[k]) = belief.priors[k].dot(belief.levels[k].right);
    return belief;
}

}  // namespace

TEST_CASE("the levels of a query follow from its forecast by Bayes' rule") {
    const detail::BeliefModel query =
        detail::belief_of_query(two_levels(), {{0.8, 0.5}, {1.0, 2.0}, {0.1, 0.0}}, {0.55, 0.8});
    // 0.8 q_right + 0.2 q_wrong.
    CHECK(query.priors[0](0) == Approx(0.8 * 2.0 / 11.0 + 0.2 * 2.0 / 3.0));
    CHECK(query.priors[0](1) == Approx(0.8 * 9.0 / 11.0 + 0.2 / 3.0));
    CHECK(query.levels[0].right(0) == Approx(0.145454545 / 0.278787879));
    CHECK(query.levels[0].right(1) == Approx(0.654545455 / 0.721212121));
    // The odds of the other model fall from 4 to 1, those of its mean over levels from 0.78 / 0.22 by as much. All levels
    // share one factor.
    const auto& other = query.levels[0].scores;
    CHECK(query.priors[0](0) * other(0, 1) + query.priors[0](1) * other(1, 1) ==
          Approx(0.25 * 0.78 / (0.22 + 0.25 * 0.78)));
    CHECK(other(0, 1) / (1.0 - other(0, 1)) / 1.5 == Approx(other(1, 1) / (1.0 - other(1, 1)) / 9.0));
    CHECK(query.mean_scores(0) == Approx(0.8));
    CHECK(query.mean_scores(1) == Approx(0.5));
    // Two positive verdicts of two: the levels' rates are 0.25 and 0.75.
    const double right = 0.8 * (2.0 / 11.0 * 0.0625 + 9.0 / 11.0 * 0.5625);
    const double wrong = 0.2 * (2.0 / 3.0 * 0.0625 + 1.0 / 3.0 * 0.5625);
    const Eigen::Array2d seen = query.priors[0].array() * Eigen::Array2d(0.0625, 0.5625);
    CHECK((seen * query.levels[0].right.array()).sum() / seen.sum() == Approx(right / (right + wrong)));
}

TEST_CASE("a forecast of the mean leaves the belief as it is") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        INFO("seed " << seed);
        const detail::BeliefModel all = consistent_belief(seed, 2 + static_cast<Index>(seed % 3));
        const detail::BeliefModel query =
            detail::belief_of_query(all, mean_forecast(all), mean_forecast(all).scores);
        for (std::size_t k = 0; k < all.levels.size(); ++k) {
            CHECK((query.priors[k] - all.priors[k]).cwiseAbs().maxCoeff() < 1e-9);
            CHECK((query.levels[k].right - all.levels[k].right).cwiseAbs().maxCoeff() < 1e-9);
            for (Index m = 0; m < all.mean_scores.size(); ++m) {
                if (m == all.verified[k]) continue;
                CHECK((query.levels[k].scores - all.levels[k].scores).col(m).cwiseAbs().maxCoeff() < 1e-9);
            }
        }
        for (std::size_t k = 0; k < all.transitions.size(); ++k)
            CHECK((query.transitions[k] - all.transitions[k]).cwiseAbs().maxCoeff() < 1e-9);
    }
}

TEST_CASE(
    "a forecast tells how a query differs from the mean forecast, whatever rows the belief was fitted to") {
    // The forecasts were fitted to rows of other means than the belief.
    const std::vector<double> means{0.4, 0.6};
    const detail::BeliefModel all = two_levels();
    const detail::BeliefModel same =
        detail::belief_of_query(all, {{0.4, 0.6}, {1.0, 2.0}, {0.1, 0.0}}, means);
    CHECK((same.priors[0] - all.priors[0]).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((same.levels[0].right - all.levels[0].right).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((same.mean_scores - all.mean_scores).cwiseAbs().maxCoeff() < 1e-12);
    // Odds of 2/3 become 3/2, a factor of 2.25; those of the second model are halved from 3/2 to 3/4.
    const detail::BeliefModel other =
        detail::belief_of_query(all, {{0.6, 3.0 / 7.0}, {1.0, 2.0}, {0.1, 0.0}}, means);
    const double odds = 2.25 * 0.55 / 0.45;
    CHECK(other.priors[0].dot(other.levels[0].right) == Approx(odds / (1.0 + odds)));
    CHECK(other.mean_scores(0) == Approx(odds / (1.0 + odds)));
    CHECK(other.mean_scores(1) == Approx(2.0 / 3.0));
}

TEST_CASE("the levels of all models have the query's margins, and keep their odds ratios") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        INFO("seed " << seed);
        Random random(seed + 100);
        const detail::BeliefModel all = consistent_belief(seed, 4);
        QueryForecast forecast = mean_forecast(all);
        for (double& score : forecast.scores) score = 0.05 + 0.9 * random.uniform();
        const detail::BeliefModel query = detail::belief_of_query(all, forecast, mean_forecast(all).scores);
        for (std::size_t k = 0; k < query.levels.size(); ++k) {
            CHECK_THAT(query.priors[k].sum(), WithinAbs(1.0, 1e-12));
            CHECK_THAT(query.priors[k].dot(query.levels[k].right),
                       WithinAbs(forecast.scores[as_size(query.verified[k])], k == 0 ? 1e-12 : 1e-3));
        }
        for (std::size_t k = 0; k < query.transitions.size(); ++k) {
            const Eigen::MatrixXd& step = query.transitions[k];
            CHECK((step.rowwise().sum().array() - 1.0).abs().maxCoeff() < 1e-12);
            CHECK((step.transpose() * query.priors[k] - query.priors[k + 1]).cwiseAbs().maxCoeff() < 1e-12);
            const auto odds_ratio = [](const Eigen::MatrixXd& joint) {
                return joint(0, 0) * joint(1, 1) / (joint(0, 1) * joint(1, 0));
            };
            CHECK(odds_ratio(step) == Approx(odds_ratio(all.transitions[k])));
        }
    }
}

TEST_CASE("forecasts of 0 and 1 leave room for evidence") {
    const detail::BeliefModel query =
        detail::belief_of_query(two_levels(), {{1.0, 0.0}, {1.0, 2.0}, {0.1, 0.0}}, {0.55, 0.8});
    CHECK(query.levels[0].right.maxCoeff() < 1.0);
    CHECK(query.levels[0].right.minCoeff() > 0.0);
    CHECK(query.mean_scores(0) == Approx(0.9999));
    CHECK(query.mean_scores(1) == Approx(0.0001));
    CHECK(query.levels[0].scores.allFinite());
    CHECK(query.levels[0].scores.col(1).minCoeff() > 0.0);
}

TEST_CASE("the prices of a query are those of its forecast, and the price of a round stays") {
    const RoutingPrices all{{1.0, 10.0}, {0.5, 0.0}, 0.25, {1.5, 1.0}};
    const RoutingPrices query = detail::prices_of_query(all, {{0.5, 0.5}, {2.0, 7.0}, {0.75, 0.0}});
    CHECK(query.answers == std::vector<double>{2.0, 7.0});
    CHECK(query.draws == std::vector<double>{0.75, 0.0});
    CHECK(query.round == 0.25);
    CHECK(query.draws_per_verdict == all.draws_per_verdict);
}
