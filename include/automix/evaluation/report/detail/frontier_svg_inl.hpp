// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/frontier_svg.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/detail/frontier_plot.hpp>
#include <automix/evaluation/report/frontier_svg.hpp>
#include <automix/metrics/ibc.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE std::string xml_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += static_cast<unsigned char>(c) < 0x20U ? '?' : c;
        }
    }
    return out;
}

class SvgCanvas {
 public:
    explicit SvgCanvas(const FrontierAxes& axes) : axes_(axes) {}

    [[nodiscard]] std::string path(const std::vector<OperatingPoint>& curve, std::string_view style) const {
        if (curve.empty()) return {};
        return "<polyline class=\"" + std::string(style) + "\" points=\"" + places(curve) + "\"/>\n";
    }

    [[nodiscard]] std::string area(std::vector<OperatingPoint> low, const std::vector<OperatingPoint>& high,
                                   std::string_view style) const {
        if (low.empty()) return {};
        low.insert(low.end(), high.rbegin(), high.rend());
        return "<polygon class=\"" + std::string(style) + "\" points=\"" + places(low) + "\"/>\n";
    }

    [[nodiscard]] std::string dot(const OperatingPoint& point, std::string_view radius,
                                  std::string_view style, const std::string& tip) const {
        return "<circle class=\"" + std::string(style) + "\" cx=\"" + x(point.cost) + "\" cy=\"" +
               y(point.performance) + "\" r=\"" + std::string(radius) + "\"><title>" + xml_text(tip) +
               "</title></circle>\n";
    }

    [[nodiscard]] std::string label(const OperatingPoint& point, const std::string& text) const {
        const bool right_half = axes_.cost.place(point.cost) > 0.75;
        return svg_text(across(point.cost) + (right_half ? -9.0 : 9.0),
                        down(point.performance) + (right_half ? -9.0 : 16.0), right_half ? "end" : "start",
                        text);
    }

    [[nodiscard]] std::string grid() const {
        std::string out;
        for (const double tick : axes_.cost.ticks()) {
            out += svg_line(across(tick), top, across(tick), bottom);
            out += svg_text(across(tick), bottom + 18.0, "middle", axes_.cost.label(tick));
        }
        for (const double tick : axes_.score.ticks()) {
            out += svg_line(left, down(tick), right, down(tick));
            out += svg_text(left - 8.0, down(tick) + 4.0, "end", axes_.score.label(tick));
        }
        return out;
    }

    [[nodiscard]] static std::string svg_line(double x1, double y1, double x2, double y2,
                                              std::string_view style = "grid") {
        return "<line class=\"" + std::string(style) + "\" x1=\"" + number(x1) + "\" y1=\"" + number(y1) +
               "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) + "\"/>\n";
    }

    [[nodiscard]] static std::string svg_text(double x, double y, std::string_view anchor,
                                              const std::string& text) {
        return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string(anchor) +
               "\">" + xml_text(text) + "</text>\n";
    }

    static constexpr double left = 64.0;
    static constexpr double right = 700.0;
    static constexpr double top = 48.0;
    static constexpr double bottom = 400.0;

 private:
    [[nodiscard]] static std::string number(double value) { return format_fixed(value, 1); }
    [[nodiscard]] double across(double cost) const { return left + axes_.cost.place(cost) * (right - left); }
    [[nodiscard]] double down(double score) const {
        return bottom - axes_.score.place(score) * (bottom - top);
    }
    [[nodiscard]] std::string x(double cost) const { return number(across(cost)); }
    [[nodiscard]] std::string y(double score) const { return number(down(score)); }

    [[nodiscard]] std::string places(const std::vector<OperatingPoint>& curve) const {
        std::string out;
        for (const OperatingPoint& point : curve)
            out += (out.empty() ? "" : " ") + x(point.cost) + "," + y(point.performance);
        return out;
    }

    const FrontierAxes& axes_;
};

