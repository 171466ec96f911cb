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
    double value = 0.0;  ///< lambda, cost or share; unused for the base slope and maximum IBC

    /// Returns the objective of the highest score less lambda times cost, where lambda is the base slope: the gain of
    /// the best model over the first per unit of extra cost. The best model is the last one, unless that is dominated.
    static Objective base() { return {}; }
    /// Returns the same objective for a given lambda, in score per unit of price. Throws `ArgumentError` unless it is
    /// finite and at least 0.
    static Objective lambda(double score_per_price);
    /// Returns the objective of the highest score at a mean total cost per query of at most `cost`, the first answer
    /// included. Throws `ArgumentError` unless it is finite and at least 0.
    static Objective budget(double cost) { return checked(ObjectiveKind::budget, cost); }
    /// Returns the objective of the minimum cost at which the mean score is at least `share` of the last model's.
    /// Throws `ArgumentError` unless it is above 0 and at most 2. A share above 1 asks for more than the last model has
    /// alone; training refuses it if no choice among the models' answers reaches it.
    static Objective quality(double share) { return checked(ObjectiveKind::quality, share); }
    /// Returns the objective of the highest incremental benefit per cost, for comparison with the literature. It routes
    /// few queries.
    static Objective max_ibc() { return {ObjectiveKind::max_ibc, 0.0}; }

    friend bool operator==(const Objective&, const Objective&) = default;

 private:
    static Objective checked(ObjectiveKind kind, double value);
};

/// Returns `base`, `lambda`, `budget`, `quality` or `max_ibc`.
std::string_view name_of(ObjectiveKind kind);

/// Throws `ArgumentError` unless the value is finite and at least 0, and above 0 and at most 2 for a quality target.
void require_possible(const Objective& objective);

/// Returns `base`, `max_ibc`, `lambda=X`, `budget=X` or `quality=X`.
std::string to_string(const Objective& objective);

/// Returns the objective of such a text. Throws `ArgumentError` for any other text.
Objective parse_objective(std::string_view text);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/objective_inl.hpp>
#endif
