// SPDX-License-Identifier: Apache-2.0
// The value of a policy from some evidence on: the expected score and the expected payments.
#pragma once

namespace automix {

/// The expected score of a policy on a query, and the expected payments from some evidence on.
struct RoutingValue {
    double score = 0.0;
    double cost = 0.0;  ///< answers and draws
    double draws = 0.0;
    double rounds = 0.0;

    friend RoutingValue operator+(const RoutingValue& a, const RoutingValue& b) noexcept {
        return {a.score + b.score, a.cost + b.cost, a.draws + b.draws, a.rounds + b.rounds};
    }
    friend RoutingValue operator*(double factor, const RoutingValue& a) noexcept {
        return {factor * a.score, factor * a.cost, factor * a.draws, factor * a.rounds};
    }
};

}  // namespace automix
