// SPDX-License-Identifier: Apache-2.0
// Definitions of text/multiple_choice.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/multiple_choice.hpp>
#include <automix/text/normalise.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace automix::detail {

constexpr bool is_emphasis(char c) noexcept {
    return c == '*' || c == '_' || c == '`' || c == '"' || c == '\'';
}

/// Returns the text without the white space and emphasis before its first other byte.
constexpr std::string_view skip_emphasis(std::string_view text) noexcept {
    while (!text.empty() && (is_ascii_space(text.front()) || is_emphasis(text.front())))
        text.remove_prefix(1);
    return text;
}

/// Returns the text behind the last "answer is" or "answer:"; nothing if there is neither.
inline std::optional<std::string_view> after_answer_phrase(std::string_view text) noexcept {
    constexpr std::string_view word = "answer";
    for (std::size_t i = text.size(); i-- > 0;) {
        if (!has_word_at(text, i, word)) continue;
        const std::string_view next = skip_emphasis(text.substr(i + word.size()));
        if (next.starts_with(':')) return next.substr(1);
        if (has_word_at(next, 0, "is") && (next.size() == 2 || !is_word_byte(next[2]))) {
            const std::string_view rest = skip_emphasis(next.substr(2));
            return rest.starts_with(':') ? rest.substr(1) : rest;
        }
    }
    return std::nullopt;
}

/// Returns the letter in brackets at `position`, as in "(B)" and "[B]", in lower case.
constexpr std::optional<char> bracketed_letter(std::string_view text, std::size_t position = 0) noexcept {
    if (text.size() < position + 3 || !is_ascii_letter(text[position + 1])) return std::nullopt;
    const bool brackets = (text[position] == '(' && text[position + 2] == ')') ||
                          (text[position] == '[' && text[position + 2] == ']');
    return brackets ? std::optional(ascii_lower(text[position + 1])) : std::nullopt;
}

inline std::optional<char> only_bracketed_letter(std::string_view text) noexcept {
    std::optional<char> only;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto letter = bracketed_letter(text, i);
        if (letter && only && letter != only) return std::nullopt;
        if (letter) only = letter;
    }
    return only;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::optional<OptionMark> leading_option(std::string_view text) noexcept {
    text = detail::skip_emphasis(text);
    const auto rest = [](std::string_view behind) {
        behind = detail::skip_emphasis(behind);
        if (!behind.empty() && std::string_view(").:,").find(behind.front()) != std::string_view::npos) {
            behind.remove_prefix(1);
        }
        return trim(detail::skip_emphasis(behind));
    };
    if (const auto letter = detail::bracketed_letter(text)) return OptionMark{*letter, rest(text.substr(3))};
    if (text.empty() || !is_ascii_letter(text.front())) return std::nullopt;
    std::string_view behind = text.substr(1);
    while (!behind.empty() && (behind.front() == ' ' || detail::is_emphasis(behind.front())))
        behind.remove_prefix(1);
    const bool marked =
        behind.empty() || std::string_view(").:,\r\n").find(behind.front()) != std::string_view::npos;
    return marked ? std::optional(OptionMark{ascii_lower(text.front()), rest(behind)}) : std::nullopt;
}

AUTOMIX_INLINE std::optional<char> chosen_letter(std::string_view reply) noexcept {
    if (const auto phrase = detail::after_answer_phrase(reply)) {
        if (const auto option = leading_option(*phrase)) return option->letter;
    }
    if (const auto option = leading_option(reply)) return option->letter;
    return detail::only_bracketed_letter(reply);
}

AUTOMIX_INLINE bool chooses(std::string_view reply, std::string_view reference) {
    const auto wanted = leading_option(reference);
    const auto letter = chosen_letter(reply);
    if (wanted && letter) return wanted->letter == *letter;
    const std::string text = normalise(wanted ? wanted->rest : reference);
    if (text.empty()) return false;
    const auto says = [&text](std::string_view part) {
        const auto option = leading_option(part);
        return normalise(part) == text || (option && normalise(option->rest) == text);
    };
    const auto phrase = detail::after_answer_phrase(reply);
    return says(reply) || (phrase && says(*phrase));
}

}  // namespace automix
