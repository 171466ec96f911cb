// SPDX-License-Identifier: Apache-2.0
// This file reads and writes lines of CSV files (RFC 4180, commas). Fields are in double quotes if they hold a comma or
// a quote. A carriage return at the end is no part of the line. A field does not span lines. Linear in the line.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Splits a line into `fields`, which are overwritten. Throws `DataError` with the field's number alone for a quote
/// that does not end or is out of place.
inline void split_csv(std::string_view line, std::vector<std::string>& fields) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    fields.clear();
    const auto fail = [&](const char* what) {
        throw DataError(Place{{}, 0, "field " + std::to_string(fields.size())}, what);
    };
    std::size_t at = 0;
    for (;;) {
        std::string& field = fields.emplace_back();
        if (at < line.size() && line[at] == '"') {
            for (++at;; ++at) {
                if (at == line.size()) fail("a quoted field does not end");
                const bool quote = line[at] == '"';
                if (quote && !line.substr(at + 1).starts_with('"')) break;
                if (quote) ++at;
                field += line[at];
            }
            ++at;
            if (at < line.size() && line[at] != ',') fail("text after a quoted field");
        } else {
            const std::size_t end = std::min(line.find(',', at), line.size());
            field = line.substr(at, end - at);
            at = end;
        }
        if (at == line.size()) return;
        ++at;
    }
}

/// Returns the field as it stands in a line.
inline std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) (quoted += c) += c == '"' ? "\"" : "";
    return quoted + '"';
}

/// A writer of lines of fields.
class CsvText {
 public:
    void add(const std::string& field) {
        if (!text_.empty() && text_.back() != '\n') text_ += ',';
        text_ += csv_field(field);
    }
    void add(double value) { add(format_number(value)); }
    void end_line() { text_ += '\n'; }
    [[nodiscard]] std::string take() { return std::move(text_); }

 private:
    std::string text_;
};

}  // namespace automix::detail
