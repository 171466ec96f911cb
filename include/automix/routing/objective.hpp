// SPDX-License-Identifier: Apache-2.0
// The objective of a router: a price of quality (the base slope by default, or a given lambda), a budget, a share of
// the large model's quality, the highest IBC, or a promise, which holds with a given confidence.
#pragma once

#include <automix/core/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace automix {

enum class ObjectiveKind : std::uint8_t {
    base_slope,
    lambda,
    budget,
    quality,
    max_ibc,
    promise_quality,
    promise_error
};

struct Objective {
    ObjectiveKind kind = ObjectiveKind::base_slope;
    double value = 0.0;       ///< lambda, cost or share; unused for the base slope and maximum IBC
    double confidence = 0.0;  ///< probability with which a promise holds; 0 for the others

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
    /// Returns the objective of the minimum cost at which the mean score is proven to be at least `share` of the last
    /// model's. With probability `confidence` over the calibration rows the proof is right. Throws `ArgumentError` unless
    /// the share is above 0 and at most 2, and the confidence within [0.5, 1). See stream/promise.hpp.
    static Objective promise_quality(double share, double confidence) {
        return checked(ObjectiveKind::promise_quality, share, confidence);
    }
    /// Returns the same, where at most `share` of the accepted answers are proven to be wrong. Accepted are the answers
    /// of all models but the last. Throws `ArgumentError` unless the share is within (0, 1) and the confidence within
    /// [0.5, 1).
    static Objective promise_error(double share, double confidence) {
        return checked(ObjectiveKind::promise_error, share, confidence);
    }

    /// Returns true for a promise. Its policy is chosen by rows that the policies were not trained on.
    [[nodiscard]] bool is_promise() const noexcept {
        return kind == ObjectiveKind::promise_quality || kind == ObjectiveKind::promise_error;
    }

    friend bool operator==(const Objective&, const Objective&) = default;

 private:
    static Objective checked(ObjectiveKind kind, double value, double confidence = 0.0);
};

/// Returns `base`, `lambda`, `budget`, `quality`, `max_ibc`, `promise:quality` or `promise:error`.
std::string_view name_of(ObjectiveKind kind);

/// Throws `ArgumentError` for a value or a confidence that the objective cannot have, as the functions that make one.
void require_possible(const Objective& objective);

/// Throws `ArgumentError` for a promise: `router` cannot be trained for one without calibration rows.
void require_no_promise(const Objective& objective, std::string_view router);

/// Returns `base`, `max_ibc`, `lambda=X`, `budget=X`, `quality=X`, `promise:quality=X,confidence=Y` or
/// `promise:error=X,confidence=Y`.
std::string to_string(const Objective& objective);

/// Returns the objective of such a text. Throws `ArgumentError` for any other text.
Objective parse_objective(std::string_view text);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/objective_inl.hpp>
#endif
