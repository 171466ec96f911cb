// SPDX-License-Identifier: Apache-2.0
// What training the POMDP router came to: the objective and how it was met, the guard, and what the policy is expected to
// score and to pay.
#pragma once

#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/training.hpp>

#include <optional>
#include <string>

namespace automix {

/// What maximum IBC rests on: it routes few queries.
struct IbcSupport {
    double ibc = 0.0;     ///< score per unit of price, expected
    double routed = 0.0;  ///< share of training rows that are routed
    double routed_rows = 0.0;
    double standard_error = 0.0;  ///< of the IBC over training rows
};

/// How a quality target was judged on held-out rows.
struct QualitySupport {
    double target = 0.0;          ///< mean score to reach
    double quality = 0.0;         ///< mean score, cross-fitted
    double cost = 0.0;            ///< mean cost, cross-fitted
    double standard_error = 0.0;  ///< of the quality above the target
};

struct PomdpReport {
    Objective objective{};
    OptionalMetric base_slope = OptionalMetric::undefined("not trained");
    AcceptedAnswer accepted = AcceptedAnswer::first;
    double lambda = 0.0;              ///< of the policy; of its dearer part, where two are mixed
    double share = 1.0;               ///< how often the dearer of two policies is used; 1 where there is one
    detail::RoutingValue expected{};  ///< under the policy's own tables
    double gap = 0.0;  ///< by which the best policy may be better; 0 where the solution is exact
    Guard guard{};
    std::string fallback{};  ///< why another policy than that of the objective is in force; empty: it is not
    double shortfall =
        0.0;  ///< on training rows, below the best of accept all, route all and fixed k; 0: none, or no table
    std::optional<IbcSupport> ibc{};
    std::optional<QualitySupport> quality{};
};

}  // namespace automix
