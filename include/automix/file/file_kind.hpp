// SPDX-License-Identifier: Apache-2.0
// This file refuses files that are no text in UTF-8, by their first bytes: compressed files, UTF-16 and tables in
// binary formats. The message says what the file is and how to convert it. O(1).
#pragma once

#include <automix/core/error.hpp>

#include <array>
#include <string>
#include <string_view>

namespace automix::detail {

/// Throws `DataError` if a file that begins with the bytes `head` is of a known kind that is no text.
inline void require_text(std::string_view head, const std::string& path) {
    using namespace std::string_view_literals;
    struct Kind {
        std::string_view start;
        std::string_view message;
    };
    constexpr std::string_view utf16 = "the file is UTF-16: convert it by `iconv -f utf-16 -t utf-8`";
    constexpr std::array<Kind, 9> kinds{{
        {"\x1F\x8B"sv, "the file is gzip-compressed: run `gunzip` on it"},
        {"\x28\xB5\x2F\xFD"sv, "the file is compressed by zstd: run `unzstd` on it"},
        {"BZh"sv, "the file is compressed by bzip2: run `bunzip2` on it"},
        {"\xFD"
         "7zXZ\0"sv,
         "the file is compressed by xz: run `unxz` on it"},
        {"PK\x03\x04"sv, "the file is a zip archive or a spreadsheet: unpack it, or save it as CSV"},
        {"PAR1"sv, "the file is in Parquet format: write it as JSON Lines or CSV"},
        {"SQLite format 3\0"sv, "the file is an SQLite database: write a table of it as CSV"},
        {"\xFF\xFE"sv, utf16},
        {"\xFE\xFF"sv, utf16},
    }};
    for (const Kind& kind : kinds) {
        if (head.starts_with(kind.start)) throw DataError(Place{path, 0, {}}, std::string(kind.message));
    }
    // Without a mark of the byte order: an ASCII character and a zero, in either order.
    if (head.size() >= 2 && (head[0] == '\0') != (head[1] == '\0'))
        throw DataError(Place{path, 0, {}}, std::string(utf16));
}

}  // namespace automix::detail
