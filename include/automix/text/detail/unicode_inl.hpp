// SPDX-License-Identifier: Apache-2.0
// Definitions of text/unicode.hpp.
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/core/config.hpp>
#include <automix/text/detail/compositions.hpp>
#include <automix/text/unicode.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// Returns the ASCII text for a character that is a form of it; nothing for all others.
constexpr std::optional<std::string_view> ascii_form(char32_t value) noexcept {
    if (is_invisible(value)) return "";
    if (value == 0xA0U || value == 0x1680U || is_between(value, 0x2000, 0x200A) || value == 0x202FU ||
        value == 0x205FU || value == 0x3000U)
        return " ";
    switch (value) {
        case 0x85U:
        case 0x2028U:
        case 0x2029U:
            return "\n";
        case 0x2018U:
        case 0x2019U:
        case 0x201AU:
        case 0x201BU:
        case 0x2032U:
        case 0x2039U:
        case 0x203AU:
            return "'";
        case 0xABU:
        case 0xBBU:
        case 0x201CU:
        case 0x201DU:
        case 0x201EU:
        case 0x201FU:
        case 0x2033U:
        case 0x300CU:
        case 0x300DU:
        case 0x300EU:
        case 0x300FU:
            return "\"";
        case 0x2010U:
        case 0x2011U:
        case 0x2012U:
        case 0x2212U:
        case 0xFE63U:
            return "-";
        case 0x2013U:
        case 0x2014U:
        case 0x2015U:
            return " - ";
        case 0x2026U:
            return "...";
        case 0x3001U:
            return ",";
        case 0x3002U:
        case 0xFF61U:
            return ".";
        case 0x3010U:
            return "[";
        case 0x3011U:
            return "]";
        default:
            return std::nullopt;
    }
}

/// Returns the ASCII character for a full-width or mathematical one, else the character itself.
constexpr char32_t narrow_form(char32_t value) noexcept {
    if (is_between(value, 0xFF01, 0xFF5E)) return value - 0xFEE0U;
    if (is_between(value, 0x1D400, 0x1D6A3)) {
        const char32_t letter = (value - 0x1D400U) % 52U;
        return letter < 26U ? U'A' + letter : U'a' + letter - 26U;
    }
    return is_between(value, 0x1D7CE, 0x1D7FF) ? U'0' + (value - 0x1D7CEU) % 10U : value;
}

/// Returns the lower case of a single letter that no composition has.
constexpr char32_t lower_letter(char32_t value) noexcept {
    const bool even = value % 2U == 0;
    if (is_between(value, U'A', U'Z')) return value + 32U;
    if (value == 0xB5U) return 0x3BCU;
    if (value < 0xC0U) return value;
    if (is_between(value, 0xC0, 0xDE)) return value == 0xD7U ? value : value + 32U;
    if (value == 0x17FU) return U's';
    if (is_between(value, 0x139, 0x148) || is_between(value, 0x179, 0x17E)) return even ? value : value + 1U;
    if (is_between(value, 0x100, 0x177) || is_between(value, 0x1DE, 0x1EE) ||
        is_between(value, 0x1F8, 0x21F) || is_between(value, 0x222, 0x233) || is_between(value, 0x246, 0x24F))
        return even && value != 0x130U && value != 0x138U ? value + 1U : value;
    switch (value) {
        case 0x181U:
            return 0x253U;
        case 0x186U:
            return 0x254U;
        case 0x189U:
        case 0x18AU:
            return value + 205U;
        case 0x18FU:
            return 0x259U;
        case 0x190U:
            return 0x25BU;
        case 0x194U:
            return 0x263U;
        case 0x1C4U:
        case 0x1C5U:
            return 0x1C6U;
        case 0x1C7U:
        case 0x1C8U:
            return 0x1C9U;
        case 0x1CAU:
        case 0x1CBU:
            return 0x1CCU;
        case 0x3C2U:
            return 0x3C3U;
        case 0x4C0U:
            return 0x4CFU;
        default:
            break;
    }
    if (is_between(value, 0x391, 0x3AB)) return value + 32U;
    if (is_between(value, 0x410, 0x42F)) return value + 32U;
    if (is_between(value, 0x400, 0x40F)) return value + 80U;
    if (is_between(value, 0x4C1, 0x4CE)) return even ? value : value + 1U;
    if (is_between(value, 0x460, 0x481) || is_between(value, 0x48A, 0x52F) ||
        is_between(value, 0x1E00, 0x1E95) || is_between(value, 0x1EA0, 0x1EFF))
        return even ? value + 1U : value;
    return is_between(value, 0x531, 0x556) ? value + 48U : value;
}

