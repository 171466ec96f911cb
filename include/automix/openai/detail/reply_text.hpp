// SPDX-License-Identifier: Apache-2.0
// Reads the texts of a reply. Separates thinking from the answer, joins the parts of a content and the events of a
// stream, and replaces what is no character: bytes that are not UTF-8 and halves of surrogate pairs.
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/core/error.hpp>
#include <automix/json/json_document.hpp>
#include <automix/json/unicode_escape.hpp>
#include <automix/model/reply.hpp>
#include <automix/openai/detail/complaint.hpp>
#include <automix/text/reply_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

inline constexpr std::string_view blank_characters = " \t\r\n";

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
    SeparatedReply said = separate_thinking(completion.text);
    if (!completion.thinking.empty() && !said.thinking.empty()) completion.thinking += '\n';
    completion.thinking += said.thinking;
    completion.text = std::move(said.text);
}

/// The characters in place of halves of surrogate pairs, from the first half D800 on, until the events of a stream are
/// joined. They are the last ones for private use.
inline constexpr char32_t half_marks = 0x10F800;
inline constexpr char32_t first_half = 0xD800;
inline constexpr char32_t first_low_half = 0xDC00;

/// The treatment of a half of a surrogate pair that stands alone: U+FFFD takes its place, or a mark for
/// `joined_halves`.
enum class LoneHalves : std::uint8_t { replaced, marked };

/// Returns a JSON text with U+FFFD in place of each byte that is not UTF-8, and without halves of surrogate pairs that
/// stand alone.
inline std::string repaired_json(std::string_view body, LoneHalves halves = LoneHalves::replaced) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string text;
    text.reserve(body.size());
    for (std::size_t at = 0; at < body.size();) {
        std::size_t bytes = 1;
        if (body[at] != '\\') {
            const CodePoint point = code_point_at(body, at);
            bytes = point.bytes;
            text += point.valid ? body.substr(at, bytes) : replacement;
        } else if (bytes = surrogate_pair_bytes(body, at); bytes > 0) {
            text += body.substr(at, bytes);
        } else if (const unsigned code = escaped_code(body, at); is_surrogate(code)) {
            bytes = escape_bytes;
            if (halves == LoneHalves::marked) {
                append_code_point(text, half_marks + (code - first_half));
            } else {
                text += "\\uFFFD";
            }
        } else {
            // The byte behind a backslash may begin a sequence, which is judged by itself.
            bytes = at + 1 < body.size() && static_cast<unsigned char>(body[at + 1]) < 0x80U ? 2 : 1;
            text += body.substr(at, bytes);
        }
        at += bytes;
    }
    return text;
}

/// Returns a text with a character for each two marked halves in a row that make one up, else U+FFFD.
inline std::string joined_halves(std::string_view text) {
    std::string joined;
    joined.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        at += point.bytes;
        if (point.value < half_marks) {
            joined += text.substr(at - point.bytes, point.bytes);
            continue;
        }
        const char32_t high = point.value - half_marks + first_half;
        const CodePoint next = at < text.size() ? code_point_at(text, at) : CodePoint{};
        const bool pair = high < first_low_half && next.value >= half_marks + (first_low_half - first_half);
        if (pair) at += next.bytes;
        append_code_point(joined, pair ? 0x10000U + ((high - first_half) << 10U) +
                                             (next.value - half_marks - (first_low_half - first_half))
                                       : 0xFFFDU);
    }
    return joined;
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

/// Returns the reply that the events of a stream make up. Their halves of surrogate pairs are marked. Throws
/// `DataError` for events that are not JSON, and for a stream that ended early.
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
    for (auto& choice : reply["choices"]) {
        for (auto& part : choice["message"]) part = joined_halves(part.get_ref<const std::string&>());
    }
    return reply;
}

}  // namespace automix::detail
