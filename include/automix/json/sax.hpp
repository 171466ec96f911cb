// SPDX-License-Identifier: Apache-2.0
// This file has the common base of the readers of JSON Lines. It reduces nlohmann's event interface to scalars, keys
// and brackets, with errors in the library's own words. A line is parsed straight into its target, without a document
// in between. Brackets are counted without recursion, so no input overflows the stack. The type of JSON is a template
// parameter throughout io, so a program compiles only the functions that it calls. It is a `nlohmann::basic_json` with
// the strings and numbers of `nlohmann::json`, as `nlohmann::ordered_json` is.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/json/line_repair.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace automix::detail {

/// A JSON value that is neither an object nor an array.
struct JsonScalar {
    /// `invalid` is a number that JSON cannot hold: NaN, an infinity, or one beyond the range.
    enum class Kind : std::uint8_t { null, boolean, integer, real, text, invalid };

    Kind kind = Kind::null;
    bool negative = false;        ///< the sign of an integer
    std::uint64_t magnitude = 0;  ///< the magnitude of an integer, or 1 for true
    double number = 0.0;          ///< the value of a real or an integer, rounded
    const std::string* text =
        nullptr;  ///< the content of a text, or a real or invalid number or a null of a table as it is written

    [[nodiscard]] bool is_null() const noexcept { return kind == Kind::null; }
    [[nodiscard]] bool is_text() const noexcept { return kind == Kind::text; }
    [[nodiscard]] bool is_number() const noexcept { return kind == Kind::integer || kind == Kind::real; }

    [[nodiscard]] bool is_boolean() const noexcept { return kind == Kind::boolean; }

    /// Returns the value as messages show it, an integer to its last digit.
    [[nodiscard]] std::string shown() const {
        switch (kind) {
            case Kind::null:
                return text == nullptr ? "null" : text->empty() ? "an empty field" : in_quotes(*text);
            case Kind::boolean:
                return magnitude != 0 ? "true" : "false";
            case Kind::integer:
                return (negative ? "-" : "") + std::to_string(magnitude);
            case Kind::real:
                return format_number(number);
            case Kind::invalid:
                return *text + (text->back() >= '0' && text->back() <= '9'
                                    ? ", which is beyond the range of numbers"
                                    : ", which is not JSON: write null if the field may be empty, or leave "
                                      "the row out");
            case Kind::text:
                break;
        }
        return in_quotes(*text);
    }
};

[[noreturn]] inline void fail_field(const std::string& field, const std::string& message) {
    throw DataError(Place{{}, 0, field}, message);
}

[[noreturn]] inline void fail_expected(const std::string& field, std::string_view expected,
                                       const std::string& found) {
    fail_field(field, "expected " + std::string(expected) + ", found " + found);
}

/// A syntax error. It is a type of its own because a line that was cut off shows as a syntax error at its end.
class JsonSyntaxError : public DataError {
 public:
    /// Places the error at `column`, 1-based, in bytes.
    JsonSyntaxError(std::size_t column, const std::string& reason)
        : DataError(Place{{}, 0, "column " + std::to_string(column)}, "not valid JSON: " + reason),
          column_(column) {}

    [[nodiscard]] std::size_t column() const noexcept { return column_; }

 private:
    std::size_t column_;
};

/// An error for a number beyond the range of a double, which JSON itself allows.
class JsonRangeError : public DataError {
 public:
    JsonRangeError(std::string field, const std::string& number)
        : DataError(Place{{}, 0, std::move(field)}, "expected a finite number, found " + number) {}
};

/// Returns the complaint of the parser without the parser's prefix, position and quotation.
inline std::string syntax_reason(const nlohmann::detail::exception& error) {
    std::string_view what = error.what();
    if (const auto prefix = what.find(" - "); prefix != std::string_view::npos)
        what.remove_prefix(prefix + 3);
    if (const auto kind = what.find("] ");
        what.starts_with("[json.exception.") && kind != std::string_view::npos)
        what.remove_prefix(kind + 2);
    what = what.substr(0, what.find("; last read: "));
    return std::string(what);
}

