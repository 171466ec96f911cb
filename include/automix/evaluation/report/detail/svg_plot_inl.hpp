// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/detail/svg_plot.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/report/detail/markup.hpp>
#include <automix/evaluation/report/detail/plot_axis.hpp>
#include <automix/evaluation/report/detail/svg_plot.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE std::vector<PlotTick> ticks_of(const PlotAxis& axis) {
    std::vector<PlotTick> ticks;
    for (const double tick : axis.ticks()) ticks.push_back({tick, axis.label(tick)});
    return ticks;
}

AUTOMIX_INLINE std::string pixels(double value) { return format_fixed(value, 1); }

inline std::string class_of(std::string_view style) {
    return style.empty() ? std::string() : attribute("class", style);
}

AUTOMIX_INLINE std::string svg_text(double x, double y, std::string_view anchor, std::string_view text,
                                    std::string_view style) {
    return text_element("text", text,
                        class_of(style) + attribute("x", pixels(x)) + attribute("y", pixels(y)) +
                            attribute("text-anchor", anchor)) +
           '\n';
}

AUTOMIX_INLINE std::string svg_line(double x1, double y1, double x2, double y2, std::string_view style) {
    return "<line" + class_of(style) + attribute("x1", pixels(x1)) + attribute("y1", pixels(y1)) +
           attribute("x2", pixels(x2)) + attribute("y2", pixels(y2)) + "/>\n";
}

AUTOMIX_INLINE MarkTip::MarkTip(std::string_view tip, TipStyle style) {
    if (tip.empty()) return;
    if (style == TipStyle::title) {
        content = text_element("title", tip);
        return;
    }
    std::string label(tip);
    std::replace(label.begin(), label.end(), '\n', ' ');
    attributes = R"( role="img" tabindex="-1")" + attribute("data-tip", tip) + attribute("aria-label", label);
}

AUTOMIX_INLINE std::string svg_bar(double x, double y, double width, double height, std::string_view style,
                                   std::string_view tip, TipStyle tips) {
    const MarkTip mark(tip, tips);
    return element("rect",
                   class_of(style) + attribute("x", pixels(x)) + attribute("y", pixels(y)) +
                       attribute("width", pixels(std::max(0.0, width))) +
                       attribute("height", pixels(std::max(0.0, height))) + mark.attributes,
                   mark.content) +
           '\n';
}

AUTOMIX_INLINE void SvgPlot::grid(const std::vector<PlotTick>& x, const std::vector<PlotTick>& y) {
    const double bottom = frame_.height - frame_.bottom;
    const double right = frame_.width - frame_.right;
    for (const PlotTick& tick : x) {
        body_ += svg_line(across(tick.value), frame_.top, across(tick.value), bottom, "grid");
        below(tick);
    }
    for (const PlotTick& tick : y) {
        body_ += svg_line(frame_.left, down(tick.value), right, down(tick.value), "grid");
        body_ += svg_text(frame_.left - 8.0, down(tick.value) + 4.5, "end", tick.label, "tick");
    }
}

AUTOMIX_INLINE void SvgPlot::below(const PlotTick& tick) {
    body_ += svg_text(across(tick.value), frame_.height - frame_.bottom + 19.0, "middle", tick.label, "tick");
}

AUTOMIX_INLINE void SvgPlot::titles(std::string_view x, std::string_view y) {
    body_ += svg_text(0.5 * (frame_.left + frame_.width - frame_.right), frame_.height - 12.0, "middle", x,
                      "axis");
    const double middle = 0.5 * (frame_.top + frame_.height - frame_.bottom);
    body_ += text_element("text", y,
                          attribute("class", "axis") + " text-anchor=\"middle\"" +
                              attribute("transform", "translate(18 " + pixels(middle) + ") rotate(-90)")) +
             '\n';
}

AUTOMIX_INLINE std::string SvgPlot::places(const std::vector<PlotPoint>& points) const {
    std::string out;
    for (const PlotPoint& point : points)
        out += (out.empty() ? "" : " ") + pixels(across(point.x)) + "," + pixels(down(point.y));
    return out;
}

AUTOMIX_INLINE void SvgPlot::line(const std::vector<PlotPoint>& points, std::string_view style) {
    if (points.empty()) return;
    body_ += "<polyline" + class_of(style) + attribute("points", places(points)) + "/>\n";
}

AUTOMIX_INLINE void SvgPlot::area(std::vector<PlotPoint> low, const std::vector<PlotPoint>& high,
                                  std::string_view style) {
    if (low.empty()) return;
    low.insert(low.end(), high.rbegin(), high.rend());
    body_ += "<polygon" + class_of(style) + attribute("points", places(low)) + "/>\n";
}

