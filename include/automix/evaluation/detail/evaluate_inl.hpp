// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/evaluate.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace automix::detail {

/// Returns the rows of each data set in `dataset_names`.
inline std::vector<std::vector<Index>> rows_by_dataset(const Dataset& data) {
    std::vector<std::vector<Index>> rows(data.dataset_names().size());
    for (Index row = 0; row < data.rows(); ++row) rows[as_size(data.dataset_number(row))].push_back(row);
    return rows;
}

/// Returns the mean price of the last model's answer over the queries that are routed.
inline OptionalMetric routed_price(const Replay& rows, const PriceTable& prices) {
    const PriceColumn& last = prices.answers.back();
    double routed = 0.0;
    double paid = 0.0;
    for (Index row = 0; row < rows.routed.size(); ++row) {
        routed += rows.routed(row);
        paid += rows.routed(row) * last(row);
    }
    return routed > 0.0 ? OptionalMetric(paid / routed) : OptionalMetric::undefined("no query is routed");
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE Evaluator::Evaluator(const Dataset& data, const PriceTable& prices, EvaluationOptions options)
    : data_(data),
      prices_(prices),
      options_(options),
      ends_(end_models(data, prices)),
      baselines_(evaluate_baselines(data, prices, options_.mix)),
      mean_prices_(summarise_prices(data, prices)),
      datasets_(detail::rows_by_dataset(data)) {
    if (options_.bootstrap) validate(*options_.bootstrap);
}

AUTOMIX_INLINE std::vector<Evaluation> Evaluator::sum_up(const std::vector<Replay>& replays) const {
    std::vector<Evaluation> evaluations;
    for (const Replay& rows : replays) {
        Evaluation& evaluation = evaluations.emplace_back();
        evaluation.report = summarise(rows, ends_);
        evaluation.baselines = baselines_;
        evaluation.prices = mean_prices_;
        evaluation.routed_price = detail::routed_price(rows, prices_);
        for (std::size_t i = 0; i < datasets_.size(); ++i) {
            const std::string& name = data_.dataset_names()[i];
            if (name.empty()) continue;
            evaluation.datasets.emplace_back(
                name, summarise(rows.select_rows(datasets_[i]), ends_.select_rows(datasets_[i])));
        }
    }
    if (!options_.bootstrap || data_.rows() < 2) return evaluations;
    const auto intervals = bootstrap(replays, ends_, *options_.bootstrap);
    for (std::size_t i = 0; i < evaluations.size(); ++i) evaluations[i].intervals = intervals[i];
    return evaluations;
}

}  // namespace automix
