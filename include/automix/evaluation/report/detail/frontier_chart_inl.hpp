// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/detail/frontier_chart.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/detail/cost_scale.hpp>
#include <automix/evaluation/report/detail/frontier_chart.hpp>
#include <automix/evaluation/report/detail/frontier_plot.hpp>
#include <automix/evaluation/report/detail/markup.hpp>
#include <automix/evaluation/report/detail/plot_axis.hpp>
#include <automix/evaluation/report/detail/svg_plot.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE double highest_cost(const Frontier& frontier) {
    double highest = 0.0;
    for (const auto* points : {&frontier.policies, &frontier.models, &frontier.oracle}) {
        for (const FrontierPoint& point : *points) highest = std::max(highest, point.report.cost);
    }
    return highest;
}

AUTOMIX_INLINE std::string report_tip(const std::string& name, const Report& report,
                                      const std::optional<ConfidenceIntervals>& intervals,
                                      const CostScale& scale) {
    std::string tip = name + "\nscore " + format_fixed(report.performance, 3);
    if (intervals)
        tip += " (" + format_fixed(intervals->performance.low, 3) + " to " +
               format_fixed(intervals->performance.high, 3) + ")";
    tip += "\ncost " + scale.text(report.cost) + "\nsent on " + format_percent(report.routed) + ", " +
           format_fixed(report.draws, 2) + " verdicts a query";
    return tip;
}

/// The entries of a legend, laid out in lines inside a box.
class ChartLegend {
 public:
    ChartLegend(double left, double right, double top)
        : left_(left), right_(right), x_(left + pad), y_(top) {}

    /// Adds an entry: `sample(x, y)` returns a picture of 28 by 12 pixels around (x + 14, y).
    template <class Sample>
    void add(const std::string& text, Sample sample) {
        const std::string shown = fit_text(text, font, right_ - left_ - 2.0 * pad - sample_width);
        const double width = sample_width + text_pixels(shown, font);
        if (x_ > left_ + pad && x_ + width > right_ - pad) {
            x_ = left_ + pad;
            y_ += line;
        }
        body_ += sample(x_, y_ + 0.5 * line);
        body_ += svg_text(x_ + sample_width, y_ + 0.5 * line + 4.5, "start", shown);
        x_ += width + gap;
    }

    /// Returns the bottom of the box.
    [[nodiscard]] double bottom() const { return y_ + line + 4.0; }

    [[nodiscard]] std::string body(double top) const {
        return "<rect class=\"legend\"" + attribute("x", pixels(left_)) + attribute("y", pixels(top - 4.0)) +
               attribute("width", pixels(right_ - left_)) +
               attribute("height", pixels(bottom() - top + 4.0)) + " rx=\"4\"/>\n" + body_;
    }

 private:
    static constexpr double font = 13.0;
    static constexpr double line = 22.0;
    static constexpr double pad = 10.0;
    static constexpr double gap = 18.0;
    static constexpr double sample_width = 36.0;

    double left_;
    double right_;
    double x_;
    double y_;
    std::string body_{};
};

inline std::string sample_line(double x, double y, std::string_view style) {
    return svg_line(x, y, x + 28.0, y, style);
}

inline std::string sample_dot(double x, double y, std::string_view style) {
    return "<circle" + attribute("class", style) + attribute("cx", pixels(x + 14.0)) +
           attribute("cy", pixels(y)) + " r=\"5\"/>\n";
}

inline std::string sample_diamond(double x, double y, std::string_view style) {
    const double middle = x + 14.0;
    return "<polygon" + attribute("class", style) +
           attribute("points", pixels(middle - 7.0) + "," + pixels(y) + " " + pixels(middle) + "," +
                                   pixels(y - 7.0) + " " + pixels(middle + 7.0) + "," + pixels(y) + " " +
                                   pixels(middle) + "," + pixels(y + 7.0)) +
           "/>\n";
}

