// SPDX-License-Identifier: Apache-2.0
// Defines the concept of a verifier, which asks a model whether its own answer is right. Required of a
// `verifier<Model>`:
//     Verdicts verify(Model&, const VerificationTask&, DrawRange, const std::stop_token&) const
// It returns `count` verdicts. A verifier with `static constexpr bool gives_confidence = true;` returns a confidence
// instead, such as the probability of the token `correct`. It throws `ModelError` if a call fails. Calls come from many threads at once if queries
// are answered concurrently. Valid: struct Trusting below. Invalid: a type whose `verify` returns a share. Skeleton:
//     struct Trusting {
//         template <automix::model_adapter Model>
//         automix::Verdicts verify(Model&, const automix::VerificationTask&, automix::DrawRange range,
//                                  const std::stop_token&) const {
//             return {.verdicts = std::vector(static_cast<std::size_t>(range.count), automix::Verdict::positive)};
//         }
//     };
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/model/model_adapter.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// An answer to verify, with its question and context.
struct VerificationTask {
    std::string context{};
    std::string question{};
    std::string answer{};
};

/// A round of draws on an answer.
struct DrawRange {
    int first = 0;  ///< draws in earlier rounds, minimum 0
    int count = 1;  ///< draws in this round, minimum 1
    /// The replies to the earlier draws, in their order, for verifiers that compare samples. Empty if they are not
    /// kept.
    std::span<const std::string> earlier{};
};

/// The outcome of a round.
struct Verdicts {
    std::vector<Verdict> verdicts{};     ///< one for each draw
    std::vector<std::string> replies{};  ///< replies of the model that the verdicts were read from
    std::size_t cut_bytes = 0;           ///< number of bytes cut from the context to fit the prompt
    int cut_replies = 0;                 ///< replies that the token limit cut
    int declined_replies = 0;            ///< replies that the model or the backend declined to give
    double cost = 0.0;  ///< cost of the round: of the model's calls and of the verifier itself
    /// The probability that the answer is right, in [0, 1], in place of verdicts, which are then empty. Policies that
    /// were trained on confidences go by it.
    std::optional<double> confidence{};
    int samples = 0;          ///< answers known so far, failed ones and the first among them; 0: not compared
    int largest_cluster = 0;  ///< maximum number that agree with each other; 0 if all failed
};

template <class V, class Model>
concept verifier = model_adapter<Model> && requires(const V& v, Model& model, const VerificationTask& task,
                                                    DrawRange range, const std::stop_token& stop) {
    { v.verify(model, task, range, stop) } -> std::same_as<Verdicts>;
};

/// Throws `ArgumentError`, naming the field, for an invalid round.
inline void validate(const DrawRange& range) {
    if (range.first < 0)
        throw ArgumentError("first: expected at least 0, found " + std::to_string(range.first));
    if (range.count < 1)
        throw ArgumentError("count: expected at least 1, found " + std::to_string(range.count));
}

}  // namespace automix
