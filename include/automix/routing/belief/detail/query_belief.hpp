// SPDX-License-Identifier: Apache-2.0
// The belief and the prices of one query, from those of all queries and the query's forecast. All queries share the
// distributions of levels of right and of wrong answers. A forecast moves the log odds of each score by as much as it
// differs from the mean forecast, so a forecast that tells nothing leaves the belief as it is. It replaces the mean
// prices. The joint weight of two neighbours' levels is scaled to the margins of the query by iterative proportional
// fitting (Deming, Stephan 1940). O(models * levels^2 * steps).
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/odds.hpp>
#include <automix/routing/belief/prices.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace automix::detail {

/// Forecast scores are kept this far from 0 and 1, so that evidence can overrule them.
inline constexpr double forecast_margin = 1e-4;

inline double log_odds(double probability) {
    const double p = std::clamp(probability, forecast_margin, 1.0 - forecast_margin);
    return std::log(p / (1.0 - p));
}

/// Returns the factors by which the odds of the models' scores differ from those of all queries. `means` has the mean
/// forecast of each score.
inline std::vector<double> odds_factors(const QueryForecast& forecast, const std::vector<double>& means) {
    std::vector<double> factors;
    for (std::size_t m = 0; m < means.size(); ++m)
        factors.push_back(std::exp(log_odds(forecast.scores[m]) - log_odds(means[m])));
    return factors;
}

/// Returns the factor of the odds of all scores at which their mean over levels is `target`, by Newton's method on the
/// logarithm of the factor. `start` is a first guess.
template <class Scores>
double factor_to_mean(const Scores& scores, const Eigen::VectorXd& weight, double target, double start) {
    constexpr int steps = 6;
    double logarithm = std::log(start);
    for (int step = 0; step < steps; ++step) {
        const double factor = std::exp(logarithm);
        double mean = 0.0;
        double slope = 0.0;
        for (Index g = 0; g < scores.size(); ++g) {
            const double score = scale_odds(scores(g), factor);
            mean += weight(g) * score;
            slope += weight(g) * score * (1.0 - score);
        }
        if (!(slope > 0.0)) break;
        logarithm += std::clamp((target - mean) / slope, -2.0, 2.0);
    }
    return std::exp(logarithm);
}

/// Sets the levels of model `number` to those of a query. `prior` is the probability of its levels over all queries,
/// `factors` are those of the odds of all scores.
inline void set_levels(LevelDistribution& levels, Index number, const Eigen::VectorXd& prior,
                       const std::vector<double>& factors) {
    const double mean = prior.dot(levels.right);
    const double right = scale_odds(mean, factors[as_size(number)]);
    const Eigen::ArrayXd of_right = (right / mean) * prior.array() * levels.right.array();
    const Eigen::ArrayXd of_wrong =
        ((1.0 - right) / (1.0 - mean)) * prior.array() * (1.0 - levels.right.array());
    levels.weight = of_right + of_wrong;
    levels.right = of_right / levels.weight.array();
    for (Index model = 0; model < levels.scores.cols(); ++model) {
        if (model == number) continue;
        auto scores = levels.scores.col(model);
        const double target = scale_odds(prior.dot(scores), factors[as_size(model)]);
        const double factor = factor_to_mean(scores, levels.weight, target, factors[as_size(model)]);
        for (Index g = 0; g < levels.levels(); ++g) scores(g) = scale_odds(scores(g), factor);
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

/// Returns the belief of a query before any evidence. `means` has the mean forecast of each model's score.
inline BeliefModel belief_of_query(const BeliefModel& all, const QueryForecast& forecast,
                                   const std::vector<double>& means) {
    BeliefModel query = all;
    const std::vector<double> factors = odds_factors(forecast, means);
    for (Index m = 0; m < query.mean_scores.size(); ++m)
        query.mean_scores(m) = scale_odds(all.mean_scores(m), factors[as_size(m)]);
    for (std::size_t k = 0; k < query.levels.size(); ++k)
        set_levels(query.levels[k], query.verified[k], all.priors[k], factors);
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
