// SPDX-License-Identifier: Apache-2.0
// Verification by agreement, for tasks without a context to check an answer against: the model is asked the question again,
// by sampling, and a sample that agrees with the first answer is a positive verdict. Samples agree where a normaliser makes
// them equal. Self-consistency (Wang et al. 2023) counts them the same way: the size of the largest cluster is that of
// `plurality` over a log with the same samples. O(samples) calls of the normaliser and look-ups a round.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/text/normalise.hpp>
#include <automix/verify/draw_replies.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verifier.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix {

/// Makes equal what is to count as the same answer. Called from many threads at once where queries are answered
/// concurrently.
using Normaliser = std::function<std::string(std::string_view answer)>;

struct AgreementVerifierOptions {
    PromptTemplate prompt =
        PromptTemplate::for_answer("{question}");  ///< the one that the answer was asked with
    Normaliser normaliser = normalise;
    /// `max_tokens` must be given. At a temperature of 0 all samples are the same. A seed makes runs repeatable: each round's
    /// is derived from it by `round_seed`.
    Sampling sampling{.temperature = 0.7};
    RenderLimits limits{};
};

/// A verifier that compares the answer with further samples. A blank sample has failed: it is unparsed and agrees with none,
/// but counts among the samples.
class AgreementVerifier {
 public:
    /// Throws `ArgumentError` for sampling that no model can be asked for, for a prompt with `{answer}`, and where there is no
    /// normaliser.
    explicit AgreementVerifier(AgreementVerifierOptions options) : options_(std::move(options)) {
        validate(options_.sampling);
        if (options_.prompt.uses(Placeholder::answer)) {
            throw ArgumentError("prompt: expected the prompt of an answer, found one with {answer}");
        }
        if (!options_.normaliser) throw ArgumentError("normaliser: expected one, found none");
    }

    /// `samples` and `largest_cluster` are of all draws so far where `range.earlier` has them all, else 0, unknown. Throws
    /// `ArgumentError` for a range that cannot be drawn and for a task too long for the prompt, and what the model throws:
    /// `ModelError` where the call fails.
    template <model_adapter Model>
    [[nodiscard]] Verdicts verify(Model& model, const VerificationTask& task, DrawRange range,
                                  const std::stop_token& stop = {}) const {
        Verdicts drawn =
            draw_replies(model, options_.prompt.render({task.context, task.question, {}}, options_.limits),
                         options_.sampling, range, stop);
        const bool answered = !trim(task.answer).empty();
        const std::string answer = options_.normaliser(task.answer);
        std::unordered_map<std::string, int> clusters;
        const auto join = [&](std::string key) {
            drawn.largest_cluster = std::max(drawn.largest_cluster, ++clusters[std::move(key)]);
        };
        if (answered) join(answer);
        for (const std::string& reply : range.earlier) {
            if (!trim(reply).empty()) join(options_.normaliser(reply));
        }
        drawn.verdicts.reserve(drawn.replies.size());
        for (const std::string& reply : drawn.replies) {
            if (trim(reply).empty()) {
                drawn.verdicts.push_back(Verdict::unparsed);
                continue;
            }
            std::string key = options_.normaliser(reply);
            drawn.verdicts.push_back(answered && key == answer ? Verdict::positive : Verdict::negative);
            join(std::move(key));
        }
        if (range.earlier.size() == static_cast<std::size_t>(range.first)) {
            drawn.samples = 1 + range.first + range.count;
        } else {
            drawn.largest_cluster = 0;
        }
        return drawn;
    }

    /// The first of an answer and its samples that most of them agree with; on a tie the answer, then the earlier one. Failed
    /// samples agree with none; the answer where all failed.
    [[nodiscard]] std::string plurality(const std::string& answer,
                                        std::span<const std::string> replies) const {
        std::vector<std::string> samples{answer};
        for (const std::string& reply : replies) samples.emplace_back(trim(reply));
        std::unordered_map<std::string, int> clusters;
        for (const std::string& sample : samples) {
            if (!trim(sample).empty()) ++clusters[options_.normaliser(sample)];
        }
        const std::string* chosen = &samples.front();
        int most = 0;
        for (const std::string& sample : samples) {
            const int size = trim(sample).empty() ? 0 : clusters[options_.normaliser(sample)];
            if (size > most) {
                most = size;
                chosen = &sample;
            }
        }
        return *chosen;
    }

 private:
    AgreementVerifierOptions options_;
};

}  // namespace automix
