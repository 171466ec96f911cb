// SPDX-License-Identifier: Apache-2.0
// What the readers of JSON Lines share: nlohmann's event interface reduced to scalars, keys and brackets, with errors in
// the library's own words. A line is parsed straight into its target, without a document in between.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace automix {

/// A JSON value that is neither an object nor an array.
struct JsonScalar {
    enum class Kind { null, boolean, number, text };

    Kind kind = Kind::null;
    double number = 0.0;
    const std::string* text = nullptr;
    bool whole = false;  ///< written as an integer

    /// As it is shown in a message.
    [[nodiscard]] std::string shown() const {
        switch (kind) {
            case Kind::null: return "null";
            case Kind::boolean: return number != 0.0 ? "true" : "false";
            case Kind::number: return format_number(number);
            case Kind::text: break;
        }
        return in_quotes(*text);
    }
};

[[noreturn]] inline void fail_field(const std::string& field, const std::string& message) {
    throw DataError(Place{{}, 0, field}, message);
}

[[noreturn]] inline void fail_expected(const std::string& field, std::string_view expected, const std::string& found) {
    fail_field(field, "expected " + std::string(expected) + ", found " + found);
}

/// A syntax error, apart from other bad data because a line that was cut off shows itself by one.
class JsonSyntaxError : public DataError {
 public:
    using DataError::DataError;
};

/// Base of a handler: `Derived` has `scalar(const JsonScalar&)`, `open(bool array)`, `close()`, `key(std::string&)` and
/// `path()`, which throw `DataError` with the field alone for what they refuse.
template <class Derived>
class SaxHandler {
 public:
    using Json = nlohmann::json;

    bool null() { return pass({}); }
    bool boolean(bool value) { return pass({JsonScalar::Kind::boolean, value ? 1.0 : 0.0, nullptr, false}); }
    bool number_integer(Json::number_integer_t value) { return whole(static_cast<double>(value)); }
    bool number_unsigned(Json::number_unsigned_t value) { return whole(static_cast<double>(value)); }
    bool number_float(Json::number_float_t value, const std::string&) {
        return pass({JsonScalar::Kind::number, value, nullptr, false});
    }
    bool string(std::string& value) { return pass({JsonScalar::Kind::text, 0.0, &value, false}); }
    bool binary(Json::binary_t&) { return false; }

    bool start_object(std::size_t) { return deeper(false); }
    bool start_array(std::size_t) { return deeper(true); }
    bool end_object() { return shallower(); }
    bool end_array() { return shallower(); }
    bool key(std::string& name) {
        self().on_key(name);
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
        const std::string_view what = error.what();
        if (what.find("out_of_range") != std::string_view::npos) {
            fail_expected(self().path(), "a finite number", std::string(what.substr(what.find('\'') == what.npos ? 0 : what.find('\''))));
        }
        throw JsonSyntaxError(Place{{}, 0, "column " + std::to_string(position)}, described(what));
    }

 protected:
    static constexpr int max_depth = 64;

 private:
    Derived& self() { return static_cast<Derived&>(*this); }

    bool whole(double value) { return pass({JsonScalar::Kind::number, value, nullptr, true}); }
    bool pass(const JsonScalar& value) {
        self().on_scalar(value);
        return true;
    }
    bool deeper(bool array) {
        if (++depth_ > max_depth) fail_field(self().path(), "nested deeper than " + std::to_string(max_depth) + " levels");
        self().on_open(array);
        return true;
    }
    bool shallower() {
        --depth_;
        self().on_close();
        return true;
    }

    /// The parser's complaint without its own prefix and position, safe to print.
    static std::string described(std::string_view what) {
        const std::size_t position = what.find("column ");
        if (position != std::string_view::npos) what = what.substr(what.find(": ", position) + 2);
        std::string text;
        for (const char c : what.substr(0, 160)) text += c >= ' ' && c < '\x7F' ? c : '?';
        return "not valid JSON: " + text;
    }

    int depth_ = 0;
};

/// Parses one line into a handler. Throws what the handler throws, and `JsonSyntaxError`.
template <class Handler>
void parse_json_line(std::string_view line, Handler& handler) {
    if (const void* nul = std::memchr(line.data(), '\0', line.size())) {
        const auto column = static_cast<const char*>(nul) - line.data() + 1;
        throw JsonSyntaxError(Place{{}, 0, "column " + std::to_string(column)}, "not valid JSON: a NUL byte");
    }
    nlohmann::json::sax_parse(line.data(), line.data() + line.size(), &handler);
}

}  // namespace automix
