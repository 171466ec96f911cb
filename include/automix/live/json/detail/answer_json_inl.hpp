// SPDX-License-Identifier: Apache-2.0
// Definitions of live/json/answer_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/live/json/answer_json.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/routing/json/explanation_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns a verdict as 1, 0 or null.
inline nlohmann::ordered_json verdict_json(Verdict verdict) {
    return verdict == Verdict::unparsed ? nlohmann::ordered_json(nullptr)
                                        : nlohmann::ordered_json(static_cast<int>(verdict));
}

/// Returns the share of a further verifier of an answer.
inline nlohmann::ordered_json verifier_json(const VerifierShare& share) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const Verdict verdict : share.verdicts) json["verdicts"].push_back(verdict_json(verdict));
    if (share.confidence) json["confidence"] = *share.confidence;
    json["cost"] = share.verification_cost;
    return json;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const LiveAnswer& answer,
                                              const std::vector<std::string>& models) {
    nlohmann::ordered_json verdicts = nlohmann::ordered_json::object();
    nlohmann::ordered_json confidences = nlohmann::ordered_json::object();
    nlohmann::ordered_json verifiers = nlohmann::ordered_json::object();
    nlohmann::ordered_json signals = nlohmann::ordered_json::object();
    nlohmann::ordered_json costs = nlohmann::ordered_json::object();
    for (std::size_t m = 0; m < answer.models.size(); ++m) {
        const ModelShare& share = answer.models[m];
        for (const Verdict verdict : share.verdicts)
            verdicts[models[m]].push_back(detail::verdict_json(verdict));
        if (share.confidence) confidences[models[m]] = *share.confidence;
        for (const VerifierShare& verifier : share.further) {
            if (verifier.asked()) verifiers[models[m]][verifier.verifier] = detail::verifier_json(verifier);
        }
        for (const Signal& signal : share.signals) signals[models[m]][signal.name] = signal.value;
        for (const AbsentSignal& signal : share.absent_signals) signals[models[m]][signal.name] = nullptr;
        if (share.answer || share.answer_cost + share.verification_cost > 0.0)
            costs[models[m]] = {{"answers", share.answer_cost},
                                {"verification", share.all_verification_cost()}};
    }
    std::size_t cut_bytes = 0;
    for (const ModelShare& share : answer.models) cut_bytes = std::max(cut_bytes, share.cut_bytes);
    nlohmann::ordered_json error = nullptr;
    if (answer.failure) {
        error = {{"kind", answer.failure->kind ? nlohmann::ordered_json(to_string(*answer.failure->kind))
                                               : nlohmann::ordered_json(nullptr)},
                 {"message", answer.failure->message}};
    }
    nlohmann::ordered_json json{
        {"id", answer.id},
        {"answer", answer.failed() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(answer.text)},
        {"finish",
         answer.finish ? nlohmann::ordered_json(to_string(*answer.finish)) : nlohmann::ordered_json(nullptr)},
        {"model", answer.failed() ? nlohmann::ordered_json(nullptr)
                                  : nlohmann::ordered_json(models[as_size(answer.model)])},
        {"verdicts", std::move(verdicts)},
        {"cost",
         {{"answers", answer.answer_cost()},
          {"verification", answer.verification_cost()},
          {"total", answer.cost()},
          {"models", std::move(costs)}}},
        {"cut_bytes", cut_bytes},
        {"latency_ms", static_cast<double>(answer.latency.count()) / 1000.0},
        {"degraded", answer.degraded},
        {"explanation",
         answer.explanation ? to_json(*answer.explanation, models) : nlohmann::ordered_json(nullptr)},
        {"error", std::move(error)}};
    if (!confidences.empty()) json["confidences"] = std::move(confidences);
    if (!verifiers.empty()) json["verifiers"] = std::move(verifiers);
    if (!answer.warning.empty()) json["warning"] = answer.warning;
    if (!signals.empty()) json["signals"] = std::move(signals);
    return json;
}

}  // namespace automix
