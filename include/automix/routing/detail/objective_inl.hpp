// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/objective.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/routing/objective.hpp>

#include <cmath>
#include <string>
#include <string_view>

namespace automix {

AUTOMIX_INLINE Objective Objective::lambda(double score_per_price) {
    return checked(ObjectiveKind::lambda, score_per_price);
}

AUTOMIX_INLINE std::string_view name_of(ObjectiveKind kind) {
    switch (kind) {
        case ObjectiveKind::base_slope:
            return "base";
        case ObjectiveKind::lambda:
            return "lambda";
        case ObjectiveKind::budget:
            return "budget";
        case ObjectiveKind::quality:
            return "quality";
        case ObjectiveKind::max_ibc:
            break;
    }
    return "max_ibc";
}

AUTOMIX_INLINE void require_possible(const Objective& objective) {
    const auto& [kind, value] = objective;
    if (!(value >= 0.0 && std::isfinite(value))) {
        throw ArgumentError(std::string(name_of(kind)) + ": expected a finite number of at least 0, found " +
                            format_number(value));
    }
    if (kind == ObjectiveKind::quality && !(value > 0.0 && value <= 2.0))
        throw ArgumentError(
            "quality: expected a share of the last model's score above 0 and at most 2, such as 0.9, found " +
            format_number(value));
}

AUTOMIX_INLINE Objective Objective::checked(ObjectiveKind kind, double value) {
    const Objective objective{kind, value};
    require_possible(objective);
    return objective;
}

AUTOMIX_INLINE std::string to_string(const Objective& objective) {
    const bool alone =
        objective.kind == ObjectiveKind::base_slope || objective.kind == ObjectiveKind::max_ibc;
    return std::string(name_of(objective.kind)) + (alone ? "" : "=" + format_number(objective.value));
}

AUTOMIX_INLINE Objective parse_objective(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    if (equals == std::string_view::npos) {
        if (name == "base") return Objective::base();
        if (name == "max_ibc") return Objective::max_ibc();
    } else if (const auto value = parse_number(text.substr(equals + 1))) {
        if (name == "lambda") return Objective::lambda(*value);
        if (name == "budget") return Objective::budget(*value);
        if (name == "quality") return Objective::quality(*value);
    }
    throw ArgumentError("objective: expected base, max_ibc, lambda=X, budget=X or quality=X, found " +
                        in_quotes(text));
}

}  // namespace automix
