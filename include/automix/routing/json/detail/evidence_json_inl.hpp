// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/json/evidence_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/plurality.hpp>
#include <automix/core/random.hpp>
#include <automix/data/log/facts_json.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>
#include <automix/json/json_document.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/json/evidence_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// Returns the text of an id, which is a string or a whole number; nothing for any other value.
inline std::optional<std::string> text_of_id(const nlohmann::json& id) {
    if (id.is_number_integer()) return id.dump();
    return id.is_string() ? std::optional(id.get<std::string>()) : std::nullopt;
}

AUTOMIX_INLINE EvidenceRequest EvidenceParser::parse(const nlohmann::json& json) const {
    require_keys(json, "", std::array{"id", "current", "models", "query"});
    EvidenceRequest request;
    const nlohmann::json& id = member(json, "", "id");
    const std::optional<std::string> known = text_of_id(id);
    request.id = known ? *known : text(id, "id");
    if (request.id.empty()) fail("id", "expected a non-empty string, found \"\"");
    Evidence& evidence = request.evidence = Evidence(std::ssize(form_.models));
    evidence.u = uniform_of(request.id, form_.seed);
    const nlohmann::json& current = member(json, "", "current");
    if (!current.is_null()) {
        evidence.current = number_of(current, "current");
        evidence.models[as_size(evidence.current)].answered = true;
    }
    if (json.contains("query") && !json.at("query").is_null())
        request.query = FactsParser(name()).parse(json.at("query"), "query", form_.models.size());
    if (!json.contains("models")) return request;
    std::vector<bool> seen(form_.models.size(), false);
    const nlohmann::json& models = array(json.at("models"), "models");
    for (std::size_t i = 0; i < models.size(); ++i) {
        const std::string at = element("models", i);
        require_keys(models[i], at,
                     std::array{"name", "verdicts", "confidence", "samples", "signals", "verifiers"});
        const Index number = number_of(member(models[i], at, "name"), at + ".name");
        const auto m = as_size(number);
        if (seen[m]) fail(at + ".name", in_quotes(form_.models[m].name) + " stands twice");
        seen[m] = true;
        if (number > evidence.current)
            fail(at + ".name", in_quotes(form_.models[m].name) +
                                   " comes after the current model, so it cannot have answered");
        evidence.models[m] = model(models[i], at, number);
    }
    return request;
}

AUTOMIX_INLINE Index EvidenceParser::number_of(const nlohmann::json& json, const std::string& field) const {
    for (Index m = 0; m < std::ssize(form_.models); ++m) {
        if (json == form_.models[as_size(m)].name) return m;
    }
    fail_expected(field, "one of " + joined(names_of(form_.models)), json);
}

AUTOMIX_INLINE void EvidenceParser::add_signals(ModelEvidence& known, const nlohmann::json& json,
                                                const std::string& field) const {
    if (!json.is_object()) fail_expected(field, "an object of numbers and booleans", json);
    for (const auto& [name, value] : json.items()) {
        if (value.is_null()) continue;
        if (value.is_boolean()) {
            known.signals.push_back({name, value.get<bool>() ? 1.0 : 0.0});
        } else if (value.is_number()) {
            known.signals.push_back({name, value.get<double>()});
        } else {
            fail_expected(inside(field, name), "a number or a boolean", value);
        }
    }
}

AUTOMIX_INLINE ModelEvidence EvidenceParser::model(const nlohmann::json& json, const std::string& field,
                                                   Index number) const {
    const ModelShape& shape = form_.models[as_size(number)];
    ModelEvidence known;
    known.answered = true;
    if (json.contains("signals")) add_signals(known, json.at("signals"), field + ".signals");
    add_verifier(known, json, field, shape.verifier_shape(0));
    if (!json.contains("verifiers")) return known;
    const std::string of_verifiers = field + ".verifiers";
    const nlohmann::json& verifiers = json.at("verifiers");
    if (!verifiers.is_object()) fail_expected(of_verifiers, "an object of verifiers by name", verifiers);
    for (const auto& [name, said] : verifiers.items()) {
        const std::string at = inside(of_verifiers, name);
        require_keys(said, at, std::array{"verdicts", "confidence"});
        const std::vector<std::string> names = shape.verifier_names();
        const Index v = std::find(names.begin(), names.end(), name) - names.begin();
        if (v == shape.verifier_count())
            fail(at, "the policy's verifiers of this model are " + joined(names));
        if (v == 0 && known.drawn > 0) fail(at, "stands beside the verdicts of the same verifier");
        add_verifier(known.verifier_at(v), said, at, shape.verifier_shape(v));
    }
    return known;
}

