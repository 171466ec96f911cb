// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/log/request_line.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/log/facts_json.hpp>
#include <automix/data/record.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/json_document.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/request_record.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

inline nlohmann::ordered_json request_verdicts_json(const std::vector<Verdict>& verdicts) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const Verdict verdict : verdicts) {
        json.push_back(verdict == Verdict::unparsed ? nlohmann::ordered_json(nullptr)
                                                    : nlohmann::ordered_json(static_cast<int>(verdict)));
    }
    return json;
}

inline nlohmann::ordered_json request_model_json(const RequestModel& model) {
    nlohmann::ordered_json json{{"name", model.name}, {"seen", model.seen}};
    const auto set = [&json](const char* key, const auto& value) {
        if (value) json[key] = *value;
    };
    set("cost", model.cost);
    set("draw_cost", model.draw_cost);
    set("verify_cost", model.verify_cost);
    if (!model.verdicts.empty()) json["verdicts"] = request_verdicts_json(model.verdicts);
    set("confidence", model.confidence);
    if (draws_seen(model.verdicts, model.confidence) > 0) json["drawn_by_policy"] = model.drawn_by_policy;
    for (const RequestVerifier& verifier : model.verifiers) {
        nlohmann::ordered_json& entry = json["verifiers"][verifier.seen.name] =
            nlohmann::ordered_json::object();
        if (!verifier.seen.verdicts.empty())
            entry["verdicts"] = request_verdicts_json(verifier.seen.verdicts);
        if (verifier.seen.confidence) entry["confidence"] = *verifier.seen.confidence;
        if (draws_seen(verifier.seen.verdicts, verifier.seen.confidence) > 0)
            entry["drawn_by_policy"] = verifier.drawn_by_policy;
        if (verifier.seen.draw_cost) entry["draw_cost"] = *verifier.seen.draw_cost;
    }
    for (const Signal& signal : model.signals) json["signals"][signal.name] = signal.value;
    set("served_model", model.served_model);
    set("answer", model.answer);
    set("score", model.score);
    return json;
}

/// A parser of lines. It checks types and keys; `validate` checks the ranges.
class RequestParser : DocumentChecks {
 public:
    explicit RequestParser(const std::string& name) : DocumentChecks(name), facts_(name) {}

    [[nodiscard]] LateScore score(const nlohmann::json& json) const {
        require_keys(json, "", std::array{"schema", "score_of", "model", "score", "time"});
        LateScore late;
        late.id = text(json.at("score_of"), "score_of");
        late.model = optional_text(json, "", "model");
        late.score = finite(member(json, "", "score"), "score");
        late.time = finite(member(json, "", "time"), "time");
        return late;
    }

    [[nodiscard]] ExplorationRecord exploration(const nlohmann::json& json) const {
        require_keys(json, "", std::array{"schema", "exploration_of", "time", "models"});
        ExplorationRecord ended;
        ended.id = text(json.at("exploration_of"), "exploration_of");
        ended.time = finite(member(json, "", "time"), "time");
        ended.models = models(json);
        return ended;
    }

    [[nodiscard]] RequestRecord request(const nlohmann::json& json) const {
        require_keys(json, "", std::array{"schema",     "id",       "time",        "policy",   "model",
                                          "question",   "context",  "dataset",     "features", "prior",
                                          "exploring",  "explored", "exploration", "route",    "answered",
                                          "unverified", "degraded", "error",       "latency",  "models"});
        RequestRecord request;
        request.id = text(member(json, "", "id"), "id");
        request.time = finite(member(json, "", "time"), "time");
        request.policy = optional_text(json, "", "policy").value_or("");
        request.model = text(member(json, "", "model"), "model");
        request.question = optional_text(json, "", "question");
        request.context = optional_text(json, "", "context");
        request.dataset = optional_text(json, "", "dataset").value_or("");
        if (json.contains("features")) request.features = facts_.features(json.at("features"), "features");
        if (json.contains("prior")) request.prior = facts_.prior(json.at("prior"), "prior");
        if (json.contains("exploring")) request.exploring = flag(json.at("exploring"), "exploring");
        request.explored = flag(member(json, "", "explored"), "explored");
        request.exploration = finite(member(json, "", "exploration"), "exploration");
        const nlohmann::json& route = array(member(json, "", "route"), "route");
        for (std::size_t i = 0; i < route.size(); ++i)
            request.route.push_back(text(route[i], element("route", i)));
        const nlohmann::json& answered = member(json, "", "answered");
        if (!answered.is_null()) request.answered = text(answered, "answered");
        if (json.contains("unverified")) request.unverified = flag(json.at("unverified"), "unverified");
        request.degraded = flag(member(json, "", "degraded"), "degraded");
        request.error = optional_text(json, "", "error").value_or("");
        request.latency = finite(member(json, "", "latency"), "latency");
        request.models = models(json);
        return request;
    }

