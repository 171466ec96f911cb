// SPDX-License-Identifier: Apache-2.0
// Models of a models file put together: a backend, be it HTTP or a recording, behind its price, limits and retries; prompts and
// sampling; and the verifiers of each model and data set.
#pragma once

#include <automix/live/config/models_file.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/limiter.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/retry.hpp>
#include <automix/verify/few_shot_prompt.hpp>
#include <automix/verify/self_verifier.hpp>
#include <automix/verify/verdict_parser.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// The backend with its price charged to the ledger, within its limits, and asked again where that makes sense.
inline AnyModel guarded(AnyModel backend, const ModelConfig& config, std::shared_ptr<Ledger> ledger) {
    RetryOptions retry;
    retry.attempts = config.attempts;
    return RetryingModel(
        LimitedModel(MeteredModel(std::move(backend), config.price, std::move(ledger)), config.limits),
        retry);
}

/// The model as the mixer asks it.
inline LiveModel live_model(AnyModel model, const ModelConfig& config) {
    LiveModel live{.model = std::move(model), .sampling = config.generation, .limits = config.render};
    if (config.prompts.answer) live.prompt = *config.prompts.answer;
    for (const auto& [dataset, prompts] : config.dataset_prompts) {
        if (prompts.answer) live.prompts_by_dataset.insert_or_assign(dataset, *prompts.answer);
    }
    return live;
}

/// The verifier of each model of a models file, by data set where its prompts say so. A `verifier_choice`.
class ConfiguredVerifiers {
 public:
    explicit ConfiguredVerifiers(std::span<const ModelConfig> models) {
        for (const ModelConfig& model : models) {
            OfModel& verifiers = models_.emplace_back(OfModel{verifier(model, model.prompts), {}});
            for (const auto& [dataset, prompts] : model.dataset_prompts) {
                if (prompts.verify) verifiers.by_dataset.emplace(dataset, verifier(model, prompts));
            }
        }
    }

    const SelfVerifier& operator()(int model, const Query& query) const {
        const OfModel& verifiers = models_[static_cast<std::size_t>(model)];
        const auto found = verifiers.by_dataset.find(query.dataset);
        return found == verifiers.by_dataset.end() ? verifiers.general : found->second;
    }

 private:
    struct OfModel {
        SelfVerifier general;
        std::map<std::string, SelfVerifier> by_dataset;
    };

    static SelfVerifier verifier(const ModelConfig& model, const ModelPrompts& prompts) {
        SelfVerifierOptions options{.sampling = model.verification, .limits = model.render};
        if (prompts.verify) options.prompt = *prompts.verify;
        if (model.verdict) options.parser = *model.verdict;
        return SelfVerifier(std::move(options));
    }

    std::vector<OfModel> models_;
};

}  // namespace automix
