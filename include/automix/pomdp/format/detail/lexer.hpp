// SPDX-License-Identifier: Apache-2.0
// The words of Cassandra's .pomdp format are names, numbers, ':' and '*', separated by white space. '#' starts a
// comment that ends with its line. A word is known by its offset in the text; line and column are counted only if a
// message needs them. Reading the whole text is O(its length), and nothing is copied.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace automix::detail {

struct PomdpWord {
    std::string_view text{};
    std::size_t offset = 0;

    [[nodiscard]] bool at_end() const noexcept { return text.empty(); }

    /// Returns true for a word that starts as a number does. Names start otherwise.
    [[nodiscard]] bool starts_number() const noexcept {
        return starts_magnitude() || (!text.empty() && is_sign(text.front()));
    }

    [[nodiscard]] bool starts_magnitude() const noexcept {
        return !text.empty() && (is_digit(text.front()) || text.front() == '.');
    }

    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    static bool is_sign(char c) noexcept { return c == '+' || c == '-'; }
};

/// A number and its offset in the text.
struct PomdpNumber {
    double value = 0.0;
    std::size_t offset = 0;
};

class PomdpLexer {
 public:
    /// `text` must outlive the lexer. Throws `DataError` for a text with a byte 0.
    PomdpLexer(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (text_.substr(0, byte_order_mark.size()) == byte_order_mark) position_ = byte_order_mark.size();
        if (const std::size_t zero = text_.find('\0'); zero != std::string_view::npos) {
            fail({text_.substr(zero, 1), zero}, "text");
        }
        current_ = scan();
    }

    /// Returns the next word; empty at the end of the text.
    [[nodiscard]] const PomdpWord& peek() const noexcept { return current_; }

    PomdpWord next() {
        const PomdpWord word = current_;
        current_ = scan();
        return word;
    }

    /// Returns the word after the next one.
    [[nodiscard]] PomdpWord peek_second() {
        const std::size_t position = position_;
        const PomdpWord word = scan();
        position_ = position;
        return word;
    }

    /// Takes the next word if it is `text`.
    bool accept(std::string_view text) {
        if (current_.text != text) return false;
        next();
        return true;
    }

    /// Returns whether a text is a word, neither ':' nor '*'.
    [[nodiscard]] static bool is_word(std::string_view text) {
        return !text.empty() &&
               std::none_of(text.begin(), text.end(), [](char c) { return ends_word(c) || is_control(c); });
    }

    void expect_colon() {
        if (!accept(":")) fail(current_, "':'");
    }

    /// Takes a finite number, whose sign may be a word of its own. `expected()` is the request in a message.
    template <class Expected>
    PomdpNumber number(Expected expected) {
        PomdpWord word = next();
        const std::size_t offset = word.offset;
        bool negative = false;
        if (!word.at_end() && PomdpWord::is_sign(word.text.front())) {
            negative = word.text.front() == '-';
            if (word.text.size() == 1) {
                word = next();
            } else {
                word.text.remove_prefix(1);
            }
            if (!word.starts_magnitude()) fail(word, expected());
        }
        const char* const end = word.text.data() + word.text.size();
        double value = 0.0;
        std::from_chars_result result{word.text.data(), std::errc::invalid_argument};
        if (word.starts_number()) result = std::from_chars(word.text.data(), end, value);
        if (result.ec == std::errc::result_out_of_range && result.ptr == end) {
            fail(word, expected() + " within the range of a double");
        }
        if (result.ec != std::errc{} || result.ptr != end) fail(word, expected());
        return {negative ? -value : value, offset};
    }

    /// Returns line and column (both from 1, in bytes) of an offset.
    [[nodiscard]] Place place(std::size_t offset) const {
        const std::string_view before = text_.substr(0, offset);
        const auto lines = as_size(std::count(before.begin(), before.end(), '\n'));
        const std::size_t start = before.rfind('\n');
        const std::size_t column = start == std::string_view::npos ? offset + 1 : offset - start;
        return Place{name_, lines + 1, "column " + std::to_string(column)};
    }

    /// Throws `DataError`: `file:line: column N: expected X, found "word"`.
    [[noreturn]] void fail(const PomdpWord& word, const std::string& expected) const {
        const std::string found = word.at_end() ? std::string("the end of the file") : in_quotes(word.text);
        throw DataError(place(word.offset), "expected " + expected + ", found " + found);
    }

    /// Throws the same error, with `found` in place of the word.
    [[noreturn]] void fail(std::size_t offset, const std::string& expected, const std::string& found) const {
        throw DataError(place(offset), "expected " + expected + ", found " + found);
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

 private:
    static bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
    static bool is_single(char c) noexcept { return c == ':' || c == '*'; }
    static bool ends_word(char c) noexcept { return is_space(c) || is_single(c) || c == '#'; }

    static bool is_control(char c) noexcept {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20U || byte == 0x7FU;
    }

    PomdpWord scan() {
        while (position_ < text_.size()) {
            if (is_space(text_[position_])) {
                ++position_;
            } else if (text_[position_] == '#') {
                position_ = std::min(text_.find('\n', position_), text_.size());
            } else {
                return scan_word();
            }
        }
        return {{}, text_.size()};
    }

    PomdpWord scan_word() {
        const std::size_t begin = position_;
        if (is_single(text_[begin])) {
            ++position_;
            return {text_.substr(begin, 1), begin};
        }
        for (; position_ < text_.size() && !ends_word(text_[position_]); ++position_) {
            if (is_control(text_[position_])) fail({text_.substr(position_, 1), position_}, "text");
        }
        return {text_.substr(begin, position_ - begin), begin};
    }

    std::string_view text_;
    std::string name_;
    std::size_t position_ = 0;  ///< offset after the next word
    PomdpWord current_{};
};

}  // namespace automix::detail
