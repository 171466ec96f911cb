// SPDX-License-Identifier: Apache-2.0
// This file refuses files that are no text in UTF-8, by their first bytes: compressed files, UTF-16, UTF-32, web
// pages and tables in binary formats. The message says what the file is and how to convert it. O(1).
#pragma once

#include <automix/core/error.hpp>

#include <algorithm>
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
    constexpr std::string_view utf32 = "the file is UTF-32: convert it by `iconv -f utf-32 -t utf-8`";
    constexpr std::string_view pickle =
        "the file is a Python pickle: write the table in it as JSON Lines or CSV";
    constexpr std::string_view feather = "the file is in Feather format: write it as JSON Lines or CSV";
    constexpr std::string_view html = "the file is an HTML page: fetch the data behind it";
    constexpr std::array<Kind, 22> kinds{{
        {"\x1F\x8B"sv, "the file is gzip-compressed: run `gunzip` on it"},
        {"\x28\xB5\x2F\xFD"sv, "the file is compressed by zstd: run `unzstd` on it"},
        {"BZh"sv, "the file is compressed by bzip2: run `bunzip2` on it"},
        {"\xFD"
         "7zXZ\0"sv,
         "the file is compressed by xz: run `unxz` on it"},
        {"PK\x03\x04"sv, "the file is a zip archive or a spreadsheet: unpack it, or save it as CSV"},
        {"PAR1"sv, "the file is in Parquet format: write it as JSON Lines or CSV"},
        {"SQLite format 3\0"sv, "the file is an SQLite database: write a table of it as CSV"},
        {"\x80\x02"sv, pickle},
        {"\x80\x03"sv, pickle},
        {"\x80\x04"sv, pickle},
        {"\x80\x05"sv, pickle},
        {"ARROW1"sv, feather},
        {"FEA1"sv, feather},
        {"%PDF-"sv, "the file is a PDF document: save the table in it as CSV"},
        {"<!DOCTYPE"sv, html},
        {"<!doctype"sv, html},
        {"<html"sv, html},
        {"<HTML"sv, html},
        {"\xFF\xFE\0\0"sv, utf32},
        {"\0\0\xFE\xFF"sv, utf32},
        {"\xFF\xFE"sv, utf16},
        {"\xFE\xFF"sv, utf16},
    }};
    for (const Kind& kind : kinds) {
        if (head.starts_with(kind.start)) throw DataError(Place{path, 0, {}}, std::string(kind.message));
    }
    // Without a mark of the byte order: an ASCII character and zeros, in either order.
    const std::string_view first = head.substr(0, 4);
    if (first.size() == 4 && std::count(first.begin(), first.end(), '\0') == 3 &&
        (first[0] != '\0' || first[3] != '\0'))
        throw DataError(Place{path, 0, {}}, std::string(utf32));
    if (head.size() >= 2 && (head[0] == '\0') != (head[1] == '\0'))
        throw DataError(Place{path, 0, {}}, std::string(utf16));
}

}  // namespace automix::detail