 private:
    [[nodiscard]] std::vector<RequestModel> models(const nlohmann::json& json) const {
        const nlohmann::json& list = array(member(json, "", "models"), "models");
        std::vector<RequestModel> seen;
        for (std::size_t i = 0; i < list.size(); ++i) seen.push_back(model(list[i], element("models", i)));
        return seen;
    }

    [[nodiscard]] RequestModel model(const nlohmann::json& json, const std::string& at) const {
        require_keys(
            json, at,
            std::array{"name", "seen", "cost", "draw_cost", "verify_cost", "verdicts", "drawn_by_policy",
                       "confidence", "verifiers", "signals", "served_model", "answer", "score"});
        RequestModel model;
        model.name = text(member(json, at, "name"), inside(at, "name"));
        model.seen = finite(member(json, at, "seen"), inside(at, "seen"));
        model.cost = optional_number(json, at, "cost");
        model.draw_cost = optional_number(json, at, "draw_cost");
        model.verify_cost = optional_number(json, at, "verify_cost");
        model.verdicts = verdicts(json, at);
        model.confidence = optional_number(json, at, "confidence");
        model.drawn_by_policy = drawn(json, at, draws_seen(model.verdicts, model.confidence));
        if (json.contains("verifiers")) {
            const std::string field = inside(at, "verifiers");
            if (!json.at("verifiers").is_object()) fail_expected(field, "an object", json.at("verifiers"));
            for (const auto& [name, entry] : json.at("verifiers").items()) {
                const std::string here = inside(field, name);
                require_keys(entry, here,
                             std::array{"verdicts", "confidence", "draw_cost", "drawn_by_policy"});
                RequestVerifier verifier;
                verifier.seen.name = name;
                verifier.seen.verdicts = verdicts(entry, here);
                verifier.seen.confidence = optional_number(entry, here, "confidence");
                verifier.drawn_by_policy =
                    drawn(entry, here, draws_seen(verifier.seen.verdicts, verifier.seen.confidence));
                verifier.seen.draw_cost = optional_number(entry, here, "draw_cost");
                model.verifiers.push_back(std::move(verifier));
            }
        }
        if (json.contains("signals")) {
            const std::string field = inside(at, "signals");
            if (!json.at("signals").is_object()) fail_expected(field, "an object", json.at("signals"));
            for (const auto& [name, value] : json.at("signals").items()) {
                const double number =
                    value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : finite(value, inside(field, name));
                model.signals.push_back({name, number});
            }
        }
        model.served_model = optional_text(json, at, "served_model");
        model.answer = optional_text(json, at, "answer");
        model.score = optional_number(json, at, "score");
        return model;
    }

    [[nodiscard]] std::vector<Verdict> verdicts(const nlohmann::json& json, const std::string& at) const {
        std::vector<Verdict> found;
        if (!json.contains("verdicts")) return found;
        const std::string field = inside(at, "verdicts");
        const nlohmann::json& list = array(json.at("verdicts"), field);
        for (std::size_t i = 0; i < list.size(); ++i) {
            found.push_back(list[i].is_null()                              ? Verdict::unparsed
                            : whole(list[i], element(field, i), 0, 1) == 1 ? Verdict::positive
                                                                           : Verdict::negative);
        }
        return found;
    }

