// SPDX-License-Identifier: Apache-2.0
// Definitions of pomdp/model.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/detail/model_check.hpp>
#include <automix/pomdp/model.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <Eigen/Core>

#include <string>
#include <utility>
#include <vector>

namespace automix::pomdp::detail {

AUTOMIX_INLINE void require_size(const std::string& what, Eigen::Index found, Eigen::Index expected) {
    if (found != expected) {
        fail_model(what + ": expected " + std::to_string(expected) + ", found " + std::to_string(found));
    }
}

}  // namespace automix::pomdp::detail

namespace automix::pomdp {

AUTOMIX_INLINE Model::Model(ModelTables tables) : tables_(std::move(tables)) {
    check_sizes();
    start_ = Belief(tables_.start);
    detail::require_model(*this);
}

AUTOMIX_INLINE const SparseRows& Model::transitions(int action) const {
    return tables_.transitions[as_size(action)];
}

AUTOMIX_INLINE const SparseRows& Model::observation_rows(int action) const {
    return tables_.observations[as_size(action)];
}

AUTOMIX_INLINE std::string Model::observation_name(int observation) const {
    return name(tables_.names.observations, observation);
}

AUTOMIX_INLINE std::string Model::name(const std::vector<std::string>& names, int number) {
    return names.empty() ? std::to_string(number) : names[as_size(number)];
}

AUTOMIX_INLINE void Model::check_sizes() const {
    const auto& t = tables_;
    if (t.rewards.rows() == 0 || t.rewards.cols() == 0)
        detail::fail_model("rewards: expected states x actions, found none");
    detail::require_size("tables of transitions", static_cast<Eigen::Index>(t.transitions.size()), actions());
    detail::require_size("tables of observations", static_cast<Eigen::Index>(t.observations.size()),
                         actions());
    if (observations() == 0) detail::fail_model("expected at least one observation, found 0");
    detail::require_size("start: probabilities", t.start.size(), states());
    const auto check_names = [](const std::vector<std::string>& names, int expected, const char* what) {
        if (!names.empty()) detail::require_size(what, static_cast<Eigen::Index>(names.size()), expected);
    };
    check_names(t.names.states, states(), "names of states");
    check_names(t.names.actions, actions(), "names of actions");
    check_names(t.names.observations, observations(), "names of observations");
    detail::require_tables(t.transitions, t.observations, states(),
                           [&](int action) { return action_name(action); });
}

}  // namespace automix::pomdp
