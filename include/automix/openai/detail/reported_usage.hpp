// SPDX-License-Identifier: Apache-2.0
// Reads the tokens that a reply says it used, in the names of several APIs: Chat Completions, Responses and Anthropic,
// Gemini, Bedrock, Cohere, Ollama and llama.cpp. A usage counts only if it can be true.
#pragma once

#include <automix/json/json_document.hpp>
#include <automix/model/reply.hpp>
#include <automix/openai/detail/complaint.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace automix::detail {

inline constexpr std::array<const char*, 9> prompt_fields = {
    "prompt_tokens", "input_tokens",    "promptTokenCount",  "prompt_token_count", "promptTokens",
    "inputTokens",   "inputTokenCount", "prompt_eval_count", "tokens_evaluated"};

inline constexpr std::array<const char*, 10> completion_fields = {
    "completion_tokens", "output_tokens",   "candidatesTokenCount", "candidates_token_count",
    "completionTokens",  "outputTokens",    "outputTokenCount",     "generated_tokens",
    "eval_count",        "tokens_predicted"};

/// Thinking that Gemini counts outside the completion.
inline constexpr std::array<const char*, 2> thinking_fields = {"thoughtsTokenCount", "thoughts_token_count"};

inline constexpr std::array<const char*, 4> total_fields = {"total_tokens", "totalTokenCount",
                                                            "total_token_count", "totalTokens"};

/// Parts of a prompt that Anthropic and Bedrock count beside `input_tokens` or `inputTokens`. Other servers count them
/// in the prompt and name it otherwise.
inline constexpr std::array<const char*, 5> cache_fields = {
    "cache_creation_input_tokens", "cache_read_input_tokens", "cacheReadInputTokens", "cacheWriteInputTokens",
    "cacheCreationInputTokens"};

/// Returns true for a field that tells how many tokens were used.
inline bool is_usage_field(std::string_view name) noexcept {
    const auto is_in = [name](const auto& fields) {
        return std::find(fields.begin(), fields.end(), name) != fields.end();
    };
    return is_in(prompt_fields) || is_in(completion_fields) || is_in(thinking_fields) ||
           is_in(total_fields) || is_in(cache_fields);
}

/// Returns a number of tokens, which may be written as a text. Returns nothing for a negative or broken number, and for
/// one that no call can use.
inline std::optional<std::int64_t> token_count(const nlohmann::json& json) {
    constexpr double most = 1e9;
    if (json.is_string()) {
        const auto& digits = json.get_ref<const std::string&>();
        constexpr std::size_t longest = 9;
        const bool whole =
            std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (digits.empty() || digits.size() > longest || !whole) return std::nullopt;
        return std::stoll(digits);
    }
    if (!json.is_number()) return std::nullopt;
    const auto count = json.get<double>();
    if (!(count >= 0.0 && count <= most) || std::floor(count) != count) return std::nullopt;
    return static_cast<std::int64_t>(count);
}

/// A number of tokens under one of several names.
struct NamedCount {
    std::optional<std::int64_t>
        count{};             ///< the first that is above 0, else 0 if any is; nothing: none can be read
    const char* field = "";  ///< the name of that one
    bool stated = false;     ///< some name stands there, whatever its value
};

template <std::size_t Count>
NamedCount count_of(const nlohmann::json& json, const std::array<const char*, Count>& fields) {
    NamedCount read;
    for (const char* field : fields) {
        const auto& value = optional_member(json, field);
        if (value.is_null()) continue;
        read.stated = true;
        const auto count = token_count(value);
        if (!count || (read.count && *count == 0)) continue;
        read.count = count;
        read.field = field;
        if (*count > 0) break;
    }
    return read;
}

/// Returns the usage in an object of counts, if it can be true. A usage without prompt tokens cannot. The total counts
/// where it is above prompt and completion, since some servers count thinking in the total alone. The details are parts
/// of these numbers and not added.
inline std::optional<Usage> parse_usage(const nlohmann::json& json) {
    if (!json.is_object()) return std::nullopt;
    const NamedCount prompt = count_of(json, prompt_fields);
    const NamedCount named = count_of(json, completion_fields);
    const NamedCount thinking = count_of(json, thinking_fields);
    const auto total = count_of(json, total_fields).count;
    if (!prompt.count) return std::nullopt;
    std::int64_t prompt_tokens = *prompt.count;
    if (std::string_view(prompt.field).starts_with("input")) {
        for (const char* field : cache_fields)
            prompt_tokens += token_count(optional_member(json, field)).value_or(0);
    }
    if (prompt_tokens == 0) return std::nullopt;
    std::optional<std::int64_t> completion = named.count;
    if (thinking.count && (completion || !named.stated))
        completion = completion.value_or(0) + *thinking.count;
    if (total && (completion || !named.stated) && *total >= prompt_tokens + completion.value_or(0))
        completion = *total - prompt_tokens;
    if (!completion) return std::nullopt;
    return Usage{.prompt_tokens = prompt_tokens, .completion_tokens = *completion};
}

/// Returns the object of a reply, or of an event of a stream, that has the counts; null if there is none. It may be the
/// reply itself.
inline const nlohmann::json& usage_member(const nlohmann::json& reply) {
    static const nlohmann::json none;
    if (!reply.is_object()) return none;
    for (const char* field : {"usage", "usageMetadata", "usage_metadata", "meta"}) {
        const auto& usage = optional_member(reply, field);
        if (!usage.is_object()) continue;
        for (const char* part : {"billed_units", "tokens"}) {
            if (const auto& counts = optional_member(usage, part); counts.is_object()) return counts;
        }
        return usage;
    }
    for (const char* field : {"x_groq", "message", "response"}) {
        const auto& holder = optional_member(reply, field);
        if (!holder.is_object()) continue;
        for (const char* name : {"usage", "usageMetadata"}) {
            if (const auto& usage = optional_member(holder, name); usage.is_object()) return usage;
        }
    }
    return count_of(reply, prompt_fields).stated ? reply : none;
}

/// Returns the usage that a reply reports, if it can be true.
inline std::optional<Usage> reported_usage(const nlohmann::json& reply) {
    return parse_usage(usage_member(reply));
}

}  // namespace automix::detail
