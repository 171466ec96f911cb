// SPDX-License-Identifier: Apache-2.0
// Models of one's own: what the concept accepts, and that such a model is solved as the tables that say the same.
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/model.hpp>
#include <automix/pomdp/pomdp_model.hpp>
#include <automix/pomdp/simulate.hpp>
#include <automix/pomdp/solvers/exact_solver.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>

#include <cstddef>
#include <functional>
#include <utility>

#include "support/catch.hpp"

using namespace automix::pomdp;
using Catch::Matchers::WithinAbs;

namespace {

/// The skeleton of the concept's comment.
struct Coin {
    [[nodiscard]] int states() const { return 2; }
    [[nodiscard]] int actions() const { return 2; }
    [[nodiscard]] int observations() const { return 2; }
    [[nodiscard]] double discount() const { return 0.9; }
    [[nodiscard]] Belief start() const { return Belief(Eigen::Vector2d(0.5, 0.5)); }
    [[nodiscard]] double reward(int state, int action) const { return state == action ? 1.0 : -1.0; }
    template <class Visit>
    void for_each_successor(int state, int, Visit visit) const {
        visit(state, 1.0);
    }
    template <class Visit>
    void for_each_observation(int, int next, Visit visit) const {
        visit(0, next == 0 ? 2.0 / 3.0 : 1.0 / 3.0);
        visit(1, next == 0 ? 1.0 / 3.0 : 2.0 / 3.0);
    }
};

/// The same with visitors taken by reference, and the start by reference.
struct ByReference : Coin {
    Belief belief = Coin::start();

    [[nodiscard]] const Belief& start() const { return belief; }
    template <class Visit>
    void for_each_successor(int state, int action, Visit&& visit) const {
        Coin::for_each_successor(state, action, std::ref(visit));
    }
    template <class Visit>
    void for_each_observation(int action, int next, const Visit& visit) const {
        Coin::for_each_observation(action, next, std::cref(visit));
    }
};

struct SingleReward : Coin {
    [[nodiscard]] float reward(int, int) const { return 0.5F; }
};
struct WideStates : Coin {
    [[nodiscard]] std::size_t states() const { return 2; }
};
struct DenseStart : Coin {
    [[nodiscard]] Eigen::VectorXd start() const { return Eigen::Vector2d(0.5, 0.5); }
};
struct ObservedReward : Coin {
    [[nodiscard]] double reward(int, int, int) const { return 0.0; }
};
struct ChangingReward : Coin {
    [[nodiscard]] double reward(int, int) { return 0.0; }
};

static_assert(pomdp_model<Coin>);
static_assert(pomdp_model<ByReference>);
static_assert(pomdp_model<Model>);
static_assert(!pomdp_model<SingleReward>);
static_assert(!pomdp_model<WideStates>);
static_assert(!pomdp_model<DenseStart>);
static_assert(!pomdp_model<ObservedReward>);
static_assert(!pomdp_model<ChangingReward>);

Model coin_tables() {
    ModelTables tables;
    for (int a = 0; a < 2; ++a) {
        tables.transitions.emplace_back(Eigen::MatrixXd(Eigen::MatrixXd::Identity(2, 2)));
        Eigen::MatrixXd seen(2, 2);
        seen << 2.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0;
        tables.observations.emplace_back(seen);
    }
    tables.rewards.resize(2, 2);
    tables.rewards << 1.0, -1.0, -1.0, 1.0;
    tables.start = Eigen::Vector2d(0.5, 0.5);
    tables.discount = 0.9;
    return Model(std::move(tables));
}

template <class M>
void check_like_tables(const M& model) {
    const Model tables = coin_tables();
    SarsopOptions sarsop;
    ExactOptions exact;
    exact.horizon = 5;
    PointBasedOptions points;
    points.horizon = 4;
    CHECK(solve_sarsop(model, sarsop).lower == solve_sarsop(tables, sarsop).lower);
    CHECK(solve_exact(model, exact).lower == solve_exact(tables, exact).lower);
    CHECK(solve_pbvi(model, points).lower == solve_pbvi(tables, points).lower);
    CHECK(solve_perseus(model, points).lower == solve_perseus(tables, points).lower);
    const Policy policy = solve_sarsop(tables, sarsop).policy;
    SimulationOptions runs;
    runs.episodes = 20;
    CHECK(simulate(model, policy, runs).mean == simulate(tables, policy, runs).mean);
    CHECK(evaluate_exactly(model, policy, 6).low == evaluate_exactly(tables, policy, 6).low);
}

}  // namespace

TEST_CASE("a model of one's own is solved as its tables are") {
    check_like_tables(Coin());
    check_like_tables(ByReference());
    // One call at even probabilities, then one after a throw that is right in two of three cases: 0 + 0.9 (2/3 - 1/3).
    ExactOptions exact;
    exact.horizon = 2;
    CHECK_THAT(solve_exact(Coin(), exact).lower, WithinAbs(0.3, 1e-12));
}
