// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/detail/query_solver.hpp.
#pragma once

#include <automix/context/signal_model.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/query_belief.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE QueryProblem QuerySolver::problem(const QueryForecast& forecast) const {
    return {
        make_tree(std::make_shared<const BeliefModel>(belief_of_query(*tree_.belief, forecast, mean_scores_)),
                  tree_.layout),
        prices_of_query(prices_, forecast)};
}

AUTOMIX_INLINE SolvedTree QuerySolver::solve(const QueryForecast& forecast) const {
    const QueryProblem query = problem(forecast);
    return BackwardInduction(query.tree, query.prices, rule_).solved();
}

AUTOMIX_INLINE void QuerySolver::set_strata(Evidence& evidence) const {
    const std::vector<SignalModel>& signals = tree_.belief->signals;
    for (std::size_t m = 0; m < signals.size(); ++m) {
        ModelEvidence& known = evidence.models[m];
        known.stratum = 0;
        if (!known.answered || signals[m].terms.empty()) continue;
        if (known.signals.empty())
            throw ProtocolError("model " + std::to_string(m) + ": the policy reads the signal " +
                                in_quotes(signals[m].terms.front().name) +
                                ", but the answer came without signals");
        known.stratum = signals[m].stratum(known.signals);
    }
}

}  // namespace automix::detail
