// SPDX-License-Identifier: Apache-2.0
// This file reads a small JSON file as a document, more strictly than the parser does. It refuses a key that stands
// twice in an object and nesting beyond the need of the file's reader. Errors name file, line and column in the
// library's own words.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/json/counting_characters.hpp>
#include <automix/json/sax.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// Returns a value as messages show it: scalars as they are written, containers by their kind.
inline std::string shown(const nlohmann::json& json) {
    if (json.is_object()) return "an object";
    if (json.is_array()) return json.empty() ? "an empty array" : "an array";
    return json.is_string() ? in_quotes(json.get_ref<const std::string&>()) : json.dump();
}

/// Returns true for a text that is JSON to its end, as a line is that was not cut off.
inline bool is_whole_json(std::string_view text) { return nlohmann::json::accept(text); }

/// Returns the document in `text`, which messages call `name`. Throws `DataError`.
inline nlohmann::json parse_document(std::string_view text, const std::string& name) {
    constexpr int max_depth = 64;
    std::size_t line = 1;
    std::vector<std::set<std::string>> keys;  // the keys of the open objects
    const auto strict = [&](int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
        using Event = nlohmann::json::parse_event_t;
        if (depth > max_depth) {
            throw DataError(Place{name, line, {}},
                            "nested deeper than " + std::to_string(max_depth) + " levels");
        }
        if (event == Event::object_start) keys.emplace_back();
        if (event == Event::object_end) keys.pop_back();
        if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) {
            throw DataError(Place{name, line, parsed.get<std::string>()}, "stands twice in one object");
        }
        return true;
    };
    const auto fail_syntax = [&](std::size_t byte, const std::string& reason) {
        const std::string_view before = text.substr(0, byte);
        const auto line_of_byte =
            static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
        const JsonSyntaxError error(byte - (before.rfind('\n') + 1) + 1, reason);
        throw DataError(Place{name, line_of_byte, error.place().field}, error.detail());
    };
    // The parser would take this character for the end of the text.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        fail_syntax(nul, "a NUL byte");
    try {
        return nlohmann::json::parse(CountingCharacters(text.data(), &line),
                                     CountingCharacters(text.data() + text.size(), &line), strict);
    } catch (const nlohmann::json::parse_error& error) {
        fail_syntax(error.byte == 0 ? 0 : error.byte - 1, syntax_reason(error));
        throw;
    } catch (const nlohmann::json::exception& error) {
        throw DataError(Place{name, line, {}}, "not valid JSON: " + syntax_reason(error));
    }
}

}  // namespace automix::detail
