// SPDX-License-Identifier: Apache-2.0
// Routers that ignore the evidence: always the smallest model, always the largest, and a random mixture of the two,
// which IBC lift is measured against. They need no training, and `train` leaves them as they are. O(1).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <span>
#include <string>

namespace automix {

/// A router that asks the first model and accepts.
class AlwaysSmallRouter {
 public:
    [[nodiscard]] static std::string name() { return "always_small"; }
    TrainingResult train(const TrainingData&) { return {}; }
    [[nodiscard]] Action next(const Evidence& evidence) const {
        return evidence.started() ? Action::accept() : Action::route(0);
    }
    [[nodiscard]] Parameters parameters() const { return {}; }
};

/// A router that asks the last model at once and accepts.
class AlwaysLargeRouter {
 public:
    [[nodiscard]] static std::string name() { return "always_large"; }
    TrainingResult train(const TrainingData&) { return {}; }
    [[nodiscard]] Action next(const Evidence& evidence) const {
        return evidence.started() ? Action::accept() : Action::route(evidence.last_model());
    }
    [[nodiscard]] Parameters parameters() const { return {}; }
};

/// Asks the last model for a share of the queries, chosen by `evidence.u`, and the first model for the others.
class RandomMixRouter {
 public:
    /// Throws `ArgumentError` unless the share lies in [0, 1].
    explicit RandomMixRouter(double share = 0.5) : share_(share) {
        if (!(share >= 0.0 && share <= 1.0)) {
            throw ArgumentError("mix: expected a share in [0, 1], found " + format_number(share));
        }
    }

    [[nodiscard]] static std::string name() { return "random_mix"; }
    TrainingResult train(const TrainingData&) { return {}; }
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (evidence.started()) return Action::accept();
        return Action::route(evidence.u < share_ ? evidence.last_model() : 0);
    }
    [[nodiscard]] Parameters parameters() const { return {{"share", share_}}; }
    [[nodiscard]] std::span<const double> breakpoints() const { return {&share_, 1}; }

 private:
    double share_;
};

}  // namespace automix
