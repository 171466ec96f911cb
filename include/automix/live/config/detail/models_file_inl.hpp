// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/models_file.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/data/record.hpp>
#include <automix/file/file.hpp>
#include <automix/json/field_line.hpp>
#include <automix/json/json_document.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/model/model_price.hpp>
#include <automix/model/request.hpp>
#include <automix/text/ascii.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verdict_rules.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE ModelsFile ModelsParser::parse(const nlohmann::json& json) const {
    require_keys(json, "", std::array{"models", "verifiers"});
    const nlohmann::json& list = this->list(member(json, "", "models"), "models", 0, " model");
    ModelsFile file;
    std::vector<ModelConfig>& models = file.models;
    for (std::size_t i = 0; i < list.size(); ++i) {
        models.push_back(model(list[i], element("models", i)));
        for (std::size_t j = 0; j < i; ++j) {
            if (models[j].name == models[i].name)
                fail(element("models", i) + ".name", in_quotes(models[i].name) + " stands twice");
        }
    }
    with(json, "", "verifiers", [&](const auto& v, const auto& f) {
        for (std::size_t i = 0; i < array(v, f).size(); ++i)
            file.verifiers.push_back(verifier(v[i], element(f, i), file));
    });
    return file;
}

AUTOMIX_INLINE VerifierConfig ModelsParser::verifier(const nlohmann::json& json, const std::string& at,
                                                     const ModelsFile& file) const {
    require_keys(json, at, std::array{"name", "by", "command", "gives", "draws"});
    VerifierConfig verifier;
    verifier.name = not_empty(member(json, at, "name"), inside(at, "name"));
    if (verifier.name == self_verifier)
        fail(inside(at, "name"), in_quotes(verifier.name) + " is the verifier that every model has");
    for (const VerifierConfig& before : file.verifiers) {
        if (before.name == verifier.name)
            fail(inside(at, "name"), in_quotes(verifier.name) + " stands twice");
    }
    if (json.contains("by") == json.contains("command"))
        fail(at, R"(expected one of "by", the model that judges, and "command")");
    with(json, at, "by", [&](const auto& v, const auto& f) {
        verifier.judge = not_empty(v, f);
        std::vector<std::string> names;
        for (const ModelConfig& model : file.models) names.push_back(model.name);
        if (std::find(names.begin(), names.end(), verifier.judge) == names.end())
            fail(f, "no model " + in_quotes(verifier.judge) + " in the file; it has " + joined(names));
    });
    with(json, at, "command", [&](const auto& v, const auto& f) { verifier.command = not_empty(v, f); });
    with(json, at, "gives", [&](const auto& v, const auto& f) {
        if (verifier.command.empty()) fail(f, "is for a command; a judge gives verdicts");
        constexpr std::array<std::string_view, 2> kinds = {"verdict", "probability"};
        verifier.gives_probability = choice(v, f, kinds) == 1;
    });
    with(json, at, "draws", [&](const auto& v, const auto& f) { verifier.draws = whole(v, f, 1); });
    return verifier;
}

AUTOMIX_INLINE SignalConfig ModelsParser::signal(const nlohmann::json& json, const std::string& at,
                                                 const ModelConfig& model) const {
    require_keys(json, at, std::array{"name", "of", "command"});
    SignalConfig signal;
    signal.name = not_empty(member(json, at, "name"), inside(at, "name"));
    for (const SignalConfig& before : model.signals) {
        if (before.name == signal.name) fail(inside(at, "name"), in_quotes(signal.name) + " stands twice");
    }
    if (json.contains("of") == json.contains("command"))
        fail(at, R"(expected one of "of", the probability that it is, and "command")");
    with(json, at, "of", [&](const auto& v, const auto& f) {
        constexpr std::array<std::string_view, 3> origins = {"mean_probability", "min_probability",
                                                             "choice_probability"};
        signal.origin = static_cast<SignalOrigin>(choice(v, f, origins));
    });
    with(json, at, "command", [&](const auto& v, const auto& f) { signal.command = not_empty(v, f); });
    return signal;
}

AUTOMIX_INLINE std::string ModelsParser::not_empty(const nlohmann::json& json,
                                                   const std::string& field) const {
    std::string value = text(json, field);
    if (value.empty()) fail(field, "expected a text, found an empty one");
    return value;
}

AUTOMIX_INLINE std::chrono::milliseconds ModelsParser::seconds(const nlohmann::json& json,
                                                               const std::string& field) const {
    const double value = finite(json, field);
    constexpr double most = 86'400.0;
    if (!(value > 0.0 && value <= most)) fail_expected(field, "seconds above 0 and up to a day", json);
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(1000.0 * value)));
}

