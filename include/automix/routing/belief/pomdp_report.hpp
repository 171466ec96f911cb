// SPDX-License-Identifier: Apache-2.0
// The report of training the POMDP router: the objective and how it was met, the guard, and the policy's expected score
// and cost.
#pragma once

#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/routing_value.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/promise_certificate.hpp>
#include <automix/routing/training.hpp>

#include <optional>
#include <string>
#include <vector>

namespace automix {

/// The support of maximum IBC, which routes few queries.
struct IbcSupport {
    double ibc = 0.0;     ///< score per unit of price, expected
    double routed = 0.0;  ///< share of training rows that are routed
    double routed_rows = 0.0;
    double standard_error = 0.0;  ///< standard error of the IBC over training rows
};

/// The estimate of a quality target on held-out rows.
struct QualitySupport {
    double target = 0.0;          ///< mean score to reach
    double quality = 0.0;         ///< mean score, cross-fitted
    double cost = 0.0;            ///< mean cost, cross-fitted
    double standard_error = 0.0;  ///< standard error of the quality above the target
};

struct PomdpReport {
    Objective objective{};
    OptionalMetric base_slope = OptionalMetric::undefined("not trained");
    AcceptedAnswer accepted = AcceptedAnswer::first;
    double lambda = 0.0;  ///< lambda of the policy; of the more expensive one if two are mixed
    double share = 1.0;   ///< probability of the more expensive of two policies; 1 if there is one
    RoutingValue
        expected{};  ///< forecast: value under the policy's own tables, which is too high with few rows; NaN for policies of a curve that
                     ///< read the query
    std::optional<HeldOut>
        held_out{};    ///< estimate on held-out rows; empty without a table, and in older policies
    double gap = 0.0;  ///< maximum gain of the best policy over this one; 0 if the solution is exact
    Guard guard{};
    std::string fallback{};  ///< why the objective's own policy is not used; empty if it is
    double shortfall =
        0.0;  ///< on training rows, below the best of accept all, route all and fixed k; 0 without a table
    std::optional<IbcSupport> ibc{};
    std::optional<QualitySupport> quality{};
    std::vector<PromiseCertificate> promises{};  ///< one for each group; empty for other objectives
    std::vector<ContextWorth> contexts{};        ///< the facts on queries that were tried; empty if none were
};

}  // namespace automix
