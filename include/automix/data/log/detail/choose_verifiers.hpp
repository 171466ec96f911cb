// SPDX-License-Identifier: Apache-2.0
// This file keeps the verifiers of an answer that are asked for. If it is one alone, its verdicts, confidence and price
// take the place of those of `self`, so every router can be trained on it. O(verifiers).
#pragma once

#include <automix/data/log/detail/name_choice.hpp>
#include <automix/data/record.hpp>

#include <string>
#include <utility>

namespace automix::detail {

/// Drops the verifiers of an answer that are not wanted. If one is wanted alone, it becomes `self`.
inline void choose_verifiers(ModelRecord& model, NameChoice& wanted) {
    if (wanted.all()) return;
    const std::string self(self_verifier);
    const bool verified = !model.verdicts.empty() || model.confidence;
    const bool keeps_self = verified ? wanted.take(self) : wanted.names(self);
    std::erase_if(model.verifiers,
                  [&](const VerifierRecord& verifier) { return !wanted.take(verifier.name); });
    if (keeps_self) return;
    model.verdicts.clear();
    model.confidence.reset();
    model.draw_cost.reset();
    if (wanted.size() > 1 || model.verifiers.empty()) return;
    VerifierRecord& chosen = model.verifiers.front();
    model.verdicts = std::move(chosen.verdicts);
    model.confidence = chosen.confidence;
    model.draw_cost = chosen.draw_cost;
    model.verifiers.clear();
}

}  // namespace automix::detail
