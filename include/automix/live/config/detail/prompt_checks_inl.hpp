// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/prompt_checks.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/prompt_checks.hpp>
#include <automix/live/query.hpp>
#include <automix/verify/few_shot_prompt.hpp>
#include <automix/verify/prompt_template.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace automix::detail {

/// What a model is prompted for.
struct PromptPurpose {
    std::optional<PromptTemplate> ModelPrompts::*prompt;
    std::string name;
    PromptTemplate usual;  ///< for models without such a prompt
};

[[noreturn]] inline void fail_prompt(const std::string& field, const Query& query,
                                     const std::string& message) {
    throw ArgumentError(field + ": query " + in_quotes(query.id) + ": " + message);
}

inline const PromptTemplate& prompt_for(const ModelConfig& model, const Query& query,
                                        const PromptPurpose& purpose) {
    const auto given = [&](const auto& entry) { return (entry.second.*purpose.prompt).has_value(); };
    const auto& by_dataset = model.dataset_prompts;
    const auto found = by_dataset.find(query.dataset);
    if (found != by_dataset.end() && given(*found)) return *(found->second.*purpose.prompt);
    if (model.prompts.*purpose.prompt) return *(model.prompts.*purpose.prompt);
    if (std::none_of(by_dataset.begin(), by_dataset.end(), given)) return purpose.usual;
    fail_prompt("prompts", query,
                "no prompt to " + purpose.name + " for the data set " + in_quotes(query.dataset) +
                    ", and none for all");
}

/// Bytes by which the context is cut.
inline std::size_t check_prompt(const ModelConfig& model, const Query& query, const PromptPurpose& purpose) {
    const PromptTemplate& prompt = prompt_for(model, query, purpose);
    if (!query.context.empty() && !prompt.uses(Placeholder::context))
        fail_prompt("prompts", query,
                    "has a context, and the prompt to " + purpose.name + " lacks {context}");
    try {
        return prompt.render({query.context, query.question, {}}, model.render).cut_bytes;
    } catch (const ArgumentError& error) {
        fail_prompt("max_prompt_bytes", query, error.what());
    }
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::size_t check_prompts(const ModelConfig& model, bool verified,
                                         std::span<const Query> queries) {
    std::vector<detail::PromptPurpose> purposes{{&ModelPrompts::answer, "answer", default_answer_template()}};
    if (verified) purposes.push_back({&ModelPrompts::verify, "verify", default_verification_template()});
    std::size_t cut = 0;
    for (const Query& query : queries) {
        std::size_t bytes = 0;
        for (const detail::PromptPurpose& purpose : purposes)
            bytes += detail::check_prompt(model, query, purpose);
        cut += bytes > 0 ? 1 : 0;
    }
    return cut;
}

}  // namespace automix
