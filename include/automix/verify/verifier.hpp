// SPDX-License-Identifier: Apache-2.0
// The concept of a verifier, which asks a model what it makes of its own answer. Required of a `verifier<Model>`:
//     Verdicts verify(Model&, const VerificationTask&, DrawRange, const std::stop_token&) const
// It gives `count` verdicts or throws: `ModelError` for a call that failed. It is called from many threads at once if
// queries are answered concurrently. Valid: struct Trusting below. Invalid: one whose `verify` returns a share. Skeleton:
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
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// An answer to verify, and what it answers.
struct VerificationTask {
    std::string context{};
    std::string question{};
    std::string answer{};
};

/// One round of draws on an answer.
struct DrawRange {
    int first = 0;  ///< draws in earlier rounds, at least 0
    int count = 1;  ///< draws in this one, at least 1
    /// Replies to the earlier draws, in their order, for verifiers that compare samples; empty: not kept.
    std::span<const std::string> earlier{};
};

/// What became of a round.
struct Verdicts {
    std::vector<Verdict> verdicts{};     ///< one a draw
    std::vector<std::string> replies{};  ///< what they were read from, as the model gave them
    std::size_t cut_bytes = 0;           ///< by which the context was shortened to fit the prompt
    double cost = 0.0;                   ///< paid for the round, as the model's reply says
    int samples = 0;          ///< answers known so far, failed ones and the first among them; 0: not compared
    int largest_cluster = 0;  ///< how many of these agree with each other; 0 if all failed
};

template <class V, class Model>
concept verifier = model_adapter<Model> && requires(const V& v, Model& model, const VerificationTask& task,
                                                    DrawRange range, const std::stop_token& stop) {
    { v.verify(model, task, range, stop) } -> std::same_as<Verdicts>;
};

/// Throws `ArgumentError`, naming the field, for a round that cannot be drawn.
inline void validate(const DrawRange& range) {
    if (range.first < 0)
        throw ArgumentError("first: expected at least 0, found " + std::to_string(range.first));
    if (range.count < 1)
        throw ArgumentError("count: expected at least 1, found " + std::to_string(range.count));
}

}  // namespace automix
