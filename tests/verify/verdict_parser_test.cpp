// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "verify/recorded_replies.hpp"

#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/verify/verdict_parser.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

using namespace automix;

namespace {

struct ReplyForm {
    std::string text;
    Verdict verdict = Verdict::unparsed;
    bool unread = false;  ///< a person reads it, but the parser may leave it
};

std::vector<ReplyForm> reply_forms(const std::string& name) {
    std::vector<ReplyForm> forms;
    std::ifstream file(AUTOMIX_TESTS_DIR "/verify/" + name);
    for (std::string line; std::getline(file, line);) {
        const auto form = nlohmann::json::parse(line);
        const auto& expected = form.at("e");
        forms.push_back({form.at("r").get<std::string>(),
                         expected.is_null() ? Verdict::unparsed : Verdict(expected.get<int>()),
                         form.contains("unread")});
    }
    return forms;
}

}  // namespace

TEST_CASE("the forms of verdicts that people reported are all read") {
    const auto forms = reply_forms("verdict_cases.jsonl");
    CHECK(forms.size() == 26);
    for (const auto& form : forms) {
        INFO(form.text);
        CHECK(read_verdict(form.text) == form.verdict);
    }
}

TEST_CASE("further forms are read as a person reads them, and none is inverted") {
    const auto forms = reply_forms("verdict_forms.jsonl");
    CHECK(forms.size() > 500);
    std::size_t unread = 0;
    for (const auto& form : forms) {
        INFO(form.text);
        unread += form.unread ? 1U : 0U;
        CHECK(read_verdict(form.text) == (form.unread ? Verdict::unparsed : form.verdict));
    }
    CHECK(unread * 20 < forms.size());
}

TEST_CASE("what surrounds a reply does not change its verdict") {
    for (const auto& form : reply_forms("verdict_cases.jsonl")) {
        INFO(form.text);
        CHECK(read_verdict("<think>\nVerdict: correct\nVerdict: incorrect\n</think>\n" + form.text) ==
              form.verdict);
        CHECK(read_verdict("Verdict: incorrect</think>" + form.text) == form.verdict);
        CHECK(read_verdict("\xEF\xBB\xBF\r\n" + form.text + "\r\n\r\n") == form.verdict);
        CHECK(read_verdict("The text is short.\n\n" + form.text + " <think>No") == form.verdict);
    }
}

TEST_CASE("every recorded reply gives the recorded verdict") {
    const auto recorded = automix_test::recorded_replies();
    CHECK(recorded.size() == 48'000);
    std::size_t unparsed = 0;
    std::size_t wrong = 0;
    for (const auto& reply : recorded) {
        unparsed += reply.verdict == Verdict::unparsed ? 1U : 0U;
        wrong += read_verdict(reply.text) != reply.verdict ? 1U : 0U;
    }
    CHECK(wrong == 0);
    CHECK(unparsed > 100);
}

TEST_CASE("a reply of megabytes is read in full", "[property]") {
    const std::string filler(4'000'000, ' ');
    CHECK(read_verdict("Verdict:" + filler + "correct") == Verdict::positive);
    CHECK(read_verdict(filler + "Verdict: incorrect" + filler) == Verdict::negative);
    std::string again;
    while (again.size() < 1'000'000) again += "verdict: ";
    CHECK(read_verdict(again) == Verdict::unparsed);
    CHECK(read_verdict(again + "correct") == Verdict::positive);
}

TEST_CASE("replies of hostile shapes take no longer than others", "[property]") {
    const auto seconds = [](const std::string& part) {
        std::string reply;
        while (reply.size() < 250'000) reply += part;
        const std::clock_t start = std::clock();
        (void)read_verdict(reply);
        return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    };
    for (const char* part : {"<think>",
                             "</think>",
                             "<think></think>",
                             "~~",
                             "~a ",
                             "~~x",
                             "{",
                             "}{",
                             "\"verdict\":",
                             "{\"verdict\":",
                             "\"",
                             "'a ",
                             "verdict ",
                             "verdict: ",
                             "verdict (",
                             "verdict on the ",
                             "verdict:\n",
                             "<s>",
                             "<del>a",
                             "\\sout{",
                             "[ ]",
                             "[x]",
                             "<|",
                             "<|end|>",
                             "is it ",
                             "is it? ",
                             "no ",
                             "not ",
                             "or ",
                             "correct ",
                             "Question:\n",
                             "e\xCC\xB6",
                             "\xE2",
                             "\xFF",
                             "final the ",
                             "1. "}) {
        INFO(part);
        // Measured: some tenths of a second in a build without optimisation; squared time would take minutes.
        CHECK(seconds(part) < 10.0);
    }
}

TEST_CASE("many labels above one line or many are read once", "[property]") {
    const auto repeated = [](const std::string& part, std::size_t bytes) {
        std::string text;
        while (text.size() < bytes) text += part;
        return text;
    };
    const std::string labels = repeated("Verdict: ", 500'000);
    CHECK(read_verdict(labels + "\n" + repeated("-\n", 500'000) + "incorrect") == Verdict::negative);
    CHECK(read_verdict(labels + "\ncorrect, as the text has " + repeated("word ", 500'000)) ==
          Verdict::positive);
    CHECK(read_verdict(labels + "\n" + repeated("word ", 500'000)) == Verdict::unparsed);
    CHECK(read_verdict(repeated("{\"verdict\":", 1'000'000)) == Verdict::unparsed);
}

TEST_CASE("any bytes are a reply", "[property]") {
    const std::vector<std::string> parts = {
        "verdict", ":",       " ",    "*",           "correct",  "in",       "\n",           "\xC3\xA9",
        "\xFF",    "x",       "not ", "<think>",     "</think>", "~~",       "\"",           "'",
        "{",       "}",       "is ",  "the answer ", "?",        ". ",       "or ",          "[ ]",
        "\\sout{", "<|end|>", "|",    "yes",         "no",       "\xCC\xB6", "\xE2\x9C\x85", ">",
        "#",       "-",       "\\"};
    Random random(5);
    for (int round = 0; round < 20'000; ++round) {
        std::string reply;
        for (auto n = random.index(12); n-- > 0;) reply += parts[random.index(parts.size())];
        INFO(reply);
        const Verdict verdict = read_verdict(reply);
        const bool judges = reply.find("correct") != std::string::npos ||
                            reply.find("yes") != std::string::npos || reply.find("no") != std::string::npos ||
                            reply.find("\xE2\x9C\x85") != std::string::npos;
        if (!judges) REQUIRE(verdict == Verdict::unparsed);
        REQUIRE(read_verdict(reply + "\n") == verdict);
        REQUIRE(read_verdict("\n" + reply) == verdict);
    }
}
