// SPDX-License-Identifier: Apache-2.0
// Builds the few-shot verification prompt (AutoMix, section 3.1): an instruction, worked examples, and a form for the
// answer to verify. An example has a context, question, AI answer, evaluation and verdict; the model completes the last
// form. The examples are this library's own, for ordinary chat models. Examples of the user's own task serve it better.
#pragma once

#include <automix/verify/prompt_template.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// A worked example of a verification.
struct Exemplar {
    std::string context{};  ///< empty for a task without context
    std::string question{};
    std::string answer{};
    std::string evaluation{};  ///< reasoning whether the answer is right
    bool correct = false;      ///< the verdict
};

/// Returns three right and three wrong answers. The wrong ones differ in kind: one contradicts the context, one names
/// something else in the context, and one is only partly right.
std::vector<Exemplar> default_exemplars();

/// Returns the prompt of exemplars under an instruction. It ends with "Evaluation:", so that the reply is an evaluation
/// and a verdict in the form of the exemplars. It takes a `{context}` if there are no exemplars or if any has a
/// context. Throws `ArgumentError` if an exemplar lacks a question, an answer or an evaluation.
PromptTemplate few_shot_template(std::span<const Exemplar> exemplars, std::string_view instruction);

/// Returns three right and three wrong answers to questions without a context.
std::vector<Exemplar> default_plain_exemplars();

/// Returns the verification prompt for ordinary chat models. A task without a context has a prompt of its own.
PromptTemplate default_verification_template();

/// Returns the answer prompt for ordinary chat models. A task without a context has a prompt of its own.
PromptTemplate default_answer_template();

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/few_shot_prompt_inl.hpp>
#endif
