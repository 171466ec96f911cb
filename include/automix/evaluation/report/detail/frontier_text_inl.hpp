// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/frontier_text.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/detail/frontier_plot.hpp>
#include <automix/evaluation/report/frontier_text.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/metrics/curve_figures.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace automix::detail {

/// A grid of characters over the axes.
class TextCanvas {
 public:
    static constexpr int columns = 70;
    static constexpr int rows = 22;

    explicit TextCanvas(const FrontierAxes& axes)
        : axes_(axes), lines_(rows, std::string(as_size(columns), ' ')) {}

    void mark(const OperatingPoint& point, char mark) {
        at(column(point.cost), row(point.performance)) = mark;
    }

    /// Draws the line through the points, which ascend in cost.
    void line(const std::vector<OperatingPoint>& curve, char mark) {
        for_columns(curve, [&](int column, double cost) {
            at(column, row(performance_at_cost(curve, cost))) = mark;
        });
    }

    void shade(const std::vector<OperatingPoint>& low, const std::vector<OperatingPoint>& high, char mark) {
        for_columns(low, [&](int column, double cost) {
            for (int r = row(performance_at_cost(high, cost)); r <= row(performance_at_cost(low, cost)); ++r)
                at(column, r) = mark;
        });
    }

    /// Returns the grid with ticks and labels.
    [[nodiscard]] std::string text() const {
        std::vector<std::string> labels(rows);
        for (const double tick : axes_.score.ticks()) labels[as_size(row(tick))] = axes_.score.label(tick);
        std::string text;
        for (std::size_t r = 0; r < lines_.size(); ++r) {
            const std::string& label = labels[r];
            std::string line = std::string(margin - std::min(margin, label.size()), ' ') + label +
                               (label.empty() ? " |" : " +") + lines_[r];
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + '\n';
        }
        std::string axis(as_size(columns), '-');
        std::string below(as_size(columns) + margin + 2, ' ');
        for (const double tick : axes_.cost.ticks()) {
            axis[as_size(column(tick))] = '+';
            const std::string label = axes_.cost.label(tick);
            const std::size_t centre = as_size(column(tick)) + margin + 2;
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
    char& at(int column, int row) { return lines_[as_size(row)][as_size(column)]; }

    template <class Use>
    void for_columns(const std::vector<OperatingPoint>& curve, Use use) const {
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

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string frontier_text(const Frontier& frontier) {
    const detail::FrontierAxes axes(frontier, 6, 6);
    detail::TextCanvas canvas(axes);
    canvas.shade(detail::edge_of(frontier.policies, &Interval::low),
                 detail::edge_of(frontier.policies, &Interval::high), ':');
    canvas.line(detail::curve_of(frontier.oracle), 'o');
    std::vector<OperatingPoint> mixing = {frontier.models.front().report.point(),
                                          frontier.models.back().report.point()};
    if (mixing.front().cost > mixing.back().cost) std::swap(mixing.front(), mixing.back());
    canvas.line(mixing, '.');
    const std::vector<OperatingPoint> policies = detail::curve_of(frontier.policies);
    canvas.line(policies, '-');
    for (const OperatingPoint& policy : policies) canvas.mark(policy, '*');
    const bool has_intervals = !frontier.policies.empty() && frontier.policies.front().intervals;
    const std::string legend =
        "* " + frontier.router + ", policies for all prices of quality" +
        (has_intervals ? "   : their " + format_number(100.0 * frontier.policies.front().intervals->level) +
                             " % intervals"
                       : "") +
        "\n. random mixing of the end models   o oracle, which knows all scores\n";
    TextTable models({"model", "score", "cost"});
    for (std::size_t i = 0; i < frontier.models.size(); ++i) {
        const FrontierPoint& model = frontier.models[i];
        canvas.mark(model.report.point(), static_cast<char>('1' + static_cast<char>(i % 9)));
        models.add({std::to_string(i % 9 + 1) + " " + model.name, format_fixed(model.report.performance, 4),
                    format_price(model.report.cost)});
    }
    std::string text = "mean score (0 to 1) over mean cost per query (unit of the prices), " +
                       std::to_string(frontier.rows) + " test queries\n" + canvas.text() + legend +
                       models.text();
    if (!frontier.prices.empty()) text += '\n' + price_table(frontier.prices);
    return text;
}

}  // namespace automix
