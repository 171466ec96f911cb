// SPDX-License-Identifier: Apache-2.0
// Writes a JSON object as text, one member after the other, without a document in between. Members are not checked for
// names that stand twice. Bytes that are not UTF-8 become U+FFFD. O(bytes).
//     const std::string text = ObjectText().add_text("id", "r1").add_count("tokens", 12).finish();
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

/// Appends a text in quotes.
inline void append_quoted(std::string& json, std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(),
                                   [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (plain) {
        json.append(1, '"').append(text).append(1, '"');
    } else {
        json += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
}

class ObjectText {
 public:
    ObjectText& add_text(std::string_view name, std::string_view value) {
        append_quoted(begin(name), value);
        return *this;
    }
    ObjectText& add_number(std::string_view name, double value) {
        begin(name) += nlohmann::json(value).dump();
        return *this;
    }
    ObjectText& add_count(std::string_view name, std::int64_t value) {
        begin(name) += std::to_string(value);
        return *this;
    }
    ObjectText& add_flag(std::string_view name, bool value) {
        begin(name) += value ? "true" : "false";
        return *this;
    }
    /// Adds a value that is JSON already.
    ObjectText& add_json(std::string_view name, std::string_view value) {
        begin(name) += value;
        return *this;
    }

    /// Returns the object. Call it once.
    [[nodiscard]] std::string finish() {
        text_ += text_.empty() ? "{}" : "}";
        return std::move(text_);
    }

 private:
    std::string& begin(std::string_view name) {
        text_ += text_.empty() ? '{' : ',';
        append_quoted(text_, name);
        return text_ += ':';
    }

    std::string text_{};
};

}  // namespace automix::detail
