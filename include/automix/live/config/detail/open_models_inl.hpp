// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/open_models.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/file/file.hpp>
#include <automix/json/field_line.hpp>
#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/live/config/prompt_checks.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/model_price.hpp>
#include <automix/model/splitting_model.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the place of a configuration among all of a list of the file, as a field.
template <class Config>
std::string field_of(const std::vector<Config>& all, const Config& config, const std::string& list) {
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const Config& other) { return other.name == config.name; });
    return list + "[" + std::to_string(at - all.begin()) + "]";
}

/// Throws `DataError` with a message about a configuration at the field that caused it.
[[noreturn]] inline void fail_config(const std::string& path, const ModelConfig& config,
                                     const std::string& message) {
    const std::vector<ModelConfig> all = read_models(path);
    std::string field = field_of(all, config, "models");
    for (const auto& [start, name] :
         {std::pair{"base_url", ".base_url"}, std::pair{"extra", ".extra"},
          std::pair{"environment", ".api_key_env"}, std::pair{"key_header", ".api_key_header"},
          std::pair{"headers", ".headers"}, std::pair{"query", ".query"}, std::pair{"ca_file", ".ca_file"},
          std::pair{"reasoning_effort", ".reasoning_effort"}, std::pair{"prompts", ".prompts"},
          std::pair{"signals", ".signals"}, std::pair{"max_prompt_bytes", ".max_prompt_bytes"}}) {
        if (message.starts_with(start)) field += name;
    }
    const std::size_t colon = message.find(": ");
    const bool repeats = colon != std::string::npos && field.ends_with("." + message.substr(0, colon));
    throw DataError(Place{path, line_of_field(read_file(path), field), field},
                    repeats ? message.substr(colon + 2) : message);
}

/// Throws `DataError` with a message at a field of the file.
[[noreturn]] inline void fail_at(const std::string& path, const std::string& field,
                                 const std::string& message) {
    throw DataError(Place{path, line_of_field(read_file(path), field), field}, message);
}

/// Returns the members of a field of the file with these names, in their order. `need` says in messages why they are needed.
template <class Config>
std::vector<Config> choose_named(const std::string& path, const std::string& field,
                                 const std::vector<Config>& all, const std::vector<std::string>& names,
                                 const std::string& need) {
    std::vector<Config> chosen;
    for (const std::string& name : names) {
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const Config& config) { return config.name == name; });
        if (found == all.end()) fail_at(path, field, "lacks " + in_quotes(name) + ", which " + need);
        chosen.push_back(*found);
    }
    return chosen;
}

/// Opens the models and further verifiers of a file. `open` makes a model of its configuration.
template <class Open>
void open_file(OpenedModels& opened, const std::string& path, const OpenOptions& options, Open open) {
    const ModelsFile file = read_models_file(path);
    opened.configs = options.names.empty()
                         ? file.models
                         : choose_named(path, "models", file.models, options.names, "the policy is for");
    for (std::size_t m = 0; m < opened.configs.size(); ++m) {
        ModelConfig& config = opened.configs[m];
        if (options.signals) {
            config.signals = choose_named(path, field_of(file.models, config, "models") + ".signals",
                                          config.signals, options.signals->at(m),
                                          "the policy reads of answers of " + in_quotes(config.name));
        }
        AnyModel model = open(config);
        try {
            opened.models.push_back(live_model(std::move(model), config, options.signal_command));
        } catch (const ArgumentError& error) {
            fail_config(path, config, error.what());
        }
    }
    const std::vector<VerifierConfig> verifiers =
        options.verifiers
            ? choose_named(path, "verifiers", file.verifiers, *options.verifiers, "the policy asks")
            : file.verifiers;
    std::vector<AnyModel> judges;
    for (const VerifierConfig& verifier : verifiers) {
        const std::string field = field_of(file.verifiers, verifier, "verifiers");
        if (verifier.judge.empty()) {
            if (!options.command) fail_at(path, field + ".command", "no command is run here");
            try {
                opened.further.push_back({verifier.name, options.command(verifier), {}, verifier.draws});
            } catch (const ArgumentError& error) {
                fail_at(path, field + ".command", error.what());
            }
            continue;
        }
        const ModelConfig config =
            *std::find_if(file.models.begin(), file.models.end(),
                          [&](const ModelConfig& model) { return model.name == verifier.judge; });
        const auto same = [&](const ModelConfig& model) { return model.name == config.name; };
        const auto known = std::find_if(opened.judges.begin(), opened.judges.end(), same);
        const auto number = as_size(known - opened.judges.begin());
        if (known == opened.judges.end()) {
            const auto answering = std::find_if(opened.configs.begin(), opened.configs.end(), same);
            judges.push_back(answering == opened.configs.end()
                                 ? open(config)
                                 : opened.models[as_size(answering - opened.configs.begin())].model);
            opened.judges.push_back(config);
        }
        opened.further.push_back({verifier.name, ConfiguredVerifier(config), judges[number], verifier.draws});
    }
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE OpenedModels open_models(const std::string& path, std::optional<double> budget,
                                        const ModelBackend& backend, const OpenOptions& options) {
    OpenedModels opened{.ledger = std::make_shared<Ledger>(budget)};
    detail::open_file(opened, path, options, [&](const ModelConfig& config) -> AnyModel {
        try {
            AnyModel model = metered_model(backend(config), config, opened.ledger);
            if (options.wrap) model = options.wrap(std::move(model));
            constexpr std::size_t most_kept = 4096;
            return SplittingModel(std::move(model), config.samples_per_call, options.parallel, most_kept);
        } catch (const ArgumentError& error) {
            detail::fail_config(path, config, error.what());
        }
    });
    return opened;
}

AUTOMIX_INLINE OpenedModels open_recording(const std::string& path, const std::shared_ptr<CallReplay>& calls,
                                           const OpenOptions& options) {
    OpenedModels opened;
    detail::open_file(opened, path, options, [&](const ModelConfig& config) -> AnyModel {
        return SplittingModel(ReplayModel(config.name, calls), config.samples_per_call);
    });
    return opened;
}

AUTOMIX_INLINE std::vector<std::string> check_queries(const std::string& path,
                                                      std::span<const ModelConfig> configs,
                                                      std::span<const Query> queries,
                                                      std::span<const ModelConfig> judges) {
    std::vector<std::string> warnings;
    for (std::size_t m = 0; m < configs.size(); ++m) {
        const ModelConfig& config = configs[m];
        const bool is_last = m + 1 == configs.size();
        try {
            if (const std::size_t cut = check_prompts(config, !is_last, queries); cut > 0)
                warnings.push_back(in_quotes(config.name) + ": max_prompt_bytes cuts the contexts of " +
                                   std::to_string(cut) + " of " + std::to_string(queries.size()) +
                                   " queries");
        } catch (const ArgumentError& error) {
            detail::fail_config(path, config, error.what());
        }
        if (!is_last && !charges_tokens(config.price) && !charges_tokens(configs[m + 1].price) &&
            config.price.call > configs[m + 1].price.call)
            warnings.push_back(in_quotes(config.name) +
                               " costs more than the model after it; the cheapest comes first");
    }
    for (const ModelConfig& judge : judges) {
        try {
            if (const std::size_t cut = check_judge_prompts(judge, queries); cut > 0)
                warnings.push_back(in_quotes(judge.name) +
                                   " as judge: max_prompt_bytes cuts the contexts of " + std::to_string(cut) +
                                   " of " + std::to_string(queries.size()) + " queries");
        } catch (const ArgumentError& error) {
            detail::fail_config(path, judge, error.what());
        }
    }
    return warnings;
}

}  // namespace automix
