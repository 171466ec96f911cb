// SPDX-License-Identifier: Apache-2.0
// The few-shot verification prompt (AutoMix, section 3.1): an instruction, worked examples of context, question, AI answer,
// evaluation and verdict, and the same form for the answer in question, which the model is to complete. The examples are this
// library's own, for ordinary chat models; a task of one's own is better served by examples of that task.
#pragma once

#include <automix/verify/prompt_template.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// A worked example of a verification.
struct Exemplar {
    std::string context{};  ///< empty for a task without
    std::string question{};
    std::string answer{};
    std::string evaluation{};  ///< how one sees whether the answer is right
    bool correct = false;      ///< the verdict
};

/// Three right and three wrong answers, wrong in different ways: not what the context says, of something else in the context, right
/// but for a part.
std::vector<Exemplar> default_exemplars();

/// The prompt of exemplars under an instruction. It ends behind "Evaluation:", so that the reply is an evaluation and a
/// verdict in the form of the exemplars. Without exemplars, or if one has a context, it takes a `{context}`; if none
/// has, it does not. Throws `ArgumentError` if an exemplar lacks a question, an answer or an evaluation.
PromptTemplate few_shot_template(std::span<const Exemplar> exemplars, std::string_view instruction);

/// The verification prompt for ordinary chat models.
PromptTemplate default_verification_template();

/// The answer prompt for ordinary chat models.
PromptTemplate default_answer_template();

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/few_shot_prompt_inl.hpp>
#endif
