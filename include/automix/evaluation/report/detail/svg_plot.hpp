// SPDX-License-Identifier: Apache-2.0
// Draws a chart in two dimensions as SVG, mark by mark: axes with round ticks, lines, shaded areas, points, bars and labels
// that keep out of each other's way. Colours are those of classes, which a style sheet defines. A mark may have a tip: as a
// `title` that every viewer shows, or as an attribute that the script of a page shows.
#pragma once

#include <automix/evaluation/report/detail/plot_axis.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// The size of a picture and of the margins around its plot, in pixels.
struct PlotFrame {
    double width = 720.0;
    double height = 440.0;
    double left = 68.0;
    double right = 20.0;
    double top = 20.0;
    double bottom = 58.0;
};

struct PlotPoint {
    double x = 0.0;
    double y = 0.0;
};

struct PlotTick {
    double value = 0.0;
    std::string label{};
};

std::vector<PlotTick> ticks_of(const PlotAxis& axis);

/// Returns a number of pixels with one digit.
std::string pixels(double value);

std::string svg_text(double x, double y, std::string_view anchor, std::string_view text,
                     std::string_view style = {});
std::string svg_line(double x1, double y1, double x2, double y2, std::string_view style);

/// The way that tips are shown.
enum class TipStyle {
    title,  ///< by the viewer
    page,   ///< by the script of a page; marks can be reached by keyboard
};

/// Returns the attributes and the content of a mark with a tip. Lines of the tip end with a line feed.
struct MarkTip {
    std::string attributes{};
    std::string content{};

    MarkTip(std::string_view tip, TipStyle style);
};

/// Returns a rectangle; `corners` is the radius of its corners.
std::string svg_bar(double x, double y, double width, double height, std::string_view style,
                    std::string_view tip, TipStyle tips);

class SvgPlot {
 public:
    SvgPlot(PlotFrame frame, PlotAxis x, PlotAxis y, TipStyle tips)
        : frame_(frame), x_(x), y_(y), tips_(tips) {}

    [[nodiscard]] double across(double x) const {
        return frame_.left + x_.place(x) * (frame_.width - frame_.left - frame_.right);
    }
    [[nodiscard]] double down(double y) const {
        return frame_.height - frame_.bottom - y_.place(y) * (frame_.height - frame_.top - frame_.bottom);
    }

    void grid(const std::vector<PlotTick>& x, const std::vector<PlotTick>& y);
    /// Writes a label below the plot, without a line.
    void below(const PlotTick& tick);
    void titles(std::string_view x, std::string_view y);
    void line(const std::vector<PlotPoint>& points, std::string_view style);
    /// Shades the area between two curves over the same places.
    void area(std::vector<PlotPoint> low, const std::vector<PlotPoint>& high, std::string_view style);
    void dot(PlotPoint at, double radius, std::string_view style, std::string_view tip);
    /// Draws a square on its tip.
    void diamond(PlotPoint at, double radius, std::string_view style, std::string_view tip);
    void upright(double x, double low, double high, std::string_view style);
    void level(double y, double low, double high, std::string_view style);
    void bar(double x_low, double x_high, double y, std::string_view style, std::string_view tip);
    /// Writes a label beside a point, where it hides least of the other labels and of the points drawn so far.
    void label(PlotPoint at, std::string_view text, std::string_view style = {});

    [[nodiscard]] const PlotFrame& frame() const noexcept { return frame_; }
    [[nodiscard]] const std::string& body() const noexcept { return body_; }

 private:
    struct Box {
        double left = 0.0, top = 0.0, right = 0.0, bottom = 0.0;
    };
    [[nodiscard]] double hidden_by(const Box& box) const;
    [[nodiscard]] std::string places(const std::vector<PlotPoint>& points) const;

    PlotFrame frame_;
    PlotAxis x_;
    PlotAxis y_;
    TipStyle tips_;
    std::string body_{};
    std::vector<Box> labels_{};
    std::vector<PlotPoint> marks_{};  ///< in pixels
};

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/svg_plot_inl.hpp>
#endif
