// SPDX-License-Identifier: Apache-2.0
// Trains routers on one part of a log and evaluates them on the other, for the commands that show the result.
#pragma once

#include "comparison.hpp"
#include "log_options.hpp"
#include "router_options.hpp"
#include "split_options.hpp"

#include <automix/core/progress.hpp>
#include <automix/data/price_order.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/training.hpp>

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace automix::program {

struct EvaluateOptions {
    LogOptions log{};
    RouterOptions router{};
    SplitOptions split{};
    std::vector<std::string> routers{};
    int resamples = 1000;
    bool figures = false;
};

/// A log with the routers that were trained and tested on it.
struct EvaluatedLog {
    PricedSplit split{};
    Comparison comparison{};
    std::vector<AnyRouter> trained{};  ///< of the results of `comparison` that are feasible, in their order
    std::vector<int> max_draws{};      ///< verdicts that count, of each model but the last
};

/// Adds all options of a log, prices, policies, splits and resamples, and `--router`.
void add_evaluate_options(CLI::App& command, EvaluateOptions& options);

/// Returns how to train a router: a POMDP router for a promise if there are calibration rows, which have to outlive it.
std::function<TrainingResult(AnyRouter&, const TrainingData&)> trainer(
    const std::optional<PricedDataset>& calibration);

/// Returns the options of evaluation. Throws `ArgumentError` for fewer than one resample.
EvaluationOptions evaluation_options(const EvaluateOptions& options);

/// Reads the log, trains each router and replays it on both sides of the log. Keeps the facts on queries if a router may
/// read them, or if `keep_facts` is true. Throws `ArgumentError` for options that do not fit before any log is read.
EvaluatedLog evaluate_log(const EvaluateOptions& options, bool keep_facts = false,
                          const ProgressHandler& progress = {});

}  // namespace automix::program
