// SPDX-License-Identifier: Apache-2.0
// Reads the texts of a reply. Separates thinking from the answer, joins the parts of a content and the events of a
// stream, and replaces halves of surrogate pairs, which are no characters.
#pragma once

#include <automix/core/error.hpp>
#include <automix/json/json_document.hpp>
#include <automix/json/unicode_escape.hpp>
#include <automix/model/reply.hpp>
#include <automix/openai/detail/complaint.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

inline constexpr std::string_view blank_characters = " \t\r\n";

[[nodiscard]] inline bool is_blank_text(std::string_view text) {
    return text.find_first_not_of(blank_characters) == std::string_view::npos;
}

/// Moves the thinking at the start of a text to `thinking`. It stands between tags. The opening one may be missing, if
/// the prompt of the server ends with it. The closing one may be missing, if the thinking was cut off.
inline void separate_thinking(Completion& completion) {
    using Tags = std::pair<std::string_view, std::string_view>;
    constexpr std::array<Tags, 4> tags = {{{"<think>", "</think>"},
                                           {"<thinking>", "</thinking>"},
                                           {"<thought>", "</thought>"},
                                           {"[THINK]", "[/THINK]"}}};
    std::string& text = completion.text;
    const std::size_t start = std::min(text.find_first_not_of(blank_characters), text.size());
    for (const auto& [open, close] : tags) {
        const bool opened = text.compare(start, open.size(), open) == 0;
        const std::size_t closed = text.find(close, start);
        const bool unopened = closed < text.find(open) && open == tags[0].first;
        if (!opened && !unopened) continue;
        const std::size_t begin = opened ? start + open.size() : start;
        if (!completion.thinking.empty()) completion.thinking += '\n';
        completion.thinking += text.substr(begin, closed == std::string::npos ? closed : closed - begin);
        if (closed == std::string::npos) {
            text.clear();
        } else {
            text.erase(0, closed + close.size());
            text.erase(0, std::min(text.find_first_not_of(blank_characters), text.size()));
        }
        return;
    }
}

/// Returns the text of a part of a content: a text, or a list of parts with one.
inline std::string part_text(const nlohmann::json& json) {
    if (json.is_string()) return json.get<std::string>();
    std::string text;
    if (!json.is_array()) return text;
    for (const auto& part : json) {
        if (part.is_object() && optional_member(part, "text").is_string())
            text += part["text"].get<std::string>();
    }
    return text;
}

/// Reads a content: a text, null, or a list of parts. Parts of thinking and refusals are kept apart.
inline void read_content(const nlohmann::json& content, const std::string& place, Completion& completion,
                         std::string& refusal) {
    const auto fail = [&](const std::string& at, const std::string& expected, const nlohmann::json& found) {
        throw DataError(Place{{}, 0, at}, "expected " + expected + ", found " + shown(found));
    };
    if (content.is_array()) {
        for (std::size_t i = 0; i < content.size(); ++i) {
            const std::string at = place + "[" + std::to_string(i) + "]";
            if (!content[i].is_object()) fail(at, "an object", content[i]);
            const auto& type = optional_member(content[i], "type");
            if (type == "text" || type == "output_text") {
                const auto& text = optional_member(content[i], "text");
                if (!text.is_string()) fail(at + ".text", "a text", text);
                completion.text += text.get<std::string>();
            } else if (type == "thinking" || type == "reasoning") {
                for (const char* field : {"thinking", "reasoning", "text"})
                    completion.thinking += part_text(optional_member(content[i], field));
            } else if (type == "refusal") {
                refusal += part_text(optional_member(content[i], "refusal"));
            } else {
                fail(at + ".type", "text, thinking or refusal", type);
            }
        }
    } else if (content.is_string()) {
        completion.text = content;
    } else if (!content.is_null()) {
        fail(place, "a text or a list of parts", content);
    }
    separate_thinking(completion);
}

/// Returns a JSON text with U+FFFD in place of each escaped half of a surrogate pair that stands alone.
inline std::string without_lone_surrogates(std::string_view body) {
    std::string text(body);
    for (std::size_t at = body.find('\\'); at < body.size(); at = body.find('\\', at)) {
        if (const std::size_t bytes = surrogate_pair_bytes(body, at); bytes > 0) {
            at += bytes;
        } else if (is_surrogate(escaped_code(body, at))) {
            text.replace(at, escape_bytes, "\\uFFFD");
            at += escape_bytes;
        } else {
            at += 2;
        }
    }
    return text;
}

/// Returns true for a stream of server-sent events.
[[nodiscard]] inline bool is_event_stream(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blank_characters), text.size()));
    return text.starts_with("data:") || text.starts_with("event:") || text.starts_with(": ");
}

/// Adds the choices of an event to those of the reply.
inline void join_choices(const nlohmann::json& event, nlohmann::json& reply) {
    const auto& choices = optional_member(event, "choices");
    if (!choices.is_array()) return;
    for (const auto& part : choices) {
        if (!part.is_object())
            throw DataError(Place{{}, 0, "choices"}, "expected objects, found " + shown(part));
        const auto& index = optional_member(part, "index");
        const std::uint64_t number = index.is_number_unsigned() ? index.get<std::uint64_t>() : 0;
        auto& all = reply["choices"];
        auto choice = std::find_if(all.begin(), all.end(),
                                   [&](const nlohmann::json& known) { return known["index"] == number; });
        if (choice == all.end()) {
            all.push_back({{"index", number}, {"message", nlohmann::json::object()}});
            choice = std::prev(all.end());
        }
        for (const char* field : {"finish_reason", "error"}) {
            if (!optional_member(part, field).is_null()) (*choice)[field] = part[field];
        }
        const auto& delta = optional_member(part, "delta");
        if (!delta.is_object()) continue;
        for (const char* field : {"content", "reasoning_content", "reasoning", "refusal"}) {
            const auto& text = optional_member(delta, field);
            if (!text.is_string()) continue;
            auto& sum = (*choice)["message"][field];
            sum = (sum.is_string() ? sum.get<std::string>() : std::string()) + text.get<std::string>();
        }
    }
}

/// Returns the reply that the events of a stream make up. Throws `DataError` for events that are not JSON, and for a
/// stream that ended early.
inline nlohmann::json joined_stream(std::string_view text) {
    nlohmann::json reply{{"choices", nlohmann::json::array()}};
    bool ended = false;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        constexpr std::string_view field = "data:";
        if (!line.starts_with(field)) continue;
        line.remove_prefix(field.size());
        line.remove_prefix(std::min(line.find_first_not_of(blank_characters), line.size()));
        line = line.substr(0, line.find_last_not_of(blank_characters) + 1);
        if (line == "[DONE]") {
            ended = true;
            break;
        }
        const auto event = parse_document(line, "event of a stream");
        if (!event.is_object())
            throw DataError("event of a stream: expected an object, found " + shown(event));
        for (const char* kept : {"model", "usage", "error"}) {
            if (!optional_member(event, kept).is_null()) reply[kept] = event[kept];
        }
        join_choices(event, reply);
    }
    const auto& all = reply["choices"];
    ended = ended || reply.contains("error") ||
            (!all.empty() && std::all_of(all.begin(), all.end(), [](const nlohmann::json& choice) {
                return choice.contains("finish_reason");
            }));
    if (!ended) throw DataError("stream: ended before its last event");
    if (reply.contains("error")) reply["choices"] = nlohmann::json::array();
    return reply;
}

}  // namespace automix::detail
