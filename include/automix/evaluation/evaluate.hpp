// SPDX-License-Identifier: Apache-2.0
// Evaluation of a router on a log: the figures over all rows with their intervals, for each data set in it, and those of
// the baselines beside them. Costs a replay of the router, one of each baseline and the resamples.
#pragma once

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/router/router.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix {

struct EvaluationOptions {
    std::optional<BootstrapOptions> bootstrap = BootstrapOptions{};  ///< nothing: no intervals
    std::uint64_t seed = 0;                                          ///< of `evidence.u`
    double mix = 0.5;                                                ///< share of the baseline `random_mix`
};

struct Evaluation {
    Report report{};
    std::optional<ConfidenceIntervals> intervals{};
    std::vector<std::pair<std::string, Report>> datasets{};  ///< in order of appearance; rows without a name are left out
    Baselines baselines{};
};

/// Replays `data` with the router and sums up. Throws `DataError` where there are no rows, and what the router throws.
template <router Router>
Evaluation evaluate(const Router& policy, const Dataset& data, const PriceTable& prices,
                    const EvaluationOptions& options = {}) {
    const EndModels ends = end_models(data, prices);
    const Replay rows = replay(policy, data, prices, options.seed);
    Evaluation evaluation;
    evaluation.report = summarise(rows, ends);
    evaluation.baselines = evaluate_baselines(data, prices, options.mix);
    if (options.bootstrap) evaluation.intervals = bootstrap(rows, ends, *options.bootstrap);

    std::unordered_map<std::string_view, std::vector<Index>> members;
    for (Index row = 0; row < data.rows(); ++row) members[data.dataset(row)].push_back(row);
    for (const std::string& name : data.dataset_names()) {
        if (name.empty()) continue;
        const std::vector<Index>& chosen = members.at(name);
        evaluation.datasets.emplace_back(name, summarise(rows.select_rows(chosen), ends.select_rows(chosen)));
    }
    return evaluation;
}

}  // namespace automix
