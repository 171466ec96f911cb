// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/open_models.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/file/file.hpp>
#include <automix/json/field_line.hpp>
#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/live/config/prompt_checks.hpp>
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

/// Throws `DataError` with a message about a configuration at the field that caused it.
[[noreturn]] inline void fail_config(const std::string& path, const ModelConfig& config,
                                     const std::string& message) {
    const std::vector<ModelConfig> all = read_models(path);
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](const ModelConfig& other) { return other.name == config.name; });
    std::string field = "models[" + std::to_string(at - all.begin()) + "]";
    for (const auto& [start, name] :
         {std::pair{"base_url", ".base_url"}, std::pair{"extra", ".extra"},
          std::pair{"environment", ".api_key_env"}, std::pair{"key_header", ".api_key_header"},
          std::pair{"headers", ".headers"}, std::pair{"query", ".query"}, std::pair{"ca_file", ".ca_file"},
          std::pair{"reasoning_effort", ".reasoning_effort"}, std::pair{"prompts", ".prompts"},
          std::pair{"max_prompt_bytes", ".max_prompt_bytes"}}) {
        if (message.starts_with(start)) field += name;
    }
    const std::size_t colon = message.find(": ");
    const bool repeats = colon != std::string::npos && field.ends_with("." + message.substr(0, colon));
    throw DataError(Place{path, line_of_field(read_file(path), field), field},
                    repeats ? message.substr(colon + 2) : message);
}

/// Returns the configurations with these names, or all of them.
inline std::vector<ModelConfig> read_configs(const std::string& path, const std::vector<std::string>& names) {
    std::vector<ModelConfig> all = read_models(path);
    if (names.empty()) return all;
    std::vector<ModelConfig> chosen;
    for (const std::string& name : names) {
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const ModelConfig& config) { return config.name == name; });
        if (found == all.end())
            throw DataError(Place{path, line_of_field(read_file(path), "models"), "models"},
                            "lacks " + in_quotes(name) + ", which the policy is for");
        chosen.push_back(*found);
    }
    return chosen;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE OpenedModels open_models(const std::string& path, std::optional<double> budget,
                                        const ModelBackend& backend, const OpenOptions& options) {
    OpenedModels opened{.configs = detail::read_configs(path, options.names),
                        .ledger = std::make_shared<Ledger>(budget)};
    for (const ModelConfig& config : opened.configs) {
        try {
            AnyModel model = metered_model(backend(config), config, opened.ledger);
            if (options.wrap) model = options.wrap(std::move(model));
            constexpr std::size_t most_kept = 4096;
            opened.models.push_back(live_model(
                SplittingModel(std::move(model), config.samples_per_call, options.parallel, most_kept),
                config));
        } catch (const ArgumentError& error) {
            detail::fail_config(path, config, error.what());
        }
    }
    return opened;
}

AUTOMIX_INLINE OpenedModels open_recording(const std::string& path, const std::shared_ptr<CallReplay>& calls,
                                           const std::vector<std::string>& names) {
    OpenedModels opened{.configs = detail::read_configs(path, names)};
    for (const ModelConfig& config : opened.configs)
        opened.models.push_back(
            live_model(SplittingModel(ReplayModel(config.name, calls), config.samples_per_call), config));
    return opened;
}

AUTOMIX_INLINE std::vector<std::string> check_queries(const std::string& path,
                                                      std::span<const ModelConfig> configs,
                                                      std::span<const Query> queries) {
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
    return warnings;
}

}  // namespace automix
