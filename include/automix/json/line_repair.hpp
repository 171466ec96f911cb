// SPDX-License-Identifier: Apache-2.0
// This file makes valid JSON of a line whose numbers or characters are not. Other programs write NaN, infinities,
// numbers beyond the range, raw control characters, Latin-1 and halves of surrogate pairs. A reader parses the repaired
// line to learn whether a field that it uses is hit. Numbers become placeholders that no field takes. Characters become
// U+FFFD. Linear in the line.
#pragma once

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

/// What the repaired characters become, U+FFFD.
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

/// Returns the length of the UTF-8 sequence at `at`; 0 if it is ill-formed.
[[nodiscard]] inline std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const auto continues = [&](std::size_t i, unsigned low = 0x80U, unsigned high = 0xBFU) {
        return byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return continues(1) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        const bool second = continues(1, first == 0xE0U ? 0xA0U : 0x80U, first == 0xEDU ? 0x9FU : 0xBFU);
        return second && continues(2) ? 3 : 0;
    }
    if (first < 0xF0U || first > 0xF4U) return 0;
    const bool second = continues(1, first == 0xF0U ? 0x90U : 0x80U, first == 0xF4U ? 0x8FU : 0xBFU);
    return second && continues(2) && continues(3) ? 4 : 0;
}

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
            } else if (const std::size_t length = utf8_length(line_, at_); length > 0) {
                copy(length);
            } else {
                replace(1, "the byte " + hexadecimal(c) + " in a text, which is ill-formed UTF-8,",
                        "convert the file, for example by `iconv -f latin1 -t utf-8`");
            }
        }
    }

    void escape() {
        const unsigned code = escaped_code(at_);
        if (code >= 0xD800U && code <= 0xDBFFU) {
            const unsigned next = escaped_code(at_ + 6);
            if (next >= 0xDC00U && next <= 0xDFFFU) return copy(12);
        }
        if (code >= 0xD800U && code <= 0xDFFFU) {
            return replace(6, std::string(line_.substr(at_, 6)) + ", half of a surrogate pair,",
                           "a text was cut within a character");
        }
        copy(line_.size() - at_ < 2 ? 1 : 2);
    }

    /// Returns the code of an escape `\uXXXX` at `at`; 0 if there is none.
    [[nodiscard]] unsigned escaped_code(std::size_t at) const {
        if (at + 6 > line_.size() || line_[at] != '\\' || line_[at + 1] != 'u') return 0;
        unsigned code = 0;
        const char* const begin = line_.data() + at + 2;
        const auto [stop, error] = std::from_chars(begin, begin + 4, code, 16);
        return error == std::errc{} && stop == begin + 4 ? code : 0;
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
