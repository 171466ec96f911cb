// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/text/reply_text.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace automix;

using TextPairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("replies without thinking") {
    const TextPairs cases = {
        {"", ""},
        {"a < b [c]", "a < b [c]"},
        {"<think>x</think>y", "y"},
        {"a<THINK>x</Think>b<thinking>y</thinking>c", "abc"},
        {"a<think>x", "a"},
        {"x</think>y", "y"},
        {"<think>a<think>b</think>c</think>d", "d"},
        {"[THINK]x[/THINK]y", "y"},
        {"\xE2\x97\x81think\xE2\x96\xB7x\xE2\x97\x81/think\xE2\x96\xB7y", "y"},
        {"<|channel|>analysis<|message|>x<|end|>y", "y"},
        {"y<|end|>", "y<|end|>"},
        {"<thinker>x</thinker>", "<thinker>x</thinker>"},
        {"<think>a</think><think>b</think>\nanswer", "answer"},
        {"<think>a</think><think>b", ""},
        {"<THINK>a</THINK> b", "b"},
        {"<reasoning effort=\"high\">a</reasoning >b", "b"},
        {"a < b</think>c", "c"},
        {"Say </reasoning> there.", "Say </reasoning> there."},
        {"a\n</reasoning>\nb", "b"},
        {"The tag <think> opens and </think> closes.", "The tag <think> opens and </think> closes."},
        {"Sure. <think>a</think>b", "Sure. b"},
        {"Verdict: correct <think>No", "Verdict: correct "},
        {"<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b<|return|>",
         "b"},
        {"<|channel|>commentary to=functions.x <|constrain|>json<|message|>a<|call|>b", "b"},
        {"<|channel|>analysis<|message|>a", ""},
        {"<|start|>assistant<|channel|>final<|message|>b", "b"},
        // The template has opened the thinking.
        {"a<|END_THINKING|>b", "b"},
        {"<|START_THINKING|>a<|END_THINKING|>b", "b"},
        {"a[/THINK]b", "b"},
        {"a</seed:think>\nb", "b"},
        {"<seed:think>a</seed:think>b", "b"},
        {"a\xE2\x97\x81/think\xE2\x96\xB7"
         "b",
         "b"},
        {"a</thinking>b", "b"},
        {"so it is</reasoning>b", "b"},
        {"<reason>a</reason>b", "b"},
        {"<longcat_think>a</longcat_think>b", "b"},
        {"<inner_thoughts>a</inner_thoughts>b", "b"},
        {"<internal_monologue>a</internal_monologue>b", "b"},
        {"<|thinking|>a<|/thinking|>b", "b"},
        {"<|inner_prefix|>a<|inner_suffix|>b", "b"},
        {"<|channel>thought\na<channel|>b", "b"},
        {"<unused94>thought\na<unused95>b", "b"},
        {"analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b", "b"},
        {"a<|end|><|start|>assistant<|channel|>final<|message|>b", "b"},
        {"<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>c<|end|>"
         "<|start|>assistant<|channel|>final<|message|>b<|return|>",
         "b"},
        // The marks of the channels were lost.
        {"analysisWe ask.assistantfinalb", "b"},
        {"We ask.assistantfinalb", "b"},
        {"analysisWe ask", ""},
        {"analysis of a text", "analysis of a text"},
        {"It says \"assistantfinal\" there", "It says \"assistantfinal\" there"},
    };
    for (const auto& [reply, kept] : cases) {
        INFO(reply);
        CHECK(separate_thinking(reply).text == kept);
    }
}

TEST_CASE("thinking is what stands between the tags") {
    CHECK(separate_thinking("<think>a</think>b<think>c</think>d").thinking == "a\nc");
    CHECK(separate_thinking("a</think>b").thinking == "a");
    CHECK(separate_thinking("<|channel|>analysis<|message|>a<|end|><|channel|>final<|message|>b").thinking ==
          "a");
    CHECK(separate_thinking(" b").text == " b");
    CHECK(separate_thinking("analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b")
              .thinking == "a");
    CHECK(separate_thinking("analysisHm.assistantfinalb").thinking == "Hm.");
}

TEST_CASE("a text without a visible character has none") {
    for (const char* blank : {"", " \r\n\t", "\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF "})
        CHECK_FALSE(has_text(blank));
    for (const char* mark : {"\xE3\x85\xA4", "\xE1\x85\x9F", "\xE1\x85\xA0", "\xEF\xBE\xA0", "\xE2\xA0\x80",
                             "\xE1\x9E\xB4", "\xE1\x9E\xB5", "\xEF\xBF\xBC", "\x01\x1F\x7F", "\xC2\x9F"})
        CHECK_FALSE(has_text(std::string(mark) + " " + mark));
    for (const char* text : {"a", ".", "\xE2\x9C\x93", "\xE3\x85\xA4.", "\xFF"}) CHECK(has_text(text));
}

