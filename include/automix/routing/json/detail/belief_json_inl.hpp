// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/json/belief_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/json/belief_json.hpp>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns null for a model whose signals have one stratum.
inline nlohmann::ordered_json signals_json(const SignalModel& signals) {
    if (signals.strata() == 1) return nullptr;
    nlohmann::ordered_json terms = nlohmann::ordered_json::array();
    for (const SignalTerm& term : signals.terms) {
        terms.push_back({{"name", term.name}, {"mean", term.mean}, {"weight", term.weight}});
        if (term.missing != 0.0) terms.back()["missing"] = term.missing;
    }
    return {{"terms", std::move(terms)},
            {"boundaries", signals.boundaries},
            {"right", matrix_json(signals.right)},
            {"wrong", matrix_json(signals.wrong)}};
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const detail::BeliefModel& belief) {
    nlohmann::ordered_json levels = nlohmann::ordered_json::array();
    for (std::size_t k = 0; k < belief.levels.size(); ++k) {
        const detail::LevelDistribution& level = belief.levels[k];
        levels.push_back({{"model", belief.verified[k]},
                          {"weight", detail::vector_json(level.weight)},
                          {"right", detail::vector_json(level.right)},
                          {"scores", detail::matrix_json(level.scores)},
                          {"boundaries", level.first().boundaries}});
        for (std::size_t v = 1; v < level.verifiers.size(); ++v)
            levels.back()["further_boundaries"].push_back(level.verifiers[v].boundaries);
        if (level.prices.size() > 0) levels.back()["prices"] = detail::matrix_json(level.prices);
    }
    nlohmann::ordered_json priors = nlohmann::ordered_json::array();
    for (const Eigen::VectorXd& prior : belief.priors) priors.push_back(detail::vector_json(prior));
    nlohmann::ordered_json transitions = nlohmann::ordered_json::array();
    for (const Eigen::MatrixXd& step : belief.transitions) transitions.push_back(detail::matrix_json(step));
    nlohmann::ordered_json json{{"mean_scores", detail::vector_json(belief.mean_scores)},
                                {"levels", std::move(levels)},
                                {"priors", std::move(priors)},
                                {"transitions", std::move(transitions)}};
    for (const SignalModel& signals : belief.signals)
        json["signals"].push_back(detail::signals_json(signals));
    return json;
}

}  // namespace automix

