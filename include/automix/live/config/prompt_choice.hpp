// SPDX-License-Identifier: Apache-2.0
// Chooses the prompts of a configured model for one purpose, answers or verification. It takes the prompt of the data
// set, else the general one of the model, else the library's own. All code that needs a configured prompt uses this
// choice.
#pragma once

#include <automix/live/config/models_file.hpp>
#include <automix/live/detail/for_dataset.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/prompt_template.hpp>

#include <map>
#include <string>

namespace automix {

struct PromptChoice {
    PromptTemplate general;   ///< for queries of data sets without their own prompt
    bool configured = false;  ///< true if `general` comes from the model, false if from the library
    std::map<std::string, PromptTemplate> by_dataset{};

    [[nodiscard]] const PromptTemplate& of(const std::string& dataset) const {
        return detail::for_dataset(by_dataset, dataset, general);
    }

    /// Returns true if the models file has a prompt for that data set. A model without any prompt uses the library's
    /// for all.
    [[nodiscard]] bool covers(const std::string& dataset) const {
        return configured || by_dataset.empty() || by_dataset.contains(dataset);
    }
};

/// Returns the prompts of a model for that purpose.
[[nodiscard]] PromptChoice prompt_choice(const ModelConfig& model, Purpose purpose);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/prompt_choice_inl.hpp>
#endif
