// SPDX-License-Identifier: Apache-2.0
// This file gives routers the samples of a model: their clusters of equal texts and their scores. The first sample is
// the answer. If no scores are logged, a sample equal to the answer has its score. Any other sample then has 1 if it
// equals a reference, else 0. Linear in the samples.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/plurality.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace automix::detail {

/// Throws `DataError` with the field alone if the samples are inconsistent. If an answer is given, the samples must
/// begin with it. If scores are given, each sample must have one. An empty list without scores is valid.
inline void require_samples(const ModelRecord& model, const ModelTexts& texts, std::size_t position) {
    const auto field = [position](const char* name) {
        return Place{{}, 0, "models[" + std::to_string(position) + "]." + name};
    };
    const auto& samples = texts.samples;
    if (!model.sample_scores.empty() && model.sample_scores.size() != samples.size()) {
        throw DataError(field("sample_scores"), "expected one for each of " + std::to_string(samples.size()) +
                                                    " samples, found " +
                                                    std::to_string(model.sample_scores.size()));
    }
    if (!samples.empty() && texts.answer && samples.front() != texts.answer) {
        throw DataError(field("samples[0]"), "expected the answer " + in_quotes(*texts.answer) + ", found " +
                                                 (samples.front() ? in_quotes(*samples.front()) : "null"));
    }
}

/// Fills `clusters`, and `sample_scores` if none are logged. `others` are further references.
inline void cluster_samples(ModelRecord& model, const ModelTexts& texts,
                            const std::optional<std::string>& reference,
                            const std::vector<std::string>& others = {}) {
    const bool scored = !model.sample_scores.empty();
    Clusters clusters;
    for (const auto& sample : texts.samples) {
        clusters.add(sample);
        if (scored) continue;
        const bool is_answer = sample && sample == texts.samples.front();
        const bool is_right = sample && (sample == reference ||
                                         std::find(others.begin(), others.end(), *sample) != others.end());
        model.sample_scores.push_back(is_answer ? model.score : is_right ? 1.0 : 0.0);
    }
    model.clusters = clusters.numbers();
}

}  // namespace automix::detail
