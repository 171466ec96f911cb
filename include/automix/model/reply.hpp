// SPDX-License-Identifier: Apache-2.0
// Defines the reply of a model: one completion for each sample, with the probabilities of its tokens if they are
// reported, the tokens it reports as used, its cost, and the name of the model that served it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// The reason why a completion ended.
enum class FinishReason : std::uint8_t { stop, length, content_filter, other };

/// The names of reasons in logs, answers and recordings, indexed by `FinishReason`.
inline constexpr std::array<std::string_view, 4> finish_names = {"stop", "length", "content_filter", "other"};

/// Returns the name of a reason: `stop`, `length`, ...
constexpr std::string_view to_string(FinishReason finish) noexcept {
    return finish_names[static_cast<std::size_t>(finish)];
}

/// A token that could stand at a place of a completion.
struct TokenAlternative {
    std::string text{};
    double log_probability = 0.0;  ///< natural logarithm, at most 0

    friend bool operator==(const TokenAlternative&, const TokenAlternative&) = default;
};

/// A token of a completion.
struct CompletionToken {
    std::string text{};
    double log_probability = 0.0;                  ///< natural logarithm, at most 0
    std::vector<TokenAlternative> alternatives{};  ///< the likeliest tokens here, if they are reported

    friend bool operator==(const CompletionToken&, const CompletionToken&) = default;
};

struct Completion {
    std::string text{};
    FinishReason finish = FinishReason::stop;
    std::string thinking{};  ///< reasoning that the model reports apart from its text; no part of the answer
    std::vector<CompletionToken> tokens{};  ///< in their order; empty: not reported

    friend bool operator==(const Completion&, const Completion&) = default;
};

/// The tokens of a whole call with all its samples. Those of thinking count as tokens of the completion.
struct Usage {
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;

    friend bool operator==(const Usage&, const Usage&) = default;
};

/// Adds a usage to a sum of those that are reported. Nothing is added if none is.
inline void add_usage(std::optional<Usage>& sum, const std::optional<Usage>& usage) {
    if (!usage) return;
    if (!sum) sum.emplace();
    sum->prompt_tokens += usage->prompt_tokens;
    sum->completion_tokens += usage->completion_tokens;
}

struct GenerateReply {
    std::vector<Completion> completions{};  ///< one for each requested sample
    std::optional<Usage> usage{};           ///< if the backend reports it
    double cost = 0.0;  ///< cost of the call, failed attempts included; 0 if nothing meters the calls
    double earlier_cost =
        0.0;  ///< the part of `cost` that an earlier failure of the same request has counted
    std::string served_model{};  ///< name of the model as the backend reports it; empty: not reported
    std::string body{};          ///< the reply to a request with a body of its own, as it came

    friend bool operator==(const GenerateReply&, const GenerateReply&) = default;
};

}  // namespace automix
