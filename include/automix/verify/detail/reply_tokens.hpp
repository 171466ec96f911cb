// SPDX-License-Identifier: Apache-2.0
// Splits a line of a reply into words and marks, as the readers of verdicts take them. A quotation is one token, unless
// a verdict is all it holds. O(length).
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/normalise.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace automix::detail {

enum class TokenKind : std::uint8_t {
    word,
    quotation,
    check,
    cross,
    colon,
    dash,
    pipe,
    comma,
    slash,
    bracket,
    stop,      ///< ends a sentence
    question,  ///< ends a sentence
};

struct ReplyToken {
    TokenKind kind = TokenKind::word;
    std::string_view text{};  ///< in lower case
};

using ReplyTokens = std::vector<ReplyToken>;

struct SymbolToken {
    std::string_view text;
    TokenKind kind;
};

inline constexpr std::array<SymbolToken, 17> verdict_symbols = {{
    {"\xE2\x9C\x85", TokenKind::check},      // white heavy check mark
    {"\xE2\x9C\x93", TokenKind::check},      // check mark
    {"\xE2\x9C\x94", TokenKind::check},      // heavy check mark
    {"\xE2\x98\x91", TokenKind::check},      // ballot box with check
    {"\xF0\x9F\x91\x8D", TokenKind::check},  // thumbs up
    {"\xE2\x9D\x8C", TokenKind::cross},      // cross mark
    {"\xE2\x9C\x97", TokenKind::cross},      // ballot x
    {"\xE2\x9C\x98", TokenKind::cross},      // heavy ballot x
    {"\xE2\x9C\x96", TokenKind::cross},      // heavy multiplication x
    {"\xE2\x9C\x95", TokenKind::cross},      // multiplication x
    {"\xE2\x98\x92", TokenKind::cross},      // ballot box with x
    {"\xF0\x9F\x91\x8E", TokenKind::cross},  // thumbs down
    {"\xF0\x9F\x9A\xAB", TokenKind::cross},  // no entry
    {"\xF0\x9F\x9F\xA2", TokenKind::check},  // green circle
    {"\xF0\x9F\x94\xB4", TokenKind::cross},  // red circle
    {"\xE2\x86\x92", TokenKind::dash},       // arrow
    {"\xE2\x87\x92", TokenKind::dash},       // double arrow
}};

/// Returns the length of the symbol or the punctuation beyond ASCII at `i`; 0 if there is none.
constexpr std::size_t symbol_bytes(std::string_view text, std::size_t i) noexcept {
    if (static_cast<unsigned char>(text[i]) < 0x80U) return 0;
    const CodePoint point = code_point_at(text, i);
    const bool symbol = (point.value >= 0x2000U && point.value <= 0x2BFFU) || point.value == 0xB7U ||
                        (point.value >= 0x1F000U && point.value <= 0x1FAFFU);
    return symbol ? point.bytes : 0;
}

/// Returns true if a word has the letter or digit at `i`: also inside, an apostrophe and a hyphen.
constexpr bool continues_word(std::string_view text, std::size_t i) noexcept {
    if (is_word_byte(text[i])) return symbol_bytes(text, i) == 0;
    const bool joins = text[i] == '\'' || text[i] == '-';
    return joins && i > 0 && is_word_byte(text[i - 1]) && i + 1 < text.size() && is_word_byte(text[i + 1]);
}

/// Returns the kind of a mark; `word` for characters that say nothing.
constexpr TokenKind mark_kind(char c) noexcept {
    switch (c) {
        case ':':
            return TokenKind::colon;
        case '-':
        case '=':
            return TokenKind::dash;
        case '|':
            return TokenKind::pipe;
        case ',':
        case ';':
        case '#':
            return TokenKind::comma;
        case '/':
        case '\\':
            return TokenKind::slash;
        case '(':
        case ')':
        case '[':
        case ']':
        case '{':
        case '}':
            return TokenKind::bracket;
        case '.':
        case '!':
            return TokenKind::stop;
        case '?':
            return TokenKind::question;
        default:
            return TokenKind::word;
    }
}

/// Returns the position of the quote that closes the one at `i`; `npos` if there is none near.
inline std::size_t closing_quote(std::string_view line, std::size_t i) noexcept {
    constexpr std::size_t longest = 200;
    const std::size_t limit = std::min(line.size(), i + longest);
    const bool apostrophe = line[i] == '\'';
    if (apostrophe && i > 0 && is_word_byte(line[i - 1])) return std::string_view::npos;
    for (std::size_t end = i + 1; end < limit; ++end) {
        if (line[end] != line[i]) continue;
        if (!apostrophe || end + 1 == line.size() || !is_word_byte(line[end + 1])) return end;
    }
    return std::string_view::npos;
}

/// Returns the tokens of a line in lower case. `is_verdict` tells which quotations to take word by word.
template <class IsVerdict>
[[nodiscard]] ReplyTokens tokens_of(std::string_view line, const IsVerdict& is_verdict) {
    ReplyTokens tokens;
    std::size_t verdict_end = std::string_view::npos;  // the closing quote of a verdict
    for (std::size_t i = 0; i < line.size();) {
        const char c = line[i];
        if (const std::size_t bytes = symbol_bytes(line, i); bytes > 0) {
            const auto symbol =
                std::find_if(verdict_symbols.begin(), verdict_symbols.end(),
                             [&](const SymbolToken& known) { return line.substr(i, bytes) == known.text; });
            if (symbol != verdict_symbols.end()) tokens.push_back({symbol->kind, symbol->text});
            i += bytes;
        } else if (is_word_byte(c)) {
            std::size_t end = i + 1;
            while (end < line.size() && continues_word(line, end)) ++end;
            tokens.push_back({TokenKind::word, line.substr(i, end - i)});
            i = end;
        } else if (i == verdict_end) {
            ++i;
        } else if (c == '"' || c == '\'') {
            const std::size_t end = closing_quote(line, i);
            const bool closes = end != std::string_view::npos;
            const bool quotes = closes && !is_verdict(trim(line.substr(i + 1, end - i - 1)), tokens.empty());
            if (closes && !quotes) verdict_end = end;
            if (quotes) tokens.push_back({TokenKind::quotation, line.substr(i, end + 1 - i)});
            i = quotes ? end + 1 : i + 1;
        } else {
            const TokenKind kind = mark_kind(c);
            const bool inside = c == '.' && i + 1 < line.size() && is_word_byte(line[i + 1]);
            if (kind != TokenKind::word && !inside) tokens.push_back({kind, line.substr(i, 1)});
            ++i;
        }
    }
    return tokens;
}

}  // namespace automix::detail