/// Returns the letters of a character that stands for several; nothing for all others.
constexpr std::u32string_view several_letters(char32_t value) noexcept {
    switch (value) {
        case 0xDFU:
        case 0x1E9EU:
            return U"ss";
        case 0xFB00U:
            return U"ff";
        case 0xFB01U:
            return U"fi";
        case 0xFB02U:
            return U"fl";
        case 0xFB03U:
            return U"ffi";
        case 0xFB04U:
            return U"ffl";
        case 0xFB05U:
        case 0xFB06U:
            return U"st";
        default:
            return {};
    }
}

/// Returns the combining class of a mark; 0 for other characters.
constexpr int combining_class(char32_t value) noexcept {
    if (value == 0x483U || is_between(value, 0x484, 0x487)) return 230;
    if (!is_between(value, 0x300, 0x36F) || value == 0x34FU) return 0;
    if (is_between(value, 0x334, 0x338)) return 1;
    if (is_between(value, 0x321, 0x322) || is_between(value, 0x327, 0x328)) return 202;
    if (value == 0x31BU) return 216;
    constexpr std::array<std::array<char32_t, 2>, 9> below = {{{0x316, 0x319},
                                                               {0x31C, 0x320},
                                                               {0x323, 0x326},
                                                               {0x329, 0x333},
                                                               {0x339, 0x33C},
                                                               {0x347, 0x349},
                                                               {0x34D, 0x34E},
                                                               {0x353, 0x356},
                                                               {0x359, 0x35A}}};
    for (const auto& range : below) {
        if (is_between(value, range[0], range[1])) return 220;
    }
    if (value == 0x315U || value == 0x31AU || value == 0x358U) return 232;
    if (value == 0x35CU || value == 0x35FU || value == 0x362U) return 233;
    if (is_between(value, 0x35D, 0x35E) || is_between(value, 0x360, 0x361)) return 234;
    return value == 0x345U ? 240 : 230;
}

/// Appends the canonical decomposition of a character.
inline void decompose(char32_t value, std::u32string& out) {
    std::size_t low = 0;
    std::size_t high = compositions.size() / 3;
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (compositions[3 * middle] < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (3 * low < compositions.size() && compositions[3 * low] == value) {
        decompose(compositions[3 * low + 1], out);
        out += static_cast<char32_t>(compositions[3 * low + 2]);
    } else {
        out += value;
    }
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string plain_characters(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        if (const auto form = detail::ascii_form(point.value); form && point.valid) {
            plain += *form;
        } else if (const char32_t narrow = detail::narrow_form(point.value); narrow != point.value) {
            append_code_point(plain, narrow);
        } else {
            plain.append(text, i, point.bytes);
        }
        i += point.bytes;
    }
    return plain;
}

AUTOMIX_INLINE std::string fold_case(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    std::u32string letters;
    std::u32string marks;
    const auto end_marks = [&] {
        std::stable_sort(marks.begin(), marks.end(), [](char32_t a, char32_t b) {
            return detail::combining_class(a) < detail::combining_class(b);
        });
        for (const char32_t mark : marks) append_code_point(folded, mark);
        marks.clear();
    };
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        i += point.bytes;
        if (!point.valid) {
            end_marks();
            folded += text[i - 1];
            continue;
        }
        letters = detail::several_letters(point.value);
        if (letters.empty()) detail::decompose(point.value, letters);
        for (const char32_t letter : letters) {
            if (detail::combining_class(letter) > 0) {
                marks += letter;
            } else {
                end_marks();
                append_code_point(folded, detail::lower_letter(letter));
            }
        }
    }
    end_marks();
    return folded;
}

}  // namespace automix
