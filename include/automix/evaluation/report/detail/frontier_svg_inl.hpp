// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/frontier_svg.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/detail/chart_style.hpp>
#include <automix/evaluation/report/detail/cost_scale.hpp>
#include <automix/evaluation/report/detail/frontier_chart.hpp>
#include <automix/evaluation/report/detail/markup.hpp>
#include <automix/evaluation/report/detail/svg_plot.hpp>
#include <automix/evaluation/report/frontier_svg.hpp>

#include <string>

namespace automix {

AUTOMIX_INLINE std::string frontier_svg(const Frontier& frontier, const FrontierSvgOptions& options) {
    using detail::pixels;
    detail::FrontierChart chart{frontier, {}, {options.unit, detail::highest_cost(frontier)}, {}, {}};
    chart.frame = {800.0, 450.0, 68.0, 24.0, 52.0, 58.0};
    const std::string body = detail::draw_frontier(chart);
    const std::string title = "Quality against cost, " + std::to_string(frontier.rows) + " test queries";
    const std::string size = pixels(chart.frame.width) + ' ' + pixels(chart.frame.height);
    return R"(<svg xmlns="http://www.w3.org/2000/svg" role="img")" +
           detail::attribute("viewBox", "0 0 " + size) +
           detail::attribute("width", pixels(chart.frame.width)) +
           detail::attribute("height", pixels(chart.frame.height)) + detail::attribute("aria-label", title) +
           ">\n" + detail::text_element("title", title) + "\n<style>\n" +
           "svg{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica "
           "Neue\",Arial,sans-serif}\n" +
           detail::resolved_style(detail::light_colours) + "@media (prefers-color-scheme:dark){\n" +
           detail::resolved_style(detail::dark_colours) + "}\n</style>\n" +
           R"(<rect class="paper" width="100%" height="100%"/>)" + "\n" +
           detail::svg_text(chart.frame.left, 30.0, "start", title, "title") + body + "</svg>\n";
}

}  // namespace automix
