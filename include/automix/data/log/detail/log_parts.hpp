// SPDX-License-Identifier: Apache-2.0
// This file has the parts of a log's rows that a reader is asked to keep besides scores, verdicts and prices.
#pragma once

#include <automix/core/error.hpp>
#include <automix/data/log/detail/name_choice.hpp>
#include <automix/data/log/read_options.hpp>

#include <algorithm>

namespace automix::detail {

struct LogParts {
    bool answers = false;  ///< answers, or the first samples
    bool samples = false;  ///< samples and their scores, answers and references
    bool texts = false;    ///< all texts
    bool facts = false;    ///< questions, contexts, features and priors
};

/// Returns the signals that the options ask for. Throws `ArgumentError` for the score, which routers are to find out.
inline NameChoice signal_choice(const ReadOptions& options) {
    if (std::find(options.signals.begin(), options.signals.end(), "score") != options.signals.end())
        throw ArgumentError("signals: \"score\" tells what is right, which no router knows");
    return {"signal", options.signals};
}

/// Returns the verifiers that the options ask for.
inline NameChoice verifier_choice(const ReadOptions& options) { return {"verifier", options.verifiers}; }

/// Returns the parts that the options ask for.
inline LogParts log_parts(const ReadOptions& options) noexcept {
    return {!options.fixed_answers.empty(), options.keep_samples, options.keep_texts,
            options.keep_facts || options.keep_texts};
}

}  // namespace automix::detail
