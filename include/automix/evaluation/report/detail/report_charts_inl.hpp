// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/detail/report_charts.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/data/verdict_summary.hpp>
#include <automix/evaluation/context_summary.hpp>
#include <automix/evaluation/learning_curve.hpp>
#include <automix/evaluation/report/detail/cost_scale.hpp>
#include <automix/evaluation/report/detail/frontier_chart.hpp>
#include <automix/evaluation/report/detail/markup.hpp>
#include <automix/evaluation/report/detail/plot_axis.hpp>
#include <automix/evaluation/report/detail/report_charts.hpp>
#include <automix/evaluation/report/detail/svg_plot.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/evaluation/report_contents.hpp>
#include <automix/metrics/reliability.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE std::string model_style(std::size_t model) {
    constexpr std::size_t colours = 6;
    return "m" + std::to_string(model % colours);
}

AUTOMIX_INLINE std::string svg_element(double width, double height, std::string_view name,
                                       std::string_view body) {
    return element("svg",
                   R"( role="group")" + attribute("aria-label", name) +
                       attribute("viewBox", "0 0 " + pixels(width) + ' ' + pixels(height)) +
                       attribute("style", "max-width:" + pixels(width) + "px"),
                   '\n' + std::string(body)) +
           '\n';
}

AUTOMIX_INLINE std::string stacked_bars(const std::vector<BarRow>& rows, double full, std::string_view name) {
    constexpr double width = 760.0;
    constexpr double left = 170.0;
    constexpr double right = 130.0;
    constexpr double height = 34.0;
    constexpr double bar = 22.0;
    constexpr double font = 13.0;
    constexpr double inside_font = 12.0;
    const double scale = full > 0.0 ? (width - left - right) / full : 0.0;
    std::string body;
    double y = 4.0;
    for (const BarRow& row : rows) {
        body += svg_text(left - 10.0, y + 16.0, "end", fit_text(row.name, font, left - 14.0));
        double x = left;
        for (const BarPart& part : row.parts) {
            const double length = part.value * scale;
            if (!(length > 0.0)) continue;
            body += svg_bar(x, y, length, bar, part.style, part.tip, TipStyle::page);
            if (!part.inside.empty() && text_pixels(part.inside, inside_font) + 8.0 < length)
                body += svg_text(x + 0.5 * length, y + 15.5, "middle", part.inside, "inside");
            x += length;
        }
        body += svg_text(x + 8.0, y + 16.0, "start", row.note, "tick");
        y += height;
    }
    return svg_element(width, y, name, body);
}

AUTOMIX_INLINE std::string frontier_picture(const ReportContents& report, const CostScale& scale) {
    FrontierChart chart{*report.frontier, {}, scale, {760.0, 430.0, 68.0, 20.0, 8.0, 58.0}, TipStyle::page};
    for (const ReportedRouter& router : report.routers)
        chart.chosen.push_back({router.name, router.test.report, router.test.intervals});
    const std::string body = draw_frontier(chart);
    return svg_element(chart.frame.width, chart.frame.height, "Score over cost: the frontier of the router",
                       body);
}

AUTOMIX_INLINE std::string reliability_chart(const Reliability& figures, std::string_view name) {
    const PlotFrame frame{330.0, 300.0, 60.0, 14.0, 10.0, 54.0};
    PlotAxis axis;
    axis.add(0.0);
    axis.add(1.0);
    axis.finish(5);
    SvgPlot plot(frame, axis, axis, TipStyle::page);
    plot.grid(ticks_of(axis), ticks_of(axis));
    plot.titles("expected", "found");
    plot.line({{0.0, 0.0}, {1.0, 1.0}}, "ideal");
    std::vector<PlotPoint> points;
    for (const ReliabilityBin& bin : figures.bins) points.push_back({bin.predicted, bin.observed});
    plot.line(points, "policy");
    for (const ReliabilityBin& bin : figures.bins) {
        plot.upright(bin.predicted, std::max(0.0, bin.observed - 2.0 * bin.se),
                     std::min(1.0, bin.observed + 2.0 * bin.se), "error");
        const double radius = 3.0 + 6.0 * std::sqrt(bin.weight / figures.weight);
        plot.dot({bin.predicted, bin.observed}, radius, "mark",
                 "expected " + format_fixed(bin.predicted, 3) + "\nfound " + format_fixed(bin.observed, 3) +
                     " (standard error " + format_fixed(bin.se, 3) + ")\n" + format_fixed(bin.weight, 0) +
                     " answers");
    }
    return svg_element(frame.width, frame.height, name, plot.body());
}

