// SPDX-License-Identifier: Apache-2.0
// The requirements on a model for every solver, policy and simulation here. `Model`, which holds tables, meets them,
// and so may a user's type that computes its entries. The compiler checks the members below, and `require_model` checks
// their values. A constant object needs these members, with states, actions and observations numbered from 0:
//     int states(), actions(), observations();     1 or more each
//     double discount();                           in [0, 1]
//     const Belief& start() or Belief start();     states ascending, probabilities of sum 1
//     double reward(int state, int action);        mean over successors and observations; finite, below 1e100 in size
//     void for_each_successor(int state, int action, f);    f(int next, double probability): T(next | state, action)
//     void for_each_observation(int action, int next, f);
//         f(int observation, double probability): O(observation | action, next)
// The last two visit each entry once, numbers ascending. Entries left out are 0, and visited entries have the sum 1
// within 1e-9. All members return the same values at every call.
//
// Valid, and a skeleton to copy:
//     struct Coin {  // a coin that always falls as it did the first time, seen in two of three throws
//         [[nodiscard]] int states() const { return 2; }
//         [[nodiscard]] int actions() const { return 2; }  // call heads, call tails
//         [[nodiscard]] int observations() const { return 2; }
//         [[nodiscard]] double discount() const { return 0.9; }
//         [[nodiscard]] Belief start() const { return Belief(Eigen::Vector2d(0.5, 0.5)); }
//         [[nodiscard]] double reward(int state, int action) const { return state == action ? 1.0 : -1.0; }
//         template <class Visit>
//         void for_each_successor(int state, int, Visit visit) const { visit(state, 1.0); }
//         template <class Visit>
//         void for_each_observation(int, int next, Visit visit) const {
//             visit(0, next == 0 ? 2.0 / 3.0 : 1.0 / 3.0);
//             visit(1, next == 0 ? 1.0 / 3.0 : 2.0 / 3.0);
//         }
//     };
// Invalid: the same with `float reward(int, int)`, or with a reward that also takes the observation: reduce it first.
#pragma once

#include <automix/pomdp/belief.hpp>

#include <concepts>
#include <type_traits>

namespace automix::pomdp {

namespace detail {

struct IgnoreEntry {
    void operator()(int, double) const noexcept {}
};

}  // namespace detail

template <class M>
concept pomdp_model = requires(const M& m, int state, int action) {
    { m.states() } -> std::same_as<int>;
    { m.actions() } -> std::same_as<int>;
    { m.observations() } -> std::same_as<int>;
    { m.discount() } -> std::same_as<double>;
    requires std::same_as<std::remove_cvref_t<decltype(m.start())>, Belief>;
    { m.reward(state, action) } -> std::same_as<double>;
    m.for_each_successor(state, action, detail::IgnoreEntry{});
    m.for_each_observation(action, state, detail::IgnoreEntry{});
};

}  // namespace automix::pomdp