AUTOMIX_INLINE void SvgPlot::dot(PlotPoint at, double radius, std::string_view style, std::string_view tip) {
    const MarkTip mark(tip, tips_);
    marks_.push_back({across(at.x), down(at.y)});
    body_ +=
        element("circle",
                class_of(style) + attribute("cx", pixels(across(at.x))) +
                    attribute("cy", pixels(down(at.y))) + attribute("r", pixels(radius)) + mark.attributes,
                mark.content) +
        '\n';
}

AUTOMIX_INLINE void SvgPlot::diamond(PlotPoint at, double radius, std::string_view style,
                                     std::string_view tip) {
    const MarkTip mark(tip, tips_);
    const double x = across(at.x);
    const double y = down(at.y);
    marks_.push_back({x, y});
    const std::string corners = pixels(x - radius) + "," + pixels(y) + " " + pixels(x) + "," +
                                pixels(y - radius) + " " + pixels(x + radius) + "," + pixels(y) + " " +
                                pixels(x) + "," + pixels(y + radius);
    body_ +=
        element("polygon", class_of(style) + attribute("points", corners) + mark.attributes, mark.content) +
        '\n';
}

AUTOMIX_INLINE void SvgPlot::upright(double x, double low, double high, std::string_view style) {
    body_ += svg_line(across(x), down(low), across(x), down(high), style);
}

AUTOMIX_INLINE void SvgPlot::level(double y, double low, double high, std::string_view style) {
    body_ += svg_line(across(low), down(y), across(high), down(y), style);
}

AUTOMIX_INLINE void SvgPlot::bar(double x_low, double x_high, double y, std::string_view style,
                                 std::string_view tip) {
    const double base = down(0.0);
    const double end = down(y);
    body_ += svg_bar(across(x_low), std::min(base, end), across(x_high) - across(x_low), std::abs(base - end),
                     style, tip, tips_);
}

AUTOMIX_INLINE double SvgPlot::hidden_by(const Box& box) const {
    constexpr double of_label = 10.0;  // marks that a hidden label counts as
    constexpr double outside = 1000.0;
    double hidden = 0.0;
    for (const Box& other : labels_) {
        const bool apart = box.right < other.left || other.right < box.left || box.bottom < other.top ||
                           other.bottom < box.top;
        if (!apart) hidden += of_label;
    }
    for (const PlotPoint& mark : marks_) {
        if (mark.x > box.left && mark.x < box.right && mark.y > box.top && mark.y < box.bottom) hidden += 1.0;
    }
    const bool inside = box.left >= frame_.left && box.right <= frame_.width - 2.0 && box.top >= frame_.top &&
                        box.bottom <= frame_.height - frame_.bottom;
    return inside ? hidden : hidden + outside;
}

AUTOMIX_INLINE void SvgPlot::label(PlotPoint at, std::string_view text, std::string_view style) {
    constexpr double font = 13.0;
    constexpr double gap = 10.0;
    const double room = 0.6 * (frame_.width - frame_.left - frame_.right);
    const std::string shown = fit_text(text, font, room);
    const double width = text_pixels(shown, font);
    const double x = across(at.x);
    const double y = down(at.y);
    struct Place {
        std::string_view anchor{};
        double x = 0.0;  ///< of the anchor
        double left = 0.0;
        double baseline = 0.0;
    };
    std::array<Place, 12> candidates{};
    std::size_t count = 0;
    for (const double rise : {4.5, 18.0, -10.0, 32.0, -24.0}) {
        candidates[count++] = {"start", x + gap, x + gap, y + rise};
        candidates[count++] = {"end", x - gap, x - gap - width, y + rise};
    }
    candidates[count++] = {"middle", x, x - 0.5 * width, y + 22.0};
    candidates[count++] = {"middle", x, x - 0.5 * width, y - 12.0};
    double least = std::numeric_limits<double>::infinity();
    Place best{};
    Box taken{};
    for (const Place& place : candidates) {
        const Box box{place.left - 2.0, place.baseline - font, place.left + width + 2.0,
                      place.baseline + 4.0};
        const double hidden = hidden_by(box);
        if (hidden >= least) continue;
        least = hidden;
        best = place;
        taken = box;
    }
    labels_.push_back(taken);
    body_ += svg_text(best.x, best.baseline, best.anchor, shown, style);
}

}  // namespace automix::detail
