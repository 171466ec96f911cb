// SPDX-License-Identifier: Apache-2.0
// Where answers and verdicts come from: live models, or a log that is replayed. Required members of `source`:
//     Answered answer(int model)            run the model on the query
//     Drawn draw(int model, int draws)      that many verdicts on its answer, or `all_draws`
// Failures are values. Valid: a struct with both. Invalid: one whose `draw` returns a bare count. Skeleton:
//     struct Mine { Answered answer(int) { return {}; } Drawn draw(int, int m) { return {.drawn = m, .parsed = m}; } };
#pragma once

#include <concepts>
#include <optional>
#include <string>

namespace automix {

/// What became of asking a model.
struct Answered {
    double cost = 0.0;      ///< paid for the answer
    bool flagged = false;   ///< known to be bad
    std::string failure{};  ///< why there is no answer; empty: there is one
};

/// What became of one round of draws. Where it failed, what arrived before counts.
struct Drawn {
    int drawn = 0;
    int parsed = 0;
    int positive = 0;
    std::optional<double> logged_confidence{};  ///< where a log holds that alone
    int samples = 0;                            ///< known so far on this answer, itself among them; 0: unknown
    int largest_cluster = 0;                    ///< of these
    double cost = 0.0;                          ///< paid for the round
    std::string failure{};
};

template <class S>
concept source = requires(S& s, int model, int draws) {
    { s.answer(model) } -> std::same_as<Answered>;
    { s.draw(model, draws) } -> std::same_as<Drawn>;
};

}  // namespace automix
