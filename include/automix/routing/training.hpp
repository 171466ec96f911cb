// SPDX-License-Identifier: Apache-2.0
// The input and the result of training a router. If nothing satisfies a constraint, that is a result and not an error.
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

/// Rows beside the training table that always go from the first model to the last, without verification. No policy
/// decides them, but metrics and cost range of training include them.
struct RoutedRows {
    double rows = 0.0;
    OperatingPoint small{};  ///< mean score and mean price of the first model on these rows
    OperatingPoint large{};  ///< mean score and mean price of the last model on these rows
};

/// A log with its resolved prices. Both must outlive the call that they are passed to.
struct TrainingData {
    const Dataset& data;
    const PriceTable& prices;
    RoutedRows routed{};
};

/// Bounds on the mean total cost per query, both inclusive, up to rounding.
struct CostRange {
    double min = 0.0;
    double max = std::numeric_limits<double>::infinity();

    [[nodiscard]] bool contains(double cost) const noexcept {
        return (cost >= min || nearly_equal(cost, min)) && (cost <= max || nearly_equal(cost, max));
    }
};

/// The test whether a policy is worth using, and its comparison with random mixing on rows that it was not fitted to.
struct Guard {
    bool passed = false;
    double mean = 0.0;    ///< cross-fitted excess over mixing, score per query
    double se = 0.0;      ///< its standard error
    double signal = 0.0;  ///< what verification tells of the gain of routing, as a standard normal deviate
};

/// The results of a policy on training rows that each of its parts was not fitted to: means per query and their
/// standard errors.
struct HeldOut {
    double score = 0.0;
    double score_se = 0.0;
    double cost = 0.0;
    double cost_se = 0.0;
};

/// The result of training.
struct TrainingResult {
    bool feasible = true;
    /// Why nothing is feasible, why there is no IBC, or why a fallback is used; empty otherwise.
    std::string reason{};
    Index candidates = 0;  ///< number of policies tried; for `pomdp` the number of policies that are mixed
    /// IBC of the chosen policy, on all training rows at mean prices. For `pomdp` it is defined for the objective
    /// maximum IBC only, as the policy's own tables expect it.
    OptionalMetric ibc = OptionalMetric::undefined("not trained on IBC");
    OptionalMetric ibc_lift = OptionalMetric::undefined("not trained on IBC");
    std::optional<Guard> guard{};         ///< empty for routers without a guard
    std::optional<HeldOut> held_out{};    ///< empty for routers that do not cross-fit
    std::vector<std::string> warnings{};  ///< about the log, for the user; they change nothing
};

/// The result of a training, and the router's policies for all lambdas.
template <class R>
struct CurveTraining {
    TrainingResult result{};
    std::vector<R> curve{};
};

}  // namespace automix