AUTOMIX_INLINE ModelConfig ModelsParser::model(const nlohmann::json& json, const std::string& at) const {
    require_keys(json, at,
                 std::array{"name",
                            "base_url",
                            "model",
                            "api_key_env",
                            "api_key_env_again",
                            "price",
                            "generation",
                            "verification",
                            "prompts",
                            "verdict",
                            "timeout_s",
                            "connect_timeout_s",
                            "concurrency",
                            "requests_per_minute",
                            "samples_per_call",
                            "attempts",
                            "rate_limit_attempts",
                            "max_prompt_bytes",
                            "api_key_header",
                            "headers",
                            "query",
                            "ca_file",
                            "max_tokens_field",
                            "leave_out",
                            "reasoning_effort",
                            "signals",
                            "extra"});
    ModelConfig model;
    model.name = not_empty(member(json, at, "name"), inside(at, "name"));
    model.base_url = not_empty(member(json, at, "base_url"), inside(at, "base_url"));
    model.model = model.name;
    with(json, at, "model", [&](const auto& v, const auto& f) { model.model = not_empty(v, f); });
    if (json.contains("api_key_env") || json.contains("api_key_env_again"))
        model.api_key_env = key_variable(json, at);
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
    with(json, at, "attempts",
         [&](const auto& v, const auto& f) { model.attempts = model.rate_limit_attempts = whole(v, f, 1); });
    with(json, at, "rate_limit_attempts",
         [&](const auto& v, const auto& f) { model.rate_limit_attempts = whole(v, f, 1); });
    with(json, at, "max_prompt_bytes",
         [&](const auto& v, const auto& f) { model.render.max_bytes = as_size(whole(v, f, 1)); });
    with(json, at, "signals", [&](const auto& v, const auto& f) {
        for (std::size_t i = 0; i < array(v, f).size(); ++i)
            model.signals.push_back(signal(v[i], element(f, i), model));
    });
    read_request(json, at, model);
    return model;
}

AUTOMIX_INLINE std::string ModelsParser::key_variable(const nlohmann::json& json,
                                                      const std::string& at) const {
    const std::string field = inside(at, "api_key_env");
    const std::string again = inside(at, "api_key_env_again");
    if (!json.contains("api_key_env")) fail(again, "expected \"api_key_env\" beside it");
    const std::string name = not_empty(json.at("api_key_env"), field);
    constexpr std::array<std::string_view, 3> key_words{"key", "token", "secret"};
    const std::string lower = ascii_lower(std::string_view(name));
    const bool of_key = std::any_of(key_words.begin(), key_words.end(), [&](std::string_view word) {
        return lower.find(word) != std::string::npos;
    });
    const bool repeated = json.contains("api_key_env_again");
    if (repeated && not_empty(json.at("api_key_env_again"), again) != name)
        fail(again, "expected the name in \"api_key_env\", found another");
    // The name is not shown, as it may be a key given by mistake.
    if (!of_key && !repeated)
        fail(field,
             "expected a name with KEY, TOKEN or SECRET; if this variable holds a key, repeat its name in "
             "\"api_key_env_again\"");
    return name;
}

AUTOMIX_INLINE std::map<std::string, std::string> ModelsParser::texts(const nlohmann::json& json,
                                                                      const std::string& field) const {
    if (!json.is_object()) fail_expected(field, "an object", json);
    std::map<std::string, std::string> texts;
    for (const auto& [key, value] : json.items()) texts.emplace(key, text(value, inside(field, key)));
    return texts;
}

AUTOMIX_INLINE void ModelsParser::read_request(const nlohmann::json& json, const std::string& at,
                                               ModelConfig& model) const {
    for (const auto& [key, value] :
         {std::pair{"api_key_header", &model.api_key_header}, std::pair{"ca_file", &model.ca_file},
          std::pair{"reasoning_effort", &model.reasoning_effort}}) {
        with(json, at, key, [&, value = value](const auto& v, const auto& f) { *value = not_empty(v, f); });
    }
    with(json, at, "headers", [&](const auto& v, const auto& f) { model.headers = texts(v, f); });
    with(json, at, "query", [&](const auto& v, const auto& f) { model.query = texts(v, f); });
    with(json, at, "max_tokens_field", [&](const auto& v, const auto& f) {
        constexpr std::array<std::string_view, 2> names = {"max_tokens", "max_completion_tokens"};
        model.max_tokens_field = names[choice(v, f, names)];
    });
    with(json, at, "leave_out", [&](const auto& v, const auto& f) {
        constexpr std::array<std::string_view, 2> names = {"temperature", "top_p"};
        for (std::size_t i = 0; i < array(v, f).size(); ++i)
            model.leave_out.emplace_back(names[choice(v[i], element(f, i), names)]);
    });
    with(json, at, "extra", [&](const auto& v, const auto& f) {
        if (!v.is_object()) fail_expected(f, "an object", v);
        model.extra = v.dump();
    });
}