    /// Returns how many of the draws that were seen the policy made; all of them if that is not said.
    [[nodiscard]] int drawn(const nlohmann::json& json, const std::string& at, std::size_t seen) const {
        const int all = static_cast<int>(seen);
        return json.contains("drawn_by_policy")
                   ? whole(json.at("drawn_by_policy"), inside(at, "drawn_by_policy"), 0, all)
                   : all;
    }

    [[nodiscard]] std::optional<double> optional_number(const nlohmann::json& json, const std::string& at,
                                                        const char* key) const {
        if (!json.contains(key) || json.at(key).is_null()) return std::nullopt;
        return finite(json.at(key), inside(at, key));
    }

    [[nodiscard]] std::optional<std::string> optional_text(const nlohmann::json& json, const std::string& at,
                                                           const char* key) const {
        if (!json.contains(key) || json.at(key).is_null()) return std::nullopt;
        return text(json.at(key), inside(at, key));
    }

    FactsParser facts_;
};

inline nlohmann::ordered_json request_models_json(const std::vector<RequestModel>& models) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const RequestModel& model : models) json.push_back(request_model_json(model));
    return json;
}

inline std::string line_text(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string request_line(const RequestRecord& request) {
    validate(request);
    nlohmann::ordered_json json{{"schema", requests_schema}, {"id", request.id}, {"time", request.time}};
    const auto set = [&json](const char* key, const std::optional<std::string>& value) {
        if (value) json[key] = *value;
    };
    if (!request.policy.empty()) json["policy"] = request.policy;
    json["model"] = request.model;
    set("question", request.question);
    set("context", request.context);
    if (!request.dataset.empty()) json["dataset"] = request.dataset;
    for (const QueryFeature& feature : request.features) {
        json["features"][feature.name] =
            feature.text ? nlohmann::ordered_json(*feature.text) : nlohmann::ordered_json(feature.number);
    }
    if (!request.prior.empty()) json["prior"] = request.prior;
    if (request.exploring) json["exploring"] = true;
    json["explored"] = request.explored;
    json["exploration"] = request.exploration;
    json["route"] = request.route;
    json["answered"] =
        request.answered ? nlohmann::ordered_json(*request.answered) : nlohmann::ordered_json(nullptr);
    if (request.unverified) json["unverified"] = true;
    json["degraded"] = request.degraded;
    if (!request.error.empty()) json["error"] = request.error;
    json["latency"] = request.latency;
    json["models"] = detail::request_models_json(request.models);
    return detail::line_text(json);
}

AUTOMIX_INLINE std::string request_line(const ExplorationRecord& exploration) {
    validate(exploration);
    nlohmann::ordered_json json{{"schema", requests_schema}, {"exploration_of", exploration.id}};
    json["time"] = exploration.time;
    json["models"] = detail::request_models_json(exploration.models);
    return detail::line_text(json);
}

AUTOMIX_INLINE std::string request_line(const LateScore& score) {
    validate(score);
    nlohmann::ordered_json json{{"schema", requests_schema}, {"score_of", score.id}};
    if (score.model) json["model"] = *score.model;
    json["score"] = score.score;
    json["time"] = score.time;
    return detail::line_text(json);
}

AUTOMIX_INLINE RequestLine parse_request_line(std::string_view line, const std::string& name) {
    const nlohmann::json json = detail::parse_document(line, name);
    if (!json.is_object())
        throw DataError(Place{name, 0, {}}, "expected an object, found " + detail::shown(json));
    if (!json.contains("schema")) throw DataError(Place{name, 0, "schema"}, "missing");
    if (json.at("schema") != requests_schema) {
        throw DataError(Place{name, 0, "schema"}, "expected " + in_quotes(requests_schema) + ", found " +
                                                      detail::shown(json.at("schema")));
    }
    const detail::RequestParser parser(name);
    const auto valid = [&](auto parsed) -> RequestLine {
        try {
            validate(parsed);
        } catch (const DataError& error) {
            throw DataError(Place{name, 0, error.place().field}, error.detail());
        }
        return parsed;
    };
    if (json.contains("score_of")) return valid(parser.score(json));
    if (json.contains("exploration_of")) return valid(parser.exploration(json));
    return valid(parser.request(json));
}

}  // namespace automix
