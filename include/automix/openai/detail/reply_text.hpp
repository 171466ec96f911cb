// SPDX-License-Identifier: Apache-2.0
// Reads the texts of a reply. Separates thinking from the answer, joins the parts of a content, and replaces what is no
// character: bytes that are not UTF-8 and halves of surrogate pairs.
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/core/error.hpp>
#include <automix/json/json_document.hpp>
#include <automix/json/unicode_escape.hpp>
#include <automix/model/reply.hpp>
#include <automix/openai/detail/complaint.hpp>
#include <automix/text/reply_text.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
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

}  // namespace automix::detail
