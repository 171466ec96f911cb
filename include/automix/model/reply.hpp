// SPDX-License-Identifier: Apache-2.0
// Defines the reply of a model: one completion for each sample, the tokens it reports as used, and its cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// The reason why a completion ended.
enum class FinishReason : std::uint8_t { stop, length, content_filter, other };

struct Completion {
    std::string text{};
    FinishReason finish = FinishReason::stop;

    friend bool operator==(const Completion&, const Completion&) = default;
};

/// The tokens of a whole call with all its samples.
struct Usage {
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;

    friend bool operator==(const Usage&, const Usage&) = default;
};

struct GenerateReply {
    std::vector<Completion> completions{};  ///< one for each requested sample
    std::optional<Usage> usage{};           ///< if the backend reports it
    double cost = 0.0;  ///< cost of the call, failed attempts included; 0 if nothing meters the calls

    friend bool operator==(const GenerateReply&, const GenerateReply&) = default;
};

}  // namespace automix
