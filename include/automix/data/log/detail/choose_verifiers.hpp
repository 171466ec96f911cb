// SPDX-License-Identifier: Apache-2.0
// This file keeps the verifiers of an answer that are asked for. If `self` is not among them, the verdicts, confidence
// and price of the first one that is named take its place, so every router can be trained on it. O(verifiers).
#pragma once

#include <automix/data/log/detail/name_choice.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace automix::detail {

/// Returns the name of the verifier that stands first: `self` if all are wanted or it is among them.
inline std::string first_verifier(const NameChoice& wanted) {
    const std::string self(self_verifier);
    return wanted.all() || wanted.names(self) ? self : wanted.front();
}

/// Drops the verifiers of an answer that are not wanted, and moves the first one to its place.
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
    const auto chosen =
        std::find_if(model.verifiers.begin(), model.verifiers.end(),
                     [&](const VerifierRecord& verifier) { return verifier.name == wanted.front(); });
    if (chosen == model.verifiers.end()) return;
    model.verdicts = std::move(chosen->verdicts);
    model.confidence = chosen->confidence;
    model.draw_cost = chosen->draw_cost;
    model.verifiers.erase(chosen);
}

}  // namespace automix::detail
