// SPDX-License-Identifier: Apache-2.0
// This file tells which parts of a log's rows a reader keeps besides scores, verdicts and prices.
#pragma once

#include <automix/data/log/read_options.hpp>

namespace automix::detail {

struct LogParts {
    bool answers = false;  ///< answers, or the first samples
    bool samples = false;  ///< samples and their scores, answers and references
    bool texts = false;    ///< all texts
    bool facts = false;    ///< questions, contexts, features and priors
};

/// Returns the parts that the options ask for.
inline LogParts log_parts(const ReadOptions& options) noexcept {
    return {!options.fixed_answers.empty(), options.keep_samples, options.keep_texts,
            options.keep_facts || options.keep_texts};
}

}  // namespace automix::detail
