// SPDX-License-Identifier: Apache-2.0
// A table of text in columns, and shares as per cent. Widths count code points of UTF-8, one column each; control
// characters in a cell are escaped, so that a name from a log cannot break the table. O(characters).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// Columns padded to their widest cell, the first to the left and the others to the right.
class TextTable {
 public:
    explicit TextTable(std::vector<std::string> header) : columns_(header.size()) { add(std::move(header)); }

    /// As many cells as the header has; further ones are left out, missing ones are empty.
    void add(std::vector<std::string> cells);

    [[nodiscard]] std::string text() const;

 private:
    /// Code points: bytes that do not continue one.
    static std::size_t width(std::string_view text);

    static std::string printable(std::string_view text);

    std::size_t columns_;
    std::vector<std::vector<std::string>> lines_;
};

/// `12.3 %` of a ratio, where asked with a sign in front: `+12.3 %`.
std::string format_percent(double ratio, bool with_sign = false);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/text_table_inl.hpp>
#endif