inline constexpr std::string_view frontier_style =
    "<style>\n"
    "svg { font: 13px system-ui, sans-serif; }\n"
    ".title { font-size: 15px; font-weight: 600; }\n"
    ".paper { fill: #ffffff; }\n"
    "text { fill: #24292f; }\n"
    ".grid { stroke: #d8dee4; }\n"
    ".policy, .oracle, .mixing { fill: none; stroke-width: 2; }\n"
    ".policy { stroke: #0b63c5; }\n"
    ".band, .mark { fill: #0b63c5; }\n"
    ".band { fill-opacity: 0.18; }\n"
    ".oracle { stroke: #1a7f37; }\n"
    ".mixing { stroke: #6e7781; stroke-dasharray: 6 4; }\n"
    ".model { fill: #bc4c00; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    ".paper { fill: #0d1117; }\n"
    "text { fill: #e6edf3; }\n"
    ".grid { stroke: #30363d; }\n"
    ".policy { stroke: #6cb6ff; }\n"
    ".band, .mark { fill: #6cb6ff; }\n"
    ".oracle { stroke: #57ab5a; }\n"
    ".mixing { stroke: #8b949e; }\n"
    ".model { fill: #f0883e; }\n"
    "}\n"
    "</style>\n";

/// One entry a line, from the top.
inline std::string frontier_legend(const Frontier& frontier) {
    constexpr double left = 470.0;
    double y = 300.0;
    std::string out;
    const auto entry = [&](const std::string& sample, const std::string& text) {
        out += sample + SvgCanvas::svg_text(left + 36.0, y + 4.0, "start", text);
        y += 20.0;
    };
    const auto line = [&](std::string_view style) {
        return SvgCanvas::svg_line(left, y, left + 28.0, y, style);
    };
    if (!frontier.policies.empty()) {
        entry(line("policy"), frontier.router + ", for all prices of quality");
        if (const auto& intervals = frontier.policies.front().intervals) {
            entry(R"(<rect class="band" x="470" y=")" + format_fixed(y - 6.0, 1) +
                      "\" width=\"28\" height=\"12\"/>\n",
                  "its " + format_number(100.0 * intervals->level) + " % intervals");
        }
    }
    entry(line("mixing"), "random mixing");
    entry(line("oracle"), "oracle");
    entry(R"(<circle class="model" cx="484" cy=")" + format_fixed(y, 1) + "\" r=\"5\"/>\n", "a model alone");
    return out;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string frontier_svg(const Frontier& frontier) {
    using detail::SvgCanvas;
    const detail::FrontierAxes axes(frontier, 8, 6);
    const SvgCanvas canvas(axes);
    const std::string title = "Quality against cost, " + std::to_string(frontier.rows) + " test queries";
    std::string svg =
        R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 450" width="720" height="450" role="img" )"
        R"(aria-label=")" +
        detail::xml_text(title) + "\">\n";
    svg += detail::frontier_style;
    svg += "<rect class=\"paper\" width=\"720\" height=\"450\"/>\n";
    svg += R"(<text class="title" x="64" y="28">)" + detail::xml_text(title) + "</text>\n";
    svg += canvas.grid();
    svg += SvgCanvas::svg_text(382.0, 438.0, "middle", "mean cost per query (units of price)");
    svg += "<text transform=\"translate(18 224) rotate(-90)\" text-anchor=\"middle\">mean score</text>\n";
    svg += canvas.area(detail::edge_of(frontier.policies, &Interval::low),
                       detail::edge_of(frontier.policies, &Interval::high), "band");
    svg += canvas.path({frontier.models.front().report.point(), frontier.models.back().report.point()},
                       "mixing");
    svg += canvas.path(detail::curve_of(frontier.oracle), "oracle");
    svg += canvas.path(detail::curve_of(frontier.policies), "policy");
    const auto figures = [](const Report& report) {
        return "score " + format_fixed(report.performance, 4) + ", cost " + format_fixed(report.cost, 3);
    };
    for (const FrontierPoint& policy : frontier.policies)
        svg += canvas.dot(policy.report.point(), "2.5", "mark",
                          figures(policy.report) + ", draws " + format_fixed(policy.report.draws, 2));
    for (const FrontierPoint& model : frontier.models) {
        svg += canvas.dot(model.report.point(), "5", "model", model.name + ": " + figures(model.report));
        svg += canvas.label(model.report.point(), model.name);
    }
    return svg + detail::frontier_legend(frontier) + "</svg>\n";
}

}  // namespace automix
