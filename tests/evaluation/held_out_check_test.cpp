// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/held_out_check.hpp>
#include <automix/routing/training.hpp>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a test contradicts an estimate beyond three standard errors of the difference") {
    Evaluation test;
    test.report.performance = 0.80;
    test.report.cost = 10.0;
    CHECK(contradiction({0.1, 0.0, 1.0, 0.0}, test).empty());
    test.intervals.emplace();
    // Half widths of 1.96 standard errors: 0.04 and 1.
    test.intervals->performance = {0.80 - 0.0784, 0.80 + 0.0784};
    test.intervals->cost = {10.0 - 1.96, 10.0 + 1.96};
    // The difference has the standard error hypot(0.03, 0.04) = 0.05.
    CHECK(contradiction({0.94, 0.03, 10.0, 0.0}, test).empty());
    CHECK_THAT(contradiction({0.96, 0.03, 10.0, 0.0}, test),
               ContainsSubstring("score 0.800 on the test rows contradicts the 0.960"));
    CHECK(contradiction({0.80, 0.03, 12.9, 1e-6}, test).empty());
    CHECK_THAT(contradiction({0.80, 0.03, 13.1, 1e-6}, test),
               ContainsSubstring("cost 10.0 on the test rows contradicts the 13.1"));
    // The error of a cost at mean prices is not known.
    CHECK(contradiction({0.80, 0.03, 13.1, 0.0}, test).empty());
}
