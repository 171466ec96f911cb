// SPDX-License-Identifier: Apache-2.0
// The learning curve of a router: trains it on growing shares of the training rows and tests each policy on the same other
// rows, to tell how many more labels are worth it. The figure is the excess over mixing per query at the base slope b of
// the test rows: x = score - small score - b (cost - small cost). Small shares are trained several times, on rows that
// share none. O(shares * (training + replay)).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/training.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace automix {

struct LearningCurveOptions {
    int halvings = 4;     ///< shares are 1, 1/2, ..., 1/2^halvings of the rows
    int max_repeats = 4;  ///< policies that are trained at most on different rows of a share
    Index min_rows = 20;  ///< smaller shares are left out
    std::uint64_t seed = 0;
    /// Trains a copy of the router; empty: its own training.
    std::function<TrainingResult(AnyRouter&, const TrainingData&)> train{};
};

/// The policies that were trained on one number of rows.
struct LearningPoint {
    Index rows = 0;
    int policies = 0;     ///< policies that were feasible, whose mean the figures are
    double excess = 0.0;  ///< score per query over mixing at the same cost
    double se = 0.0;      ///< its standard error, over test rows and over the policies
    double score = 0.0;
    double cost = 0.0;
};

struct LearningCurve {
    std::vector<LearningPoint> points{};  ///< ascending in rows; the last is of all rows
    /// The gain of the last doubling of the rows, in score per query, and its standard error, paired by test row; nothing if
    /// there are fewer than two points.
    std::optional<double> last_gain{};
    double last_gain_se = 0.0;
    double label_price = 0.0;  ///< mean price of one more row: an answer of each model, and all logged draws
    /// Queries to answer until the rows of the last doubling are paid back by what they gain, at the base slope;
    /// undefined if they gain nothing.
    OptionalMetric queries_to_pay_back = OptionalMetric::undefined("fewer than two points");
};

/// Trains and tests copies of the router. Calls `progress` after each training. Throws the errors of training and replay,
/// `DataError` if there are no rows, and `ArgumentError` for options out of range. A curve has no points if the base
/// slope of the test rows is undefined.
LearningCurve trace_learning(const AnyRouter& router, const TrainingData& train, const Dataset& test,
                             const PriceTable& prices, const LearningCurveOptions& options = {},
                             const ProgressHandler& progress = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/learning_curve_inl.hpp>
#endif
