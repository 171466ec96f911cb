// SPDX-License-Identifier: Apache-2.0
// Turns what was seen of the models of a live answer into what the log of requests keeps of them.
#pragma once

#include <automix/live/live_answer.hpp>
#include <automix/stream/request_record.hpp>

#include <string>
#include <vector>

namespace automix {

/// Options of what the log keeps of the models of one answer.
struct SeenOptions {
    double exploration = 0.0;  ///< probability of exploration; `seen` of models that the policy did not ask
    bool texts = false;        ///< keep answers
};

/// Returns the models that gave an answer, by their names. `shares` is all that was seen of each, and `by_policy` the part
/// of it that the policy asked for.
[[nodiscard]] std::vector<RequestModel> seen_models(const std::vector<ModelShare>& shares,
                                                    const std::vector<ModelShare>& by_policy,
                                                    const std::vector<std::string>& names,
                                                    const SeenOptions& options);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/seen_models_inl.hpp>
#endif