namespace automix::detail {

AUTOMIX_INLINE BeliefParser::BeliefParser(const std::string& name, const std::vector<ModelShape>& models)
    : DocumentChecks(name), models_(models) {}

AUTOMIX_INLINE BeliefModel BeliefParser::parse(const nlohmann::json& json, const std::string& field) const {
    require_keys(json, field, std::array{"mean_scores", "levels", "priors", "transitions", "signals"});
    BeliefModel belief;
    if (json.contains("signals")) {
        const nlohmann::json& all =
            list(json.at("signals"), inside(field, "signals"), models_.size(), ", one a model");
        for (std::size_t m = 0; m < all.size(); ++m)
            belief.signals.push_back(signals(all[m], element(inside(field, "signals"), m)));
        if (belief.signals.back().strata() > 1)
            fail(inside(field, "signals"),
                 "expected null for the last model, whose answer is always accepted");
    }
    for (Index m = 0; m < std::ssize(models_); ++m) {
        if (models_[as_size(m)].verified() || belief.strata(m) > 1) belief.verified.push_back(m);
    }
    const std::size_t count = belief.verified.size();
    belief.mean_scores = shares(member(json, field, "mean_scores"), inside(field, "mean_scores"),
                                models_.size(), ", one a model");
    const auto entries = [&](const char* key, std::size_t size) -> const nlohmann::json& {
        const nlohmann::json& found = array(member(json, field, key), inside(field, key));
        if (found.size() != size)
            fail(inside(field, key),
                 "expected " + std::to_string(size) + ", found " + std::to_string(found.size()));
        return found;
    };
    const nlohmann::json& levels = entries("levels", count);
    const nlohmann::json& priors = entries("priors", count);
    const nlohmann::json& transitions = entries("transitions", count == 0 ? 0 : count - 1);
    for (std::size_t k = 0; k < count; ++k) {
        belief.levels.push_back(level(levels[k], element(inside(field, "levels"), k), belief.verified[k]));
        belief.priors.push_back(shares(priors[k], element(inside(field, "priors"), k),
                                       size_of(belief.levels[k]), ", one a level"));
        require_sum(belief.priors.back(), element(inside(field, "priors"), k));
    }
    for (std::size_t k = 0; k < transitions.size(); ++k) {
        belief.transitions.push_back(matrix(transitions[k], element(inside(field, "transitions"), k),
                                            size_of(belief.levels[k]), size_of(belief.levels[k + 1]),
                                            ", one a level of the next model"));
        for (Index row = 0; row < belief.transitions.back().rows(); ++row)
            require_sum(belief.transitions.back().row(row).transpose(),
                        element(element(inside(field, "transitions"), k), as_size(row)));
    }
    return belief;
}

AUTOMIX_INLINE SignalModel BeliefParser::signals(const nlohmann::json& json, const std::string& field) const {
    SignalModel signals;
    if (json.is_null()) return signals;
    require_keys(json, field, std::array{"terms", "boundaries", "right", "wrong"});
    const std::string of_terms = inside(field, "terms");
    for (const nlohmann::json& term : list(member(json, field, "terms"), of_terms, 0, " signal")) {
        const std::string at = element(of_terms, signals.terms.size());
        require_keys(term, at, std::array{"name", "mean", "weight", "missing"});
        signals.terms.push_back(
            {text(member(term, at, "name"), inside(at, "name")),
             finite(member(term, at, "mean"), inside(at, "mean")),
             finite(member(term, at, "weight"), inside(at, "weight")),
             term.contains("missing") ? finite(term["missing"], inside(at, "missing")) : 0.0});
    }
    signals.boundaries = numbers(member(json, field, "boundaries"), inside(field, "boundaries"), 0, "");
    if (signals.boundaries.empty() || !std::is_sorted(signals.boundaries.begin(), signals.boundaries.end()))
        fail(inside(field, "boundaries"), "expected ascending numbers, at least one");
    const auto table = [&](const char* key) {
        Eigen::MatrixXd values = matrix(member(json, field, key), inside(field, key),
                                        as_size(signals.strata()), models_.size(), ", one a model");
        for (Index model = 0; model < values.cols(); ++model) {
            require_sum(values.col(model), inside(field, key));
            if (!(values.col(model).minCoeff() > 0.0))
                fail(inside(field, key), "expected probabilities above 0");
        }
        return values;
    };
    signals.right = table("right");
    signals.wrong = table("wrong");
    return signals;
}

AUTOMIX_INLINE VerifierLevels BeliefParser::verifier_levels(const nlohmann::json& json,
                                                            const std::string& field,
                                                            const VerifierShape& shape,
                                                            Index verifiers) const {
    VerifierLevels levels{shape.kind, shape.draws, 1, numbers(json, field, 0, "")};
    if (shape.kind != VerificationKind::confidence) {
        if (!levels.boundaries.empty()) fail(field, "expected none of a model with verdicts");
        if (shape.kind == VerificationKind::verdicts) levels.levels = levels_of_each(verifiers);
        return levels;
    }
    if (!std::is_sorted(levels.boundaries.begin(), levels.boundaries.end()))
        fail(field, "expected ascending numbers");
    for (std::size_t b = 0; b < levels.boundaries.size(); ++b)
        require_range(levels.boundaries[b], element(field, b), 0.0, 1.0);
    levels.levels = std::ssize(levels.boundaries) + 1;
    return levels;
}

AUTOMIX_INLINE LevelDistribution BeliefParser::level(const nlohmann::json& json, const std::string& field,
                                                     Index model) const {
    require_keys(
        json, field,
        std::array{"model", "weight", "right", "scores", "boundaries", "further_boundaries", "prices"});
    const auto number = static_cast<int>(model);
    whole(member(json, field, "model"), inside(field, "model"), number, number);
    LevelDistribution level;
    const ModelShape& shape = models_[as_size(model)];
    const std::string of_further = inside(field, "further_boundaries");
    if (shape.verifier_count() > 1)
        list(member(json, field, "further_boundaries"), of_further, shape.further.size(),
             ", one a further verifier");
    for (Index v = 0; v < shape.verifier_count(); ++v) {
        VerifierShape verifier = shape.verifier_shape(v);
        if (!shape.verified()) verifier.kind = VerificationKind::verdicts;  // it has signals
        const auto number_of_further = as_size(std::max<Index>(v - 1, 0));
        level.verifiers.push_back(
            v == 0
                ? verifier_levels(member(json, field, "boundaries"), inside(field, "boundaries"), verifier,
                                  shape.verifier_count())
                : verifier_levels(json.at("further_boundaries")[number_of_further],
                                  element(of_further, number_of_further), verifier, shape.verifier_count()));
    }
    std::size_t size = 1;
    for (const VerifierLevels& verifier : level.verifiers) size *= as_size(verifier.levels);
    level.weight = vector(member(json, field, "weight"), inside(field, "weight"), size, ", one a level");
    if (!(level.weight.minCoeff() >= 0.0 && level.weight.sum() > 0.0))
        fail(inside(field, "weight"), "expected numbers of at least 0, not all 0");
    level.right = shares(member(json, field, "right"), inside(field, "right"), size, ", one a level");
    if (const double right = level.weight.dot(level.right) / level.weight.sum();
        !(right > 0.0 && right < 1.0))
        fail(inside(field, "right"), "expected some right and some wrong answers");
    level.scores =
        matrix(member(json, field, "scores"), inside(field, "scores"), size, models_.size(), ", one a model");
    if (json.contains("prices")) {
        const std::string of_prices = inside(field, "prices");
        list(json.at("prices"), of_prices, size, " rows");
        level.prices.resize(static_cast<Index>(size), std::ssize(models_));
        for (std::size_t g = 0; g < size; ++g)
            level.prices.row(static_cast<Index>(g)) =
                vector(json.at("prices")[g], element(of_prices, g), models_.size(), ", one a model")
                    .transpose();
        if (!(level.prices.minCoeff() >= 0.0)) fail(of_prices, "expected numbers of at least 0");
    }
    return level;
}

AUTOMIX_INLINE Eigen::VectorXd BeliefParser::vector(const nlohmann::json& json, const std::string& field,
                                                    std::size_t size, const char* of) const {
    const std::vector<double> values = numbers(json, field, size, of);
    return Eigen::Map<const Eigen::VectorXd>(values.data(), std::ssize(values));
}

AUTOMIX_INLINE Eigen::VectorXd BeliefParser::shares(const nlohmann::json& json, const std::string& field,
                                                    std::size_t size, const char* of) const {
    Eigen::VectorXd values = vector(json, field, size, of);
    for (Index i = 0; i < values.size(); ++i) {
        if (!(values(i) >= -rounding && values(i) <= 1.0 + rounding))
            require_range(values(i), element(field, as_size(i)), 0.0, 1.0);
    }
    return values;
}

AUTOMIX_INLINE void BeliefParser::require_sum(const Eigen::VectorXd& probabilities,
                                              const std::string& field) const {
    if (!(std::abs(probabilities.sum() - 1.0) <= rounding))
        fail(field, "expected probabilities that add up to 1, found " + format_number(probabilities.sum()));
}

AUTOMIX_INLINE Eigen::MatrixXd BeliefParser::matrix(const nlohmann::json& json, const std::string& field,
                                                    std::size_t rows, std::size_t columns,
                                                    const char* of) const {
    list(json, field, rows, " rows");
    Eigen::MatrixXd values(static_cast<Index>(rows), static_cast<Index>(columns));
    for (std::size_t r = 0; r < rows; ++r)
        values.row(static_cast<Index>(r)) = shares(json[r], element(field, r), columns, of).transpose();
    return values;
}

}  // namespace automix::detail