AUTOMIX_INLINE void EvidenceParser::add_verifier(VerifierEvidence& known, const nlohmann::json& json,
                                                 const std::string& field, const VerifierShape& shape) const {
    const bool by_confidence = shape.kind == VerificationKind::confidence;
    const char* source = "verdicts";
    if (json.contains("samples")) {
        source = "samples";
        add_samples(known, array(json.at("samples"), field + ".samples"), field + ".samples");
        if (shape.kind == VerificationKind::verdicts && !form_.pluralities && known.drawn > 0 &&
            !json.contains("verdicts"))
            fail(field + ".samples",
                 "the policy was trained on verdicts of this model; expected verdicts, found samples alone");
    }
    if (json.contains("verdicts") && !(form_.pluralities && json.contains("samples"))) {
        source = "verdicts";
        add_verdicts(known, array(json.at("verdicts"), field + ".verdicts"), field + ".verdicts");
    }
    if (json.contains("confidence")) {
        const std::string at = field + ".confidence";
        const double confidence = finite(json.at("confidence"), at);
        if (!(confidence >= 0.0 && confidence <= 1.0))
            fail(at, "expected a number in [0, 1], found " + format_number(confidence));
        if (!by_confidence)
            fail(at, shape.kind == VerificationKind::verdicts
                         ? "the policy was trained on verdicts of this model; expected verdicts"
                         : "the policy does not go by a confidence of this model");
        known.logged_confidence = confidence;
    } else if (by_confidence && known.drawn > 0) {
        fail(inside(field, source),
             "the policy was trained on confidences of this model; expected confidence");
    }
    if (known.logged_confidence) known.drawn = known.parsed = 1;
    if (known.drawn > shape.draws)
        fail(inside(field, source), std::to_string(known.drawn) + " draws are more than the " +
                                        std::to_string(shape.draws) + " that the policy is for");
    if (form_.pluralities && known.drawn > 0 && known.samples == 0)
        fail(field, "the policy accepts pluralities: expected samples");
}

AUTOMIX_INLINE void EvidenceParser::add_verdicts(VerifierEvidence& known, const nlohmann::json& json,
                                                 const std::string& field) const {
    known.drawn = static_cast<int>(json.size());
    known.parsed = known.positive = 0;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i].is_null()) continue;
        const bool positive = json[i] == 1 || json[i] == true;
        if (!positive && json[i] != 0 && json[i] != false)
            fail_expected(element(field, i), "1, 0 or null", json[i]);
        known.positive += positive ? 1 : 0;
        ++known.parsed;
    }
}

AUTOMIX_INLINE void EvidenceParser::add_samples(VerifierEvidence& known, const nlohmann::json& json,
                                                const std::string& field) const {
    Clusters samples;
    for (std::size_t i = 0; i < json.size(); ++i) {
        samples.add(json[i].is_null() ? std::nullopt : std::optional(text(json[i], element(field, i))));
    }
    const std::vector<std::int32_t>& clusters = samples.numbers();
    if (clusters.empty()) return;
    known.samples = static_cast<int>(clusters.size());
    known.largest_cluster = plurality(clusters).size;
    known.drawn = known.samples - 1;
    for (std::size_t i = 1; i < clusters.size(); ++i) {
        known.parsed += clusters[i] >= 0 ? 1 : 0;
        known.positive += clusters[i] >= 0 && clusters[i] == clusters[0] ? 1 : 0;
    }
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE EvidenceRequest parse_evidence(const nlohmann::json& json, const EvidenceForm& form,
                                              const std::string& name) {
    return detail::EvidenceParser(form, name).parse(json);
}

AUTOMIX_INLINE EvidenceRequest parse_evidence_line(std::string_view line, const EvidenceForm& form,
                                                   const std::string& name) {
    nlohmann::json json;
    try {
        json = detail::parse_document(line, name);
    } catch (const DataError& error) {
        // Within a single line the line number is always 1 and tells nothing.
        throw DataError(Place{name, 0, error.place().field}, error.detail());
    }
    return parse_evidence(json, form, name);
}

AUTOMIX_INLINE std::optional<std::string> evidence_id(std::string_view line) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    return json.is_object() && json.contains("id") ? detail::text_of_id(json["id"]) : std::nullopt;
}

}  // namespace automix