inline ChartLegend frontier_legend(const FrontierChart& chart, double top) {
    const Frontier& frontier = chart.frontier;
    ChartLegend legend(chart.frame.left, chart.frame.width - chart.frame.right, top);
    if (!chart.chosen.empty())
        legend.add(chart.chosen.front().name + ", as chosen",
                   [](double x, double y) { return sample_diamond(x, y, "chosen"); });
    if (chart.chosen.size() > 1)
        legend.add("other routers", [](double x, double y) { return sample_diamond(x, y, "other"); });
    if (!frontier.policies.empty()) {
        legend.add((chart.chosen.empty() ? frontier.router + ", " : std::string()) + "all prices of quality",
                   [](double x, double y) { return sample_line(x, y, "policy"); });
        if (const auto& intervals = frontier.policies.front().intervals) {
            legend.add(format_number(100.0 * intervals->level) + " % interval", [](double x, double y) {
                return "<rect class=\"band\"" + attribute("x", pixels(x)) + attribute("y", pixels(y - 6.0)) +
                       " width=\"28\" height=\"12\"/>\n";
            });
        }
    }
    legend.add("one model alone", [](double x, double y) { return sample_dot(x, y, "model"); });
    legend.add("random mixing", [](double x, double y) { return sample_line(x, y, "mixing"); });
    if (!frontier.oracle.empty())
        legend.add("oracle", [](double x, double y) { return sample_line(x, y, "oracle"); });
    return legend;
}

AUTOMIX_INLINE std::string draw_frontier(FrontierChart& chart) {
    const Frontier& frontier = chart.frontier;
    const CostScale& scale = chart.scale;
    const double legend_top = chart.frame.top;
    const ChartLegend legend = frontier_legend(chart, legend_top);
    const double grown = legend.bottom() + 12.0 - chart.frame.top;
    chart.frame.top += grown;
    chart.frame.height += grown;

    PlotAxis cost;
    PlotAxis score;
    const auto cover = [&](const Report& report, const std::optional<ConfidenceIntervals>& intervals) {
        cost.add(scale.of(report.cost));
        score.add(report.performance);
        if (!intervals) return;
        score.add(intervals->performance.low);
        score.add(intervals->performance.high);
    };
    for (const auto* points : {&frontier.policies, &frontier.models, &frontier.oracle}) {
        for (const FrontierPoint& point : *points) cover(point.report, point.intervals);
    }
    for (const ChosenPolicy& chosen : chart.chosen) cover(chosen.report, chosen.intervals);
    cost.add(0.0);
    cost.finish(8);
    score.finish(6);
    SvgPlot plot(chart.frame, cost, score, chart.tips);
    const auto at = [&](const OperatingPoint& point) {
        return PlotPoint{scale.of(point.cost), point.performance};
    };
    const auto places = [&](const std::vector<OperatingPoint>& curve) {
        std::vector<PlotPoint> points;
        for (const OperatingPoint& point : curve) points.push_back(at(point));
        return points;
    };
    plot.grid(ticks_of(cost), ticks_of(score));
    plot.titles("mean cost (" + scale.per() + ")", "mean score (0 to 1)");
    plot.area(places(edge_of(frontier.policies, &Interval::low)),
              places(edge_of(frontier.policies, &Interval::high)), "band");
    plot.line(places({frontier.models.front().report.point(), frontier.models.back().report.point()}),
              "mixing");
    plot.line(places(curve_of(frontier.oracle)), "oracle");
    for (const FrontierPoint& point : frontier.oracle)
        plot.dot(at(point.report.point()), 2.0, "truth", report_tip("oracle", point.report, {}, scale));
    plot.line(places(curve_of(frontier.policies)), "policy");
    for (const FrontierPoint& policy : frontier.policies)
        plot.dot(at(policy.report.point()), 3.0, "mark",
                 report_tip(frontier.router, policy.report, policy.intervals, scale));
    for (const FrontierPoint& model : frontier.models)
        plot.dot(at(model.report.point()), 5.5, "model",
                 report_tip(model.name + " alone", model.report, model.intervals, scale));
    for (std::size_t i = chart.chosen.size(); i-- > 0;) {
        const ChosenPolicy& chosen = chart.chosen[i];
        const PlotPoint place = at(chosen.report.point());
        if (i == 0 && chosen.intervals) {
            const ConfidenceIntervals& intervals = *chosen.intervals;
            plot.upright(place.x, intervals.performance.low, intervals.performance.high, "whisker");
            plot.level(place.y, scale.of(intervals.cost.low), scale.of(intervals.cost.high), "whisker");
        }
        plot.diamond(place, i == 0 ? 8.0 : 6.0, i == 0 ? "chosen" : "other",
                     report_tip(chosen.name, chosen.report, chosen.intervals, scale));
    }
    for (const FrontierPoint& model : frontier.models)
        plot.label(at(model.report.point()), model.name, "name");
    return legend.body(legend_top) + plot.body();
}

}  // namespace automix::detail
