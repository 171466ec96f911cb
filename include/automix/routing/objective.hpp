// SPDX-License-Identifier: Apache-2.0
// What the user of a router wants: pay for quality what the end models themselves ask (the default), pay a price of their
// own, stay within a budget, reach a share of the large model's quality, or the highest IBC.
#pragma once

#include <automix/core/error.hpp>

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
    static Objective lambda(double score_per_price);
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

std::string_view name_of(ObjectiveKind kind);

/// Throws `ArgumentError` unless the value is one that the factories make.
void require_possible(const Objective& objective);

/// `base`, `max_ibc`, `lambda=X`, `budget=X` or `quality=X`.
std::string to_string(const Objective& objective);

/// Reads what `to_string` writes. Throws `ArgumentError`.
Objective parse_objective(std::string_view text);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/objective_inl.hpp>
#endif
