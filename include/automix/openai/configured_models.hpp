// SPDX-License-Identifier: Apache-2.0
// Opens models of a models file over HTTP: the backend of a configuration, the model metered, limited and retried, or
// all models of a file with a budget.
//     const automix::OpenedModels opened = automix::open_models("models.json", 5.0);
#pragma once

#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/openai/openai_model.hpp>
#include <automix/openai/secret.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace automix {

/// Returns the bare model of a configuration over HTTP, without price, limits and retries. Reads the key from the
/// environment and sends nothing. Throws `ArgumentError`, naming the field, for an invalid configuration.
[[nodiscard]] inline AnyModel openai_backend(const ModelConfig& config) {
    OpenAiOptions options;
    options.name = config.name;
    options.base_url = config.base_url;
    options.model = config.model;
    if (!config.api_key_env.empty()) options.key = Secret::from_environment(config.api_key_env);
    if (config.timeout) options.total_timeout = *config.timeout;
    if (config.connect_timeout) options.connect_timeout = *config.connect_timeout;
    options.samples_per_call = config.samples_per_call;
    options.key_header = config.api_key_header;
    options.headers = config.headers;
    options.query = config.query;
    options.ca_file = config.ca_file;
    options.max_tokens_field = config.max_tokens_field;
    options.leave_out = config.leave_out;
    options.reasoning_effort = config.reasoning_effort;
    options.extra_body = config.extra;
    options.logprobs = asks_probabilities(config);
    options.top_logprobs = asked_alternatives(config);
    return OpenAiModel(std::move(options));
}

/// Returns the model of a configuration over HTTP, metered by the ledger, limited and retried. Throws as
/// `openai_backend`.
[[nodiscard]] inline AnyModel openai_model(const ModelConfig& config, std::shared_ptr<Ledger> ledger) {
    return metered_model(openai_backend(config), config, std::move(ledger));
}

/// Opens the models of a file over HTTP, with one budget over all in units of their prices. Throws as `open_models`
/// with a backend.
[[nodiscard]] inline OpenedModels open_models(const std::string& path, std::optional<double> budget = {},
                                              const OpenOptions& options = {}) {
    return open_models(path, budget, openai_backend, options);
}

}  // namespace automix
