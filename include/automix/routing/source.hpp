// SPDX-License-Identifier: Apache-2.0
// Where answers and verdicts come from: live models, or a log that is replayed. Required members of `source`:
//     Answered answer(int model)            run the model on the query
//     Drawn draw(int model, int draws)      that many verdicts on its answer; `all_draws` (-1): as many as there are
// Failures are values. Valid: a struct with both. Invalid: one whose `draw` returns a bare count. Skeleton:
//     struct Mine {
//         automix::Answered answer(int) { return {.cost = 1.0}; }
//         automix::Drawn draw(int, int draws) {
//             const int m = draws == automix::all_draws ? 8 : draws;
//             return {.drawn = m, .parsed = m, .positive = m, .cost = 0.125 * m};
//         }
//     };
#pragma once

#include <automix/routing/action.hpp>

#include <concepts>
#include <optional>
#include <string>

namespace automix {

/// What became of asking a model.
struct Answered {
    double cost = 0.0;      ///< paid for the answer
    bool flagged = false;   ///< known to be bad
    std::string failure{};  ///< why there is no answer; empty: there is one
    int samples = 0;  ///< 1 where it is known whether the answer is one to compare with others; 0: unknown
    int largest_cluster = 0;  ///< then 1, or 0 for an answer that agrees with none, itself included
};

/// What became of one round of draws. It brings as many as asked for, fewer only where it failed (what arrived before
/// counts) or where a logged confidence stands for them all; `all_draws` may bring any number from one.
struct Drawn {
    int drawn = 0;  ///< parsed or not
    int parsed = 0;
    int positive = 0;
    std::optional<double> logged_confidence{};  ///< where a log holds that alone
    int samples = 0;          ///< known so far on this answer, itself among them; 0: unknown
    int largest_cluster = 0;  ///< of these
    double cost = 0.0;        ///< paid for the round
    std::string failure{};
};

template <class S>
concept source = requires(S& s, int model, int draws) {
    { s.answer(model) } -> std::same_as<Answered>;
    { s.draw(model, draws) } -> std::same_as<Drawn>;
};

}  // namespace automix
