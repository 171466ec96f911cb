// SPDX-License-Identifier: Apache-2.0
// The belief model of the POMDP router as JSON:
//     {"mean_scores":[one a model],"levels":[{"model":number,"weight":[..],"right":[..],"scores":[[one a model],..],
//      "boundaries":[..]},..],"priors":[[..],..],"transitions":[[[..],..],..]}
// Each model that is verified has an entry in `levels` and `priors`; see `BeliefModel`. A belief survives to the bit.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace automix {

namespace detail {

template <class Vector>
nlohmann::ordered_json vector_json(const Vector& values) {
    return nlohmann::ordered_json(std::vector<double>(values.begin(), values.end()));
}

template <class Matrix>
nlohmann::ordered_json matrix_json(const Matrix& values) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (Index r = 0; r < values.rows(); ++r) rows.push_back(vector_json(values.row(r)));
    return rows;
}

}  // namespace detail

nlohmann::ordered_json to_json(const detail::BeliefModel& belief);

namespace detail {

/// A parser of beliefs over these models.
class BeliefParser : DocumentChecks {
 public:
    BeliefParser(const std::string& name, const std::vector<ModelShape>& models);

    BeliefModel parse(const nlohmann::json& json, const std::string& field) const;

 private:
    static std::size_t size_of(const LevelDistribution& level) { return as_size(level.levels()); }

    /// Parses the boundaries of the levels of one of `verifiers` verifiers.
    VerifierLevels verifier_levels(const nlohmann::json& json, const std::string& field,
                                   const VerifierShape& shape, Index verifiers) const;

    SignalModel signals(const nlohmann::json& json, const std::string& field) const;

    LevelDistribution level(const nlohmann::json& json, const std::string& field, Index model) const;

    Eigen::VectorXd vector(const nlohmann::json& json, const std::string& field, std::size_t size,
                           const char* of) const;

    /// Reads numbers from 0 to 1, up to rounding.
    Eigen::VectorXd shares(const nlohmann::json& json, const std::string& field, std::size_t size,
                           const char* of) const;

    void require_sum(const Eigen::VectorXd& probabilities, const std::string& field) const;

    Eigen::MatrixXd matrix(const nlohmann::json& json, const std::string& field, std::size_t rows,
                           std::size_t columns, const char* of) const;

    static constexpr double rounding = 1e-6;

    const std::vector<ModelShape>& models_;
};

}  // namespace detail
}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/json/detail/belief_json_inl.hpp>
#endif
