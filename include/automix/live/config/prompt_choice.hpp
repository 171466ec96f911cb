// SPDX-License-Identifier: Apache-2.0
// The prompts of a configured model for one purpose, answers or verification: those of data sets, the one for all, or the
// library's own. Everything that asks for a configured prompt goes through this choice.
#pragma once

#include <automix/live/config/models_file.hpp>
#include <automix/live/detail/for_dataset.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/prompt_template.hpp>

#include <map>
#include <string>

namespace automix {

struct PromptChoice {
    PromptTemplate general;   ///< of queries whose data set has no prompt of its own
    bool configured = false;  ///< whether `general` is the model's; if not, it is the library's own
    std::map<std::string, PromptTemplate> by_dataset{};

    [[nodiscard]] const PromptTemplate& of(const std::string& dataset) const {
        return detail::for_dataset(by_dataset, dataset, general);
    }

    /// Returns whether the models file has a prompt for that data set. A model without any prompt takes the library's for all.
    [[nodiscard]] bool covers(const std::string& dataset) const {
        return configured || by_dataset.empty() || by_dataset.contains(dataset);
    }
};

/// Returns the prompts by which a model is asked for that purpose.
[[nodiscard]] PromptChoice prompt_choice(const ModelConfig& model, Purpose purpose);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/prompt_choice_inl.hpp>
#endif
