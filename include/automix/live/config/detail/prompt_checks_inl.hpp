// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/prompt_checks.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/prompt_checks.hpp>
#include <automix/live/config/prompt_choice.hpp>
#include <automix/live/query.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/prompt_template.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace automix::detail {

/// The prompts of a model, with the name of their purpose for messages.
struct CheckedPrompts {
    PromptChoice choice;
    std::string purpose;
};

[[noreturn]] inline void fail_prompt(const std::string& field, const Query& query,
                                     const std::string& message) {
    throw ArgumentError(field + ": query " + in_quotes(query.id) + ": " + message);
}

/// Returns the number of bytes by which the context is cut.
inline std::size_t check_prompt(const ModelConfig& model, const Query& query, const CheckedPrompts& prompts) {
    if (!prompts.choice.covers(query.dataset))
        fail_prompt("prompts", query,
                    "no prompt to " + prompts.purpose + " for the data set " + in_quotes(query.dataset) +
                        ", and none for all");
    const PromptTemplate& prompt = prompts.choice.of(query.dataset);
    if (!query.context.empty() && !prompt.uses(Placeholder::context))
        fail_prompt("prompts", query,
                    "has a context, and the prompt to " + prompts.purpose + " lacks {context}");
    try {
        return prompt.render({query.context, query.question, {}}, model.render).cut_bytes;
    } catch (const ArgumentError& error) {
        fail_prompt("max_prompt_bytes", query, error.what());
    }
}

/// Returns the number of queries of which one of these prompts cuts the context.
inline std::size_t cut_queries(const ModelConfig& model, const std::vector<CheckedPrompts>& purposes,
                               std::span<const Query> queries) {
    std::size_t cut = 0;
    for (const Query& query : queries) {
        std::size_t bytes = 0;
        for (const CheckedPrompts& purpose : purposes) bytes += check_prompt(model, query, purpose);
        cut += bytes > 0 ? 1 : 0;
    }
    return cut;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::size_t check_prompts(const ModelConfig& model, bool verified,
                                         std::span<const Query> queries) {
    std::vector<detail::CheckedPrompts> purposes{{prompt_choice(model, Purpose::answer), "answer"}};
    if (verified) purposes.push_back({prompt_choice(model, Purpose::verification), "verify"});
    return detail::cut_queries(model, purposes, queries);
}

AUTOMIX_INLINE std::size_t check_judge_prompts(const ModelConfig& judge, std::span<const Query> queries) {
    return detail::cut_queries(judge, {{prompt_choice(judge, Purpose::verification), "verify"}}, queries);
}

}  // namespace automix
