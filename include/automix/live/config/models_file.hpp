// SPDX-License-Identifier: Apache-2.0
// Reads the models file, which gives the address, prices and sampling of each live model, cheapest first:
//     {"models":[{"name":"small","base_url":"http://127.0.0.1:8080/v1","model":"mini","api_key_env":"SMALL_KEY",
//       "price":{"call":1,"verification":0.125,"prompt_per_million":0.15,"completion_per_million":0.6},
//       "generation":{"temperature":0,"top_p":1,"max_tokens":64,"stop":["\n\n"],"seed":7},
//       "verification":{"temperature":0.7,..},
//       "prompts":{"answer":"..{context}..{question}..","verify":"..{context}..{question}..{answer}..",
//         "DATA SET":{"answer":..,"verify":..}},"verdict":{"positive":"REGEX","negative":"REGEX"},
//       "timeout_s":30,"connect_timeout_s":5,"concurrency":8,
//       "requests_per_minute":600,"samples_per_call":1,"attempts":4,"rate_limit_attempts":12,"max_prompt_bytes":30000,
//       "api_key_env_again":"..","api_key_header":"api-key","headers":{"X-Team":"a"},"query":{"api-version":"1"},"ca_file":"ca.pem",
//       "max_tokens_field":"max_completion_tokens","leave_out":["temperature","top_p"],"reasoning_effort":"low",
//       "signals":[{"name":"certainty","of":"mean_probability"},{"name":"tests","command":"./run-tests"}],
//       "extra":{"top_k":0}},..],
//      "verifiers":[{"name":"judge","by":"large","draws":2},{"name":"tests","command":"./run-tests","gives":"verdict"}]}
// `name`, `base_url`, `price` and `generation.max_tokens` are required. `model` defaults to the name.
// `price.verification` is the price of one verdict and defaults to that of a call. `verification` defaults to the
// sampling of answers, with a temperature of 0.7 if theirs is 0. Without `rate_limit_attempts`, `attempts` stands for
// both. `verifiers` are further ones beside that of every model: another model of the file as judge, with its prompt,
// sampling and price of verification, or a command. `draws` is the number of verdicts that a recording draws; it defaults
// to that of the models' own. A command `gives` a verdict or a probability. `signals` come with the
// answers of a model at no price: of the probabilities of their tokens, which are then asked for, or of a command. A key is read only from a variable whose name holds KEY, TOKEN or SECRET, so that a file of somebody else sends
// no other variable away, unless `api_key_env_again` repeats the name. Unknown fields are errors. Several models may
// share an address, for example at other efforts.
#pragma once

#include <automix/core/error.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/model/limiter.hpp>
#include <automix/model/model_price.hpp>
#include <automix/model/request.hpp>
#include <automix/model/retry.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verdict_rules.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// The source of a signal: the mean or the minimum of the probabilities of an answer's tokens, that of the letter
/// which the answer chooses, or what a command says of the answer.
enum class SignalOrigin : std::uint8_t { mean_probability, min_probability, choice_probability, command };

struct SignalConfig {
    std::string name{};
    SignalOrigin origin = SignalOrigin::command;
    std::string command{};  ///< of a shell; empty for a signal of probabilities
};

/// The prompts of a model. An empty member means the model's prompt for all data sets or the library's own.
struct ModelPrompts {
    std::optional<PromptTemplate> answer{};
    std::optional<PromptTemplate> verify{};
};

struct ModelConfig {
    std::string name{};
    std::string base_url{};
    std::string model{};        ///< name of the model in the API
    std::string api_key_env{};  ///< variable that holds the key; empty: no key is sent
    ModelPrice price{};
    Sampling generation{};
    Sampling verification{};
    ModelPrompts prompts{};
    std::map<std::string, ModelPrompts> dataset_prompts{};
    std::optional<VerdictRules> verdict{};
    std::optional<std::chrono::milliseconds> timeout{};          ///< limit of a whole call
    std::optional<std::chrono::milliseconds> connect_timeout{};  ///< limit of connecting
    RequestLimits limits{};
    int samples_per_call = 1;  ///< maximum number of samples in one call
    int attempts = 4;          ///< maximum number of calls for a request that fails
    int rate_limit_attempts =
        RetryOptions{}.rate_limit_attempts;  ///< the same for calls that end in a rate limit
    RenderLimits render{};                   ///< of prompts; contexts are cut at their end
    std::string api_key_header{};            ///< header that carries the key; empty: `Authorization: Bearer`
    std::map<std::string, std::string> headers{};  ///< further headers of the request
    std::map<std::string, std::string> query{};    ///< fields added to the address
    std::string ca_file{};                         ///< certificates to trust; empty: those of the system
    std::string max_tokens_field = "max_tokens";   ///< or `max_completion_tokens`
    std::vector<std::string> leave_out{};          ///< of `temperature` and `top_p`
    std::string reasoning_effort{};                ///< empty: not sent
    std::string extra{};                  ///< a JSON object of further fields of the request; empty: none
    std::vector<SignalConfig> signals{};  ///< of the model's answers
};

