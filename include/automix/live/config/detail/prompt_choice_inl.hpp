// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/prompt_choice.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/prompt_choice.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/few_shot_prompt.hpp>

#include <utility>

namespace automix {

AUTOMIX_INLINE PromptChoice prompt_choice(const ModelConfig& model, Purpose purpose) {
    const bool answers = purpose == Purpose::answer;
    const auto of = [&](const ModelPrompts& prompts) { return answers ? prompts.answer : prompts.verify; };
    PromptChoice choice{answers ? default_answer_template() : default_verification_template()};
    if (auto general = of(model.prompts)) {
        choice.general = *std::move(general);
        choice.configured = true;
    }
    for (const auto& [dataset, prompts] : model.dataset_prompts) {
        if (auto prompt = of(prompts)) choice.by_dataset.emplace(dataset, *std::move(prompt));
    }
    return choice;
}

}  // namespace automix
