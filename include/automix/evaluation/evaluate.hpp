// SPDX-License-Identifier: Apache-2.0
// Evaluation of routers on a log: the figures over all rows with their intervals, for each data set in it, and those of
// the baselines beside them. Costs a replay of each router and of each baseline, and the resamples. What does not depend
// on the router is done once in an `Evaluator`, so that several routers share it.
#pragma once

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/routing/router.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
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
    /// In order of appearance; rows without a name are left out.
    std::vector<std::pair<std::string, Report>> datasets{};
    Baselines baselines{};
};

namespace detail {

/// The rows of each data set in `dataset_names`.
inline std::vector<std::vector<Index>> rows_by_dataset(const Dataset& data) {
    std::vector<std::vector<Index>> rows(data.dataset_names().size());
    for (Index row = 0; row < data.rows(); ++row)
        rows[static_cast<std::size_t>(data.dataset_number(row))].push_back(row);
    return rows;
}

}  // namespace detail

/// A log with its prices, ready to evaluate routers on. Both must outlive it.
class Evaluator {
 public:
    /// Throws `DataError` where there are no rows, `ArgumentError` for options that make no sense.
    Evaluator(const Dataset& data, const PriceTable& prices, EvaluationOptions options = {})
        : data_(data),
          prices_(prices),
          options_(options),
          ends_(end_models(data, prices)),
          baselines_(evaluate_baselines(data, prices, options_.mix)),
          datasets_(detail::rows_by_dataset(data)) {
        if (options_.bootstrap) validate(*options_.bootstrap);
    }

    /// Replays the log with each router and sums up, in their order; resamples are drawn once for all. Throws what the
    /// routers throw.
    template <router Router>
    [[nodiscard]] std::vector<Evaluation> evaluate_all(const std::vector<Router>& policies) const {
        std::vector<Replay> replays;
        for (const Router& policy : policies)
            replays.push_back(replay(policy, data_, prices_, options_.seed));
        return sum_up(replays);
    }

    /// The same for one router.
    template <router Router>
    [[nodiscard]] Evaluation evaluate(const Router& policy) const {
        return sum_up(std::vector{replay(policy, data_, prices_, options_.seed)}).front();
    }

    [[nodiscard]] const EndModels& ends() const noexcept { return ends_; }
    [[nodiscard]] const Baselines& baselines() const noexcept { return baselines_; }

 private:
    [[nodiscard]] std::vector<Evaluation> sum_up(const std::vector<Replay>& replays) const {
        std::vector<Evaluation> evaluations;
        for (const Replay& rows : replays) {
            Evaluation& evaluation = evaluations.emplace_back();
            evaluation.report = summarise(rows, ends_);
            evaluation.baselines = baselines_;
            for (std::size_t i = 0; i < datasets_.size(); ++i) {
                const std::string& name = data_.dataset_names()[i];
                if (name.empty()) continue;
                evaluation.datasets.emplace_back(
                    name, summarise(rows.select_rows(datasets_[i]), ends_.select_rows(datasets_[i])));
            }
        }
        if (!options_.bootstrap) return evaluations;
        const auto intervals = bootstrap(replays, ends_, *options_.bootstrap);
        for (std::size_t i = 0; i < evaluations.size(); ++i) evaluations[i].intervals = intervals[i];
        return evaluations;
    }

    const Dataset& data_;
    const PriceTable& prices_;
    EvaluationOptions options_;
    EndModels ends_;
    Baselines baselines_;
    std::vector<std::vector<Index>> datasets_;
};

/// Replays `data` with the router and sums up. Throws `DataError` where there are no rows, and what the router throws.
template <router Router>
Evaluation evaluate(const Router& policy, const Dataset& data, const PriceTable& prices,
                    const EvaluationOptions& options = {}) {
    return Evaluator(data, prices, options).evaluate(policy);
}

}  // namespace automix
