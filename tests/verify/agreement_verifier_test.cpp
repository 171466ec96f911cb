// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "verify/scripted_model.hpp"

#include <automix/core/error.hpp>
#include <automix/core/plurality.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/agreement_verifier.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verifier.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace automix;
using automix_test::ScriptedModel;
using Catch::Matchers::ContainsSubstring;

namespace {

AgreementVerifierOptions options() { return {.sampling = {.max_tokens = 8}}; }

}  // namespace

TEST_CASE("samples that agree with the answer") {
    ScriptedModel model{{" Oslo.", "the OSLO", "Rome", "", "Rome", "rome", "Rome"}};
    const auto drawn = AgreementVerifier(options()).verify(model, {"", "Where is it?", "Oslo"}, {0, 7});
    CHECK(drawn.verdicts == std::vector{Verdict::positive, Verdict::positive, Verdict::negative,
                                        Verdict::unparsed, Verdict::negative, Verdict::negative,
                                        Verdict::negative});
    CHECK(drawn.samples == 8);
    CHECK(drawn.largest_cluster == 4);
    REQUIRE(model.requests.size() == 1);
    CHECK(model.requests[0].messages.front().text == "Where is it?");
    CHECK(model.requests[0].purpose == Purpose::verification);
}

TEST_CASE("rounds add up where the earlier replies are given") {
    const std::vector<std::string> replies = {"a", "b", "b", "c", "b", " "};
    ScriptedModel model{{"b"}};
    const AgreementVerifier verifier(options());
    const auto together = verifier.verify(model, {"", "q", "b"}, {6, 1, replies});
    CHECK(together.samples == 8);
    CHECK(together.largest_cluster == 5);
    const auto unknown = verifier.verify(model, {"", "q", "b"}, {6, 1});
    CHECK(unknown.verdicts == together.verdicts);
    CHECK(unknown.samples == 0);
    CHECK(unknown.largest_cluster == 0);
}

TEST_CASE("an answer that failed agrees with none") {
    ScriptedModel model{{"x", " ", "x"}};
    const auto drawn = AgreementVerifier(options()).verify(model, {"", "q", " \n"}, {0, 3});
    CHECK(drawn.verdicts == std::vector{Verdict::negative, Verdict::unparsed, Verdict::negative});
    CHECK(drawn.samples == 4);
    CHECK(drawn.largest_cluster == 2);
    ScriptedModel blank{{""}};
    CHECK(AgreementVerifier(options()).verify(blank, {"", "q", ""}, {0, 2}).largest_cluster == 0);
}

TEST_CASE("the answer that most samples agree with") {
    const AgreementVerifier verifier(options());
    const auto chosen = [&](const std::string& answer, std::vector<std::string> replies) {
        return verifier.plurality(answer, replies);
    };
    CHECK(chosen("Oslo", {}) == "Oslo");
    CHECK(chosen("Oslo", {" Rome.", "the rome", "OSLO", "rome"}) ==
          "Rome.");                                                     // as it was first said, trimmed
    CHECK(chosen("Oslo ", {"Rome", "oslo", "rome"}) == "Oslo ");        // a tie goes to the answer
    CHECK(chosen("Oslo", {"Rome", "Bern", "bern", "rome"}) == "Rome");  // else to the earlier one
    CHECK(chosen(" ", {"", "Rome"}) == "Rome");
    CHECK(chosen(" ", {"", "\n"}) == " ");
}

TEST_CASE("normaliser and prompt of one's own") {
    auto own = options();
    own.normaliser = [](std::string_view answer) { return std::string(trim(answer)); };
    own.prompt = PromptTemplate::for_answer("{context} {question}");
    ScriptedModel model{{" Oslo", "oslo"}};
    const auto drawn = AgreementVerifier(own).verify(model, {"c", "q", "Oslo"}, {0, 2});
    CHECK(drawn.verdicts == std::vector{Verdict::positive, Verdict::negative});
    CHECK(model.requests[0].messages.front().text == "c q");
    own.normaliser = nullptr;
    CHECK_THROWS_AS(AgreementVerifier(own), ArgumentError);
    own = options();
    own.prompt = PromptTemplate::for_verification("{question}{answer}");
    CHECK_THROWS_WITH(AgreementVerifier(own), ContainsSubstring("{answer}"));
    CHECK_THROWS_WITH(AgreementVerifier(AgreementVerifierOptions{}), ContainsSubstring("max_tokens"));
}

TEST_CASE("clusters in any rounds are those of a log with the same samples", "[property]") {
    const std::vector<std::string> texts = {"a1", "b1", "c1", ""};
    Random random(6);
    for (int round = 0; round < 500; ++round) {
        const auto number = [&] { return random.index(texts.size()); };
        const std::size_t first = number();
        std::vector<std::int32_t> clusters = {texts[first].empty() ? -1 : static_cast<std::int32_t>(first)};
        std::vector<std::string> earlier;
        for (int rounds = 0; rounds < 3; ++rounds) {
            ScriptedModel model{{}};
            const int count = 1 + static_cast<int>(random.index(4));
            for (int i = 0; i < count; ++i) {
                const std::size_t sample = number();
                model.replies.push_back(texts[sample]);
                clusters.push_back(texts[sample].empty() ? -1 : static_cast<std::int32_t>(sample));
            }
            const DrawRange range{static_cast<int>(earlier.size()), count, earlier};
            const auto drawn = AgreementVerifier(options()).verify(model, {"", "q", texts[first]}, range);
            REQUIRE(drawn.samples == static_cast<int>(clusters.size()));
            REQUIRE(drawn.largest_cluster == plurality(clusters).size);
            earlier.insert(earlier.end(), drawn.replies.begin(), drawn.replies.end());
        }
    }
}
