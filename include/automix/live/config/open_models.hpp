// SPDX-License-Identifier: Apache-2.0
// Opens the models of a models file, each behind its price, limits and retries and with its prompts. One budget covers
// all of them. A function makes the backend, so that this header needs no HTTP; automix/openai/configured_models.hpp
// has the one for HTTP. A recording of calls can stand in for the models. Nothing is sent before a model is asked.
#pragma once

#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace automix {

/// Makes the verifier that runs a command. Throws `ArgumentError` if none is to be run.
using CommandVerifier = std::function<AnyVerifier(const VerifierConfig& config)>;

/// Makes the backend of a configured model. Throws `ArgumentError`, naming the field, for an invalid configuration.
using ModelBackend = std::function<AnyModel(const ModelConfig& config)>;

struct OpenOptions {
    std::vector<std::string> names{};  ///< names of the models to open, in that order; empty: all
    std::function<AnyModel(AnyModel)>
        wrap{};  ///< put around each model that is metered, as `keep_calls`; may be empty
    /// Names of the further verifiers to open; nothing: all of the file. Models that judge alone are opened too.
    std::optional<std::vector<std::string>> verifiers{};
    CommandVerifier command{};  ///< empty: a verifier with a command is refused
    /// Names of the signals to read of the answers of each model, in the order of the models; nothing: all of the file.
    std::optional<std::vector<std::vector<std::string>>> signals{};
    CommandSignal signal_command{};  ///< empty: a signal of a command is refused
    int parallel = 8;  ///< maximum number of calls at a time for the samples of one request, minimum 1
};

/// The models of a file, in one order.
struct OpenedModels {
    std::vector<ModelConfig> configs{};
    std::shared_ptr<Ledger> ledger{};  ///< null for a recording
    std::vector<LiveModel> models{};
    std::vector<FurtherVerifier> further{};  ///< further verifiers, in the order of the file
    std::vector<ModelConfig> judges{};       ///< of the models that judge, each once

    /// Returns the verifier of each model, by data set if its prompts say so.
    [[nodiscard]] ConfiguredVerifiers verifiers() const { return ConfiguredVerifiers(configs); }
};

/// Opens models with one budget over all of them, in units of their prices. Without a budget there is no limit. Throws
/// `DataError` with file, line and field if the file is invalid or lacks a name or a signal. Throws the same if the backend refuses
/// a configuration, and if `command` or `signal_command` refuses one.
[[nodiscard]] OpenedModels open_models(const std::string& path, std::optional<double> budget,
                                       const ModelBackend& backend, const OpenOptions& options = {});

/// Opens the same models with a recording of their calls in place of a backend; nothing is put around them. Throws
/// `DataError` as `open_models`.
[[nodiscard]] OpenedModels open_recording(const std::string& path, const std::shared_ptr<CallReplay>& calls,
                                          const OpenOptions& options = {});

/// Checks the prompts of all queries before any is sent, those of models that judge among them. Returns warnings about contexts that will be cut and about
/// models that are not cheapest first. Throws `DataError`, naming the field of the models file, if `check_prompts`
/// refuses a prompt.
[[nodiscard]] std::vector<std::string> check_queries(const std::string& path,
                                                     std::span<const ModelConfig> configs,
                                                     std::span<const Query> queries,
                                                     std::span<const ModelConfig> judges = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/open_models_inl.hpp>
#endif
