// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>

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

/// The longest line, in bytes.
std::size_t longest_line(const std::string& text) {
    std::size_t longest = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
    return longest;
}

/// An evaluation on four queries: the small model scores 0.5 at 1, the large one 0.8 at 50.
Evaluation evaluation(double performance, double cost, double routed = 0.25, double draws = 16.0) {
    Evaluation result;
    result.report = report(0.25);
    result.report.performance = performance;
    result.report.cost = cost;
    result.report.routed = routed;
    result.report.draws = draws;
    result.baselines.always_small.performance = 0.5;
    result.baselines.always_small.cost = 1.0;
    result.baselines.always_large.performance = 0.8;
    result.baselines.always_large.cost = 50.0;
    result.prices = {{"tiny", 1.0, PriceOrigin::standard, true, 0.0625, 1.0, PriceOrigin::standard},
                     {"huge", 50.0, PriceOrigin::given, false, 0.0, 0.0, PriceOrigin::standard}};
    return result;
}

}  // namespace

TEST_CASE("undefined metrics are a dash, and each reason stands below once") {
    Report undefined = report(0.0);
    undefined.ibc_lift = OptionalMetric::undefined("the last model scores no higher than the first");
    undefined.mixing_performance = undefined.excess = undefined.gap_recovered = undefined.ibc_lift;
    const NamedReports reports = {{"one", report(0.25)}, {"two", undefined}, {"three", undefined}};
    const std::string text = report_table("router", reports, false);
    CHECK(text ==
          "router   score  mixing  cost     IBC  IBC lift     gap  excess  routed  draws\n"
          "one     0.5000  0.4500  10.2  0.0125   +25.0 %  75.0 %  -1.2 %  12.5 %   8.00\n"
          "two     0.5000       -  10.2  0.0125         -       -       -  12.5 %   8.00\n"
          "three   0.5000       -  10.2  0.0125         -       -       -  12.5 %   8.00\n"
          "- undefined: the last model scores no higher than the first\n");
    CHECK(report_table("router", reports) == text + report_legend());
}

TEST_CASE("dollar prices keep three significant digits in a report") {
    Report dollars = report(0.25);
    dollars.cost = 0.0006123;
    dollars.ibc = 123.456;
    CHECK(report_table("r", {{"one", dollars}}, false) ==
          "r     score  mixing      cost  IBC  IBC lift     gap  excess  routed  draws\n"
          "one  0.5000  0.4500  0.000612  123   +25.0 %  75.0 %  -1.2 %  12.5 %   8.00\n");
}

TEST_CASE("a report with the longest router name and with dollar prices fits 100 columns") {
    Report dollars = report(12.875);
    dollars.cost = 0.0006123;
    dollars.ibc = 0.0000946;
    CHECK(longest_line(report_table("all, 100000", {{"fixed_answer:triple_threshold", dollars}})) <= 100);
    Evaluation dear = evaluation(0.7, 0.0006123);
    dear.intervals = ConfidenceIntervals{};
    dear.prices[0].model = std::string(90, 'm');
    dear.prices[0].answer = 0.000612345;
    CHECK(longest_line(to_text(dear, "fixed_answer:triple_threshold")) <= 100);
}

TEST_CASE("the price table says which prices were used and who stated them") {
    CHECK(price_table(evaluation(0.7, 19.0).prices) ==
          "prices  answer     from  one draw  all draws     from\n"
          "tiny      1.00  default    0.0625       1.00  default\n"
          "huge      50.0    given         -          -        -\n"
          "prices: means over the queries, in your unit; default: the library's, as none was stated\n");
    CHECK(to_string(PriceOrigin::recorded) == "recorded");
}

TEST_CASE("the conclusion names the models and answers the question in one sentence") {
    // 0.7 of 0.8 is 87.5 %, 19 of 50 is 38 %.
    CHECK(conclusion(evaluation(0.7, 19.0)) ==
          "The router keeps 87.5 % of huge's score at 38.0 % of its cost.");
    CHECK(conclusion(evaluation(0.7, 19.0), "pomdp") ==
          "pomdp keeps 87.5 % of huge's score at 38.0 % of its cost.");
    CHECK(conclusion(evaluation(0.8, 19.0)) == "The router keeps all of huge's score at 38.0 % of its cost.");
}

TEST_CASE("the conclusion says so if the router beats the large model") {
    // 0.88 is 10 % more than 0.8.
    CHECK(conclusion(evaluation(0.88, 60.0)) ==
          "The router scores 10.0 % more than huge at 120 % of its cost.");
}

