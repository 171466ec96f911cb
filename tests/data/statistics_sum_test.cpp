// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_sum.hpp>
#include <automix/data/verification.hpp>

#include <vector>

using namespace automix;

namespace {

/// Two rows of two models, right or wrong as `right` says, at these prices of an answer.
Statistics part(double right, double small, double large, int draws = 2) {
    Statistics all;
    all.models = {{"small", VerificationKind::verdicts, draws}, {"large", VerificationKind::none, 0}};
    all.folds.assign(2, FoldStatistics(2));
    all.folds[0].cell({{2, 1, 0.0}}).add({right, 1.0});
    all.folds[1].cell({{2, 2, 0.0}}).add({1.0, 1.0});
    all.folds[0].answer_prices = {2.0 * small, 2.0 * large};
    all.folds[0].draw_prices = {1.0, 0.0};
    return all;
}

}  // namespace

TEST_CASE("parts add up, and their differences in prices and draws are named") {
    StatisticsSum sum;
    CHECK_THROWS_AS(sum.statistics(), DataError);
    sum.add(part(0.0, 1.0, 50.0), "one");
    CHECK(sum.warnings().empty());
    CHECK(sum.unknown_ids().empty());
    // Prices a hundred times apart are in two units; what was added so far stays.
    CHECK_THROWS_WITH(sum.add(part(1.0, 100.0, 50.0, 3), "two"),
                      Catch::Matchers::StartsWith(
                          "prices of one and two are in different units: an answer of \"small\" costs "
                          "1.00 and 100, more than 20 times as much"));
    CHECK(sum.statistics().total().weight() == 2.0);
    sum.add(part(1.0, 10.0, 50.0, 3), "two");
    CHECK(sum.statistics().total().weight() == 4.0);
    CHECK(sum.statistics().total().answer_prices == std::vector<double>{22.0, 200.0});
    CHECK(sum.statistics().models.front().draws == 2);
    REQUIRE(sum.warnings().size() == 2);
    CHECK(sum.warnings()[0] ==
          "prices of one and two differ and are averaged by rows (2 and 2): an answer of \"small\" 1.00 and "
          "10.0; some "
          "differ by more than a factor of 2: if both are not in one unit, the policy is wrong");
    CHECK(sum.warnings()[1] == "draws of \"small\": two has 3, one 2: 2 are used");
    REQUIRE(sum.unknown_ids().size() == 1);
    CHECK_THAT(sum.unknown_ids().front(),
               Catch::Matchers::StartsWith("overlap cannot be checked, as there are no ids "
                                           "in one, two"));
}

TEST_CASE("a part with the sums of an earlier one is refused unless that is allowed") {
    StatisticsSum sum;
    sum.add(part(0.0, 1.0, 50.0), "one");
    CHECK_THROWS_WITH(
        sum.add(part(0.0, 2.0, 50.0), "two"),
        Catch::Matchers::StartsWith("the sums of two are those of one, so its queries would count twice"));
    StatisticsSum twice;
    twice.add(part(0.0, 1.0, 50.0), "one");
    twice.add(part(0.0, 1.0, 50.0), "two", Overlap::allow);
    CHECK(twice.statistics().total().weight() == 4.0);
}
