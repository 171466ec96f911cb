// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/text_table.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/report/text_table.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE void TextTable::add(std::vector<std::string> cells) {
    cells.resize(columns_);
    for (std::string& cell : cells) cell = printable(cell);
    lines_.push_back(std::move(cells));
}

AUTOMIX_INLINE std::string TextTable::text() const {
    std::vector<std::size_t> widths(columns_, 0);
    for (const auto& line : lines_) {
        for (std::size_t i = 0; i < columns_; ++i) widths[i] = std::max(widths[i], width(line[i]));
    }
    std::string out;
    for (const auto& line : lines_) {
        for (std::size_t i = 0; i < columns_; ++i) {
            const std::string padding(widths[i] - width(line[i]), ' ');
            out += i == 0 ? line[i] + padding : "  " + padding + line[i];
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    return out;
}

AUTOMIX_INLINE std::size_t TextTable::width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

AUTOMIX_INLINE std::string TextTable::printable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20U || byte == 0x7FU) {
            const std::string quoted = in_quotes({&c, 1});
            out.append(quoted, 1, quoted.size() - 2);
        } else {
            out += c;
        }
    }
    return out;
}

AUTOMIX_INLINE std::string format_percent(double ratio, bool with_sign) {
    const std::string text = format_fixed(100.0 * ratio, 1);
    return (with_sign && text.front() != '-' ? "+" : "") + text + " %";
}

}  // namespace automix
