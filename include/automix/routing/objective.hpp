// SPDX-License-Identifier: Apache-2.0
// The objective of a router: a price of quality (the base slope by default, or a given lambda), a budget, a share of
// the large model's quality, or the highest IBC.
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

    /// Returns the base slope: the gain of the last model over the first per unit of extra cost.
    static Objective base() { return {}; }
    /// Returns the score worth one unit of price as objective. Throws `ArgumentError` if it is negative.
    static Objective lambda(double score_per_price);
    /// Returns a limit on mean total cost per query, the first answer included. Throws `ArgumentError` if it is
    /// negative.
    static Objective budget(double cost) { return checked(ObjectiveKind::budget, cost); }
    /// Returns a share of the last model's mean score to reach at minimum cost. Throws `ArgumentError` unless it is
    /// above 0.
    static Objective quality(double share) { return checked(ObjectiveKind::quality, share); }
    /// Returns the highest incremental benefit per cost, for comparison with the literature. It routes few queries.
    static Objective max_ibc() { return {ObjectiveKind::max_ibc, 0.0}; }

    friend bool operator==(const Objective&, const Objective&) = default;

 private:
    static Objective checked(ObjectiveKind kind, double value);
};

std::string_view name_of(ObjectiveKind kind);

/// Throws `ArgumentError` unless the factories accept the value.
void require_possible(const Objective& objective);

/// Returns `base`, `max_ibc`, `lambda=X`, `budget=X` or `quality=X`.
std::string to_string(const Objective& objective);

/// Parses the text of `to_string`. Throws `ArgumentError` for any other text.
Objective parse_objective(std::string_view text);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/objective_inl.hpp>
#endif
