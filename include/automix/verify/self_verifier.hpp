// SPDX-License-Identifier: Apache-2.0
// Verifies by few-shot self-verification (AutoMix, section 3.1). The model that answered is asked several times, by
// sampling, whether its answer is right. Works with any `model_adapter` and takes one call a round.
#pragma once

#include <automix/core/error.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/verify/detail/draw_replies.hpp>
#include <automix/verify/few_shot_prompt.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verdict_parser.hpp>
#include <automix/verify/verifier.hpp>

#include <stop_token>
#include <string>
#include <utility>

namespace automix {

struct SelfVerifierOptions {
    PromptTemplate prompt = default_verification_template();
    VerdictParser parser = read_verdict;
    /// The sampling. `max_tokens` must be given. At a temperature of 0 all draws are the same. A seed makes runs
    /// repeatable: `round_seed` derives the seed of each round from it.
    Sampling sampling{.temperature = 0.7};
    RenderLimits limits{};
};

/// A verifier that asks the model itself. Its confidence in an answer is `positive_share` of the verdicts.
class SelfVerifier {
 public:
    /// Throws `ArgumentError` for invalid sampling and for an empty parser.
    explicit SelfVerifier(SelfVerifierOptions options) : options_(std::move(options)) {
        validate(options_.sampling);
        if (!options_.parser) throw ArgumentError("parser: expected a parser of verdicts, found none");
    }

    /// Draws one round of verdicts. Throws `ArgumentError` for an invalid range and for a task too long for the prompt.
    /// Passes on the exceptions of the model: `ModelError` if the call fails.
    template <model_adapter Model>
    [[nodiscard]] Verdicts verify(Model& model, const VerificationTask& task, DrawRange range,
                                  const std::stop_token& stop = {}) const {
        Verdicts drawn = detail::draw_replies(
            model, options_.prompt.render({task.context, task.question, task.answer}, options_.limits),
            options_.sampling, range, stop);
        drawn.verdicts.reserve(drawn.replies.size());
        for (const std::string& reply : drawn.replies) drawn.verdicts.push_back(options_.parser(reply));
        return drawn;
    }

 private:
    SelfVerifierOptions options_;
};

}  // namespace automix
