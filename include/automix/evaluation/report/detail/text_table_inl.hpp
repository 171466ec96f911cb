// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/text_table.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/evaluation/report/text_table.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace automix::detail {

/// Counts the code points of `text`, that is the bytes that do not continue one.
inline std::size_t text_width(std::string_view text) {
    return as_size(std::count_if(text.begin(), text.end(),
                                 [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

AUTOMIX_INLINE std::string escape_controls(std::string_view text) {
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

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE void TextTable::add(std::vector<std::string> cells) {
    cells.resize(columns_);
    for (std::string& cell : cells) cell = detail::escape_controls(cell);
    lines_.push_back(std::move(cells));
}

AUTOMIX_INLINE std::string TextTable::text(std::size_t max_width) const {
    std::size_t others = 0;
    std::vector<std::size_t> widths(columns_, 0);
    for (std::size_t i = 1; i < columns_; ++i) {
        for (const auto& line : lines_) widths[i] = std::max(widths[i], detail::text_width(line[i]));
        others += 2 + widths[i];
    }
    // The cells of the first column that leave room for the others decide how wide it is.
    const std::size_t room = columns_ == 1 || max_width < others ? max_width : max_width - others;
    for (const auto& line : lines_) {
        const std::size_t width = detail::text_width(line[0]);
        if (width <= room) widths[0] = std::max(widths[0], width);
    }
    std::string out;
    for (const auto& line : lines_) {
        std::string text = line[0];
        std::size_t width = detail::text_width(text);
        if (width > widths[0] && columns_ > 1) {
            out += text + '\n';
            text.clear();
            width = 0;
        }
        text.append(std::max(widths[0], width) - width, ' ');
        for (std::size_t i = 1; i < columns_; ++i)
            text += std::string(2 + widths[i] - detail::text_width(line[i]), ' ') + line[i];
        out += text.erase(text.find_last_not_of(' ') + 1) + '\n';
    }
    return out;
}

AUTOMIX_INLINE std::string wrap_text(std::string_view text, std::size_t indent, std::size_t max_width) {
    const std::size_t lead = std::min(text.find_first_not_of(' '), text.size());
    std::string out(lead, ' ');
    text.remove_prefix(lead);
    std::size_t used = lead;
    for (bool first = true; !text.empty(); first = false) {
        // A number stays with its per cent sign.
        std::size_t end = text.find(' ');
        if (end != std::string_view::npos && text.substr(end + 1, 1) == "%") end = text.find(' ', end + 1);
        const std::string_view word = text.substr(0, end);
        const std::size_t width = detail::text_width(word);
        if (!first && used + 1 + width > max_width) {
            out += '\n' + std::string(indent, ' ');
            used = indent;
        } else if (!first) {
            out += ' ';
            ++used;
        }
        out += word;
        used += width;
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

AUTOMIX_INLINE std::string format_percent(double ratio, bool with_sign) {
    const std::string text = format_fixed(100.0 * ratio, 1);
    return (with_sign && text.front() != '-' ? "+" : "") + text + " %";
}

}  // namespace automix
