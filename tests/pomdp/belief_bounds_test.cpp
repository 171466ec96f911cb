// SPDX-License-Identifier: Apache-2.0
// What the solvers have in common: bounds at beliefs, whatever of the beliefs stays in memory.
#include <automix/core/random.hpp>
#include <automix/pomdp/detail/belief_bounds.hpp>
#include <automix/pomdp/solution.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;

TEST_CASE("bounds do not depend on how many beliefs stay in memory") {
    Random random(76);
    for (int trial = 0; trial < 20; ++trial) {
        const Model model = models::random_model(random, 0.95).model();
        CAPTURE(trial);
        const int horizon = trial % 2 == 0 ? 0 : 6;
        detail::BeliefBounds<Model> all(model, horizon);
        detail::BeliefBounds<Model> few(model, horizon, {}, 1);
        for (int backup = 0; backup < 300; ++backup) {
            const int node =
                static_cast<int>(random.index(static_cast<std::size_t>(std::min(all.tree().size(), 60))));
            if (all.ended(node)) continue;
            for (detail::BeliefBounds<Model>* bounds : {&all, &few}) {
                bounds->open(node);
                bounds->back_up(node);
                bounds->prune();
            }
        }
        REQUIRE(few.tree().size() == all.tree().size());
        for (int node = 0; node < all.tree().size(); ++node) {
            CAPTURE(node);
            CHECK(few.lower(node) == all.lower(node));
            CHECK(few.upper(node) == all.upper(node));
        }
    }
}

TEST_CASE("bounds at every belief lie on their sides of the value and never cross, before any is shown",
          "[property]") {
    Random random(77);
    for (int trial = 0; trial < 200; ++trial) {
        const models::Dense dense = models::random_model(random, trial % 3 == 0 ? 1.0 : 0.9);
        const Model model = dense.model();
        const int horizon = trial % 3 == 1 ? 0 : 5;
        CAPTURE(trial, horizon);
        detail::BeliefBounds<Model> bounds(model, horizon);
        for (int backup = 0; backup < 200; ++backup) {
            const int node =
                static_cast<int>(random.index(static_cast<std::size_t>(std::min(bounds.tree().size(), 40))));
            if (bounds.ended(node)) continue;
            bounds.open(node);
            bounds.back_up(node);
            bounds.prune();
        }
        for (int node = 0; node < bounds.tree().size(); ++node) {
            CAPTURE(node);
            CHECK(bounds.lower(node) <= bounds.upper(node) + 1e-11);
            const int left = horizon - bounds.tree()[node].step;
            if (horizon == 0 || left > 3) continue;
            const Eigen::VectorXd belief = bounds.belief(node).dense(model.states());
            const double value = models::brute_force(dense, belief, left);
            CHECK(bounds.lower(node) <= value + 1e-11);
            CHECK(bounds.upper(node) >= value - 1e-11);
        }
    }
}

TEST_CASE("bounds to begin with keep to the time there is, and hold without any") {
    Random random(78);
    for (int trial = 0; trial < 60; ++trial) {
        const models::Dense dense = models::random_model(random, trial % 2 == 0 ? 1.0 : 0.9);
        const Model model = dense.model();
        const int horizon = 1 + trial % 5;
        StopOptions none;
        none.time_limit = 0.0;
        detail::BeliefBounds<Model> bounds(model, horizon, none);
        const double value = models::brute_force(dense, dense.start, horizon);
        CAPTURE(trial, horizon, dense.discount);
        CHECK(bounds.lower(0) <= value + 1e-12);
        CHECK(bounds.upper(0) >= value - 1e-12);
    }
}

TEST_CASE("a callback calls off the search for bounds to begin with") {
    StopOptions options;
    options.time_limit = 1e6;
    int calls = 0;
    options.on_progress = [&](const Progress& now) {
        CHECK(now.lower <= now.upper);
        ++calls;
        return false;
    };
    // Without discount and with a horizon as long every step has bounds of its own.
    detail::BeliefBounds<Model> bounds(models::tiger(1.0), 1'000'000, options);
    Progress progress;
    bounds.report(progress);
    CHECK(bounds.stop(progress) == Stopped::callback);
    CHECK(calls == 1);
}