TEST_CASE("the conclusion says so if the router asks one model only") {
    CHECK(conclusion(evaluation(0.5, 1.0, 0.0, 0.0)) ==
          "The router accepts every answer of tiny: 62.5 % of huge's score at 2.00 % of its cost.");
    CHECK(conclusion(evaluation(0.8, 50.0, 1.0, 0.0)) ==
          "The router asks huge every time, so it keeps all of its score and saves nothing.");
}

TEST_CASE("the conclusion says so if one model alone is the better choice") {
    CHECK(conclusion(evaluation(0.7, 60.0)) ==
          "The router keeps 87.5 % of huge's score at 120 % of its cost; huge alone scores more and costs "
          "less.");
    CHECK(conclusion(evaluation(0.8, 60.0)) ==
          "The router keeps all of huge's score at 120 % of its cost; huge alone scores as much and costs "
          "less.");
    CHECK(conclusion(evaluation(0.4, 19.0)) ==
          "The router keeps 50.0 % of huge's score at 38.0 % of its cost; tiny alone scores more and costs "
          "less.");
}

TEST_CASE("the conclusion says so if the large model is not better") {
    Evaluation reversed = evaluation(0.7, 5.0);
    reversed.baselines.always_large.performance = 0.25;
    CHECK(conclusion(reversed) ==
          "huge scores no better than tiny (0.250 against 0.500); The router scores 0.700 at 10.0 % of its "
          "cost.");
}

TEST_CASE("the conclusion is a sentence too if a share is undefined") {
    Evaluation worthless = evaluation(0.7, 5.0);
    worthless.baselines.always_large.performance = 0.0;
    CHECK(conclusion(worthless) == "huge scores 0 on these queries, so no share of its score is defined.");
    Evaluation free = evaluation(0.7, 5.0);
    free.baselines.always_large.cost = 0.0;
    CHECK(conclusion(free) ==
          "The router keeps 87.5 % of huge's score at a cost of 5.00, while huge is free.");
    Evaluation single = evaluation(0.5, 1.0);
    single.prices.pop_back();
    CHECK(conclusion(single) == "There is only tiny, so there is nothing to route: it scores 0.500.");
    CHECK(conclusion(Evaluation{}) == "No query was evaluated.");
}

TEST_CASE("an evaluation prints the router between its baselines, with prices and conclusion") {
    Evaluation mine = evaluation(0.7, 19.0);
    mine.intervals = ConfidenceIntervals{};
    mine.intervals->performance = {0.25, 0.75};
    mine.intervals->cost = {9.0, 11.0};
    const std::string without_lift = to_text(mine, "mine");
    CHECK_THAT(without_lift, ContainsSubstring("4 queries") && ContainsSubstring("mine ") &&
                                 ContainsSubstring("always small") && ContainsSubstring("oracle") &&
                                 ContainsSubstring("prices  answer"));
    CHECK_THAT(without_lift,
               ContainsSubstring(
                   "95 % intervals of the router: score 0.2500 to 0.7500, cost 9.00 to 11.0, IBC lift -\n"));
    CHECK_THAT(without_lift,
               Catch::Matchers::EndsWith("\n\nmine keeps 87.5 % of huge's score at 38.0 % of its cost.\n"));
    mine.intervals->ibc_lift = Interval{-0.5, 0.5};
    CHECK_THAT(to_text(mine), ContainsSubstring(", IBC lift -50.0 % to +50.0 %\n"));
    mine.report.ibc_lift = OptionalMetric::undefined("the last model scores no higher than the first");
    CHECK_THAT(to_text(mine), ContainsSubstring(", IBC lift -\n"));
    mine.intervals.reset();
    CHECK_THAT(to_text(mine), !ContainsSubstring("intervals"));
}

TEST_CASE("an interval of per cents is a dash without an interval or without the figure") {
    const Interval interval{-0.5, 0.25};
    CHECK(format_percent_interval(interval) == "-50.0 % to +25.0 %");
    CHECK(format_percent_interval(std::nullopt) == "-");
    CHECK(format_percent_interval(interval, 0.0) == "-50.0 % to +25.0 %");
    CHECK(format_percent_interval(
              interval, OptionalMetric::undefined("the last model scores no higher than the first")) == "-");
    CHECK(format_percent_interval(std::nullopt, 0.0) == "-");
}
