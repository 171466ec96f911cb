// SPDX-License-Identifier: Apache-2.0
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/prompt_checks.hpp>
#include <automix/live/query.hpp>
#include <automix/verify/prompt_template.hpp>
#include "support/catch.hpp"

#include <vector>

using namespace automix;
using Catch::Matchers::StartsWith;

namespace {

Query prompted_query(const char* id, const char* question, const char* context = "",
                     const char* dataset = "") {
    return {.id = id, .dataset = dataset, .question = question, .context = context};
}

}  // namespace

TEST_CASE("contexts that will be cut are counted, a query once") {
    ModelConfig model;
    model.prompts.answer = PromptTemplate::for_answer("{context} {question}");
    model.prompts.verify = PromptTemplate::for_verification("{context} {question} {answer}?");
    const std::vector<Query> queries = {prompted_query("a", "why", "12345"),
                                        prompted_query("b", "why", "123456"), prompted_query("c", "why")};
    CHECK(check_prompts(model, true, queries) == 0);
    // " why" takes 4 bytes, " why ?" takes 6.
    model.render.max_bytes = 10;
    CHECK(check_prompts(model, false, queries) == 0);
    CHECK(check_prompts(model, true, queries) == 2);
    model.render.max_bytes = 9;
    CHECK(check_prompts(model, false, queries) == 1);
    model.render.max_bytes = 5;
    CHECK(check_prompts(model, false, queries) == 2);
    CHECK_THROWS_WITH(
        check_prompts(model, true, queries),
        "max_prompt_bytes: query \"a\": prompt: expected at most 5 bytes, found 6 without the context");
}

TEST_CASE("queries that the prompts do not suit are refused") {
    ModelConfig model;
    const std::vector<Query> asked = {prompted_query("a", "why", "because", "dates")};
    CHECK(check_prompts(model, true, asked) == 0);  // the library's own prompts ask about a context
    model.prompts.answer = PromptTemplate::for_answer("{question}");
    CHECK_THROWS_WITH(check_prompts(model, true, asked),
                      "prompts: query \"a\": has a context, and the prompt to answer lacks {context}");
    model.prompts.answer.reset();
    model.dataset_prompts["moves"].verify = PromptTemplate::for_verification("{context} {question} {answer}");
    CHECK_THROWS_WITH(
        check_prompts(model, true, asked),
        "prompts: query \"a\": no prompt to verify for the data set \"dates\", and none for all");
    CHECK(check_prompts(model, false, asked) == 0);
    CHECK(check_prompts(model, true, std::vector<Query>{prompted_query("b", "why", "", "moves")}) == 0);
    model.prompts.verify = PromptTemplate::for_verification("{question} {answer}");
    CHECK_THROWS_WITH(check_prompts(model, true, asked),
                      StartsWith("prompts: query \"a\": has a context, and the prompt to verify"));
}