/// Returns the end of a token that the parser could not read, safe to print.
inline std::string token_shown(std::string_view token) {
    constexpr std::size_t limit = 30;
    const bool cut = token.size() > limit;
    std::string text = cut ? "..." : "";
    for (const char c : cut ? token.substr(token.size() - limit) : token)
        text += static_cast<unsigned char>(c) < 0x80U ? c : '?';
    return in_quotes(text);
}

/// The base of a handler. `Derived` has `on_scalar(const JsonScalar&)`, `on_open(bool array)`, `on_close()`,
/// `on_key(const std::string&)` and `path()`. It throws `DataError` with the field alone for input that it refuses.
template <class Derived>
class SaxHandler {
 public:
    static constexpr std::size_t max_depth = 64;

    /// Starts a line. `numbers` are those that placeholders in the line stand for, if it is a repaired one.
    void begin_line(const std::vector<std::string>* numbers = nullptr) noexcept {
        depth_ = 0;
        numbers_ = numbers;
    }

    bool null() { return pass({}); }
    bool boolean(bool value) {
        return pass({JsonScalar::Kind::boolean, false, value ? 1U : 0U, 0.0, nullptr});
    }
    bool number_integer(nlohmann::json::number_integer_t value) {
        const auto bits = static_cast<std::uint64_t>(value);
        return pass({JsonScalar::Kind::integer, value < 0, value < 0 ? 0U - bits : bits,
                     static_cast<double>(value), nullptr});
    }
    bool number_unsigned(nlohmann::json::number_unsigned_t value) {
        return pass({JsonScalar::Kind::integer, false, value, static_cast<double>(value), nullptr});
    }
    bool number_float(nlohmann::json::number_float_t value, const std::string& digits) {
        if (const std::string* number = replaced(digits))
            return pass({JsonScalar::Kind::invalid, false, 0, 0.0, number});
        return pass({JsonScalar::Kind::real, false, 0, value, &digits});
    }
    bool string(const std::string& value) { return pass({JsonScalar::Kind::text, false, 0, 0.0, &value}); }
    bool binary(nlohmann::json::binary_t& /*bytes*/) { return false; }

    bool start_object(std::size_t /*elements*/) { return open(false); }
    bool start_array(std::size_t /*elements*/) { return open(true); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(const std::string& name) {
        self().on_key(name);
        return true;
    }

    bool parse_error(std::size_t position, const std::string& token,
                     const nlohmann::detail::exception& error) {
        constexpr int number_overflow = 406;
        if (error.id == number_overflow) throw JsonRangeError(self().path(), token);
        throw JsonSyntaxError(position,
                              syntax_reason(error) + (token.empty() ? "" : ", found " + token_shown(token)));
    }

 private:
    friend Derived;
    SaxHandler() = default;

    /// Returns the number that a placeholder stands for; null for any other number.
    [[nodiscard]] const std::string* replaced(const std::string& digits) const {
        if (numbers_ == nullptr || !digits.starts_with(placeholder)) return nullptr;
        std::size_t number = 0;
        const char* const end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data() + placeholder.size(), end, number);
        return error == std::errc{} && stop == end && number < numbers_->size() ? &(*numbers_)[number]
                                                                                : nullptr;
    }

    Derived& self() { return static_cast<Derived&>(*this); }

    bool pass(const JsonScalar& value) {
        self().on_scalar(value);
        return true;
    }
    bool open(bool array) {
        if (++depth_ > max_depth)
            fail_field(self().path(), "nested deeper than " + std::to_string(max_depth) + " levels");
        self().on_open(array);
        return true;
    }
    bool close() {
        --depth_;
        self().on_close();
        return true;
    }

    std::size_t depth_ = 0;
    const std::vector<std::string>* numbers_ = nullptr;
};

/// Parses one line into a handler. Throws the errors of the handler, and `JsonSyntaxError`. `numbers` are those that
/// placeholders stand for in a repaired line.
template <class Handler>
void parse_json_line(std::string_view line, Handler& handler,
                     const std::vector<std::string>* numbers = nullptr) {
    if (const void* nul = std::memchr(line.data(), '\0', line.size())) {
        const auto before = static_cast<const char*>(nul) - line.data();
        throw JsonSyntaxError(static_cast<std::size_t>(before) + 1, "a NUL byte");
    }
    handler.begin_line(numbers);
    nlohmann::json::sax_parse(line.data(), line.data() + line.size(), &handler);
}

}  // namespace automix::detail