/// Returns true if signals of a model need the probabilities of its tokens.
[[nodiscard]] bool asks_probabilities(const ModelConfig& model);

/// Returns the number of likeliest tokens at each place that signals of a model need.
[[nodiscard]] int asked_alternatives(const ModelConfig& model);

/// A further verifier of a models file.
struct VerifierConfig {
    std::string name{};
    std::string judge{};             ///< name of the model that judges; empty for a command
    std::string command{};           ///< of a shell; empty for a judge
    bool gives_probability = false;  ///< of a command; else it gives a verdict
    std::optional<int> draws{};      ///< verdicts that a recording draws; nothing: as many as of `self`
};

struct ModelsFile {
    std::vector<ModelConfig> models{};
    std::vector<VerifierConfig> verifiers{};
};

namespace detail {

class ModelsParser : DocumentChecks {
 public:
    explicit ModelsParser(const std::string& name) : DocumentChecks(name) {}

    [[nodiscard]] ModelsFile parse(const nlohmann::json& json) const;

 private:
    /// Calls `use(value, field)` if the member is there.
    template <class Use>
    static void with(const nlohmann::json& json, const std::string& field, const char* key, Use use) {
        if (json.contains(key)) use(json.at(key), inside(field, key));
    }

    /// Runs `make` and rethrows its error as an error of the field.
    template <class Make>
    auto checked(const std::string& field, Make make) const {
        try {
            return make();
        } catch (const ArgumentError& error) {
            fail(field, error.what());
        }
    }

    [[nodiscard]] std::string not_empty(const nlohmann::json& json, const std::string& field) const;

    [[nodiscard]] std::chrono::milliseconds seconds(const nlohmann::json& json,
                                                    const std::string& field) const;

    [[nodiscard]] ModelConfig model(const nlohmann::json& json, const std::string& at) const;

    [[nodiscard]] std::string key_variable(const nlohmann::json& json, const std::string& at) const;

    [[nodiscard]] std::map<std::string, std::string> texts(const nlohmann::json& json,
                                                           const std::string& field) const;

    void read_request(const nlohmann::json& json, const std::string& at, ModelConfig& model) const;

    [[nodiscard]] ModelPrice price(const nlohmann::json& json, const std::string& at) const;

    void read_sampling(const nlohmann::json& json, const std::string& at, ModelConfig& model) const;

    void update(Sampling& sampling, const nlohmann::json& json, const std::string& at) const;

    [[nodiscard]] PromptTemplate prompt(const nlohmann::json& json, const std::string& field,
                                        bool verification) const;

    void read_pair(const nlohmann::json& json, const std::string& at, ModelPrompts& prompts) const;

    void read_prompts(const nlohmann::json& json, const std::string& at, ModelConfig& model) const;

    [[nodiscard]] SignalConfig signal(const nlohmann::json& json, const std::string& at,
                                      const ModelConfig& model) const;

    [[nodiscard]] VerifierConfig verifier(const nlohmann::json& json, const std::string& at,
                                          const ModelsFile& file) const;

    [[nodiscard]] VerdictRules verdict(const nlohmann::json& json, const std::string& at) const;
};

}  // namespace detail

/// Returns the models and verifiers in a text. Messages refer to it as `name`. Throws `DataError` with name, line and
/// field if anything is wrong.
[[nodiscard]] ModelsFile parse_models_file(const std::string& text, const std::string& name);

/// Reads a models file. Throws as `parse_models_file`, and if the file cannot be read.
[[nodiscard]] ModelsFile read_models_file(const std::string& path);

/// Returns the models in a text. Messages refer to it as `name`. Throws `DataError` with name, line and field if
/// anything is wrong.
[[nodiscard]] std::vector<ModelConfig> parse_models(const std::string& text, const std::string& name);

/// Reads a models file. Throws as `parse_models`, and if the file cannot be read.
[[nodiscard]] std::vector<ModelConfig> read_models(const std::string& path);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/models_file_inl.hpp>
#endif
