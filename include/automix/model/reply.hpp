// SPDX-License-Identifier: Apache-2.0
// What a model gives back: one completion a sample, the tokens it says it used, and what was paid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Why a completion ended.
enum class FinishReason : std::uint8_t { stop, length, content_filter, other };

struct Completion {
    std::string text{};
    FinishReason finish = FinishReason::stop;

    friend bool operator==(const Completion&, const Completion&) = default;
};

/// Tokens of a whole call, all its samples together.
struct Usage {
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;

    friend bool operator==(const Usage&, const Usage&) = default;
};

struct GenerateReply {
    std::vector<Completion> completions{};  ///< as many as samples were asked for
    std::optional<Usage> usage{};           ///< if the backend reports it
    double cost = 0.0;  ///< paid for it, attempts that failed included; 0 if nothing meters the calls

    friend bool operator==(const GenerateReply&, const GenerateReply&) = default;
};

}  // namespace automix
