// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/policy_cells.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/policy_cells.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace automix::detail {

inline std::string action_letter(const CompactAction& action, bool two_models) {
    if (action.kind == ActionKind::accept) return "a";
    const std::string number = std::to_string(action.argument);
    if (action.kind == ActionKind::route) return two_models ? "r" : "r" + number;
    const std::string verify = action.argument == 1 ? "v" : "v" + number;
    return action.verifier == 0 ? verify : verify + "@" + std::to_string(action.verifier);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE PolicyCells policy_cells(const RoutingPolicy& policy, int max_lines) {
    PolicyCells cells;
    if (policy.vector_count() > 0 || policy.reads_query()) return cells;
    const detail::RoutingLayout& layout = policy.layout();
    const Index first = policy.first_model();
    const detail::CascadeModel& model = layout.models()[as_size(first)];
    const detail::VerifierStates& states = model.first();
    cells.verifiers = std::ssize(model.verifiers);
    if (cells.verifiers > 1) return cells;
    cells.kind = states.kind;
    cells.draws = states.draws;
    cells.counts = states.counts();
    if (first == layout.last_model()) return cells;
    const Index root = layout.root(first);
    const bool two = layout.last_model() == 1;
    const auto add = [&](Index begin, Index count) {
        std::vector<std::string> letters;
        for (Index state = begin; state < begin + count; ++state)
            letters.push_back(detail::action_letter(policy.cell(root, state).best, two));
        cells.lines.push_back(joined(letters, " "));
    };
    if (!cells.counts) {
        add(0, 1);
        if (model.states() > 1) add(1, model.states() - 1);
        return cells;
    }
    for (int drawn = 0; drawn <= std::min(states.draws, max_lines - 1); ++drawn)
        add(states.state(drawn, 0), states.max_count(drawn) + 1);
    return cells;
}

}  // namespace automix
