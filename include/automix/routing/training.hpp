// SPDX-License-Identifier: Apache-2.0
// What routers are trained on and what training answers. That nothing satisfies a constraint is an answer, not an error.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/metrics/ibc.hpp>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Rows beside the training table that are sent from the first model to the last in any case, without verification. No
/// policy decides them, but the figures and the cost range of training are over them too.
struct RoutedRows {
    double rows = 0.0;
    OperatingPoint small{};  ///< mean score and mean price of the first model on these rows
    OperatingPoint large{};  ///< of the last model
};

/// A log with its settled prices. Both must outlive the call that they are given to.
struct TrainingData {
    const Dataset& data;
    const PriceTable& prices;
    RoutedRows routed{};
};

/// Bounds on the mean total cost per query, both inclusive, up to rounding.
struct CostRange {
    double least = 0.0;
    double most = std::numeric_limits<double>::infinity();

    [[nodiscard]] bool contains(double cost) const noexcept {
        return (cost >= least || nearly_equal(cost, least)) && (cost <= most || nearly_equal(cost, most));
    }
};

/// Whether a policy does better than random mixing on rows that it was not fitted to.
struct Guard {
    bool passed = false;
    double mean = 0.0;  ///< cross-fitted excess over mixing, score per query
    double se = 0.0;    ///< its standard error
};

/// What training found.
struct TrainingResult {
    bool feasible = true;
    std::string reason{};  ///< why nothing is feasible, or why there is no IBC; empty otherwise
    Index candidates = 0;  ///< policies tried
    /// Of the chosen policy, on all training rows at mean prices.
    OptionalMetric ibc = OptionalMetric::undefined("not trained on IBC");
    OptionalMetric ibc_lift = OptionalMetric::undefined("not trained on IBC");
    std::optional<Guard> guard{};         ///< of routers that have one
    std::vector<std::string> warnings{};  ///< with figures; they change nothing
};

}  // namespace automix
