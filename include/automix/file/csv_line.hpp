// SPDX-License-Identifier: Apache-2.0
// This file reads and writes CSV files (RFC 4180), with commas, tabs or semicolons. Fields are in double quotes if they
// hold a separator, a quote or a line end. A carriage return at the end is no part of the line. Linear in the text.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Splits rows into fields, line by line.
class CsvSplitter {
 public:
    explicit CsvSplitter(char separator = ',') : separator_(separator) {}

    /// Adds a line to the row in `fields`, which a first line overwrites. Returns false if a quoted field goes on in the
    /// next line. Throws `DataError` with the field's number alone for text behind a quoted field.
    bool add(std::string_view line, std::vector<std::string>& fields) {
        const bool carriage_return = line.ends_with('\r');
        if (carriage_return) line.remove_suffix(1);
        std::size_t at = 0;
        bool quoted = open_;
        open_ = false;
        if (!quoted) fields.clear();
        for (;; ++at) {
            if (!quoted) {
                fields.emplace_back();
                quoted = at < line.size() && line[at] == '"';
                if (quoted) ++at;
            }
            std::string& field = fields.back();
            if (quoted) {
                at = take_quoted(line, at, field);
                if (at > line.size()) {
                    field += carriage_return ? "\r\n" : "\n";
                    open_ = true;
                    return false;
                }
                if (at < line.size() && line[at] != separator_) fail_csv(fields, "text after a quoted field");
            } else {
                const std::size_t end = std::min(line.find(separator_, at), line.size());
                field = line.substr(at, end - at);
                at = end;
            }
            quoted = false;
            if (at == line.size()) return true;
        }
    }

    /// Throws `DataError` for a row whose quoted field does not end.
    [[noreturn]] static void fail_open(const std::vector<std::string>& fields) {
        fail_csv(fields, "a quoted field does not end");
    }

 private:
    [[noreturn]] static void fail_csv(const std::vector<std::string>& fields, const char* what) {
        throw DataError(Place{{}, 0, "field " + std::to_string(fields.size())}, what);
    }

    /// Appends the quoted text from `at` on. Returns the position behind its closing quote, or one beyond the end of the
    /// line if there is none.
    static std::size_t take_quoted(std::string_view line, std::size_t at, std::string& field) {
        for (; at < line.size(); ++at) {
            const bool quote = line[at] == '"';
            if (quote && !line.substr(at + 1).starts_with('"')) return at + 1;
            if (quote) ++at;
            field += line[at];
        }
        return line.size() + 1;
    }

    char separator_;
    bool open_ = false;  ///< true within a quoted field
};

/// Splits a line into `fields`, which are overwritten. Throws `DataError` with the field's number alone for a quote
/// that does not end or is out of place.
inline void split_csv(std::string_view line, std::vector<std::string>& fields) {
    if (!CsvSplitter().add(line, fields)) CsvSplitter::fail_open(fields);
}

/// Returns true if the fields of a row are all blank, as spreadsheets write rows without content.
inline bool is_blank_row(const std::vector<std::string>& fields) {
    return std::all_of(fields.begin(), fields.end(), [](const std::string& field) {
        return field.find_first_not_of(" \t\r\n") == std::string::npos;
    });
}

/// Returns true for digits with a point at the end. At the end of a file they are the rest of a number that was cut.
inline bool is_cut_number(std::string_view field) {
    if (!field.ends_with('.')) return false;
    field.remove_suffix(1);
    if (field.starts_with('-')) field.remove_prefix(1);
    return !field.empty() && field.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Returns the separator of a table: the tab, comma or semicolon that its first line holds most often outside quotes.
inline char separator_of(std::string_view header) {
    constexpr std::string_view separators = "\t,;";
    std::array<std::size_t, separators.size()> counts{};
    bool quoted = false;
    for (const char c : header) {
        quoted = quoted != (c == '"');
        const std::size_t found = separators.find(c);
        if (!quoted && found != std::string_view::npos) ++counts[found];
    }
    const auto most =
        static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
    return counts[most] == 0 ? ',' : separators[most];
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
