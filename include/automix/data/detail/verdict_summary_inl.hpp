// SPDX-License-Identifier: Apache-2.0
// Definitions of data/verdict_summary.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/checks.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/verdict_summary.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the probability that a right answer has a higher value than a wrong one, ties counting half (Mann and Whitney
/// 1947). The values are pairs of value and score.
inline OptionalMetric rank_discrimination(std::vector<std::pair<double, double>> values) {
    std::sort(values.begin(), values.end());
    double wrong_below = 0.0;
    double wins = 0.0;
    double all_right = 0.0;
    for (std::size_t i = 0; i < values.size();) {
        double right = 0.0;
        double wrong = 0.0;
        const double value = values[i].first;
        for (; i < values.size() && values[i].first == value; ++i) {
            right += values[i].second;
            wrong += 1.0 - values[i].second;
        }
        wins += right * (wrong_below + 0.5 * wrong);
        wrong_below += wrong;
        all_right += right;
    }
    if (!(all_right > 0.0)) return OptionalMetric::undefined("no right answer");
    if (!(wrong_below > 0.0)) return OptionalMetric::undefined("no wrong answer");
    return wins / (all_right * wrong_below);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::optional<VerdictSummary> summarise_verdicts(const Dataset& data, Index model, int draws) {
    constexpr int max_bins = 11;
    if (data.verified_rows(model) == 0 || draws == 0) return std::nullopt;
    VerdictSummary summary;
    summary.model = data.model_names()[as_size(model)];
    const auto logged = static_cast<int>(data.draw_counts(model).first);
    summary.draws = draws < 0 ? logged : std::min(draws, logged);
    const int bins = summary.draws == 0 ? max_bins : std::min(max_bins, summary.draws + 1);
    for (int b = 0; b < bins; ++b)
        summary.bins.push_back({static_cast<double>(b) / static_cast<double>(bins - 1), 0.0, 0.0});
    std::vector<std::pair<double, double>> values;
    double unparsed = 0.0;
    double right = 0.0;
    double wrong = 0.0;
    for (Index row = 0; row < data.rows(); ++row) {
        double confidence = data.confidences(model)(row);
        if (std::isnan(confidence)) continue;
        if (summary.draws > 0) {
            const auto verdicts = data.verdicts(row, model).first(as_size(summary.draws));
            const auto count = [&](Verdict kind) {
                return static_cast<double>(std::count(verdicts.begin(), verdicts.end(), kind));
            };
            const double parsed = static_cast<double>(summary.draws) - count(Verdict::unparsed);
            unparsed += count(Verdict::unparsed);
            confidence = parsed > 0.0 ? count(Verdict::positive) / parsed : 0.0;
        }
        const double score = data.scores(model)(row);
        VerdictBin& bin = summary.bins[as_size(std::lround(confidence * (bins - 1)))];
        bin.right += score;
        bin.wrong += 1.0 - score;
        summary.right += score * confidence;
        summary.wrong += (1.0 - score) * confidence;
        right += score;
        wrong += 1.0 - score;
        values.emplace_back(confidence, score);
    }
    summary.rows = std::ssize(values);
    if (right > 0.0) summary.right /= right;
    if (wrong > 0.0) summary.wrong /= wrong;
    summary.discrimination = detail::rank_discrimination(std::move(values));
    if (summary.draws > 0) summary.unparsed = unparsed / (static_cast<double>(summary.rows) * summary.draws);
    if (summary.draws > 1) summary.columns = test_columns(data, model, summary.draws);
    return summary;
}

}  // namespace automix
