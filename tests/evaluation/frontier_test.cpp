// SPDX-License-Identifier: Apache-2.0
// A frontier by hand: four queries, prices 1, 3 and 9, a verdict that costs 1.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/detail/markup.hpp>
#include <automix/evaluation/report/detail/plot_axis.hpp>
#include <automix/evaluation/report/frontier_svg.hpp>
#include <automix/evaluation/report/frontier_text.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using tables::confident;
using tables::record;
using tables::scored;

namespace {

/// Routing confidence 0 gains 1 a row, 0.5 gains 0.5, and 1 loses.
Dataset frontier_table() {
    Dataset data({"small", "middle & <co>", "large"});
    data.append(record("a", {confident(0.0, 0.0), scored(0.5), scored(1.0)}));
    data.append(record("b", {confident(0.5, 0.5), scored(0.5), scored(1.0)}));
    data.append(record("c", {confident(1.0, 1.0), scored(1.0), scored(1.0)}));
    data.append(record("d", {confident(1.0, 1.0), scored(0.0), scored(0.5)}));
    return data;
}

Frontier hand_frontier(FrontierOptions options = {}) {
    const Dataset data = frontier_table();
    const PriceTable prices = resolve_prices(data, {{1.0, 3.0, 9.0}, 1.0, {}});
    return trace_frontier(AnyRouter::of(ExactRouter()), {data, prices}, data, prices, options);
}

void check_points(const std::vector<FrontierPoint>& points, const std::vector<OperatingPoint>& expected) {
    REQUIRE(points.size() == expected.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        CHECK_THAT(points[i].report.performance, WithinAbs(expected[i].performance, 1e-12));
        CHECK_THAT(points[i].report.cost, WithinAbs(expected[i].cost, 1e-12));
    }
}

}  // namespace

TEST_CASE("a frontier's points are those worked out by hand") {
    const Frontier frontier = hand_frontier();
    CHECK(frontier.router == "exact");
    CHECK(frontier.rows == 4);
    // Verified at 1: routing a, then a and b.
    check_points(frontier.policies, {{0.875, 2.0 + 9.0 / 4}, {1.0, 2.0 + 18.0 / 4}});
    check_points(frontier.models, {{0.625, 1.0}, {0.5, 3.0}, {0.875, 9.0}});
    CHECK(frontier.models[1].name == "middle & <co>");
    // The oracle pays for one answer only: a from the middle model (0.5 for 2), a from the large one (0.5 more for 6), then b
    // (0.5 for 8).
    check_points(frontier.oracle, {{0.625, 1.0}, {0.75, 1.5}, {0.875, 3.0}, {1.0, 5.0}});
    for (const FrontierPoint& policy : frontier.policies) {
        REQUIRE(policy.intervals.has_value());
        CHECK(policy.intervals->performance.low <= policy.report.performance);
        CHECK(policy.intervals->performance.high >= policy.report.performance);
    }
    FrontierOptions bare;
    bare.bootstrap.reset();
    CHECK_FALSE(hand_frontier(bare).policies.front().intervals.has_value());
}

TEST_CASE("policies are ordered by their cost on the test rows, and thinned where there are many") {
    const Dataset data = frontier_table();
    const PriceTable prices = resolve_prices(data, {{1.0, 3.0, 9.0}, 1.0, {}});
    struct ManyRouter {
        [[nodiscard]] static std::string name() { return "many"; }
        TrainingResult train(const TrainingData&) { return {}; }
        [[nodiscard]] std::vector<ManyRouter> curve(const TrainingData&) const {
            std::vector<ManyRouter> routers;
            for (int i = 1000; i >= 0; --i) routers.push_back({RandomMixRouter(i / 1000.0)});
            return routers;
        }
        [[nodiscard]] Action next(const Evidence& evidence) const { return mix.next(evidence); }
        [[nodiscard]] std::span<const double> breakpoints() const { return mix.breakpoints(); }
        [[nodiscard]] Parameters parameters() const { return mix.parameters(); }
        RandomMixRouter mix{0.5};
    };
    FrontierOptions options;
    options.bootstrap.reset();
    options.max_policies = 21;
    const Frontier frontier = trace_frontier(ManyRouter{}, {data, prices}, data, prices, options);
    CHECK(frontier.policies.size() == 21);
    CHECK(std::is_sorted(frontier.policies.begin(), frontier.policies.end(),
                         [](const auto& a, const auto& b) { return a.report.cost < b.report.cost; }));
    CHECK_THAT(frontier.policies.front().report.cost, WithinAbs(1.0, 1e-12));
    CHECK_THAT(frontier.policies.back().report.cost, WithinAbs(9.0, 1e-12));
}

