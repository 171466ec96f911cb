// SPDX-License-Identifier: Apache-2.0
// Whether a value exists: with a discount below 1, with a finite horizon, or where every run ends by itself.
#pragma once

#include <automix/core/error.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/initial_bounds.hpp>

#include <string>

namespace automix::pomdp {

/// Throws `ArgumentError` for a negative horizon, and for an unlimited one (0) without discount unless every run ends in a
/// known number of steps.
template <pomdp_model M>
void require_horizon(const M& model, int horizon) {
    if (horizon < 0)
        throw ArgumentError("horizon: expected a number of steps, found " + std::to_string(horizon));
    if (horizon > 0 || model.discount() < 1.0 || steps_to_end(model)) return;
    throw ArgumentError(
        "discount 1 without a horizon: the value need not exist, because runs of the model need not end; "
        "give "
        "a horizon or a discount below 1");
}

}  // namespace automix::pomdp
