// SPDX-License-Identifier: Apache-2.0
// The evidence on a query from a live system, one object a line:
//     {"id":"..","current":NAME or null,"models":[
//      {"name":NAME,"verdicts":[1,0,null],"confidence":0.5,"samples":["..",null]},..],
//      "query":{"question":"..","dataset":"..","features":{..},"prior":[..]}}
// `current` is the model that answered last, null before any has. `models` holds the evidence on it and on the models
// asked before it, and may be left out if there is none. A model has verdicts in the order drawn (null: could not be
// read), a confidence in [0, 1] if the policy uses one, or samples with the answer first (null: failed). If the
// policy accepts pluralities, samples after the answer count as verdicts, and given verdicts are ignored. Such a
// verdict is positive if the sample equals the answer, and unparsed if it failed. Other policies refuse samples without
// the kind of verification that they were trained on. `query` has the facts on the query, for a policy that reads it;
// see facts_json.hpp. Unknown keys are refused. Linear in the verdicts, quadratic in
// the samples.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/log/facts_json.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/routing/evidence.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// The evidence on a query, by its id.
struct EvidenceRequest {
    std::string id{};
    Evidence evidence{0};                ///< without the query's forecast
    std::optional<StoredFacts> query{};  ///< the facts on the query, if they are given
};

/// The requirements of a policy on evidence: its models, and samples if the policy accepts pluralities.
struct EvidenceForm {
    std::vector<ModelShape> models{};
    bool pluralities = false;
    std::uint64_t seed = 0;  ///< seed of the uniform number of each id
};

namespace detail {

/// A parser of one request. Messages of errors call it `name`.
class EvidenceParser : DocumentChecks {
 public:
    EvidenceParser(const EvidenceForm& form, const std::string& name) : DocumentChecks(name), form_(form) {}

    EvidenceRequest parse(const nlohmann::json& json) const;

 private:
    /// Returns the number of the model of that name.
    Index number_of(const nlohmann::json& json, const std::string& field) const;

    /// Returns the evidence on model `number`.
    ModelEvidence model(const nlohmann::json& json, const std::string& field, Index number) const;

    /// Sets the signals that came with an answer.
    void add_signals(ModelEvidence& known, const nlohmann::json& json, const std::string& field) const;

    /// Sets what a verifier of that shape says.
    void add_verifier(VerifierEvidence& known, const nlohmann::json& json, const std::string& field,
                      const VerifierShape& shape) const;

    /// Sets the counts of draws from verdicts.
    void add_verdicts(VerifierEvidence& known, const nlohmann::json& json, const std::string& field) const;

    /// Sets samples, largest cluster and the counts of draws from samples.
    void add_samples(VerifierEvidence& known, const nlohmann::json& json, const std::string& field) const;

    const EvidenceForm& form_;
};

}  // namespace detail

/// Returns the request in a JSON value, which messages call `name`. Throws `DataError` naming the field for any error.
[[nodiscard]] EvidenceRequest parse_evidence(const nlohmann::json& json, const EvidenceForm& form,
                                             const std::string& name);

/// Returns the request in a line of JSON, which messages call `name`. Throws `DataError` naming the field for any
/// error.
[[nodiscard]] EvidenceRequest parse_evidence_line(std::string_view line, const EvidenceForm& form,
                                                  const std::string& name);

/// Returns the id in a line of evidence, also in one that is wrong otherwise; nothing if there is none.
[[nodiscard]] std::optional<std::string> evidence_id(std::string_view line);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/json/detail/evidence_json_inl.hpp>
#endif