AUTOMIX_INLINE ModelPrice ModelsParser::price(const nlohmann::json& json, const std::string& at) const {
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

AUTOMIX_INLINE void ModelsParser::read_sampling(const nlohmann::json& json, const std::string& at,
                                                ModelConfig& model) const {
    constexpr double usual_temperature = 0.7;
    const std::string generation = inside(at, "generation");
    const nlohmann::json& given = member(json, at, "generation");
    update(model.generation, given, generation);
    member(given, generation, "max_tokens");
    model.verification = model.generation;
    if (model.generation.temperature == 0.0) model.verification.temperature = usual_temperature;
    with(json, at, "verification", [&](const auto& v, const auto& f) { update(model.verification, v, f); });
}

AUTOMIX_INLINE void ModelsParser::update(Sampling& sampling, const nlohmann::json& json,
                                         const std::string& at) const {
    require_keys(json, at, std::array{"temperature", "top_p", "max_tokens", "stop", "seed"});
    with(json, at, "temperature", [&](const auto& v, const auto& f) {
        sampling.temperature = finite(v, f);
        if (!(sampling.temperature >= 0.0)) fail_expected(f, "a number of at least 0", v);
    });
    with(json, at, "top_p", [&](const auto& v, const auto& f) {
        sampling.top_p = finite(v, f);
        if (!(sampling.top_p > 0.0 && sampling.top_p <= 1.0)) fail_expected(f, "a number in (0, 1]", v);
    });
    with(json, at, "max_tokens", [&](const auto& v, const auto& f) { sampling.max_tokens = whole(v, f, 1); });
    with(json, at, "stop", [&](const auto& v, const auto& f) {
        sampling.stop.clear();
        for (std::size_t i = 0; i < array(v, f).size(); ++i)
            sampling.stop.push_back(not_empty(v[i], element(f, i)));
    });
    with(json, at, "seed",
         [&](const auto& v, const auto& f) { sampling.seed = static_cast<std::uint64_t>(whole(v, f, 0)); });
}

AUTOMIX_INLINE PromptTemplate ModelsParser::prompt(const nlohmann::json& json, const std::string& field,
                                                   bool verification) const {
    const std::string form = text(json, field);
    return checked(field, [&] {
        return verification ? PromptTemplate::for_verification(form) : PromptTemplate::for_answer(form);
    });
}

AUTOMIX_INLINE void ModelsParser::read_pair(const nlohmann::json& json, const std::string& at,
                                            ModelPrompts& prompts) const {
    with(json, at, "answer", [&](const auto& v, const auto& f) { prompts.answer = prompt(v, f, false); });
    with(json, at, "verify", [&](const auto& v, const auto& f) { prompts.verify = prompt(v, f, true); });
}

AUTOMIX_INLINE void ModelsParser::read_prompts(const nlohmann::json& json, const std::string& at,
                                               ModelConfig& model) const {
    if (!json.is_object()) fail_expected(at, "an object", json);
    read_pair(json, at, model.prompts);
    for (const auto& [dataset, pair] : json.items()) {
        if (dataset == "answer" || dataset == "verify") continue;
        require_keys(pair, inside(at, dataset), std::array{"answer", "verify"});
        read_pair(pair, inside(at, dataset), model.dataset_prompts[dataset]);
    }
}

AUTOMIX_INLINE VerdictRules ModelsParser::verdict(const nlohmann::json& json, const std::string& at) const {
    require_keys(json, at, std::array{"positive", "negative"});
    const std::string positive = not_empty(member(json, at, "positive"), inside(at, "positive"));
    const std::string negative = not_empty(member(json, at, "negative"), inside(at, "negative"));
    return checked(at, [&] { return VerdictRules(positive, negative); });
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE bool asks_probabilities(const ModelConfig& model) {
    return std::any_of(model.signals.begin(), model.signals.end(),
                       [](const SignalConfig& signal) { return signal.origin != SignalOrigin::command; });
}

AUTOMIX_INLINE int asked_alternatives(const ModelConfig& model) {
    constexpr int spellings = 5;  // of a letter, with a blank or a bracket
    return std::any_of(
               model.signals.begin(), model.signals.end(),
               [](const SignalConfig& signal) { return signal.origin == SignalOrigin::choice_probability; })
               ? spellings
               : 0;
}

AUTOMIX_INLINE ModelsFile parse_models_file(const std::string& text, const std::string& name) {
    const nlohmann::json json = detail::parse_document(text, name);
    return detail::with_line_of_field(text, name, [&] { return detail::ModelsParser(name).parse(json); });
}

AUTOMIX_INLINE ModelsFile read_models_file(const std::string& path) {
    return parse_models_file(detail::read_file(path), path);
}

AUTOMIX_INLINE std::vector<ModelConfig> parse_models(const std::string& text, const std::string& name) {
    return parse_models_file(text, name).models;
}

AUTOMIX_INLINE std::vector<ModelConfig> read_models(const std::string& path) {
    return read_models_file(path).models;
}

}  // namespace automix
