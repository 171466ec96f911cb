// SPDX-License-Identifier: Apache-2.0
// Reads the JSON of a reply less strictly than a file. Another text may follow the object, fields that no reader uses
// may stand twice, and NaN and the infinities are null.
#pragma once

#include <automix/core/error.hpp>
#include <automix/json/json_document.hpp>
#include <automix/openai/detail/event_stream.hpp>
#include <automix/openai/detail/reported_usage.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns true for a field that a reader of replies uses. None may stand twice in an object.
inline bool is_used_field(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 13> used = {
        "choices",   "message", "content", "text",  "index", "finish_reason", "reasoning_content",
        "reasoning", "refusal", "error",   "usage", "code",  "type"};
    return std::find(used.begin(), used.end(), name) != used.end() || is_usage_field(name);
}

/// Returns the object that `text` begins with, with null in place of NaN and infinities; nothing if there is no whole
/// one, or if it is nested deeper than any reply.
inline std::optional<std::string> leading_object(std::string_view text) {
    constexpr int max_depth = 64;
    constexpr std::string_view mark = "\xEF\xBB\xBF";  // of the order of bytes
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || text[begin] != '{') return std::nullopt;
    std::string object;
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = begin; i < text.size();) {
        const char c = text[i];
        std::size_t bytes = 1;
        if (in_text) {
            bytes = c == '\\' && i + 1 < text.size() ? 2 : 1;
            in_text = c != '"';
        } else {
            in_text = c == '"';
            for (const std::string_view number : {"NaN", "-Infinity", "Infinity"}) {
                if (!text.substr(i).starts_with(number)) continue;
                object += "null";
                i += number.size();
                bytes = 0;
                break;
            }
            if (bytes == 0) continue;
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
            if (depth > max_depth) return std::nullopt;
        }
        object.append(text, i, bytes);
        i += bytes;
        if (depth == 0) return object;
    }
    return std::nullopt;
}

/// Reads the object that `text` begins with; nothing if there is none. Sets `repeats` if a field that readers use
/// stands twice in one object.
inline std::optional<nlohmann::json> leading_document(std::string_view text, bool& repeats) {
    const std::optional<std::string> object = leading_object(text);
    if (!object) return std::nullopt;
    repeats = false;
    std::vector<std::set<std::string>> keys;  // the used keys of the open objects
    const auto watch = [&](int /*depth*/, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
        using Event = nlohmann::json::parse_event_t;
        if (event == Event::object_start) keys.emplace_back();
        if (event == Event::object_end) keys.pop_back();
        if (event != Event::key) return true;
        const auto& key = parsed.get_ref<const std::string&>();
        if (is_used_field(key) && !keys.back().insert(key).second) repeats = true;
        return true;
    };
    constexpr bool may_throw = false;
    nlohmann::json document = nlohmann::json::parse(*object, watch, may_throw);
    if (document.is_discarded()) return std::nullopt;
    return document;
}

/// Reads the document of a reply. It cannot be used if there is none, or if a used field stands twice. The error is that
/// of the strict reader.
inline ReplyJson reply_document(std::string_view text) {
    try {
        return {.json = parse_document(text, "reply"), .is_whole = true};
    } catch (const DataError& error) {
        bool repeats = false;
        std::optional<nlohmann::json> document = leading_document(text, repeats);
        if (!document) return {.unreadable = error};
        ReplyJson read{.json = std::move(*document), .is_whole = true};
        if (repeats) read.unreadable = error;
        return read;
    }
}

}  // namespace automix::detail
