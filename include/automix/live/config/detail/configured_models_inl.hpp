// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/configured_models.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/live/answer_signals.hpp>
#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/prompt_choice.hpp>
#include <automix/live/detail/for_dataset.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/declined_verdicts.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/limiter.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/request.hpp>
#include <automix/model/retry.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/self_verifier.hpp>

#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the verifier of a model with that prompt.
inline SelfVerifier self_verifier_of(const ModelConfig& model, const PromptTemplate& prompt) {
    SelfVerifierOptions options{.prompt = prompt, .sampling = model.verification, .limits = model.render};
    if (model.verdict) options.parser = *model.verdict;
    return SelfVerifier(std::move(options));
}

/// Returns the signal of a configuration.
inline AnySignal signal_of(const SignalConfig& config, const CommandSignal& command) {
    switch (config.origin) {
        case SignalOrigin::mean_probability:
            return mean_token_probability;
        case SignalOrigin::min_probability:
            return min_token_probability;
        case SignalOrigin::choice_probability:
            return choice_probability;
        case SignalOrigin::command:
            break;
    }
    if (!command) throw ArgumentError("signals: " + in_quotes(config.name) + ": no command is run here");
    return command(config);
}

inline std::vector<AnswerSignal> signals_of(const ModelConfig& config, const CommandSignal& command) {
    std::vector<AnswerSignal> signals;
    for (const SignalConfig& signal : config.signals)
        signals.push_back({signal.name, signal_of(signal, command)});
    return signals;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE AnyModel metered_model(AnyModel backend, const ModelConfig& config,
                                      std::shared_ptr<Ledger> ledger) {
    RetryOptions retry;
    retry.attempts = config.attempts;
    retry.rate_limit_attempts = config.rate_limit_attempts;
    return DeclinedVerdictsModel(RetryingModel(
        LimitedModel(MeteredModel(std::move(backend), config.price, std::move(ledger)), config.limits),
        retry));
}

AUTOMIX_INLINE LiveModel live_model(AnyModel model, const ModelConfig& config, const CommandSignal& command) {
    PromptChoice prompts = prompt_choice(config, Purpose::answer);
    return {.model = std::move(model),
            .sampling = config.generation,
            .prompt = std::move(prompts.general),
            .prompts_by_dataset = std::move(prompts.by_dataset),
            .limits = config.render,
            .signals = detail::signals_of(config, command)};
}

AUTOMIX_INLINE ConfiguredVerifier::ConfiguredVerifier(const ModelConfig& model)
    : ConfiguredVerifier(model, prompt_choice(model, Purpose::verification)) {}

AUTOMIX_INLINE ConfiguredVerifier::ConfiguredVerifier(const ModelConfig& model, const PromptChoice& prompts)
    : general_(detail::self_verifier_of(model, prompts.general)) {
    for (const auto& [dataset, prompt] : prompts.by_dataset)
        by_dataset_.emplace(dataset, detail::self_verifier_of(model, prompt));
}

AUTOMIX_INLINE const SelfVerifier& ConfiguredVerifier::operator()(Index, const Query& query) const {
    return detail::for_dataset(by_dataset_, query.dataset, general_);
}

AUTOMIX_INLINE ConfiguredVerifiers::ConfiguredVerifiers(std::span<const ModelConfig> models)
    : models_(models.begin(), models.end()) {}

AUTOMIX_INLINE const SelfVerifier& ConfiguredVerifiers::operator()(Index model, const Query& query) const {
    return models_[as_size(model)](model, query);
}

}  // namespace automix
