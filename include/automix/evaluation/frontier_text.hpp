// SPDX-License-Identifier: Apache-2.0
// A frontier drawn with characters, 80 columns wide, for a terminal; and as CSV, one point a line. O(points + columns * rows).
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/text_table.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/frontier_plot.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

namespace detail {

/// A grid of characters over the axes.
class TextCanvas {
 public:
    static constexpr int columns = 70;
    static constexpr int rows = 22;

    explicit TextCanvas(const FrontierAxes& axes)
        : axes_(axes), lines_(rows, std::string(static_cast<std::size_t>(columns), ' ')) {}

    void mark(const Point& point, char mark) { at(column(point.cost), row(point.performance)) = mark; }

    /// The line through the points, which ascend in cost.
    void line(const std::vector<Point>& curve, char mark) {
        for_columns(curve, [&](int column, double cost) { at(column, row(score_at(curve, cost))) = mark; });
    }

    void shade(const std::vector<Point>& low, const std::vector<Point>& high, char mark) {
        for_columns(low, [&](int column, double cost) {
            for (int r = row(score_at(high, cost)); r <= row(score_at(low, cost)); ++r) at(column, r) = mark;
        });
    }

    /// With ticks and labels.
    [[nodiscard]] std::string text() const {
        std::vector<std::string> labels(rows);
        for (const double tick : axes_.score.ticks())
            labels[static_cast<std::size_t>(row(tick))] = axes_.score.label(tick);
        std::string text;
        for (std::size_t r = 0; r < lines_.size(); ++r) {
            const std::string& label = labels[r];
            std::string line = std::string(margin - std::min(margin, label.size()), ' ') + label +
                               (label.empty() ? " |" : " +") + lines_[r];
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + '\n';
        }
        std::string axis(static_cast<std::size_t>(columns), '-');
        std::string below(static_cast<std::size_t>(columns) + margin + 2, ' ');
        for (const double tick : axes_.cost.ticks()) {
            axis[static_cast<std::size_t>(column(tick))] = '+';
            const std::string label = axes_.cost.label(tick);
            const std::size_t centre = static_cast<std::size_t>(column(tick)) + margin + 2;
            const std::size_t begin = std::min(centre - label.size() / 2, below.size() - label.size());
            below.replace(begin, label.size(), label);
        }
        below.erase(below.find_last_not_of(' ') + 1);
        return text + std::string(margin + 2, ' ') + axis + '\n' + below + '\n';
    }

 private:
    static constexpr std::size_t margin = 6;

    [[nodiscard]] int column(double cost) const {
        return std::clamp(static_cast<int>(std::lround(axes_.cost.place(cost) * (columns - 1))), 0,
                          columns - 1);
    }
    [[nodiscard]] int row(double score) const {
        return std::clamp(static_cast<int>(std::lround((1.0 - axes_.score.place(score)) * (rows - 1))), 0,
                          rows - 1);
    }
    char& at(int column, int row) {
        return lines_[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    }

    template <class Use>
    void for_columns(const std::vector<Point>& curve, Use use) const {
        if (curve.empty()) return;
        const int first = column(curve.front().cost);
        const int last = column(curve.back().cost);
        for (int c = first; c <= last; ++c) {
            const double share =
                last == first ? 0.0 : static_cast<double>(c - first) / static_cast<double>(last - first);
            use(c, curve.front().cost + share * (curve.back().cost - curve.front().cost));
        }
    }

    const FrontierAxes& axes_;
    std::vector<std::string> lines_;
};

}  // namespace detail

/// Mean score upwards over mean cost per query, with a legend. Models are numbered.
inline std::string frontier_text(const Frontier& frontier) {
    const detail::FrontierAxes axes(frontier, 6, 6);
    detail::TextCanvas canvas(axes);
    canvas.shade(detail::edge_of(frontier.policies, &Interval::low),
                 detail::edge_of(frontier.policies, &Interval::high), ':');
    canvas.line(detail::curve_of(frontier.oracle), 'o');
    std::vector<Point> mixing = {frontier.models.front().report.point(),
                                 frontier.models.back().report.point()};
    if (mixing.front().cost > mixing.back().cost) std::swap(mixing.front(), mixing.back());
    canvas.line(mixing, '.');
    const std::vector<Point> policies = detail::curve_of(frontier.policies);
    canvas.line(policies, '-');
    for (const Point& policy : policies) canvas.mark(policy, '*');
    std::string legend =
        "* " + frontier.router + ", policies for all prices of quality" +
        (frontier.policies.empty() || !frontier.policies.front().intervals ? "" : "   : their intervals") +
        "\n. random mixing of the end models   o oracle\n";
    TextTable models({"model", "score", "cost"});
    for (std::size_t i = 0; i < frontier.models.size(); ++i) {
        const FrontierPoint& model = frontier.models[i];
        canvas.mark(model.report.point(), static_cast<char>('1' + static_cast<char>(i % 9)));
        models.add({std::to_string(i % 9 + 1) + " " + model.name, format_fixed(model.report.performance, 4),
                    format_fixed(model.report.cost, 3)});
    }
    return "mean score over mean cost per query, " + std::to_string(frontier.rows) + " test queries\n" +
           canvas.text() + legend + models.text();
}

namespace detail {

/// A field of CSV (RFC 4180).
inline std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

}  // namespace detail

/// A header and one line a point: `kind` is `policy`, `model` or `oracle`; fields without a value are empty.
inline std::string frontier_csv(const Frontier& frontier) {
    std::string text =
        "kind,name,cost,cost_low,cost_high,performance,performance_low,performance_high,gap_recovered,excess,"
        "routed,draws,rounds\n";
    const auto add = [&](std::string_view kind, const std::vector<FrontierPoint>& points) {
        for (const FrontierPoint& point : points) {
            const Report& report = point.report;
            const auto bounds = [&](Interval ConfidenceIntervals::*of) {
                if (!point.intervals) return std::string(",");
                const Interval& interval = (*point.intervals).*of;
                return format_number(interval.low) + "," + format_number(interval.high);
            };
            const auto figure = [](const Figure& value) { return value ? format_number(*value) : ""; };
            text += joined(
                        std::vector<std::string>{
                            std::string(kind), detail::csv_field(point.name), format_number(report.cost),
                            bounds(&ConfidenceIntervals::cost), format_number(report.performance),
                            bounds(&ConfidenceIntervals::performance), figure(report.gap_recovered),
                            figure(report.excess), format_number(report.routed), format_number(report.draws),
                            format_number(report.rounds)},
                        ",") +
                    '\n';
        }
    };
    add("policy", frontier.policies);
    add("model", frontier.models);
    add("oracle", frontier.oracle);
    return text;
}

}  // namespace automix
