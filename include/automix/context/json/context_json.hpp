// SPDX-License-Identifier: Apache-2.0
// The parameters of a forecast as JSON:
//     {"fields":"text+dataset","context_words":false,"hash_bits":20,"rows":1000,"terms":"..","labels":[[FEATURE,VALUE],..],
//      "numbers":[{"source":"question_length","feature":"","model":0,"mean":..,"deviation":..,"low":..,"high":..},..],
//      "outputs":[{"constant":..,"varies":true,"intercept":..,"low":..,"high":..,"means":[..]},..],"weights":".."}
// `terms` and `weights` are bytes in base64 (RFC 4648). A term is two numbers in LEB128: how far its column lies beyond
// that of the term before it, and its rows. A weight is four bytes, the IEEE 754 number with its lowest byte first. All
// values survive to the bit. Linear in the columns.
#pragma once

#include <automix/context/context_parameters.hpp>
#include <automix/json/document_checks.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace automix {

nlohmann::ordered_json to_json(const ContextParameters& parameters);

namespace detail {

/// A parser of the parameters of a forecast. It checks the form; `ContextModel` checks that the parts fit together.
class ContextParser : DocumentChecks {
 public:
    /// Keeps a reference to the name of the document.
    explicit ContextParser(const std::string& name) : DocumentChecks(name) {}

    [[nodiscard]] ContextParameters parse(const nlohmann::json& json, const std::string& field) const;

 private:
    [[nodiscard]] std::string bytes(const nlohmann::json& json, const std::string& field,
                                    const char* key) const;

    [[nodiscard]] std::vector<ContextTerm> terms(const nlohmann::json& json, const std::string& field) const;

    [[nodiscard]] std::vector<float> weights(const nlohmann::json& json, const std::string& field) const;

    [[nodiscard]] ContextLabel label(const nlohmann::json& json, const std::string& field) const;

    [[nodiscard]] ContextNumber number(const nlohmann::json& json, const std::string& field) const;

    [[nodiscard]] ContextOutput output(const nlohmann::json& json, const std::string& field) const;
};

}  // namespace detail
}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/context/json/detail/context_json_inl.hpp>
#endif
