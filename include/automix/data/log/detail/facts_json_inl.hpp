// SPDX-License-Identifier: Apache-2.0
// Definitions of data/log/facts_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/data/log/facts_json.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/validate_facts.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE StoredFacts FactsParser::parse(const nlohmann::json& json, const std::string& field,
                                              std::size_t models) const {
    require_keys(json, field, std::array{"question", "context", "dataset", "features", "prior"});
    const auto has = [&](const char* key) { return json.contains(key) && !json.at(key).is_null(); };
    StoredFacts facts;
    for (const auto& [key, value] :
         {std::pair{"question", &facts.question}, std::pair{"context", &facts.context},
          std::pair{"dataset", &facts.dataset}}) {
        if (has(key)) *value = text(json.at(key), inside(field, key));
    }
    if (has("features")) facts.features = features(json.at("features"), inside(field, "features"));
    if (has("prior")) {
        const std::string at = inside(field, "prior");
        facts.prior = prior(json.at("prior"), at);
        if (facts.prior.size() != models)
            fail(at, "expected one number for each of " + std::to_string(models) + " models, found " +
                         std::to_string(facts.prior.size()));
    }
    return facts;
}

AUTOMIX_INLINE std::vector<QueryFeature> FactsParser::features(const nlohmann::json& json,
                                                               const std::string& field) const {
    if (!json.is_object()) fail_expected(field, std::string(expected_features), json);
    std::vector<QueryFeature> features;
    for (const auto& [name, value] : json.items()) {
        if (name.empty()) fail(field, "expected names, found an empty one");
        if (value.is_null()) continue;
        if (value.is_boolean()) {
            features.push_back({name, value.get<bool>() ? 1.0 : 0.0, {}});
        } else if (value.is_number()) {
            features.push_back({name, value.get<double>(), {}});
        } else if (value.is_string() && value.get_ref<const std::string&>().size() <= maximum_feature_bytes) {
            features.push_back({name, 0.0, value.get<std::string>()});
        } else {
            fail_expected(inside(field, name), std::string(expected_feature), value);
        }
    }
    return features;
}

AUTOMIX_INLINE std::vector<double> FactsParser::prior(const nlohmann::json& json,
                                                      const std::string& field) const {
    list(json, field, 0, " number");
    std::vector<double> prior = numbers(json, field, 0, "");
    for (std::size_t i = 0; i < prior.size(); ++i) require_range(prior[i], element(field, i), 0.0, 1.0);
    return prior;
}

}  // namespace automix::detail
