// SPDX-License-Identifier: Apache-2.0
// Defines what a caller changes of a model's sampling for one request, within the model's limit of tokens.
//     const automix::Sampling sampling = automix::changed(model.sampling, {.temperature = 0.2, .max_tokens = 100});
#pragma once

#include <automix/model/request.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Changes of a sampling; nothing: as the model has it.
struct SamplingChanges {
    std::optional<double> temperature{};
    std::optional<double> top_p{};
    std::optional<int> max_tokens{};  ///< the smaller of this and the model's holds
    std::optional<std::vector<std::string>> stop{};
    std::optional<std::uint64_t> seed{};

    friend bool operator==(const SamplingChanges&, const SamplingChanges&) = default;
};

/// Returns the sampling with the changes.
inline Sampling changed(Sampling sampling, const SamplingChanges& changes) {
    if (changes.temperature) sampling.temperature = *changes.temperature;
    if (changes.top_p) sampling.top_p = *changes.top_p;
    if (changes.max_tokens) sampling.max_tokens = std::min(sampling.max_tokens, *changes.max_tokens);
    if (changes.stop) sampling.stop = *changes.stop;
    if (changes.seed) sampling.seed = changes.seed;
    return sampling;
}

}  // namespace automix
