// SPDX-License-Identifier: Apache-2.0
// The belief and the prices of one query, from those of all queries and the query's forecast. All queries share the
// distributions of levels of right and of wrong answers. The forecast gives the probability that an answer is right,
// moves the log odds of the other models' scores, and replaces the mean prices. The joint weight of two neighbours'
// levels is scaled to the margins of the query by iterative proportional fitting (Deming, Stephan 1940).
// O(models * levels^2 * steps).
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/prices.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace automix::detail {

/// Forecast scores are kept this far from 0 and 1, so that evidence can overrule them.
inline constexpr double forecast_margin = 1e-4;

inline double log_odds(double probability) { return std::log(probability / (1.0 - probability)); }

/// Returns the forecast score of a model as a probability of neither 0 nor 1.
inline double forecast_score(const QueryForecast& forecast, Index model) {
    return std::clamp(forecast.scores[as_size(model)], forecast_margin, 1.0 - forecast_margin);
}

/// Sets the levels of model `number` to the forecast of a query. `prior` is the probability of its levels over all
/// queries, and `mean_scores` are the scores of all queries.
inline void set_levels(LevelDistribution& levels, Index number, const Eigen::VectorXd& prior,
                       const QueryForecast& forecast, const Eigen::VectorXd& mean_scores) {
    const double mean = prior.dot(levels.right);
    const double right = forecast_score(forecast, number);
    const Eigen::ArrayXd of_right = (right / mean) * prior.array() * levels.right.array();
    const Eigen::ArrayXd of_wrong =
        ((1.0 - right) / (1.0 - mean)) * prior.array() * (1.0 - levels.right.array());
    levels.weight = of_right + of_wrong;
    levels.right = of_right / levels.weight.array();
    for (Index model = 0; model < levels.scores.cols(); ++model) {
        if (model == number) continue;
        const double before = std::clamp(mean_scores(model), forecast_margin, 1.0 - forecast_margin);
        const double odds = std::exp(log_odds(forecast_score(forecast, model)) - log_odds(before));
        auto scores = levels.scores.col(model).array();
        scores = odds * scores / (1.0 + (odds - 1.0) * scores);
    }
}

/// Scales a joint weight to the margins of its rows and columns, which sum to 1.
inline void fit_margins(Eigen::MatrixXd& joint, const Eigen::VectorXd& rows, const Eigen::VectorXd& columns) {
    constexpr int steps = 8;
    for (int step = 0; step < steps; ++step) {
        const Eigen::VectorXd by_column = columns.cwiseQuotient(joint.colwise().sum().transpose());
        joint = joint * by_column.asDiagonal();
        const Eigen::VectorXd by_row = rows.cwiseQuotient(joint.rowwise().sum());
        joint = by_row.asDiagonal() * joint;
    }
}

/// Returns the belief of a query before any evidence.
inline BeliefModel belief_of_query(const BeliefModel& all, const QueryForecast& forecast) {
    BeliefModel query = all;
    for (Index m = 0; m < query.mean_scores.size(); ++m) query.mean_scores(m) = forecast_score(forecast, m);
    for (std::size_t k = 0; k < query.levels.size(); ++k)
        set_levels(query.levels[k], query.verified[k], all.priors[k], forecast, all.mean_scores);
    if (!query.levels.empty()) query.priors.front() = query.levels.front().weight;
    for (std::size_t k = 0; k < query.transitions.size(); ++k) {
        Eigen::MatrixXd& joint = query.transitions[k];
        joint = all.priors[k].asDiagonal() * joint;
        fit_margins(joint, query.priors[k], query.levels[k + 1].weight);
        query.priors[k + 1] = joint.colwise().sum().transpose();
        for (Index g = 0; g < joint.rows(); ++g) joint.row(g) /= query.priors[k](g);
    }
    return query;
}

/// Returns the prices of a query. Prices of rounds and draws for each verdict are those of all queries.
inline RoutingPrices prices_of_query(const RoutingPrices& all, const QueryForecast& forecast) {
    RoutingPrices query = all;
    query.answers = forecast.answer_prices;
    query.draws = forecast.draw_prices;
    return query;
}

}  // namespace automix::detail
