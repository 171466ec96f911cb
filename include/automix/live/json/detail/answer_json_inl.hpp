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

AUTOMIX_INLINE nlohmann::ordered_json evidence_json(const LiveAnswer& answer,
                                                    const std::vector<std::string>& models) {
    nlohmann::ordered_json json{{"verdicts", nlohmann::ordered_json::object()}};
    for (std::size_t m = 0; m < answer.models.size(); ++m) {
        const ModelShare& share = answer.models[m];
        for (const Verdict verdict : share.verdicts)
            json["verdicts"][models[m]].push_back(detail::verdict_json(verdict));
        if (share.confidence) json["confidences"][models[m]] = *share.confidence;
    }
    for (std::size_t m = 0; m < answer.models.size(); ++m) {
        for (const VerifierShare& verifier : answer.models[m].further) {
            if (verifier.asked())
                json["verifiers"][models[m]][verifier.verifier] = detail::verifier_json(verifier);
        }
    }
    return json;
}

AUTOMIX_INLINE nlohmann::ordered_json cost_json(const LiveAnswer& answer,
                                                const std::vector<std::string>& models) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    json["answers"] = answer.answer_cost();
    json["verification"] = answer.verification_cost();
    json["total"] = answer.cost();
    nlohmann::ordered_json& by_model = json["models"] = nlohmann::ordered_json::object();
    for (std::size_t m = 0; m < answer.models.size(); ++m) {
        const ModelShare& share = answer.models[m];
        if (!share.answer && share.answer_cost + share.verification_cost <= 0.0) continue;
        nlohmann::ordered_json& costs = by_model[models[m]];
        costs["answers"] = share.answer_cost;
        costs["verification"] = share.all_verification_cost();
    }
    return json;
}

AUTOMIX_INLINE nlohmann::ordered_json failure_json(const LiveAnswer& answer) {
    if (!answer.failure) return nullptr;
    return {{"kind", answer.failure->kind ? nlohmann::ordered_json(to_string(*answer.failure->kind))
                                          : nlohmann::ordered_json(nullptr)},
            {"message", answer.failure->message}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const LiveAnswer& answer,
                                              const std::vector<std::string>& models) {
    nlohmann::ordered_json signals = nlohmann::ordered_json::object();
    for (std::size_t m = 0; m < answer.models.size(); ++m) {
        const ModelShare& share = answer.models[m];
        for (const Signal& signal : share.signals) signals[models[m]][signal.name] = signal.value;
        for (const AbsentSignal& signal : share.absent_signals) signals[models[m]][signal.name] = nullptr;
    }
    std::size_t cut_bytes = 0;
    for (const ModelShare& share : answer.models) cut_bytes = std::max(cut_bytes, share.cut_bytes);
    nlohmann::ordered_json evidence = evidence_json(answer, models);
    nlohmann::ordered_json json{
        {"id", answer.id},
        {"answer", answer.failed() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(answer.text)},
        {"finish",
         answer.finish ? nlohmann::ordered_json(to_string(*answer.finish)) : nlohmann::ordered_json(nullptr)},
        {"model", answer.failed() ? nlohmann::ordered_json(nullptr)
                                  : nlohmann::ordered_json(models[as_size(answer.model)])},
        {"verdicts", std::move(evidence["verdicts"])},
        {"cost", cost_json(answer, models)},
        {"cut_bytes", cut_bytes},
        {"latency_ms", static_cast<double>(answer.latency.count()) / 1000.0},
        {"degraded", answer.degraded},
        {"explanation",
         answer.explanation ? to_json(*answer.explanation, models) : nlohmann::ordered_json(nullptr)},
        {"error", failure_json(answer)}};
    for (const char* name : {"confidences", "verifiers"}) {
        if (evidence.contains(name)) json[name] = std::move(evidence[name]);
    }
    if (!answer.warning.empty()) json["warning"] = answer.warning;
    if (!signals.empty()) json["signals"] = std::move(signals);
    return json;
}

}  // namespace automix
