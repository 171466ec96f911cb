// SPDX-License-Identifier: Apache-2.0
// The expected prompt is the one that the recorded verifications under examples/data were drawn with.
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/verify/few_shot_prompt.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verdict_parser.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::vector<Exemplar> moves = {
    {"Ben took the map to Oslo. Iris gave the cup to Jack.", "Where is the map?", "Oslo",
     "Where is the map? Oslo.", true},
    {"Anna gave the key to Ben. Emma moved the bag to Rome. Ben passed the key to Henry.", "Who has the key?",
     "Ben", "Who has the key? Henry.", false},
};

const std::string moves_prompt = R"(Check the AI answer.

Context: Ben took the map to Oslo. Iris gave the cup to Jack.
Question: Where is the map?
AI answer: Oslo
Evaluation: Where is the map? Oslo.
Verdict: correct

Context: Anna gave the key to Ben. Emma moved the bag to Rome. Ben passed the key to Henry.
Question: Who has the key?
AI answer: Ben
Evaluation: Who has the key? Henry.
Verdict: incorrect

Context: {context}
Question: {question}
AI answer: {answer}
Evaluation:)";

}  // namespace

TEST_CASE("the recorded verification prompt") {
    const auto prompt = few_shot_template(moves, "Check the AI answer.");
    CHECK(prompt.render({"{context}", "{question}", "{answer}"}).text == moves_prompt);
    const auto same = PromptTemplate::for_verification(moves_prompt);
    CHECK(prompt.render({"Iris has the lamp.", "Who has it?", "Iris"}).text ==
          same.render({"Iris has the lamp.", "Who has it?", "Iris"}).text);
}

TEST_CASE("the prompt as the recordings state it", "[shared]") {
    std::ifstream file(AUTOMIX_SHARED_DIR "/recordings/README.md");
    if (!file) {
        WARN("skipped: no recordings");
        return;
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CHECK_THAT(text, ContainsSubstring("```\n" + moves_prompt + "\n```"));
}

TEST_CASE("braces in instruction and exemplars are literal") {
    const auto prompt = few_shot_template(std::vector<Exemplar>{{"{context}", "{{q}", "}", "{", true}},
                                          "Reply as {\"verdict\": ..}");
    CHECK(prompt.render({"c", "q", "a"}).text ==
          "Reply as {\"verdict\": ..}\n\nContext: {context}\nQuestion: {{q}\nAI answer: }\nEvaluation: "
          "{\nVerdict: "
          "correct\n\nContext: c\nQuestion: q\nAI answer: a\nEvaluation:");
}

TEST_CASE("tasks with and without a context") {
    const auto none = few_shot_template({}, "Check.");
    CHECK(none.render({"c", "q", "a"}).text ==
          "Check.\n\nContext: c\nQuestion: q\nAI answer: a\nEvaluation:");
    const auto without =
        few_shot_template(std::vector<Exemplar>{{"", "1+1?", "3", "It is 2.", false}}, "Check.");
    CHECK_FALSE(without.uses(Placeholder::context));
    CHECK(without.render({"c", "q", "a"}).text ==
          "Check.\n\nQuestion: 1+1?\nAI answer: 3\nEvaluation: It is 2.\nVerdict: incorrect\n\nQuestion: "
          "q\nAI answer: "
          "a\nEvaluation:");
    auto mixed = moves;
    mixed[0].context.clear();
    CHECK(few_shot_template(mixed, "Check.").uses(Placeholder::context));
}

TEST_CASE("an exemplar lacks a text") {
    for (std::string Exemplar::*field : {&Exemplar::question, &Exemplar::answer, &Exemplar::evaluation}) {
        auto exemplars = moves;
        (exemplars[1].*field).clear();
        CHECK_THROWS_AS(few_shot_template(exemplars, "Check."), ArgumentError);
        CHECK_THROWS_WITH(few_shot_template(exemplars, "Check."), ContainsSubstring("exemplar 2: "));
    }
}

TEST_CASE("a long context is cut, the exemplars never") {
    const auto prompt = few_shot_template(moves, "Check the AI answer.");
    const std::string context(10'000, '#');
    const auto rendered = prompt.render({context, "q", "a"}, {2000, ContextEnd::front});
    CHECK(rendered.text.size() == 2000);
    const std::string exemplars = moves_prompt.substr(0, moves_prompt.find("{context}"));
    CHECK(rendered.text.substr(0, exemplars.size()) == exemplars);
    CHECK(rendered.cut_bytes ==
          10'000 - static_cast<std::size_t>(std::count(rendered.text.begin(), rendered.text.end(), '#')));
}

TEST_CASE("the library's own prompts") {
    const auto exemplars = default_exemplars();
    const auto right =
        std::count_if(exemplars.begin(), exemplars.end(), [](const Exemplar& e) { return e.correct; });
    CHECK(2 * right == static_cast<std::ptrdiff_t>(exemplars.size()));
    const auto verification = default_verification_template();
    CHECK(verification.uses(Placeholder::context));
    const std::string text = verification.render({"c", "q", "a"}).text;
    CHECK(text.ends_with("\n\nContext: c\nQuestion: q\nAI answer: a\nEvaluation:"));
    CHECK(text.size() < 4096);
    // A reply in the form of the exemplars is one that the default parser reads.
    for (const Exemplar& exemplar : exemplars) {
        const std::string reply =
            " " + exemplar.evaluation + "\nVerdict: " + (exemplar.correct ? "correct" : "incorrect");
        CHECK_THAT(text, ContainsSubstring("Evaluation:" + reply + "\n"));
        CHECK(read_verdict(reply) == (exemplar.correct ? Verdict::positive : Verdict::negative));
    }
    const auto answer = default_answer_template();
    CHECK(answer.uses(Placeholder::context));
    CHECK(answer.render({"c", "q", {}}).text.ends_with("Context: c\nQuestion: q"));
}

TEST_CASE("the library's own prompts for a task without a context speak of none") {
    const auto exemplars = default_plain_exemplars();
    const auto right =
        std::count_if(exemplars.begin(), exemplars.end(), [](const Exemplar& e) { return e.correct; });
    CHECK(2 * right == static_cast<std::ptrdiff_t>(exemplars.size()));
    for (const Exemplar& exemplar : exemplars) CHECK(exemplar.context.empty());
    const std::string verification = default_verification_template().render({"", "q", "a"}).text;
    CHECK(verification.ends_with("\n\nQuestion: q\nAI answer: a\nEvaluation:"));
    for (const Exemplar& exemplar : exemplars)
        CHECK_THAT(verification, ContainsSubstring(exemplar.evaluation));
    const std::string answer = default_answer_template().render({"", "q", {}}).text;
    CHECK(answer.ends_with("\n\nQuestion: q"));
    for (const std::string& text : {verification, answer})
        CHECK_THAT(text, !ContainsSubstring("ontext") && !ContainsSubstring("a text"));
    // A prompt of the user's own stays for tasks without a context.
    CHECK(PromptTemplate::for_answer("{context}|{question}").render({"", "q", {}}).text == "|q");
}
