// SPDX-License-Identifier: Apache-2.0
// The models file, which says where live models are, what they cost and how they are asked, cheapest first:
//     {"models":[{"name":"small","base_url":"http://127.0.0.1:8080/v1","model":"mini","api_key_env":"SMALL_KEY",
//       "price":{"call":1,"verification":0.125,"prompt_per_million":0.15,"completion_per_million":0.6},
//       "generation":{"temperature":0,"top_p":1,"max_tokens":64,"stop":["\n\n"],"seed":7},"verification":{"temperature":0.7,..},
//       "prompts":{"answer":"..{context}..{question}..","verify":"..{context}..{question}..{answer}..","DATA SET":{"answer":..,
//       "verify":..}},"verdict":{"positive":"REGEX","negative":"REGEX"},"timeout_s":30,"connect_timeout_s":5,"concurrency":8,
//       "requests_per_minute":600,"samples_per_call":1,"attempts":4,"max_prompt_bytes":30000,"extra":{"top_k":0}},..]}
// `name`, `base_url`, `price` and `generation.max_tokens` are required. `model` is the name unless given; `price.verification`, of
// one verdict, is that of a call; `verification` is sampled as answers are, at a temperature of 0.7 where theirs is 0. Unknown fields
// are errors.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/price.hpp>
#include <automix/file/file.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/field_line.hpp>
#include <automix/json/json_document.hpp>
#include <automix/model/limiter.hpp>
#include <automix/model/model_price.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verdict_rules.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
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

    [[nodiscard]] std::vector<ModelConfig> parse(const nlohmann::json& json) const {
        require_keys(json, "", std::array{"models"});
        const nlohmann::json& list = this->list(member(json, "", "models"), "models", 0, " model");
        std::vector<ModelConfig> models;
        for (std::size_t i = 0; i < list.size(); ++i) {
            models.push_back(model(list[i], element("models", i)));
            for (std::size_t j = 0; j < i; ++j) {
                if (models[j].name == models[i].name)
                    fail(element("models", i) + ".name", in_quotes(models[i].name) + " stands twice");
            }
        }
        return models;
    }

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

    [[nodiscard]] std::string not_empty(const nlohmann::json& json, const std::string& field) const {
        std::string value = text(json, field);
        if (value.empty()) fail(field, "expected a text, found an empty one");
        return value;
    }

    [[nodiscard]] std::chrono::milliseconds seconds(const nlohmann::json& json,
                                                    const std::string& field) const {
        const double value = finite(json, field);
        constexpr double most = 86'400.0;
        if (!(value > 0.0 && value <= most)) fail_expected(field, "seconds above 0 and up to a day", json);
        return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(1000.0 * value)));
    }

    [[nodiscard]] ModelConfig model(const nlohmann::json& json, const std::string& at) const {
        require_keys(
            json, at,
            std::array{"name", "base_url", "model", "api_key_env", "price", "generation", "verification",
                       "prompts", "verdict", "timeout_s", "connect_timeout_s", "concurrency",
                       "requests_per_minute", "samples_per_call", "attempts", "max_prompt_bytes", "extra"});
        ModelConfig model;
        model.name = not_empty(member(json, at, "name"), inside(at, "name"));
        model.base_url = not_empty(member(json, at, "base_url"), inside(at, "base_url"));
        model.model = model.name;
        with(json, at, "model", [&](const auto& v, const auto& f) { model.model = not_empty(v, f); });
        with(json, at, "api_key_env",
             [&](const auto& v, const auto& f) { model.api_key_env = not_empty(v, f); });
        model.price = price(member(json, at, "price"), inside(at, "price"));
        read_sampling(json, at, model);
        with(json, at, "prompts", [&](const auto& v, const auto& f) { read_prompts(v, f, model); });
        with(json, at, "verdict", [&](const auto& v, const auto& f) { model.verdict = verdict(v, f); });
        with(json, at, "timeout_s", [&](const auto& v, const auto& f) { model.timeout = seconds(v, f); });
        with(json, at, "connect_timeout_s",
             [&](const auto& v, const auto& f) { model.connect_timeout = seconds(v, f); });
        with(json, at, "concurrency",
             [&](const auto& v, const auto& f) { model.limits.concurrency = whole(v, f, 1); });
        with(json, at, "requests_per_minute",
             [&](const auto& v, const auto& f) { model.limits.requests_per_minute = whole(v, f, 1); });
        with(json, at, "samples_per_call",
             [&](const auto& v, const auto& f) { model.samples_per_call = whole(v, f, 1); });
        with(json, at, "attempts", [&](const auto& v, const auto& f) { model.attempts = whole(v, f, 1); });
        with(json, at, "max_prompt_bytes", [&](const auto& v, const auto& f) {
            model.render.max_bytes = static_cast<std::size_t>(whole(v, f, 1));
        });
        with(json, at, "extra", [&](const auto& v, const auto& f) {
            if (!v.is_object()) fail_expected(f, "an object", v);
            model.extra = v.dump();
        });
        return model;
    }

    [[nodiscard]] ModelPrice price(const nlohmann::json& json, const std::string& at) const {
        require_keys(json, at,
                     std::array{"call", "verification", "prompt_per_million", "completion_per_million"});
        const bool by_tokens = json.contains("prompt_per_million") && json.contains("completion_per_million");
        if (!json.contains("call") && !by_tokens)
            fail(at, "expected call, or prompt_per_million and completion_per_million");
        ModelPrice price;
        for (const auto& [key, value] :
             {std::pair{"call", &price.call}, std::pair{"verification", &price.verification},
              std::pair{"prompt_per_million", &price.prompt_per_million},
              std::pair{"completion_per_million", &price.completion_per_million}}) {
            with(json, at, key, [&, value = value](const auto& v, const auto& f) {
                *value = finite(v, f);
                if (!automix::is_price(*value)) fail(f, automix::price_complaint(*value));
            });
        }
        if (!json.contains("verification")) price.verification = price.call;
        return price;
    }

    void read_sampling(const nlohmann::json& json, const std::string& at, ModelConfig& model) const {
        constexpr double usual_temperature = 0.7;
        const std::string generation = inside(at, "generation");
        const nlohmann::json& given = member(json, at, "generation");
        update(model.generation, given, generation);
        member(given, generation, "max_tokens");
        model.verification = model.generation;
        if (model.generation.temperature == 0.0) model.verification.temperature = usual_temperature;
        with(json, at, "verification",
             [&](const auto& v, const auto& f) { update(model.verification, v, f); });
    }

    void update(Sampling& sampling, const nlohmann::json& json, const std::string& at) const {
        require_keys(json, at, std::array{"temperature", "top_p", "max_tokens", "stop", "seed"});
        with(json, at, "temperature", [&](const auto& v, const auto& f) {
            sampling.temperature = finite(v, f);
            if (!(sampling.temperature >= 0.0)) fail_expected(f, "a number of at least 0", v);
        });
        with(json, at, "top_p", [&](const auto& v, const auto& f) {
            sampling.top_p = finite(v, f);
            if (!(sampling.top_p > 0.0 && sampling.top_p <= 1.0)) fail_expected(f, "a number in (0, 1]", v);
        });
        with(json, at, "max_tokens",
             [&](const auto& v, const auto& f) { sampling.max_tokens = whole(v, f, 1); });
        with(json, at, "stop", [&](const auto& v, const auto& f) {
            sampling.stop.clear();
            for (std::size_t i = 0; i < array(v, f).size(); ++i)
                sampling.stop.push_back(not_empty(v[i], element(f, i)));
        });
        with(json, at, "seed", [&](const auto& v, const auto& f) {
            sampling.seed = static_cast<std::uint64_t>(whole(v, f, 0));
        });
    }

    [[nodiscard]] PromptTemplate prompt(const nlohmann::json& json, const std::string& field,
                                        bool verification) const {
        const std::string form = text(json, field);
        return checked(field, [&] {
            return verification ? PromptTemplate::for_verification(form) : PromptTemplate::for_answer(form);
        });
    }

    void read_pair(const nlohmann::json& json, const std::string& at, ModelPrompts& prompts) const {
        with(json, at, "answer", [&](const auto& v, const auto& f) { prompts.answer = prompt(v, f, false); });
        with(json, at, "verify", [&](const auto& v, const auto& f) { prompts.verify = prompt(v, f, true); });
    }

    void read_prompts(const nlohmann::json& json, const std::string& at, ModelConfig& model) const {
        if (!json.is_object()) fail_expected(at, "an object", json);
        read_pair(json, at, model.prompts);
        for (const auto& [dataset, pair] : json.items()) {
            if (dataset == "answer" || dataset == "verify") continue;
            require_keys(pair, inside(at, dataset), std::array{"answer", "verify"});
            read_pair(pair, inside(at, dataset), model.dataset_prompts[dataset]);
        }
    }

    [[nodiscard]] VerdictRules verdict(const nlohmann::json& json, const std::string& at) const {
        require_keys(json, at, std::array{"positive", "negative"});
        const std::string positive = not_empty(member(json, at, "positive"), inside(at, "positive"));
        const std::string negative = not_empty(member(json, at, "negative"), inside(at, "negative"));
        return checked(at, [&] { return VerdictRules(positive, negative); });
    }
};

}  // namespace detail

/// The models in a text, which messages call `name`. Throws `DataError` with name, line and field for whatever is wrong.
[[nodiscard]] inline std::vector<ModelConfig> parse_models(const std::string& text, const std::string& name) {
    const nlohmann::json json = detail::parse_document(text, name);
    return detail::with_line_of_field(text, name, [&] { return detail::ModelsParser(name).parse(json); });
}

/// Reads a models file. Throws as `parse_models`, and where the file cannot be read.
[[nodiscard]] inline std::vector<ModelConfig> read_models(const std::string& path) {
    return parse_models(detail::read_file(path), path);
}

}  // namespace automix
