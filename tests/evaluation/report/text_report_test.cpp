// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/metrics/ibc.hpp>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

Report report(double lift) {
    Report result;
    result.rows = 4;
    result.performance = 0.5;
    result.cost = 10.25;
    result.routed = 0.125;
    result.draws = 8.0;
    result.ibc = 0.0125;
    result.ibc_lift = lift;
    result.gap_recovered = 0.75;
    result.excess = -1.25;
    result.mixing_performance = 0.45;
    return result;
}

}  // namespace

TEST_CASE("undefined figures are a dash, and each reason stands below once") {
    Report undefined = report(0.0);
    undefined.ibc_lift = OptionalMetric::undefined("LLM not better");
    undefined.mixing_performance = undefined.excess = undefined.gap_recovered = undefined.ibc_lift;
    const std::string text =
        report_table("router", {{"one", report(0.25)}, {"two", undefined}, {"three", undefined}});
    CHECK(text ==
          "router  performance  mixing    cost      IBC  IBC lift  gap recovered  excess  routed  draws\n"
          "one          0.5000  0.4500  10.250  0.01250   +25.0 %         75.0 %    -1.2  12.5 %   8.00\n"
          "two          0.5000       -  10.250  0.01250         -              -       -  12.5 %   8.00\n"
          "three        0.5000       -  10.250  0.01250         -              -       -  12.5 %   8.00\n"
          "- undefined: LLM not better\n");
}

TEST_CASE("an evaluation prints the router between its baselines") {
    Evaluation evaluation;
    evaluation.report = report(0.25);
    evaluation.intervals = ConfidenceIntervals{};
    evaluation.intervals->performance = {0.25, 0.75};
    evaluation.intervals->cost = {9.0, 11.0};
    const std::string without_lift = to_text(evaluation, "mine");
    CHECK_THAT(without_lift, ContainsSubstring("4 queries") && ContainsSubstring("mine ") &&
                                 ContainsSubstring("always small") && ContainsSubstring("oracle"));
    CHECK_THAT(without_lift,
               ContainsSubstring("95 % intervals of mine: performance 0.2500 to 0.7500, cost 9.000 to "
                                 "11.000, IBC lift -\n"));
    evaluation.intervals->ibc_lift = Interval{-0.5, 0.5};
    CHECK_THAT(to_text(evaluation), ContainsSubstring(", IBC lift -50.0 % to +50.0 %\n"));
    evaluation.report.ibc_lift = OptionalMetric::undefined("LLM not better");
    CHECK_THAT(to_text(evaluation), ContainsSubstring(", IBC lift -\n"));
    evaluation.intervals.reset();
    CHECK_THAT(to_text(evaluation), !ContainsSubstring("intervals"));
}

TEST_CASE("an interval of per cents is a dash without an interval or without the figure") {
    const Interval interval{-0.5, 0.25};
    CHECK(format_percent_interval(interval) == "-50.0 % to +25.0 %");
    CHECK(format_percent_interval(std::nullopt) == "-");
    CHECK(format_percent_interval(interval, 0.0) == "-50.0 % to +25.0 %");
    CHECK(format_percent_interval(interval, OptionalMetric::undefined("LLM not better")) == "-");
    CHECK(format_percent_interval(std::nullopt, 0.0) == "-");
}
