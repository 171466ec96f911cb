// SPDX-License-Identifier: Apache-2.0
// Reads the marks of HTML in a text: tags that only style it, and references to characters such as `&amp;` and `&#39;`.
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

/// Tags of HTML that only style a text.
inline constexpr std::array<std::string_view, 19> style_tags = {
    "b",  "i",   "u",   "em",    "strong", "mark", "code", "span", "font", "p",
    "br", "div", "big", "small", "center", "pre",  "sub",  "sup",  "tt"};

/// Returns the position behind the tag of style at `i`, else `i`.
inline std::size_t behind_style_tag(std::string_view text, std::size_t i) noexcept {
    constexpr std::size_t longest = 200;
    const std::size_t name = i + (text.substr(i).starts_with("</") ? 2 : 1);
    std::size_t end = name;
    while (end < text.size() && is_ascii_letter(text[end])) ++end;
    const std::string_view found = text.substr(std::min(name, text.size()), end - name);
    const bool known = std::any_of(style_tags.begin(), style_tags.end(), [found](std::string_view tag) {
        return tag.size() == found.size() && has_word_at(found, 0, tag);
    });
    if (!known) return i;
    const std::size_t close = text.substr(end, longest).find_first_of("<>");
    return close == std::string_view::npos || text[end + close] == '<' ? i : end + close + 1;
}

/// A reference to a character.
struct CharacterReference {
    std::string text{};
    std::size_t bytes = 0;  ///< from the ampersand to the semicolon; 0: there is none
};

/// Returns the character that a name stands for; an empty text if it is unknown. A name such as "eacute" stands for a
/// letter and a combining mark.
inline std::string named_character(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 41> names = {{
        {"amp", "&"},
        {"lt", "<"},
        {"gt", ">"},
        {"quot", "\""},
        {"apos", "'"},
        {"nbsp", "\xC2\xA0"},
        {"ndash", "\xE2\x80\x93"},
        {"mdash", "\xE2\x80\x94"},
        {"hellip", "\xE2\x80\xA6"},
        {"lsquo", "\xE2\x80\x98"},
        {"rsquo", "\xE2\x80\x99"},
        {"ldquo", "\xE2\x80\x9C"},
        {"rdquo", "\xE2\x80\x9D"},
        {"laquo", "\xC2\xAB"},
        {"raquo", "\xC2\xBB"},
        {"deg", "\xC2\xB0"},
        {"plusmn", "\xC2\xB1"},
        {"times", "\xC3\x97"},
        {"divide", "\xC3\xB7"},
        {"middot", "\xC2\xB7"},
        {"minus", "\xE2\x88\x92"},
        {"le", "\xE2\x89\xA4"},
        {"ge", "\xE2\x89\xA5"},
        {"ne", "\xE2\x89\xA0"},
        {"asymp", "\xE2\x89\x88"},
        {"euro", "\xE2\x82\xAC"},
        {"pound", "\xC2\xA3"},
        {"yen", "\xC2\xA5"},
        {"cent", "\xC2\xA2"},
        {"frac12", "\xC2\xBD"},
        {"frac14", "\xC2\xBC"},
        {"frac34", "\xC2\xBE"},
        {"sup2", "\xC2\xB2"},
        {"sup3", "\xC2\xB3"},
        {"szlig", "\xC3\x9F"},
        {"aelig", "\xC3\xA6"},
        {"AElig", "\xC3\x86"},
        {"oslash", "\xC3\xB8"},
        {"Oslash", "\xC3\x98"},
        {"pi", "\xCF\x80"},
        {"micro", "\xC2\xB5"},
    }};
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> marks = {{
        {"grave", "\xCC\x80"},
        {"acute", "\xCC\x81"},
        {"circ", "\xCC\x82"},
        {"tilde", "\xCC\x83"},
        {"uml", "\xCC\x88"},
        {"ring", "\xCC\x8A"},
        {"caron", "\xCC\x8C"},
        {"cedil", "\xCC\xA7"},
    }};
    for (const auto& [known, text] : names) {
        if (known == name) return std::string(text);
    }
    if (name.empty() || !is_ascii_letter(name.front())) return {};
    for (const auto& [known, mark] : marks) {
        if (name.substr(1) == known) return name.front() + std::string(mark);
    }
    return {};
}

/// Reads the reference to a character at `i`, which is at an ampersand.
inline CharacterReference character_reference(std::string_view text, std::size_t i) {
    constexpr std::size_t longest = 12;
    constexpr char32_t most = 0x10FFFF;
    const std::size_t length = text.substr(i, longest).find(';');
    if (length == std::string_view::npos || length < 2) return {};
    const std::string_view name = text.substr(i + 1, length - 1);
    if (name.front() != '#') {
        std::string named = named_character(name);
        return named.empty() ? CharacterReference{} : CharacterReference{std::move(named), length + 1};
    }
    const bool hex = name.size() > 1 && ascii_lower(name[1]) == 'x';
    const std::string_view digits = name.substr(hex ? 2 : 1);
    char32_t value = 0;
    for (const char c : digits) {
        const char small = ascii_lower(c);
        const bool letter = hex && small >= 'a' && small <= 'f';
        if (!is_ascii_digit(c) && !letter) return {};
        value = value * (hex ? 16U : 10U) + static_cast<char32_t>(letter ? small - 'a' + 10 : c - '0');
        if (value > most) return {};
    }
    if (digits.empty() || value == 0 || (value >= 0xD800U && value <= 0xDFFFU)) return {};
    CharacterReference read{.bytes = length + 1};
    append_code_point(read.text, value);
    return read;
}

/// Returns the text without tags of style, and with characters in place of references to them. A line break and a
/// paragraph become blanks, and a raised number stands behind "^". A text that is nothing but tags stays as it is.
inline std::string without_html(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t tag = text[i] == '<' ? behind_style_tag(text, i) : i;
        const CharacterReference character =
            text[i] == '&' ? character_reference(text, i) : CharacterReference{};
        if (tag > i) {
            const std::string_view whole = text.substr(i, tag - i);
            const bool digit = tag < text.size() && (is_ascii_digit(text[tag]) || text[tag] == '-');
            if (has_word_at(whole, 0, "<sup") && digit) kept += '^';
            for (const std::string_view block : {"<br", "<p", "</p", "<div", "</div"}) {
                if (has_word_at(whole, 0, block) && !has_word_at(whole, 0, "<pre")) kept += ' ';
            }
            i = tag;
        } else if (character.bytes > 0) {
            kept += character.text;
            i += character.bytes;
        } else {
            kept += text[i++];
        }
    }
    const bool blank = std::all_of(kept.begin(), kept.end(), is_ascii_space);
    return blank ? std::string(text) : kept;
}

}  // namespace automix::detail
