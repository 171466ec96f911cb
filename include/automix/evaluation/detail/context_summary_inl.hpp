// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/context_summary.hpp.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/evaluation/context_summary.hpp>
#include <automix/evaluation/log_walk.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the words that move the forecast of one model's score most.
inline ModelContext summarise_words(const ContextModel& reader, const Dataset& data, Index model,
                                    const std::vector<Index>& rows, std::size_t words, Index min_rows) {
    constexpr std::size_t every_word = std::numeric_limits<std::size_t>::max();
    ModelContext summary;
    summary.model = data.model_names()[as_size(model)];
    std::map<std::string, WordEffect> effects;
    for (const Index row : rows) {
        const double score = data.scores(model)(row);
        summary.score += score / static_cast<double>(rows.size());
        for (WordReason& reason : reader.explain(data.facts(row), model, every_word).strongest) {
            WordEffect& effect = effects[std::move(reason.word)];
            ++effect.rows;
            effect.log_odds += reason.log_odds;
            effect.score += score;
        }
    }
    for (auto& [word, effect] : effects) {
        if (effect.rows < min_rows) continue;
        effect.word = word;
        summary.words.push_back(std::move(effect));
    }
    const auto stronger = [](const WordEffect& a, const WordEffect& b) {
        return std::abs(a.log_odds) != std::abs(b.log_odds) ? std::abs(a.log_odds) > std::abs(b.log_odds)
                                                            : a.word < b.word;
    };
    std::sort(summary.words.begin(), summary.words.end(), stronger);
    summary.words.resize(std::min(words, summary.words.size()));
    for (WordEffect& effect : summary.words) {
        effect.log_odds /= static_cast<double>(effect.rows);
        effect.score /= static_cast<double>(effect.rows);
    }
    return summary;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE ContextSummary summarise_context(const PomdpRouter* router, const Dataset& data,
                                                std::size_t words, Index min_rows, Index max_rows) {
    ContextSummary summary;
    if (router != nullptr && router->forecasts()) summary.reads = router->reads();
    const auto models = as_size(data.models());
    for (const std::string& name : data.dataset_names()) {
        DatasetContext& dataset = summary.datasets.emplace_back();
        dataset.dataset = name;
        dataset.scores.resize(models);
        if (summary.reads.any()) dataset.forecasts.resize(models);
    }
    for (Index row = 0; row < data.rows(); ++row) {
        DatasetContext& dataset = summary.datasets[as_size(data.dataset_number(row))];
        ++dataset.rows;
        for (std::size_t m = 0; m < models; ++m) dataset.scores[m] += data.scores(static_cast<Index>(m))(row);
        if (!summary.reads.any()) continue;
        const std::vector<double> forecast = router->forecast(data.facts(row)).value().scores;
        for (std::size_t m = 0; m < models; ++m) dataset.forecasts[m] += forecast[m];
    }
    for (DatasetContext& dataset : summary.datasets) {
        for (auto* means : {&dataset.scores, &dataset.forecasts}) {
            for (double& mean : *means) mean /= static_cast<double>(dataset.rows);
        }
    }
    if (!summary.reads.text) return summary;
    const std::vector<Index> rows = sampled_rows(data, max_rows, 0);
    summary.rows = std::ssize(rows);
    for (Index model = 0; model < data.models(); ++model) {
        summary.models.push_back(
            detail::summarise_words(*router->trained().reader, data, model, rows, words, min_rows));
    }
    return summary;
}

}  // namespace automix