TEST_CASE("the drawing in text fits its columns and has all its parts") {
    const std::string text = frontier_text(hand_frontier());
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= 100);
        CHECK((line.empty() || line.back() != ' '));
    }
    CHECK_THAT(text, ContainsSubstring("4 test queries") && ContainsSubstring("* exact") &&
                         ContainsSubstring(": their 95 % intervals") && ContainsSubstring("o oracle") &&
                         ContainsSubstring("2 middle & <co>") && ContainsSubstring("0.8750  9.00") &&
                         ContainsSubstring("3.00  given") && ContainsSubstring("unit of the prices"));
    const auto rows = std::count(text.begin(), text.end(), '\n');
    CHECK(rows == 1 + 22 + 2 + 2 + 4 + 6);
}

TEST_CASE("the picture is one SVG element with escaped names") {
    const std::string svg = frontier_svg(hand_frontier());
    CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    CHECK(svg.ends_with("</svg>\n"));
    CHECK_THAT(svg, ContainsSubstring("mean cost (units of price per query)") &&
                        ContainsSubstring("mean score (0 to 1)") &&
                        ContainsSubstring("middle &amp; &lt;co&gt;") && ContainsSubstring("95 % interval") &&
                        ContainsSubstring("prefers-color-scheme"));
    CHECK(svg.find("<co>") == std::string::npos);
    CHECK(svg.find("http", 40) == std::string::npos);
    // Programs for slides know no variables of style sheets.
    CHECK(svg.find("var(") == std::string::npos);
    CHECK_THAT(frontier_svg(hand_frontier(), {"USD"}), ContainsSubstring("mean cost (USD per query)"));
}

TEST_CASE("the legend stays in its box, whatever the names") {
    Frontier frontier = hand_frontier();
    frontier.router = std::string(300, 'm');
    frontier.models.front().name = std::string(300, 'w');
    const std::string svg = frontier_svg(frontier);
    // Every text ends before the right edge, by the estimate of its width, which is rather too large.
    std::size_t texts = 0;
    for (std::size_t at = svg.find("<text"); at != std::string::npos; at = svg.find("<text", at + 1)) {
        const std::string tag = svg.substr(at, svg.find('>', at) - at);
        const std::size_t x = tag.find(" x=\"");
        if (x == std::string::npos || tag.find("\"start\"") == std::string::npos) continue;
        const std::size_t begin = svg.find('>', at) + 1;
        const std::string text = svg.substr(begin, svg.find('<', begin) - begin);
        const double font = tag.find("title") != std::string::npos ? 17.0 : 13.0;
        CHECK(std::stod(tag.substr(x + 4)) + detail::text_pixels(text, font) <= 800.0);
        ++texts;
    }
    CHECK(texts >= 8);
}

TEST_CASE("an axis has round ends and round ticks") {
    detail::PlotAxis axis;
    axis.add(0.42);
    axis.add(0.88);
    axis.finish(5);
    CHECK(axis.ticks().size() == 6);
    CHECK(axis.label(axis.ticks().front()) == "0.4");
    CHECK(axis.label(axis.ticks().back()) == "0.9");
    CHECK_THAT(axis.place(0.65), WithinAbs(0.5, 1e-12));
    detail::PlotAxis single;
    single.add(3.0);
    single.finish(4);
    CHECK(single.place(3.0) > 0.0);
    CHECK(single.place(3.0) < 1.0);
    detail::PlotAxis free;
    free.add(0.0);
    free.finish(4);
    CHECK(free.place(0.0) == 0.0);
    CHECK(free.label(free.ticks().back()) == "1.0");
    detail::PlotAxis wide;
    wide.add(0.0);
    wide.add(50.0);
    wide.finish(6);
    CHECK(wide.label(wide.ticks().back()) == "50");
}
