// SPDX-License-Identifier: Apache-2.0
// Reads the log probabilities of the tokens of a choice, in the form of chat completions or in the older form of plain
// completions:
//     {"content":[{"token":"B","logprob":-0.1,"top_logprobs":[{"token":"B","logprob":-0.1},..]},..]}
//     {"tokens":["B",..],"token_logprobs":[-0.1,..],"top_logprobs":[{"B":-0.1,..},..]}
// They are told beside the answer, so malformed ones are none.
#pragma once

#include <automix/model/reply.hpp>
#include <automix/openai/detail/complaint.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns a log probability; nothing if it is none. One that rounding took above 0 is 0.
inline std::optional<double> log_probability_of(const nlohmann::json& json) {
    constexpr double rounding = 1e-3;
    if (!json.is_number()) return std::nullopt;
    const double value = json.get<double>();
    if (!std::isfinite(value) || value > rounding) return std::nullopt;
    return std::min(value, 0.0);
}

/// Returns a token of the form of chat completions, without alternatives; nothing if it is malformed.
inline std::optional<TokenAlternative> chat_token(const nlohmann::json& json) {
    if (!json.is_object()) return std::nullopt;
    const nlohmann::json& text = optional_member(json, "token");
    const std::optional<double> value = log_probability_of(optional_member(json, "logprob"));
    if (!text.is_string() || !value) return std::nullopt;
    return TokenAlternative{text.get<std::string>(), *value};
}

/// Reads the form of chat completions.
inline std::vector<CompletionToken> chat_tokens(const nlohmann::json& content) {
    std::vector<CompletionToken> tokens;
    for (const nlohmann::json& entry : content) {
        std::optional<TokenAlternative> token = chat_token(entry);
        if (!token) return {};
        CompletionToken& read = tokens.emplace_back();
        read.text = std::move(token->text);
        read.log_probability = token->log_probability;
        const nlohmann::json& top = optional_member(entry, "top_logprobs");
        if (!top.is_array()) continue;
        for (const nlohmann::json& other : top) {
            if (std::optional<TokenAlternative> alternative = chat_token(other))
                read.alternatives.push_back(*std::move(alternative));
        }
    }
    return tokens;
}

/// Reads the older form.
inline std::vector<CompletionToken> plain_tokens(const nlohmann::json& json) {
    const nlohmann::json& texts = optional_member(json, "tokens");
    const nlohmann::json& values = optional_member(json, "token_logprobs");
    const nlohmann::json& top = optional_member(json, "top_logprobs");
    if (!texts.is_array() || !values.is_array() || texts.size() != values.size()) return {};
    std::vector<CompletionToken> tokens;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::optional<double> value = log_probability_of(values[i]);
        if (!texts[i].is_string() || !value) return {};
        CompletionToken& read = tokens.emplace_back();
        read.text = texts[i].get<std::string>();
        read.log_probability = *value;
        if (!top.is_array() || i >= top.size() || !top[i].is_object()) continue;
        for (const auto& [text, other] : top[i].items()) {
            if (const std::optional<double> alternative = log_probability_of(other))
                read.alternatives.push_back({text, *alternative});
        }
    }
    return tokens;
}

/// Returns the tokens of the member `logprobs` of a choice; none if there are none, or if one is malformed.
inline std::vector<CompletionToken> log_probabilities(const nlohmann::json& json) {
    if (!json.is_object()) return {};
    const nlohmann::json& content = optional_member(json, "content");
    return content.is_array() ? chat_tokens(content) : plain_tokens(json);
}

}  // namespace automix::detail