TEST_CASE("answers are without the tokens that end them and the tags around them") {
    const TextPairs cases = {
        {" Paris ", " Paris "},
        {"Paris</s>", "Paris"},
        {"Paris <|im_end|>\n<|endoftext|>", "Paris "},
        {"<|eot_id|>", ""},
        {"<pad><PAD>", ""},
        {"a</s>b", "a</s>b"},
        {"<s>5</s>", "<s>5</s>"},
        {"<answer> Paris </answer>", "Paris"},
        {"\n<Answer>Paris</s></ANSWER></s>", "Paris"},
        {"<answer></answer>", ""},
        {"<response>Paris</response>", "Paris"},
        {"<Response><answer> Paris </answer></Response>", "Paris"},
        {"<response>Paris</answer>", "<response>Paris</answer>"},
        {"<answer>a</answer> or <answer>b</answer>", "<answer>a</answer> or <answer>b</answer>"},
        {"It is <answer>Paris</answer>", "It is <answer>Paris</answer>"},
        {"<|START_RESPONSE|>Paris<|END_RESPONSE|>", "Paris"},
        {"<|START_RESPONSE|>Paris", "Paris"},
        {"<|begin_of_solution|>Paris<|end_of_solution|>", "Paris"},
        {"Paris<end_of_turn>", "Paris"},
        {"Paris<|im_end|>\n<|im_start|>user\nAnd Rome?", "Paris"},
        {"Paris<end_of_turn>\n<start_of_turn>user\nNo", "Paris"},
        {"Paris\n<|user|>\nNo", "Paris\n"},
        {"A turn begins with \"<|im_start|>user\".", "A turn begins with \"<|im_start|>user\"."},
        {"<|im_start|>user", "<|im_start|>user"},
        {"```\n```", ""},
        {"```json\n\n```\n", ""},
        {"``````", ""},
        {"```", ""},
        {"```\na\n```", "```\na\n```"},
        {"```a```", "```a```"},
    };
    for (const auto& [reply, answer] : cases) {
        INFO(reply);
        CHECK(answer_text(reply) == answer);
    }
}

TEST_CASE("meant texts are without struck-out and invisible ones") {
    const TextPairs cases = {
        {"~~a~~ b", " b"},
        {"a ~~b~~c~~d~~", "a c"},
        {"a ~~b", "a ~~b"},
        {"~~a\n\nb~~", "~~a\n\nb~~"},
        {"~a~ b", " b"},
        {"~5 and ~6", "~5 and ~6"},
        {"~~~json\na\n~~~", "~~~json\na\n~~~"},
        {"<s>a</s>b<DEL>c</del>d<strike>e</strike>", "bd"},
        {"<s>a", "<s>a"},
        {"\\sout{a{b}c}d", "d"},
        {"\\sout{a", "\\sout{a"},
        {"n\xCC\xB6o\xCC\xB6 yes", " yes"},
        {"[ ] a [x] b", " b"},
        {"\xE2\x98\x90 a\n\xE2\x98\x91 b", "\n b"},
        {"[x] b", "[x] b"},
        {"a\xE2\x80\x8B"
         "b",
         "ab"},
        {"**a**", "**a**"},
    };
    for (const auto& [reply, meant] : cases) {
        INFO(reply);
        CHECK(meant_text(reply) == meant);
    }
}

TEST_CASE("plain texts are without marks") {
    const TextPairs cases = {
        {"**in**correct", "incorrect"},
        {"_a_ __b__ is_correct", "a b is_correct"},
        {"`a` $\\text{b}$", "a {b}"},
        {"\\boxed{C} \\checkmark", "{C} \xE2\x9C\x93"},
        {"<b>a</b><span class=\"x\">b</span>", "ab"},
        {"a<br>b", "a\nb"},
        {"<verdict>a</verdict> a < b", "<verdict>a</verdict> a < b"},
        {"a<|im_end|>b", "a\nb"},
        {"\\(a\\) is\\_b", "a is_b"},
        {"{\\\"a\\\"}", "{\\\"a\\\"}"},
        {"\xEF\xBC\xA1\xEF\xBC\x9A", "A:"},
    };
    for (const auto& [reply, plain] : cases) {
        INFO(reply);
        CHECK(plain_text(reply) == plain);
    }
}

TEST_CASE("a megabyte of marks is read in no time") {
    for (const std::string mark : {"<|channel|>x<|message|>", "<|start_response|>", "<|user|>",
                                   "assistantfinal", "<a_", "</reasoning>"}) {
        INFO(mark);
        std::string reply;
        while (reply.size() < 1'000'000) reply += mark;
        CHECK(answer_text(reply).size() <= reply.size());
        CHECK(plain_text(reply).size() <= reply.size());
    }
}
