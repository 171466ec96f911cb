// SPDX-License-Identifier: Apache-2.0
// This file defines the forecasts of many queries as columns.
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>

#include <Eigen/Core>

#include <vector>

namespace automix {

/// The forecasts of the rows of a data set. Each member is rows x models.
struct ForecastTable {
    Eigen::ArrayXXd scores{};
    Eigen::ArrayXXd answer_prices{};
    Eigen::ArrayXXd draw_prices{};

    [[nodiscard]] Index rows() const noexcept { return scores.rows(); }

    /// Returns the forecast of a row.
    [[nodiscard]] QueryForecast at(Index row) const {
        const auto values = [row](const Eigen::ArrayXXd& table) {
            std::vector<double> of_row(as_size(table.cols()));
            for (Index model = 0; model < table.cols(); ++model) of_row[as_size(model)] = table(row, model);
            return of_row;
        };
        return {values(scores), values(answer_prices), values(draw_prices)};
    }
};

}  // namespace automix
