// SPDX-License-Identifier: Apache-2.0
// A table of text in columns, and shares as per cent. Widths count code points of UTF-8, one column each; control
// characters in a cell are escaped, so that a name from a log cannot break the table. O(characters).
#pragma once

#include <automix/core/format.hpp>

#include <algorithm>
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
    void add(std::vector<std::string> cells) {
        cells.resize(columns_);
        for (std::string& cell : cells) cell = printable(cell);
        lines_.push_back(std::move(cells));
    }

    [[nodiscard]] std::string text() const {
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

 private:
    /// Code points: bytes that do not continue one.
    static std::size_t width(std::string_view text) {
        return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        }));
    }

    static std::string printable(std::string_view text) {
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

    std::size_t columns_;
    std::vector<std::vector<std::string>> lines_;
};

/// `12.3 %` of a ratio, where asked with a sign in front: `+12.3 %`.
inline std::string format_percent(double ratio, bool with_sign = false) {
    const std::string text = format_fixed(100.0 * ratio, 1);
    return (with_sign && text.front() != '-' ? "+" : "") + text + " %";
}

}  // namespace automix
