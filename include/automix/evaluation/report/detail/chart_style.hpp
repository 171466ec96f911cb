// SPDX-License-Identifier: Apache-2.0
// The style sheet of all charts. Colours are variables, one set for light and one for dark surroundings. All differ in
// lightness too, so that they are told apart without colour, and have a contrast of 3 or more to the paper.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace automix::detail {

/// Light and dark values of the variables, as the declarations of one rule each.
inline constexpr std::string_view light_colours =
    "--paper:#ffffff;--fill:#f6f8fa;--ink:#1c2127;--soft:#57606a;--grid:#d8dee4;--c1:#0b63c5;--c2:#b54708;"
    "--c3:#1a7f37;--c4:#8250df;--c5:#0e7c86;--c6:#9a6700;--grey:#6e7781;";
inline constexpr std::string_view dark_colours =
    "--paper:#0d1117;--fill:#161b22;--ink:#e6edf3;--soft:#9ea7b3;--grid:#30363d;--c1:#6cb6ff;--c2:#f0883e;"
    "--c3:#57ab5a;--c4:#b083f0;--c5:#39c5cf;--c6:#d4a72c;--grey:#8b949e;";

inline constexpr std::string_view chart_style =
    "text{fill:var(--ink);font-size:13px}\n"
    "text.title{font-size:17px;font-weight:600}\n"
    "text.tick{fill:var(--soft);font-size:12px}\n"
    "text.axis{fill:var(--soft)}\n"
    "text.name{font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}"
    "\n"
    "text.inside{fill:var(--paper);font-size:12px;font-weight:600;pointer-events:none}\n"
    ".paper{fill:var(--paper)}\n"
    ".legend{fill:none;stroke:var(--grid)}\n"
    ".grid{stroke:var(--grid)}\n"
    ".zero{stroke:var(--soft)}\n"
    ".policy,.oracle,.mixing,.ideal{fill:none;stroke-width:2.5}\n"
    ".policy{stroke:var(--c1)}\n"
    ".band{fill:var(--c1);fill-opacity:.18}\n"
    ".mark{fill:var(--c1)}\n"
    ".oracle{stroke:var(--c3);stroke-dasharray:2 3}\n"
    ".truth{fill:var(--c3)}\n"
    ".mixing,.ideal{stroke:var(--grey);stroke-dasharray:8 5}\n"
    ".model{fill:var(--c2);stroke:var(--paper);stroke-width:1.5}\n"
    ".chosen{fill:var(--c4);stroke:var(--paper);stroke-width:1.5}\n"
    ".other{fill:var(--paper);stroke:var(--c4);stroke-width:2}\n"
    ".whisker{stroke:var(--c4);stroke-width:2}\n"
    ".error{stroke:var(--c1);stroke-width:1.5}\n"
    ".right{fill:var(--c1)}.wrong{fill:var(--c2)}\n"
    ".m0{fill:var(--c5)}.m1{fill:var(--c6)}.m2{fill:var(--c4)}.m3{fill:var(--c2)}.m4{fill:var(--c3)}"
    ".m5{fill:var(--grey)}\n"
    ".verdicts{fill-opacity:.45}\n";

/// Returns the style sheet with the colours themselves, for programs that know no variables of style sheets, as those for
/// slides. `colours` are declarations as above.
inline std::string resolved_style(std::string_view colours) {
    std::string style(chart_style);
    while (!colours.empty()) {
        const std::size_t colon = colours.find(':');
        const std::size_t end = colours.find(';');
        const std::string use = "var(" + std::string(colours.substr(0, colon)) + ")";
        const std::string_view colour = colours.substr(colon + 1, end - colon - 1);
        for (std::size_t at = style.find(use); at != std::string::npos; at = style.find(use, at))
            style.replace(at, use.size(), colour);
        colours.remove_prefix(end + 1);
    }
    return style;
}

}  // namespace automix::detail
