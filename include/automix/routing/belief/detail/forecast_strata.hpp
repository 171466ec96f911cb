// SPDX-License-Identifier: Apache-2.0
// Strata of queries, for trees of evidence that are too large to be solved for each query. A stratum holds queries of
// like forecasts and is solved once, at their mean. Strata are halved where forecasts differ most, then each query moves
// to the nearest mean, as in k-means (Linde, Buzo, Gray 1980). Nothing is random. O(rows * models * strata).
#pragma once

#include <automix/context/forecast_table.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/belief/prices.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace automix::detail {

/// Maximum number of strata.
inline constexpr std::size_t max_strata = 32;

struct ForecastStrata {
    std::vector<QueryForecast> means{};  ///< of each stratum; empty if each query is solved by itself
    double price = 1.0;  ///< the price that counts as much as a score of 1 in the distance of two forecasts

    /// Returns the stratum whose mean is nearest to a forecast. Requires strata.
    [[nodiscard]] std::size_t nearest(const QueryForecast& forecast) const;
};

/// Returns the price that counts as much as a score of 1: that of the most expensive answer, or 1 if all are free.
inline double price_unit(const RoutingPrices& prices) {
    const double highest = *std::max_element(prices.answers.begin(), prices.answers.end());
    return highest > 0.0 ? highest : 1.0;
}

/// Returns the squared distance of two columns.
inline double squared_distance(const std::vector<double>& a, const std::vector<double>& b, double unit) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum / (unit * unit);
}

inline std::size_t ForecastStrata::nearest(const QueryForecast& forecast) const {
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < means.size(); ++s) {
        const double distance = squared_distance(means[s].scores, forecast.scores, 1.0) +
                                squared_distance(means[s].answer_prices, forecast.answer_prices, price) +
                                squared_distance(means[s].draw_prices, forecast.draw_prices, price);
        if (distance < least) {
            least = distance;
            best = s;
        }
    }
    return best;
}

/// Groups the rows of a table into at most `count` strata.
inline ForecastStrata make_strata(const ForecastTable& rows, const RoutingPrices& prices, std::size_t count) {
    ForecastStrata strata;
    strata.price = price_unit(prices);
    const Index models = rows.scores.cols();
    Eigen::ArrayXXd table(rows.rows(), 3 * models);
    table << rows.scores, rows.answer_prices / strata.price, rows.draw_prices / strata.price;
    std::vector<std::size_t> stratum(as_size(rows.rows()), 0);
    Eigen::ArrayXXd means;
    const auto set_means = [&](std::size_t number) {
        means.setZero(static_cast<Index>(number), table.cols());
        Eigen::ArrayXd weight = Eigen::ArrayXd::Zero(static_cast<Index>(number));
        for (Index row = 0; row < table.rows(); ++row) {
            means.row(static_cast<Index>(stratum[as_size(row)])) += table.row(row);
            weight(static_cast<Index>(stratum[as_size(row)])) += 1.0;
        }
        means.colwise() /= weight.max(1.0);
    };
    set_means(1);
    std::size_t number = 1;
    for (; number < count; ++number) {
        Eigen::ArrayXXd spread = Eigen::ArrayXXd::Zero(means.rows(), means.cols());
        for (Index row = 0; row < table.rows(); ++row) {
            const auto of = static_cast<Index>(stratum[as_size(row)]);
            spread.row(of) += (table.row(row) - means.row(of)).square();
        }
        Index widest = 0;
        Index column = 0;
        spread.rowwise().sum().maxCoeff(&widest);
        if (!(spread.row(widest).maxCoeff(&column) > 0.0)) break;
        for (Index row = 0; row < table.rows(); ++row) {
            std::size_t& of = stratum[as_size(row)];
            if (static_cast<Index>(of) == widest && table(row, column) > means(widest, column)) of = number;
        }
        set_means(number + 1);
    }
    constexpr int steps = 10;
    for (int step = 0; step < steps; ++step) {
        for (Index row = 0; row < table.rows(); ++row) {
            Index best = 0;
            (means.rowwise() - table.row(row)).square().rowwise().sum().minCoeff(&best);
            stratum[as_size(row)] = static_cast<std::size_t>(best);
        }
        set_means(number);
    }
    std::vector<bool> used(number, false);
    for (const std::size_t of : stratum) used[of] = true;
    for (std::size_t s = 0; s < number; ++s) {
        if (!used[s]) continue;
        const auto values = [&](Index first, double unit) {
            std::vector<double> of_stratum;
            for (Index model = 0; model < models; ++model)
                of_stratum.push_back(unit * means(static_cast<Index>(s), first + model));
            return of_stratum;
        };
        strata.means.push_back(
            {values(0, 1.0), values(models, strata.price), values(2 * models, strata.price)});
    }
    return strata;
}

}  // namespace automix::detail
