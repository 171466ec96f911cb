// SPDX-License-Identifier: Apache-2.0
// The facts on a query as a JSON object, apart from a record:
//     {"question":"..","context":"..","dataset":"..","features":{"turns":3,"kind":"proof"},"prior":[0.7,0.95]}
// Each member may be missing or null. A boolean feature is 0 or 1, and a feature that is null is unknown. The prior has
// the caller's probability that each model is right, cheapest first. Linear in the text.
#pragma once

#include <automix/data/query_facts.hpp>
#include <automix/json/document_checks.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace automix {

/// The facts on a query with their texts.
struct StoredFacts {
    std::string question{};
    std::string context{};
    std::string dataset{};
    std::vector<QueryFeature> features{};
    std::vector<double> prior{};

    /// Returns views of the facts.
    [[nodiscard]] QueryFacts view() const { return {question, context, dataset, features, prior}; }
};

namespace detail {

/// A parser of facts. Messages of errors call the document `name`.
class FactsParser : DocumentChecks {
 public:
    /// Keeps a reference to the name.
    explicit FactsParser(const std::string& name) : DocumentChecks(name) {}

    /// Returns the facts in an object. Refuses unknown keys, and a prior that has not `models` numbers.
    [[nodiscard]] StoredFacts parse(const nlohmann::json& json, const std::string& field,
                                    std::size_t models) const;

    [[nodiscard]] std::vector<QueryFeature> features(const nlohmann::json& json,
                                                     const std::string& field) const;

    /// Returns numbers in [0, 1], at least one.
    [[nodiscard]] std::vector<double> prior(const nlohmann::json& json, const std::string& field) const;
};

}  // namespace detail
}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/facts_json_inl.hpp>
#endif
