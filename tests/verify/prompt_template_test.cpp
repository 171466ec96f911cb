// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/verify/prompt_template.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string complaint(std::string_view text) {
    try {
        (void)PromptTemplate::for_answer(text);
    } catch (const ArgumentError& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("place-holders are replaced, doubled braces are braces") {
    const auto prompt =
        PromptTemplate::for_verification("{{\"q\": \"{question}\"}}{context}{question}|{answer}");
    const auto rendered = prompt.render({"c", "q", "a"});
    CHECK(rendered.text == "{\"q\": \"q\"}cq|a");
    CHECK(rendered.cut_bytes == 0);
    CHECK(PromptTemplate::for_answer("{{{question}}}").render({"", "q", ""}).text == "{q}");
    CHECK(PromptTemplate("plain }}{{", {}).render({}).text == "plain }{");
    CHECK(PromptTemplate("", {}).render({"c", "q", "a"}).text.empty());
}

TEST_CASE("values are inserted as they are") {
    const auto prompt = PromptTemplate::for_verification("{context}/{question}/{answer}");
    CHECK(prompt.render({"{question}", "{{", "}"}).text == "{question}/{{/}");
    CHECK(prompt.render({std::string_view("\0x", 2), "{answer}", ""}).text ==
          std::string("\0x/{answer}/", 12));
}

TEST_CASE("the recorded answer prompt") {
    const auto prompt =
        PromptTemplate::for_answer("Answer from the context.\n\nContext: {context}\nQuestion: {question}");
    CHECK(prompt.render({"Ben took the map to Oslo.", "Where is the map?", {}}).text ==
          "Answer from the context.\n\nContext: Ben took the map to Oslo.\nQuestion: Where is the map?");
}

TEST_CASE("a template that cannot be used") {
    CHECK(complaint("{question}") == "none");
    CHECK(complaint("Q: {contxt} {question}") ==
          "prompt template: byte 4: expected {question}, {context} or a doubled brace, found \"{contxt}\"");
    CHECK(complaint("{context}") == "prompt template: lacks {question}");
    CHECK(complaint("") == "prompt template: lacks {question}");
    CHECK_THAT(complaint("{question} {answer}"),
               ContainsSubstring("byte 12: ") && ContainsSubstring("\"{answer}\""));
    CHECK_THAT(complaint("{question"), ContainsSubstring("byte 1: found a { without its }"));
    CHECK_THAT(complaint("{question} {"), ContainsSubstring("byte 12: found a { without its }"));
    CHECK_THAT(complaint("{question {context}}"), ContainsSubstring("byte 1: found a { without its }"));
    CHECK_THAT(complaint("a}{question}"), ContainsSubstring("byte 2: found a } without its {"));
    CHECK_THAT(complaint("{question}}"), ContainsSubstring("byte 11: found a } without its {"));
    CHECK_THAT(complaint("{{question}"), ContainsSubstring("byte 11: found a } without its {"));
    CHECK_THAT(complaint("{} {question}"), ContainsSubstring("byte 1: ") && ContainsSubstring("\"{}\""));
    CHECK_THAT(complaint("{Question}"), ContainsSubstring("byte 1: ") && ContainsSubstring("\"{Question}\""));
    CHECK_THROWS_WITH(PromptTemplate::for_verification("{question}"), ContainsSubstring("lacks {answer}"));
}

TEST_CASE("only the context is shortened, from the stated end and between characters") {
    const auto prompt = PromptTemplate::for_verification("{context}|{question}|{answer}");
    const PromptValues values{
        "ab\xC3\xA9"
        "de",
        "qq", "a"};
    const auto back = [&](std::size_t bytes) { return prompt.render(values, {bytes, ContextEnd::back}); };
    const auto front = [&](std::size_t bytes) { return prompt.render(values, {bytes, ContextEnd::front}); };
    CHECK(back(11).text ==
          "ab\xC3\xA9"
          "de|qq|a");
    CHECK(back(11).cut_bytes == 0);
    CHECK(back(10).text ==
          "ab\xC3\xA9"
          "d|qq|a");
    CHECK(back(10).cut_bytes == 1);
    CHECK(back(8).text == "ab|qq|a");
    CHECK(back(8).cut_bytes == 4);
    CHECK(front(8).text == "de|qq|a");
    CHECK(front(8).cut_bytes == 4);
    CHECK(front(9).text ==
          "\xC3\xA9"
          "de|qq|a");
    CHECK(back(5).text == "|qq|a");
    CHECK(back(5).cut_bytes == 6);
    CHECK_THROWS_AS(back(4), ArgumentError);
    CHECK_THROWS_WITH(back(4), "prompt: expected at most 4 bytes, found 5 without the context");
}

TEST_CASE("a context that occurs twice is shortened alike, one that does not occur is not") {
    const auto twice = PromptTemplate::for_answer("{context}-{question}-{context}");
    const auto rendered = twice.render({"abcdef", "q", {}}, {10, ContextEnd::back});
    CHECK(rendered.text == "abc-q-abc");
    CHECK(rendered.cut_bytes == 3);
    const auto none = PromptTemplate::for_answer("{question}");
    CHECK(none.render({"abcdef", "q", {}}, {1, ContextEnd::back}).cut_bytes == 0);
    CHECK_THROWS_AS(none.render({"abcdef", "qq", {}}, {1, ContextEnd::back}), ArgumentError);
    CHECK(twice.uses(Placeholder::context));
    CHECK_FALSE(none.uses(Placeholder::context));
}

TEST_CASE("random texts: what is rendered fits, is whole but for the context, and says what it lacks",
          "[property]") {
    const std::vector<std::string> parts = {
        "a", "{", "}", "{context}", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    Random random(4);
    const auto draw = [&] {
        std::string text;
        for (auto n = random.index(9); n-- > 0;) text += parts[random.index(parts.size())];
        return text;
    };
    for (int round = 0; round < 5000; ++round) {
        const std::string before = draw();
        const std::string between = draw();
        const std::string context = draw();
        const std::string question = draw();
        const auto prompt = PromptTemplate::for_answer(escape_braces(before) + "{context}" +
                                                       escape_braces(between) + "{question}");
        const std::size_t fixed = before.size() + between.size() + question.size();
        const std::size_t limit = random.index(fixed + context.size() + 4);
        const bool back = random.bernoulli(0.5);
        const RenderLimits limits{limit, back ? ContextEnd::back : ContextEnd::front};
        if (limit < fixed) {
            REQUIRE_THROWS_AS(prompt.render({context, question, {}}, limits), ArgumentError);
            continue;
        }
        const auto rendered = prompt.render({context, question, {}}, limits);
        REQUIRE(rendered.text.size() <= limit);
        REQUIRE(rendered.cut_bytes <= context.size());
        const std::size_t kept = context.size() - rendered.cut_bytes;
        const std::string shown = back ? context.substr(0, kept) : context.substr(rendered.cut_bytes);
        REQUIRE(rendered.text == before + shown + between + question);
        const std::size_t needed = fixed + context.size();
        REQUIRE((rendered.cut_bytes > 0) == (needed > limit));
        if (needed > limit) REQUIRE(rendered.cut_bytes < needed - limit + 4);
        // The cut is between characters: what is next to it does not continue one.
        const std::size_t cut = back ? kept : rendered.cut_bytes;
        if (cut < context.size()) REQUIRE((static_cast<unsigned char>(context[cut]) & 0xC0U) != 0x80U);
    }
}

TEST_CASE("a template may have another for tasks without a context") {
    const PromptTemplate both = PromptTemplate::for_answer("C {context} Q {question}")
                                    .without_context(PromptTemplate::for_answer("only {question}"));
    CHECK(both.render({"c", "q", {}}).text == "C c Q q");
    CHECK(both.render({"", "q", {}}).text == "only q");
    CHECK(both.uses(Placeholder::context));
    CHECK_THROWS_AS(both.render({"", "12345", {}}, {.max_bytes = 9}), ArgumentError);
    const PromptTemplate copy = both;
    CHECK(copy.render({"", "q", {}}).text == "only q");
}
