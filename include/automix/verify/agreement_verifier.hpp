// SPDX-License-Identifier: Apache-2.0
// Verifies by agreement, for tasks without a context to check an answer against. The model is asked the question again,
// by sampling. A sample that agrees with the first answer is a positive verdict. Samples agree if a normaliser makes
// them equal. Self-consistency (Wang et al. 2023) counts them the same way. The size of the largest cluster is that of
// `plurality` over a log with the same samples. O(samples) calls of the normaliser a round.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/plurality.hpp>
#include <automix/core/verdict.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/text/normalise.hpp>
#include <automix/text/reply_text.hpp>
#include <automix/verify/detail/draw_replies.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verifier.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// A function that maps equivalent answers to the same text. Called from many threads at once if queries are answered
/// concurrently.
using Normaliser = std::function<std::string(std::string_view answer)>;

struct AgreementVerifierOptions {
    PromptTemplate prompt =
        PromptTemplate::for_answer("{question}");  ///< prompt with which the answer was asked
    Normaliser normaliser = normalise;
    /// The sampling. `max_tokens` must be given. At a temperature of 0 all samples are the same. A seed makes runs
    /// repeatable: `round_seed` derives the seed of each round from it.
    Sampling sampling{.temperature = 0.7};
    RenderLimits limits{};
};

/// A verifier that compares the answer with further samples. A blank sample has failed. It is unparsed and agrees with
/// none, but counts among the samples.
class AgreementVerifier {
 public:
    /// Throws `ArgumentError` for invalid sampling, for a prompt with `{answer}`, and for an empty normaliser.
    explicit AgreementVerifier(AgreementVerifierOptions options) : options_(std::move(options)) {
        validate(options_.sampling);
        if (options_.prompt.uses(Placeholder::answer)) {
            throw ArgumentError("prompt: expected the prompt of an answer, found one with {answer}");
        }
        if (!options_.normaliser) throw ArgumentError("normaliser: expected one, found none");
    }

    /// Draws one round of samples. `samples` and `largest_cluster` count all draws so far if `range.earlier` has all
    /// earlier ones, else they are 0 (unknown). Throws `ArgumentError` for an invalid range and for a task too long for
    /// the prompt. Passes on the exceptions of the model: `ModelError` if the call fails.
    template <model_adapter Model>
    [[nodiscard]] Verdicts verify(Model& model, const VerificationTask& task, DrawRange range,
                                  const std::stop_token& stop = {}) const {
        Verdicts drawn = detail::draw_replies(
            model, options_.prompt.render({task.context, task.question, {}}, options_.limits),
            options_.sampling, range, stop);
        Clusters samples;
        samples.add(key(task.answer));
        for (const std::string& reply : range.earlier) samples.add(key(reply));
        for (const std::string& reply : drawn.replies) samples.add(key(reply));
        const std::vector<std::int32_t>& clusters = samples.numbers();
        drawn.verdicts.reserve(drawn.replies.size());
        for (const std::int32_t cluster : std::span(clusters).last(drawn.replies.size())) {
            drawn.verdicts.push_back(cluster < 0                   ? Verdict::unparsed
                                     : cluster == clusters.front() ? Verdict::positive
                                                                   : Verdict::negative);
        }
        if (range.earlier.size() == static_cast<std::size_t>(range.first)) {
            drawn.samples = 1 + range.first + range.count;
            drawn.largest_cluster = automix::plurality(clusters).size;
        }
        return drawn;
    }

    /// Returns the first text of the largest cluster of an answer and its samples. On a tie the answer's cluster wins,
    /// then the one that starts earlier. Failed samples belong to no cluster. Returns the answer if all failed.
    [[nodiscard]] std::string plurality(const std::string& answer,
                                        std::span<const std::string> replies) const {
        Clusters samples;
        samples.add(key(answer));
        for (const std::string& reply : replies) samples.add(key(reply));
        const std::size_t chosen = automix::plurality(samples.numbers()).sample;
        return chosen == 0 ? answer : std::string(trim(separate_thinking(replies[chosen - 1]).text));
    }

 private:
    /// Returns the text that samples in agreement share, or nothing if the sample is blank.
    [[nodiscard]] std::optional<std::string> key(std::string_view sample) const {
        const std::string said = separate_thinking(sample).text;
        return has_text(said) ? std::optional(options_.normaliser(said)) : std::nullopt;
    }

    AgreementVerifierOptions options_;
};

}  // namespace automix
