// SPDX-License-Identifier: Apache-2.0
// Live draws one at a time and in batches.
#include "support/catch.hpp"

#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/verify/self_verifier.hpp>

#include <string>
#include <vector>

using namespace automix;

namespace {

/// One verdict at a time, until five are there.
struct FiveVerdicts {
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        return evidence.current_model().drawn < 5 ? Action::verify(1) : Action::accept();
    }
};

}  // namespace

TEST_CASE("batches make rounds fewer, and never draw more than there may be") {
    std::vector<int> rounds;  // draws in each
    const CallableModel model("only", [&](const GenerateRequest& request) {
        if (request.purpose == Purpose::verification) rounds.push_back(request.samples);
        GenerateReply reply;
        reply.completions.assign(static_cast<std::size_t>(request.samples), {.text = "Verdict: correct"});
        return reply;
    });
    const SelfVerifier verifier({.sampling = {.temperature = 1.0, .max_tokens = 8}});
    const FiveVerdicts policy;
    const auto drawn = [&](int batch, int most) {
        rounds.clear();
        AnsweringOptions options;
        options.batch = batch;
        options.all_draws = most;
        const Answerer answerer(policy, {{.model = model, .sampling = {.max_tokens = 8}}}, verifier, options);
        const LiveAnswer answer = answerer.answer({.id = "q", .question = "why"});
        CHECK_FALSE(answer.failed());
        CHECK(answer.rounds == static_cast<int>(rounds.size()));
        return rounds;
    };
    CHECK(drawn(1, 8) == std::vector<int>{1, 1, 1, 1, 1});
    CHECK(drawn(2, 8) == std::vector<int>{2, 2, 2});
    CHECK(drawn(2, 5) == std::vector<int>{2, 2, 1});
    CHECK(drawn(8, 8) == std::vector<int>{8});
    CHECK(drawn(8, 6) == std::vector<int>{6});
}
