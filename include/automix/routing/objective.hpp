// SPDX-License-Identifier: Apache-2.0
// What the user of a router wants: pay for quality what the end models themselves ask (the default), pay a price of their
// own, stay within a budget, reach a share of the large model's quality, or the highest IBC.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace automix {

enum class ObjectiveKind : std::uint8_t { base_slope, lambda, budget, quality, max_ibc };

struct Objective {
    ObjectiveKind kind = ObjectiveKind::base_slope;
    double value = 0.0;

    /// The base slope: what the last model gains over the first for each unit that it costs more.
    static Objective base() { return {}; }
    /// Score worth one unit of price. Throws `ArgumentError` unless it is at least 0.
    static Objective lambda(double score_per_price) {
        return checked(ObjectiveKind::lambda, score_per_price);
    }
    /// Mean total cost per query, the first answer included. Throws `ArgumentError` unless it is at least 0.
    static Objective budget(double cost) { return checked(ObjectiveKind::budget, cost); }
    /// Share of the last model's mean score, at least cost. Throws `ArgumentError` unless it is above 0.
    static Objective quality(double share) { return checked(ObjectiveKind::quality, share); }
    /// Incremental benefit per cost, for comparison with the literature: it routes few queries and sits on a cliff.
    static Objective max_ibc() { return {ObjectiveKind::max_ibc, 0.0}; }

    friend bool operator==(const Objective&, const Objective&) = default;

 private:
    static Objective checked(ObjectiveKind kind, double value);
};

inline std::string_view name_of(ObjectiveKind kind) {
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

/// Throws `ArgumentError` unless the value is one that the factories make.
inline void require_possible(const Objective& objective) {
    const auto& [kind, value] = objective;
    if (!(value >= 0.0 && std::isfinite(value))) {
        throw ArgumentError(std::string(name_of(kind)) + ": expected a finite number of at least 0, found " +
                            format_number(value));
    }
    if (kind == ObjectiveKind::quality && value == 0.0)
        throw ArgumentError("quality: expected a share above 0, found 0");
}

inline Objective Objective::checked(ObjectiveKind kind, double value) {
    const Objective objective{kind, value};
    require_possible(objective);
    return objective;
}

/// `base`, `max_ibc`, `lambda=X`, `budget=X` or `quality=X`.
inline std::string to_string(const Objective& objective) {
    const bool alone =
        objective.kind == ObjectiveKind::base_slope || objective.kind == ObjectiveKind::max_ibc;
    return std::string(name_of(objective.kind)) + (alone ? "" : "=" + format_number(objective.value));
}

/// Reads what `to_string` writes. Throws `ArgumentError`.
inline Objective parse_objective(std::string_view text) {
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
