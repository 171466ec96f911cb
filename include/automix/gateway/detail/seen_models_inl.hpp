// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/seen_models.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/record.hpp>
#include <automix/gateway/seen_models.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the number of draws, of which a confidence is one.
inline int draws_of(const VerifierShare& said) {
    return said.confidence ? 1 : static_cast<int>(said.verdicts.size());
}

/// Adds what a verifier said of an answer, if it said anything.
inline void add_verifier(RequestModel& model, const VerifierShare& said, int drawn_by_policy) {
    if (draws_of(said) == 0) return;
    if (said.verifier == self_verifier) {
        model.verdicts = said.verdicts;
        model.confidence = said.confidence;
        model.verify_cost = said.verdicts_price;
        model.drawn_by_policy = drawn_by_policy;
        return;
    }
    RequestVerifier& verifier = model.verifiers.emplace_back();
    verifier.seen.name = said.verifier;
    verifier.seen.verdicts = said.verdicts;
    verifier.seen.confidence = said.confidence;
    verifier.seen.draw_cost = said.verdicts_price / draws_of(said);
    verifier.drawn_by_policy = drawn_by_policy;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::vector<RequestModel> seen_models(const std::vector<ModelShare>& shares,
                                                     const std::vector<ModelShare>& by_policy,
                                                     const std::vector<std::string>& names,
                                                     const SeenOptions& options) {
    std::vector<RequestModel> seen;
    for (std::size_t m = 0; m < shares.size(); ++m) {
        const ModelShare& share = shares[m];
        const ModelShare& asked = by_policy[m];
        if (!share.answer) continue;
        RequestModel& model = seen.emplace_back();
        model.name = names[m];
        model.seen = asked.answer ? 1.0 : options.exploration;
        model.cost = share.answer_price;
        if (options.texts) model.answer = share.answer;
        detail::add_verifier(model, share, detail::draws_of(asked));
        for (std::size_t v = 0; v < share.further.size(); ++v) {
            const int drawn = v < asked.further.size() ? detail::draws_of(asked.further[v]) : 0;
            detail::add_verifier(model, share.further[v], drawn);
        }
    }
    return seen;
}

}  // namespace automix
