// SPDX-License-Identifier: Apache-2.0
// What the solvers have in common: bounds at beliefs, whatever of the beliefs stays in memory.
#include <automix/core/random.hpp>
#include <automix/pomdp/belief_bounds.hpp>

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
        BeliefBounds<Model> all(model, horizon);
        BeliefBounds<Model> few(model, horizon, 1);
        for (int backup = 0; backup < 300; ++backup) {
            const int node =
                static_cast<int>(random.index(static_cast<std::size_t>(std::min(all.tree().size(), 60))));
            if (all.ended(node)) continue;
            for (BeliefBounds<Model>* bounds : {&all, &few}) {
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
