// SPDX-License-Identifier: Apache-2.0
// The choices of each objective among four policies, worked out by hand, and the thresholds and lists that are tried.
#include "support/catch.hpp"

#include <automix/metrics/ibc.hpp>
#include <automix/routing/baselines/detail/cascade_lists.hpp>
#include <automix/routing/baselines/detail/choose_policy.hpp>
#include <automix/routing/baselines/detail/share_thresholds.hpp>
#include <automix/routing/baselines/frugalgpt.hpp>
#include <automix/routing/objective.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <optional>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::vector<OperatingPoint> policies = {{0.5, 1.0}, {0.7, 10.0}, {0.8, 30.0}, {0.82, 50.0}};

std::optional<std::size_t> choice(const Objective& objective) {
    return detail::choose_policy(policies, objective, policies.front(), policies.back());
}

/// Returns the number of the chosen policy; -1 for none.
int chosen(const Objective& objective) {
    const std::optional<std::size_t> found = choice(objective);
    return found ? static_cast<int>(*found) : -1;
}

}  // namespace

TEST_CASE("each objective chooses its policy") {
    // The base slope is 0.32 / 49: 0.6347 net for the second, 0.6041 for the third.
    CHECK(chosen(Objective::base()) == 1);
    CHECK(chosen(Objective::lambda(0.0)) == 3);
    CHECK(chosen(Objective::lambda(0.001)) == 2);  // a tie with the last
    CHECK(chosen(Objective::budget(30.0)) == 2);
    CHECK(chosen(Objective::budget(29.9)) == 1);
    CHECK(chosen(Objective::budget(0.5)) == -1);
    CHECK(chosen(Objective::quality(0.9)) == 2);
    CHECK(chosen(Objective::quality(0.5)) == 0);
    CHECK(chosen(Objective::quality(1.1)) == -1);
    // 0.2 / 9 for the second, and the first has none.
    CHECK(chosen(Objective::max_ibc()) == 1);
}

TEST_CASE("the result of training says what was chosen, or that nothing is feasible") {
    const auto result = [](const Objective& objective) {
        return detail::choice_result(policies, choice(objective), objective, policies.front(),
                                     policies.back());
    };
    CHECK(result(Objective::base()).feasible);
    CHECK(result(Objective::base()).candidates == 4);
    CHECK(result(Objective::max_ibc()).ibc.value() == Approx(0.2 / 9.0));
    CHECK_FALSE(result(Objective::budget(0.5)).feasible);
    CHECK_THAT(result(Objective::budget(0.5)).reason, ContainsSubstring("budget=0.5"));
}

TEST_CASE("thresholds lie at round shares of the rows, and beyond all") {
    Eigen::ArrayXd values(40);
    for (Index i = 0; i < 40; ++i) values(i) = static_cast<double>(39 - i) / 40.0 + 0.01;
    const std::vector<double> thresholds = detail::share_thresholds(values);
    REQUIRE(thresholds.size() == 21);
    CHECK(thresholds.front() == 0.0);
    CHECK(thresholds.back() == 1.0);
    for (std::size_t step = 0; step < 20; ++step)
        CHECK((values < thresholds[step]).count() == static_cast<Index>(2 * step));
    CHECK((values < thresholds.back()).count() == 40);
    CHECK(detail::share_thresholds(Eigen::ArrayXd::Constant(7, 0.5)).size() == 2);
}

TEST_CASE("cascades are the lists of one to three models in ascending order") {
    using Lists = std::vector<std::vector<Index>>;
    CHECK(detail::cascade_lists(3) == Lists{{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}});
    CHECK(detail::cascade_lists(4).size() == 4 + 6 + 4);
    CHECK(detail::cascade_lists(5).size() == 5 + 10 + 10);
}
