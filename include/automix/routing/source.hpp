// SPDX-License-Identifier: Apache-2.0
// The source of answers and verdicts: live models, or a log that is replayed. Required members of `source`:
//     Answered answer(Index model)          runs the model on the query
//     Drawn draw(Index model, int draws)    draws that many verdicts on its answer; `all_draws` (-1): all there are
// Failures are values. Valid: a struct with both. Invalid: one whose `draw` returns a bare count. Skeleton:
//     struct Mine {
//         automix::Answered answer(automix::Index) { return {.cost = 1.0}; }
//         automix::Drawn draw(automix::Index, int draws) {
//             const int m = draws == automix::all_draws ? 8 : draws;
//             return {.drawn = m, .parsed = m, .positive = m, .cost = 0.125 * m};
//         }
//     };
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/action.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// The result of asking a model.
struct Answered {
    double cost = 0.0;              ///< paid for the answer
    bool flagged = false;           ///< known to be bad
    std::string failure{};          ///< why there is no answer; empty if there is one
    int samples = 0;                ///< 1 if answers can be compared with samples; 0: unknown
    int largest_cluster = 0;        ///< then 1, or 0 for an answer that failed
    std::vector<Signal> signals{};  ///< that come with the answer at no price
};

/// The result of one round of draws. A round brings as many draws as asked for. It may bring fewer if it failed, and
/// the draws before the failure count, or if a logged confidence stands for all draws. `all_draws` brings at least one.
struct Drawn {
    int drawn = 0;  ///< parsed or not
    int parsed = 0;
    int positive = 0;
    std::optional<double> logged_confidence{};  ///< given in place of verdicts
    int samples = 0;          ///< known so far on this answer, the answer included; 0: unknown
    int largest_cluster = 0;  ///< number of samples in it
    double cost = 0.0;        ///< paid for the round
    std::string failure{};
};

template <class S>
concept source = requires(S& s, Index model, int draws) {
    { s.answer(model) } -> std::same_as<Answered>;
    { s.draw(model, draws) } -> std::same_as<Drawn>;
};

/// A source whose answers have several verifiers: `draw(model, verifier, draws)` asks one of them, 0 being the first.
template <class S>
concept multi_verifier_source = source<S> && requires(S& s, Index model, Index verifier, int draws) {
    { s.draw(model, verifier, draws) } -> std::same_as<Drawn>;
};

/// A source that throws if it is asked for more draws than there are, and says so by `static constexpr bool limits_draws =
/// true;`. The loop then sets no limit to the rounds.
template <class S>
concept draw_limiting_source = source<S> && requires {
    requires S::limits_draws;
};

}  // namespace automix
