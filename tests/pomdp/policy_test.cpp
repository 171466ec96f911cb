// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/pomdp/value_function.hpp>

#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::ArgumentError;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Two vectors that cross at even beliefs.
ValueFunction crossing(int left, int right, double height = 1.0) {
    ValueFunction values(2);
    values.add({Eigen::Vector2d(height, 0.0), left});
    values.add({Eigen::Vector2d(0.0, height), right});
    return values;
}

}  // namespace

TEST_CASE("a policy of an unlimited horizon acts alike at every step") {
    const Policy policy(crossing(4, 7));
    CHECK_FALSE(policy.finite());
    CHECK(policy.horizon() == 0);
    CHECK(policy.vectors() == 2);
    for (const int step : {0, 1, 1000000}) {
        CHECK(policy.action(models::pair(0.75), step) == 4);
        CHECK(policy.action(models::pair(0.25), step) == 7);
        CHECK(policy.value(models::pair(0.75), step) == 0.75);
        CHECK(policy.values(step).size() == 2);
    }
    CHECK(policy.action(models::pair(0.75)) == 4);
    CHECK(policy.value(models::pair(0.25)) == 0.75);
}

TEST_CASE("a policy of a finite horizon acts by the vectors of the step") {
    ValueFunction last(2);
    last.add({Eigen::Vector2d(0.5, 0.5), 3});
    const Policy policy(std::vector<ValueFunction>{crossing(1, 2, 2.0), last});
    CHECK(policy.finite());
    CHECK(policy.horizon() == 2);
    CHECK(policy.vectors() == 3);
    CHECK(policy.action(models::pair(1.0)) == 1);
    CHECK(policy.action(models::pair(0.0), 0) == 2);
    CHECK(policy.action(models::pair(0.0), 1) == 3);
    CHECK(policy.value(models::pair(0.0)) == 2.0);
    CHECK(policy.value(models::pair(0.0), 1) == 0.5);
    for (const int step : {-1, 2, 100}) {
        CHECK_THROWS_AS(policy.action(models::pair(0.5), step), ArgumentError);
        CHECK_THROWS_AS(policy.value(models::pair(0.5), step), ArgumentError);
        CHECK_THROWS_AS(policy.values(step), ArgumentError);
    }
    CHECK_THROWS_WITH(policy.action(models::pair(0.5), 2),
                      ContainsSubstring("a step from 0 to 1") && ContainsSubstring("found 2"));
}

TEST_CASE("one step of a finite horizon is not an unlimited one") {
    const Policy policy(std::vector<ValueFunction>{crossing(1, 2)});
    CHECK(policy.finite());
    CHECK(policy.horizon() == 1);
    CHECK_THROWS_AS(policy.action(models::pair(0.5), 1), ArgumentError);
}

TEST_CASE("policies without vectors are refused") {
    CHECK_THROWS_AS(Policy(ValueFunction(2)), ArgumentError);
    CHECK_THROWS_WITH(Policy(ValueFunction(2)), ContainsSubstring("no alpha vectors"));
    CHECK_THROWS_AS(Policy(std::vector<ValueFunction>{}), ArgumentError);
    CHECK_THROWS_AS(Policy(std::vector<ValueFunction>{crossing(0, 1), ValueFunction(2)}), ArgumentError);
}

TEST_CASE("an empty policy says so") {
    const Policy policy;
    CHECK_FALSE(policy.finite());
    CHECK(policy.vectors() == 0);
    CHECK_THROWS_AS(policy.action(models::pair(0.5)), ArgumentError);
    CHECK_THROWS_WITH(policy.value(models::pair(0.5)), ContainsSubstring("solve or load one first"));
}
