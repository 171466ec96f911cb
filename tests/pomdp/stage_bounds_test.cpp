// SPDX-License-Identifier: Apache-2.0
// What bounds begin with at each step: around the value by brute force wherever the computation was cut short, and a backup
// of the vectors never below them.
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/detail/stage_bounds.hpp>
#include <automix/pomdp/value_function.hpp>

#include <cstddef>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;

namespace {

/// As many steps are computed.
std::vector<detail::StageStart> starts_after(const Model& model, int horizon, int computed) {
    return detail::stage_starts(model, horizon, [left = computed]() mutable { return left-- > 0; });
}

}  // namespace

TEST_CASE("bounds to begin with hold the value however many steps were computed") {
    Random random(81);
    for (int trial = 0; trial < 200; ++trial) {
        const models::Dense dense = models::random_model(random, trial % 2 == 0 ? 1.0 : 0.8);
        const Model model = dense.model();
        constexpr int horizon = 5;
        const int computed = trial % (horizon + 1);
        const auto starts = starts_after(model, horizon, computed);
        REQUIRE(starts.size() == horizon);
        for (int left = 1; left <= 4; ++left) {
            const detail::StageStart& start = starts[static_cast<std::size_t>(horizon - left)];
            CAPTURE(trial, computed, left, dense.discount);
            for (int point = 0; point < 3; ++point) {
                const Eigen::VectorXd belief =
                    point == 0 ? dense.start : models::random_distribution(random, model.states());
                const double value = models::brute_force(dense, belief, left);
                CHECK(start.lower->value(Belief(belief)) <= value + 1e-12);
                CHECK((start.upper->transpose() * belief).maxCoeff() >= value - 1e-12);
            }
        }
    }
}

TEST_CASE("an action followed by the vectors of the next step earns what its vector says") {
    Random random(82);
    for (int trial = 0; trial < 200; ++trial) {
        models::Dense dense = models::random_model(random, trial % 2 == 0 ? 1.0 : 0.8);
        if (trial % 3 == 0) dense.rewards.array() += 1.5;  // all positive
        const Model model = dense.model();
        constexpr int horizon = 6;
        const int computed = trial % (horizon + 1);
        const auto starts = starts_after(model, horizon, computed);
        for (std::size_t step = 0; step < starts.size(); ++step) {
            const ValueFunction& here = *starts[step].lower;
            for (int vector = 0; vector < here.size(); ++vector) {
                const int action = here.action(vector);
                Eigen::VectorXd next = Eigen::VectorXd::Zero(model.states());
                if (step + 1 < starts.size()) {
                    const ValueFunction& then = *starts[step + 1].lower;
                    for (int k = 0; k < then.size(); ++k) {
                        if (then.action(k) == action) next = then.vector(k).values;
                    }
                }
                const Eigen::VectorXd earned =
                    dense.rewards.col(action) +
                    dense.discount * dense.transitions[static_cast<std::size_t>(action)] * next;
                CAPTURE(trial, computed, step, vector);
                CHECK((earned - here.vector(vector).values).minCoeff() >= -1e-12);
            }
        }
    }
}

TEST_CASE("steps too far from the end to matter share what they begin with") {
    const auto starts = starts_after(models::tiger(0.9), 10'000, 1'000'000);
    REQUIRE(starts.size() == 10'000);
    CHECK(starts.front().lower == starts[9000].lower);
    CHECK(starts.front().upper == starts[9000].upper);
    CHECK(starts.back().lower != starts[9998].lower);
}
