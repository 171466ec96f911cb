// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/configured_models.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/limiter.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/retry.hpp>
#include <automix/verify/self_verifier.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace automix {

AUTOMIX_INLINE AnyModel guarded(AnyModel backend, const ModelConfig& config, std::shared_ptr<Ledger> ledger) {
    RetryOptions retry;
    retry.attempts = config.attempts;
    return RetryingModel(
        LimitedModel(MeteredModel(std::move(backend), config.price, std::move(ledger)), config.limits),
        retry);
}

AUTOMIX_INLINE LiveModel live_model(AnyModel model, const ModelConfig& config) {
    LiveModel live{.model = std::move(model), .sampling = config.generation, .limits = config.render};
    if (config.prompts.answer) live.prompt = *config.prompts.answer;
    for (const auto& [dataset, prompts] : config.dataset_prompts) {
        if (prompts.answer) live.prompts_by_dataset.insert_or_assign(dataset, *prompts.answer);
    }
    return live;
}

AUTOMIX_INLINE ConfiguredVerifiers::ConfiguredVerifiers(std::span<const ModelConfig> models) {
    for (const ModelConfig& model : models) {
        OfModel& verifiers = models_.emplace_back(OfModel{verifier(model, model.prompts), {}});
        for (const auto& [dataset, prompts] : model.dataset_prompts) {
            if (prompts.verify) verifiers.by_dataset.emplace(dataset, verifier(model, prompts));
        }
    }
}

AUTOMIX_INLINE const SelfVerifier& ConfiguredVerifiers::operator()(int model, const Query& query) const {
    const OfModel& verifiers = models_[static_cast<std::size_t>(model)];
    const auto found = verifiers.by_dataset.find(query.dataset);
    return found == verifiers.by_dataset.end() ? verifiers.general : found->second;
}

AUTOMIX_INLINE SelfVerifier ConfiguredVerifiers::verifier(const ModelConfig& model,
                                                          const ModelPrompts& prompts) {
    SelfVerifierOptions options{.sampling = model.verification, .limits = model.render};
    if (prompts.verify) options.prompt = *prompts.verify;
    if (model.verdict) options.parser = *model.verdict;
    return SelfVerifier(std::move(options));
}

}  // namespace automix
