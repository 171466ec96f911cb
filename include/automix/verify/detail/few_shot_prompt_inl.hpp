// SPDX-License-Identifier: Apache-2.0
// Definitions of verify/few_shot_prompt.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/verify/few_shot_prompt.hpp>
#include <automix/verify/prompt_template.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// Returns the form of an exemplar up to "Evaluation:". Exemplars complete it, and the last query leaves it open.
inline std::string verification_form(std::string_view context, std::string_view question,
                                     std::string_view answer) {
    std::string form;
    if (!context.empty()) ((form += "Context: ") += context) += '\n';
    ((form += "Question: ") += question) += '\n';
    ((form += "AI answer: ") += answer) += '\n';
    return form += "Evaluation:";
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::vector<Exemplar> default_exemplars() {
    return {
        {.context = "The bakery on Mill Lane opens at seven and closes at noon on Saturdays. On weekdays it "
                    "stays open until "
                    "six in the evening.",
         .question = "When does the bakery close on Saturdays?",
         .answer = "At six in the evening",
         .evaluation = "Six in the evening is when it closes on weekdays. On Saturdays it closes at noon, so "
                       "the answer "
                       "belongs to other days.",
         .correct = false},
        {.context = "Nadia lent her bicycle to Tomas, who rode it to the lake and later passed it on to his "
                    "sister Vera.",
         .question = "Who had the bicycle last?",
         .answer = "Vera",
         .evaluation = "Nadia gave it to Tomas and Tomas passed it on to Vera. Nobody after Vera is "
                       "mentioned, so she had it "
                       "last.",
         .correct = true},
        {.context = "The tenant may keep one cat. Dogs need the landlord's consent in writing. Nothing else "
                    "was agreed about "
                    "animals.",
         .question = "May the tenant keep a dog without asking?",
         .answer = "No",
         .evaluation =
             "A dog needs consent in writing, so the tenant has to ask first. That is what the answer says.",
         .correct = true},
        {.context = "In its first year the museum counted 12,000 visitors. In the second year there were "
                    "3,000 more.",
         .question = "How many visitors came in the second year?",
         .answer = "3,000",
         .evaluation = "3,000 is the increase. 12,000 and 3,000 make 15,000 visitors in the second year.",
         .correct = false},
        {.context = "The expedition reached the northern hut after four days. The report does not say when "
                    "it set out.",
         .question = "On which date did the expedition set out?",
         .answer = "The context does not say.",
         .evaluation = "The context gives the length of the march only and says that the report leaves the "
                       "start open, so the "
                       "answer is right.",
         .correct = true},
        {.context = "The recipe asks for two eggs, flour and a spoon of honey. Sugar is left out on purpose.",
         .question = "What sweetens the dough?",
         .answer = "Sugar and honey",
         .evaluation = "Honey is in the recipe, but sugar is left out, so half of the answer is wrong.",
         .correct = false},
    };
}

AUTOMIX_INLINE std::vector<Exemplar> default_plain_exemplars() {
    return {
        {.question = "How many minutes are there in three and a half hours?",
         .answer = "180",
         .evaluation = "Three hours have 180 minutes and half an hour has 30, which makes 210.",
         .correct = false},
        {.question = "Which gas do plants take from the air to make sugar?",
         .answer = "Carbon dioxide",
         .evaluation = "Plants build sugar from carbon dioxide and water by light, so the answer is right.",
         .correct = true},
        {.question = "Name the two largest oceans.",
         .answer = "The Pacific and the Indian Ocean",
         .evaluation =
             "The Pacific is the largest. The second is the Atlantic, so half of the answer is wrong.",
         .correct = false},
        {.question = "A ticket costs 12. What do four tickets cost if one of them is free?",
         .answer = "36",
         .evaluation = "Three tickets are paid for, and three times 12 is 36.",
         .correct = true},
        {.question = "Who wrote the play Hamlet?",
         .answer = "Christopher Marlowe",
         .evaluation =
             "Hamlet is by William Shakespeare. Marlowe wrote plays in the same years, but not this one.",
         .correct = false},
        {.question = "Is a tomato a fruit in the sense of botany?",
         .answer = "Yes, a berry",
         .evaluation = "It grows from the flower and holds the seeds, so it is a fruit, and botany counts it "
                       "among the berries.",
         .correct = true},
    };
}

AUTOMIX_INLINE PromptTemplate few_shot_template(std::span<const Exemplar> exemplars,
                                                std::string_view instruction) {
    std::string text = escape_braces(instruction);
    bool takes_context = exemplars.empty();
    for (const Exemplar& exemplar : exemplars) {
        if (exemplar.question.empty() || exemplar.answer.empty() || exemplar.evaluation.empty()) {
            throw ArgumentError("exemplar " + std::to_string(&exemplar - exemplars.data() + 1) +
                                ": expected a question, an answer and an evaluation, found one empty");
        }
        takes_context = takes_context || !exemplar.context.empty();
        text += "\n\n";
        text += escape_braces(
            detail::verification_form(exemplar.context, exemplar.question, exemplar.answer) + ' ' +
            exemplar.evaluation + "\nVerdict: " + (exemplar.correct ? "correct" : "incorrect"));
    }
    text += "\n\n" + detail::verification_form(takes_context ? "{context}" : "", "{question}", "{answer}");
    return PromptTemplate::for_verification(text);
}

AUTOMIX_INLINE PromptTemplate default_verification_template() {
    return few_shot_template(default_exemplars(),
                             "An AI model has answered a question about a text. Find out whether its answer "
                             "is right. Rely on the context alone, "
                             "not on what you know otherwise; an answer in other words that means the same "
                             "is right. First write a short "
                             "evaluation that says what the context tells about the question, and end with a "
                             "line of its own that reads "
                             "\"Verdict: correct\" or \"Verdict: incorrect\".")
        .without_context(few_shot_template(
            default_plain_exemplars(),
            "An AI model has answered a question. Find out whether its answer is right; an answer in other "
            "words that means the same is right. First write a short evaluation that works the question out, "
            "and end with a line of its own that reads \"Verdict: correct\" or \"Verdict: incorrect\"."));
}

AUTOMIX_INLINE PromptTemplate default_answer_template() {
    return PromptTemplate::for_answer(
               "Read the context and answer the question. Take the answer from the context alone and reply "
               "with the "
               "answer only, as "
               "briefly as it can be put; where the context does not tell, say so.\n\nContext: "
               "{context}\nQuestion: "
               "{question}")
        .without_context(PromptTemplate::for_answer("Answer the question. Reply with the answer only, as "
                                                    "briefly as it can be put.\n\nQuestion: {question}"));
}

}  // namespace automix
