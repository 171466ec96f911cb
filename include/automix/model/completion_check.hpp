// SPDX-License-Identifier: Apache-2.0
// Checks that a reply has as many completions as samples were requested, or at least one for a partial request. With
// fewer, an answer or a verdict would be missing without notice. With more, it is unknown which were meant.
#pragma once

#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace automix {

/// Throws `ModelError` of kind `bad_reply`, with the reply's cost, if the number is wrong.
inline void require_completions(std::string_view model, const GenerateRequest& request,
                                const GenerateReply& reply) {
    const std::size_t found = reply.completions.size();
    const auto wanted = static_cast<std::size_t>(request.samples);
    if (found == wanted || (request.partial && found >= 1 && found < wanted)) return;
    throw ModelError(
        model,
        {.kind = FailureKind::bad_reply, .maybe_billed = true, .cost = reply.cost, .is_deliberate = true},
        "expected completions: " + std::to_string(request.samples) + ", found " + std::to_string(found));
}

}  // namespace automix