AUTOMIX_INLINE std::string verdict_chart(const VerdictSummary& verdicts, std::string_view name) {
    const PlotFrame frame{360.0, 270.0, 60.0, 10.0, 10.0, 54.0};
    double right = 0.0;
    double wrong = 0.0;
    for (const VerdictBin& bin : verdicts.bins) {
        right += bin.right;
        wrong += bin.wrong;
    }
    const auto share = [](double count, double all) { return all > 0.0 ? 100.0 * count / all : 0.0; };
    PlotAxis x;
    PlotAxis y;
    y.add(0.0);
    x.add(0.0);
    const auto count = static_cast<double>(verdicts.bins.size());
    x.add(count);
    for (const VerdictBin& bin : verdicts.bins) {
        y.add(share(bin.right, right));
        y.add(share(bin.wrong, wrong));
    }
    x.finish_exactly();
    y.finish(5);
    SvgPlot plot(frame, x, y, TipStyle::page);
    std::vector<PlotTick> ticks;
    const std::size_t step = verdicts.bins.size() > 6 ? 2 : 1;
    for (std::size_t b = 0; b < verdicts.bins.size(); b += step)
        ticks.push_back({static_cast<double>(b) + 0.5, format_fixed(100.0 * verdicts.bins[b].confidence, 0)});
    plot.grid({}, ticks_of(y));
    for (const PlotTick& tick : ticks) plot.below(tick);
    plot.titles("positive verdicts, per cent", "share of answers, per cent");
    for (std::size_t b = 0; b < verdicts.bins.size(); ++b) {
        const VerdictBin& bin = verdicts.bins[b];
        const auto at = static_cast<double>(b);
        const auto tip = [&](const std::string& kind, double part, double all) {
            return format_percent(share(part, all) / 100.0) + " of the " + kind + " answers have " +
                   format_fixed(100.0 * bin.confidence, 0) + " % positive verdicts\n" +
                   format_fixed(part, 0) + " of " + format_fixed(all, 0);
        };
        plot.bar(at + 0.1, at + 0.5, share(bin.right, right), "right", tip("right", bin.right, right));
        plot.bar(at + 0.5, at + 0.9, share(bin.wrong, wrong), "wrong", tip("wrong", bin.wrong, wrong));
    }
    return svg_element(frame.width, frame.height, name, plot.body());
}

AUTOMIX_INLINE std::string words_chart(const ModelContext& model, std::string_view name) {
    constexpr double width = 420.0;
    constexpr double labels = 150.0;  // on each side of the middle there is a half of the rest
    constexpr double note = 86.0;
    constexpr double height = 24.0;
    constexpr double font = 13.0;
    double largest = 0.0;
    for (const WordEffect& word : model.words) largest = std::max(largest, std::abs(word.log_odds));
    const double middle = labels + 0.5 * (width - labels - note);
    const double scale = largest > 0.0 ? (0.5 * (width - labels - note) - 4.0) / largest : 0.0;
    std::vector<WordEffect> words = model.words;
    std::stable_sort(words.begin(), words.end(),
                     [](const WordEffect& a, const WordEffect& b) { return a.log_odds > b.log_odds; });
    std::string body;
    double y = 2.0;
    for (const WordEffect& word : words) {
        const std::string signed_odds =
            (word.log_odds < 0.0 ? "-" : "+") + format_fixed(std::abs(word.log_odds), 2);
        const double length = std::abs(word.log_odds) * scale;
        body += svg_text(labels - 8.0, y + 14.0, "end", fit_text(word.word, font, labels - 12.0));
        body += svg_bar(word.log_odds < 0.0 ? middle - length : middle, y + 2.0, length, height - 7.0,
                        word.log_odds < 0.0 ? "wrong" : "right",
                        word.word + "\nlog odds " + signed_odds + " in " + std::to_string(word.rows) +
                            " queries\nscore " + format_fixed(word.score, 3) + " on them, " +
                            format_fixed(model.score, 3) + " on all",
                        TipStyle::page);
        body +=
            svg_text(width - 4.0, y + 14.0, "end", signed_odds + " in " + std::to_string(word.rows), "tick");
        y += height;
    }
    body += svg_line(middle, 0.0, middle, y, "zero");
    return svg_element(width, y + 2.0, name, body);
}

AUTOMIX_INLINE std::string learning_chart(const LearningCurve& curve, const CostScale& scale,
                                          std::string_view name) {
    const PlotFrame frame{760.0, 340.0, 76.0, 20.0, 14.0, 58.0};
    PlotAxis x;
    PlotAxis y;
    y.add(0.0);
    std::vector<PlotTick> ticks;
    std::vector<PlotPoint> points;
    for (const LearningPoint& point : curve.points) {
        const double place = std::log2(static_cast<double>(point.rows));
        x.add(place);
        y.add(point.excess - 2.0 * point.se);
        y.add(point.excess + 2.0 * point.se);
        ticks.push_back({place, std::to_string(point.rows)});
        points.push_back({place, point.excess});
    }
    x.widen(0.08);
    x.finish_exactly();
    y.finish(6);
    SvgPlot plot(frame, x, y, TipStyle::page);
    plot.grid(ticks, ticks_of(y));
    plot.titles("training queries (each step twice as many)", "score per query above mixing");
    plot.line(points, "policy");
    for (std::size_t i = 0; i < points.size(); ++i) {
        const LearningPoint& point = curve.points[i];
        plot.upright(points[i].x, point.excess - 2.0 * point.se, point.excess + 2.0 * point.se, "error");
        plot.dot(points[i], 5.0, "mark",
                 std::to_string(point.rows) + " training queries\n" + format_significant(point.excess, 3) +
                     " above mixing (standard error " + format_significant(point.se, 2) + ")\nscore " +
                     format_fixed(point.score, 3) + "\ncost " + scale.text(point.cost) + "\nmean of " +
                     std::to_string(point.policies) + (point.policies == 1 ? " policy" : " policies"));
    }
    return svg_element(frame.width, frame.height, name, plot.body());
}

}  // namespace automix::detail
