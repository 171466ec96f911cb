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
        case ObjectiveKind::promise_quality:
            return "promise:quality";
        case ObjectiveKind::promise_error:
            return "promise:error";
        case ObjectiveKind::max_ibc:
            break;
    }
    return "max_ibc";
}

AUTOMIX_INLINE void require_possible(const Objective& objective) {
    const auto& [kind, value, confidence] = objective;
    if (!(value >= 0.0 && std::isfinite(value))) {
        throw ArgumentError(std::string(name_of(kind)) + ": expected a finite number of at least 0, found " +
                            format_number(value));
    }
    const bool of_quality = kind == ObjectiveKind::quality || kind == ObjectiveKind::promise_quality;
    if (of_quality && !(value > 0.0 && value <= 2.0))
        throw ArgumentError(
            std::string(name_of(kind)) +
            ": expected a share of the last model's score above 0 and at most 2, such as 0.9, found " +
            format_number(value));
    if (kind == ObjectiveKind::promise_error && !(value > 0.0 && value < 1.0))
        throw ArgumentError(
            "promise:error: expected a share of wrong answers between 0 and 1, such as 0.05, found " +
            format_number(value));
    if (objective.is_promise() && !(confidence >= 0.5 && confidence < 1.0))
        throw ArgumentError(std::string(name_of(kind)) +
                            ": expected a confidence of at least 0.5 and below 1, such as 0.95, found " +
                            format_number(confidence));
}

AUTOMIX_INLINE void require_no_promise(const Objective& objective, std::string_view router) {
    if (!objective.is_promise()) return;
    throw ArgumentError(std::string(router) + ": the objective " + to_string(objective) +
                        (router == "pomdp" ? " needs calibration rows beside those to train on"
                                           : " is for the router pomdp alone"));
}

AUTOMIX_INLINE Objective Objective::checked(ObjectiveKind kind, double value, double confidence) {
    const Objective objective{kind, value, confidence};
    require_possible(objective);
    return objective;
}

AUTOMIX_INLINE std::string to_string(const Objective& objective) {
    const bool alone =
        objective.kind == ObjectiveKind::base_slope || objective.kind == ObjectiveKind::max_ibc;
    return std::string(name_of(objective.kind)) + (alone ? "" : "=" + format_number(objective.value)) +
           (objective.is_promise() ? ",confidence=" + format_number(objective.confidence) : "");
}

AUTOMIX_INLINE Objective parse_objective(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    constexpr std::string_view with_confidence = ",confidence=";
    const std::size_t second = text.find(with_confidence);
    if (second != std::string_view::npos && second > equals) {
        const auto value = parse_number(text.substr(equals + 1, second - equals - 1));
        const auto confidence = parse_number(text.substr(second + with_confidence.size()));
        if (value && confidence && name == "promise:quality")
            return Objective::promise_quality(*value, *confidence);
        if (value && confidence && name == "promise:error")
            return Objective::promise_error(*value, *confidence);
    } else if (equals == std::string_view::npos) {
        if (name == "base") return Objective::base();
        if (name == "max_ibc") return Objective::max_ibc();
    } else if (const auto value = parse_number(text.substr(equals + 1))) {
        if (name == "lambda") return Objective::lambda(*value);
        if (name == "budget") return Objective::budget(*value);
        if (name == "quality") return Objective::quality(*value);
    }
    throw ArgumentError(
        "objective: expected base, max_ibc, lambda=X, budget=X, quality=X, promise:quality=X,confidence=Y or "
        "promise:error=X,confidence=Y, found " +
        in_quotes(text));
}

}  // namespace automix
