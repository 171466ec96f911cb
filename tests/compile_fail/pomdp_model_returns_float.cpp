// SPDX-License-Identifier: Apache-2.0
// expect: (satisfaction of .pomdp_model<M>. .with M = FloatReward|does not satisfy 'pomdp_model')
// expect: (m\.reward\(state, action\). does not satisfy return-type-requirement|same_as<float, double>)
#include <automix/pomdp/solvers/sarsop.hpp>

/// A model in every other respect.
struct FloatReward {
    int states() const { return 1; }
    int actions() const { return 1; }
    int observations() const { return 1; }
    double discount() const { return 0.5; }
    automix::pomdp::Belief start() const { return {}; }
    float reward(int, int) const { return 1.0F; }
    template <class Visit>
    void for_each_successor(int, int, Visit visit) const {
        visit(0, 1.0);
    }
    template <class Visit>
    void for_each_observation(int, int, Visit visit) const {
        visit(0, 1.0);
    }
};

automix::pomdp::Solution solved() { return automix::pomdp::solve_sarsop(FloatReward{}); }
