// SPDX-License-Identifier: Apache-2.0
// Builds the models of a models file. Each is a backend (HTTP or a recording) behind its price, limits and retries,
// with its prompts, sampling and signals. Also builds the verifiers of each model and data set.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/live/answer_signals.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/prompt_choice.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/verify/self_verifier.hpp>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace automix {

/// Returns the backend metered, limited and retried. Calls are charged to the ledger at the configured prices and kept
/// within the configured rates. They are repeated after temporary failures. Throws `ArgumentError` for an invalid
/// configuration.
AnyModel metered_model(AnyModel backend, const ModelConfig& config, std::shared_ptr<Ledger> ledger);

/// Makes the signal that runs a command on an answer. Throws `ArgumentError` if none is to be run.
using CommandSignal = std::function<AnySignal(const SignalConfig& config)>;

/// Returns the model with the sampling, the prompts and the signals of its configuration, as the mixer takes it. Throws
/// `ArgumentError` for a signal of a command if `command` is empty, and passes on its errors.
LiveModel live_model(AnyModel model, const ModelConfig& config, const CommandSignal& command = {});

/// The verifier of one model of a models file, by data set if its prompts are. It may judge the answers of any model.
/// Satisfies `verifier_choice`.
class ConfiguredVerifier {
 public:
    explicit ConfiguredVerifier(const ModelConfig& model);

    const SelfVerifier& operator()(Index model, const Query& query) const;

 private:
    ConfiguredVerifier(const ModelConfig& model, const PromptChoice& prompts);

    SelfVerifier general_;
    std::map<std::string, SelfVerifier> by_dataset_{};
};

/// The verifiers of the models of a models file, by data set if its prompts are. Satisfies `verifier_choice`.
class ConfiguredVerifiers {
 public:
    explicit ConfiguredVerifiers(std::span<const ModelConfig> models);

    const SelfVerifier& operator()(Index model, const Query& query) const;

 private:
    std::vector<ConfiguredVerifier> models_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/configured_models_inl.hpp>
#endif
