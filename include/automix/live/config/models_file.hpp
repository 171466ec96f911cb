// SPDX-License-Identifier: Apache-2.0
// The models file, which says where live models are, what they cost and how they are asked, cheapest first:
//     {"models":[{"name":"small","base_url":"http://127.0.0.1:8080/v1","model":"mini","api_key_env":"SMALL_KEY",
//       "price":{"call":1,"verification":0.125,"prompt_per_million":0.15,"completion_per_million":0.6},
//       "generation":{"temperature":0,"top_p":1,"max_tokens":64,"stop":["\n\n"],"seed":7},"verification":{"temperature":0.7,..},
//       "prompts":{"answer":"..{context}..{question}..","verify":"..{context}..{question}..{answer}..","DATA SET":{"answer":..,
//       "verify":..}},"verdict":{"positive":"REGEX","negative":"REGEX"},"timeout_s":30,"connect_timeout_s":5,"concurrency":8,
//       "requests_per_minute":600,"samples_per_call":1,"attempts":4,"max_prompt_bytes":30000,"extra":{"top_k":0}},..]}
// `name`, `base_url`, `price` and `generation.max_tokens` are required. `model` is the name unless given; `price.verification`, of
// one verdict, is that of a call; `verification` is sampled as answers are, at a temperature of 0.7 if theirs is 0. Unknown fields
// are errors.
#pragma once

#include <automix/core/error.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/model/limiter.hpp>
#include <automix/model/model_price.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verdict_rules.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Prompts of a model; nothing: the library's own, or those of the model for all data sets.
struct ModelPrompts {
    std::optional<PromptTemplate> answer{};
    std::optional<PromptTemplate> verify{};
};

struct ModelConfig {
    std::string name{};
    std::string base_url{};
    std::string model{};        ///< what the API calls it
    std::string api_key_env{};  ///< variable that holds the key; empty: no key is sent
    ModelPrice price{};
    Sampling generation{};
    Sampling verification{};
    ModelPrompts prompts{};
    std::map<std::string, ModelPrompts> dataset_prompts{};
    std::optional<VerdictRules> verdict{};
    std::optional<std::chrono::milliseconds> timeout{};          ///< of a call
    std::optional<std::chrono::milliseconds> connect_timeout{};  ///< of connecting
    RequestLimits limits{};
    int samples_per_call = 1;  ///< most samples that one call may ask for
    int attempts = 4;          ///< most calls for a request that fails
    RenderLimits render{};     ///< of prompts; contexts are cut at their end
    std::string extra{};       ///< a JSON object of further fields of the request; empty: none
};

namespace detail {

class ModelsParser : DocumentChecks {
 public:
    explicit ModelsParser(const std::string& name) : DocumentChecks(name) {}

    [[nodiscard]] std::vector<ModelConfig> parse(const nlohmann::json& json) const;

 private:
    /// Calls `use(value, field)` with a member that is there.
    template <class Use>
    static void with(const nlohmann::json& json, const std::string& field, const char* key, Use use) {
        if (json.contains(key)) use(json.at(key), inside(field, key));
    }

    /// Runs `make` and calls what it refuses an error of the field.
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

    [[nodiscard]] ModelPrice price(const nlohmann::json& json, const std::string& at) const;

    void read_sampling(const nlohmann::json& json, const std::string& at, ModelConfig& model) const;

    void update(Sampling& sampling, const nlohmann::json& json, const std::string& at) const;

    [[nodiscard]] PromptTemplate prompt(const nlohmann::json& json, const std::string& field,
                                        bool verification) const;

    void read_pair(const nlohmann::json& json, const std::string& at, ModelPrompts& prompts) const;

    void read_prompts(const nlohmann::json& json, const std::string& at, ModelConfig& model) const;

    [[nodiscard]] VerdictRules verdict(const nlohmann::json& json, const std::string& at) const;
};

}  // namespace detail

/// The models in a text, which messages call `name`. Throws `DataError` with name, line and field for whatever is wrong.
[[nodiscard]] std::vector<ModelConfig> parse_models(const std::string& text, const std::string& name);

/// Reads a models file. Throws as `parse_models`, and if the file cannot be read.
[[nodiscard]] std::vector<ModelConfig> read_models(const std::string& path);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/models_file_inl.hpp>
#endif
