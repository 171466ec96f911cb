// SPDX-License-Identifier: Apache-2.0
// This file makes valid JSON of a line whose numbers or characters are not. Other programs write NaN, infinities,
// numbers beyond the range, raw control characters, Latin-1 and halves of surrogate pairs. A reader parses the repaired
// line to learn whether a field that it uses is hit. Numbers become placeholders that no field takes. Characters become
// U+FFFD. Linear in the line.
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/json/unicode_escape.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace automix::detail {

/// The beginning of the number that stands for a number that JSON cannot hold. Its position in `numbers` follows.
inline constexpr std::string_view placeholder = "0.00e-00070";

/// The character U+FFFD, which stands for each repaired one.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// A repaired line.
struct RepairedLine {
    std::string text{};
    std::vector<std::string> numbers{};  ///< the numbers that were replaced, as they were written
    std::string character{};             ///< says what the first replaced character was; empty if none was
    std::string advice{};                ///< says what to do about that character
    std::size_t column = 0;              ///< column of that character, from 1

    /// Returns what was found first: a number, or else the character.
    [[nodiscard]] const std::string& first() const { return numbers.empty() ? character : numbers.front(); }
};

class LineRepair {
 public:
    explicit LineRepair(std::string_view line) : line_(line) {}

    /// Returns the repaired line. Its text equals the line if nothing needed a repair.
    [[nodiscard]] RepairedLine run() && {
        while (at_ < line_.size()) {
            if (line_[at_] == '"') {
                text();
            } else if (in_token(line_[at_])) {
                token();
            } else {
                copy(1);
            }
        }
        return std::move(out_);
    }

 private:
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

    static bool in_token(char c) noexcept {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
               c == '.';
    }

    void copy(std::size_t bytes) {
        out_.text += line_.substr(at_, bytes);
        at_ += bytes;
    }

    void token() {
        std::size_t end = at_;
        while (end < line_.size() && in_token(line_[end])) ++end;
        const std::string_view word = line_.substr(at_, end - at_);
        if (!is_invalid(word)) return copy(word.size());
        out_.text += std::string(placeholder) + std::to_string(out_.numbers.size());
        out_.numbers.emplace_back(word);
        at_ = end;
    }

    static bool is_invalid(std::string_view word) {
        std::string_view magnitude = word;
        if (word.front() == '-' || word.front() == '+') magnitude.remove_prefix(1);
        constexpr std::array<std::string_view, 6> names{"NaN", "nan", "Infinity", "inf", "Inf", "INF"};
        for (const std::string_view name : names) {
            if (magnitude == name) return true;
        }
        if (magnitude.empty() || !is_digit(magnitude.front()) || word.front() == '+') return false;
        double value = 0.0;
        const char* const end = magnitude.data() + magnitude.size();
        const auto [stop, error] = std::from_chars(magnitude.data(), end, value);
        return error == std::errc::result_out_of_range && stop == end &&
               magnitude.find("e-") == std::string_view::npos &&
               magnitude.find("E-") == std::string_view::npos;
    }

    /// Copies a string. Without an end it reaches to the end of the line.
    void text() {
        copy(1);
        while (at_ < line_.size()) {
            const char c = line_[at_];
            if (c == '"') return copy(1);
            if (c == '\\') {
                escape();
            } else if (c != '\0' && static_cast<unsigned char>(c) < 0x20U) {
                replace(1, "the control character " + hexadecimal(c) + " in a text", "write it as an escape");
            } else if (const CodePoint point = code_point_at(line_, at_); point.valid) {
                copy(point.bytes);
            } else {
                replace(1, "the byte " + hexadecimal(c) + " in a text, which is ill-formed UTF-8,",
                        "convert the file, for example by `iconv -f latin1 -t utf-8`");
            }
        }
    }

    void escape() {
        if (const std::size_t bytes = surrogate_pair_bytes(line_, at_); bytes > 0) return copy(bytes);
        if (is_surrogate(escaped_code(line_, at_))) {
            return replace(escape_bytes,
                           std::string(line_.substr(at_, escape_bytes)) + ", half of a surrogate pair,",
                           "a text was cut within a character");
        }
        copy(line_.size() - at_ < 2 ? 1 : 2);
    }

    static std::string hexadecimal(char c) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        return {'0', 'x', digits[byte >> 4U], digits[byte & 15U]};
    }

    void replace(std::size_t bytes, std::string what, std::string advice) {
        if (out_.character.empty()) {
            out_.character = std::move(what);
            out_.advice = std::move(advice);
            out_.column = at_ + 1;
        }
        out_.text += replacement_character;
        at_ += bytes;
    }

    std::string_view line_;
    std::size_t at_ = 0;
    RepairedLine out_{};
};

}  // namespace automix::detail
