// SPDX-License-Identifier: Apache-2.0
// Lays out text for a terminal: tables in columns, wrapped lines, and numbers with a fixed count of digits. Widths
// count code points of UTF-8, one column each. Control characters in a cell are escaped, so that a name from a log
// cannot break the table. O(characters).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

namespace detail {

/// Escapes the control characters of `text`.
std::string escape_controls(std::string_view text);

}  // namespace detail

/// Width of the reports of this library, in columns.
inline constexpr std::size_t report_width = 100;

/// A table that pads columns to their widest cell. The first column is aligned to the left and the others to the right.
class TextTable {
 public:
    explicit TextTable(std::vector<std::string> header) : columns_(header.size()) { add(std::move(header)); }

    /// Adds a line with as many cells as the header has: leaves further cells out and fills missing ones with nothing.
    void add(std::vector<std::string> cells);

    /// Returns the table. If its lines would exceed `max_width`, a first cell that is too long takes a line of its own.
    [[nodiscard]] std::string text(std::size_t max_width = report_width) const;

 private:
    std::size_t columns_;
    std::vector<std::vector<std::string>> lines_;
};

/// Breaks `text` between words so that lines fit `max_width`; every line but the first begins with `indent` spaces.
std::string wrap_text(std::string_view text, std::size_t indent = 2, std::size_t max_width = report_width);

/// Formats a ratio in per cent, `12.3 %`, with a plus sign if one is wanted: `+12.3 %`.
std::string format_percent(double ratio, bool with_sign = false);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/text_table_inl.hpp>
#endif
