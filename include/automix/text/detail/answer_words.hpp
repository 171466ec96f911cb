// SPDX-License-Identifier: Apache-2.0
// This file reads an answer as words that can be compared, for `answer_match` and `answer_f1`.
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/detail/html.hpp>
#include <automix/text/normalise.hpp>
#include <automix/text/reply_text.hpp>
#include <automix/text/unicode.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// A word of an answer, in lower case.
struct AnswerWord {
    std::string text{};
    std::string_view currency{};  ///< a sign beside a number; empty if there is none
};

/// Returns the currency sign at the beginning of a text; nothing if there is none.
constexpr std::string_view currency_at(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 6> signs = {
        "$", "\xC2\xA3", "\xC2\xA5", "\xE2\x82\xAC", "\xE2\x82\xB9", "\xE2\x82\xA9"};
    for (const std::string_view sign : signs) {
        if (text.starts_with(sign)) return sign;
    }
    return {};
}

/// A sign of comparison at a place of a text, as it is compared: in a wide form, which no plain text has and which is no
/// punctuation.
struct Comparison {
    std::string_view sign{};
    std::size_t bytes = 0;  ///< in the text; 0: there is none
};

/// Returns true if a number begins at `i` or behind blanks from there on.
constexpr bool is_before_number(std::string_view text, std::size_t i) noexcept {
    while (i < text.size() && text[i] == ' ') ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    i += i < text.size() ? currency_at(text.substr(i)).size() : 0;
    if (i < text.size() && text[i] == '.') ++i;
    return i < text.size() && is_ascii_digit(text[i]);
}

/// Returns the position behind a pair of angle brackets around a word, as in "<int>" and "<br/>", else `i`.
constexpr std::size_t behind_angle_brackets(std::string_view text, std::size_t i) noexcept {
    std::size_t end = i + 1;
    while (end < text.size() && (is_word_byte(text[end]) || text[end] == '/' || text[end] == '-')) ++end;
    return end > i + 1 && end < text.size() && text[end] == '>' ? end + 1 : i;
}

/// Returns the sign of comparison at `i`: before a number, or between two words.
constexpr Comparison comparison_at(std::string_view text, std::size_t i) noexcept {
    constexpr std::array<std::array<std::string_view, 2>, 7> always = {{{"<=", "\xE2\x89\xA4"},
                                                                        {">=", "\xE2\x89\xA5"},
                                                                        {"\xE2\x89\xA4", "\xE2\x89\xA4"},
                                                                        {"\xE2\x89\xA5", "\xE2\x89\xA5"},
                                                                        {"\xE2\x89\x88", "\xE2\x89\x88"},
                                                                        {"\xE2\x89\xA0", "\xE2\x89\xA0"},
                                                                        {"\xC2\xB1", "\xC2\xB1"}}};
    for (const auto& [written, sign] : always) {
        if (text.substr(i).starts_with(written)) return {sign, written.size()};
    }
    const char c = text[i];
    if (c != '<' && c != '>' && c != '~') return {};
    std::size_t before = i;
    while (before > 0 && text[before - 1] == ' ') --before;
    const char last = before > 0 ? text[before - 1] : ' ';
    if (c == '~') {
        if (is_ascii_digit(last) || !is_before_number(text, i + 1)) return {};
        return {"\xE2\x89\x88", 1};
    }
    if (last == '-' || last == '=') return {};  // an arrow
    std::size_t next = i + 1;
    while (next < text.size() && text[next] == ' ') ++next;
    const bool between = is_word_byte(last) && next < text.size() && is_word_byte(text[next]);
    if (!between && !is_before_number(text, i + 1)) return {};
    return {c == '<' ? "\xEF\xBC\x9C" : "\xEF\xBC\x9E", 1};
}

/// Returns the position behind a dash with blanks around it that a digit follows, else `i`.
constexpr std::size_t behind_range_dash(std::string_view text, std::size_t i) noexcept {
    std::size_t at = i;
    while (at < text.size() && text[at] == ' ') ++at;
    if (at == i || at >= text.size() || text[at] != '-') return i;
    const std::size_t dash = at++;
    while (at < text.size() && text[at] == ' ') ++at;
    return at > dash + 1 && at < text.size() && is_ascii_digit(text[at]) ? at : i;
}

/// Returns the text with signs of comparison as words, with a blank between a number and its unit, without blanks around
/// the dash of a range, and with no blank before a per-cent sign, for which "percent" may stand.
inline std::string with_spaced_numbers(std::string_view text) {
    constexpr std::array<std::string_view, 3> per_cent = {"%", "percent", "per cent"};
    constexpr std::array<std::string_view, 4> endings = {"st", "nd", "rd", "th"};
    std::string spaced;
    spaced.reserve(text.size());
    bool number = false;  // the word so far is one
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t brackets = text[i] == '<' ? behind_angle_brackets(text, i) : i;
        if (brackets > i) {
            spaced.append(text, i, brackets - i);
            i = brackets;
            number = false;
            continue;
        }
        if (const Comparison found = comparison_at(text, i); found.bytes > 0) {
            ((spaced += ' ') += found.sign) += ' ';
            i += found.bytes;
            number = false;
            continue;
        }
        const char c = text[i];
        if (const std::size_t end = number ? behind_range_dash(text, i) : i; end > i) {
            spaced += '-';
            i = end;
            number = false;
            continue;
        }
        if (number && !is_ascii_digit(c)) {
            std::size_t unit = i;
            while (unit < text.size() && text[unit] == ' ') ++unit;
            std::size_t end = unit;
            for (const std::string_view name : per_cent) {
                const std::size_t behind = unit + name.size();
                const bool whole = name == "%" || behind >= text.size() || !is_word_byte(text[behind]);
                if (end == unit && text.substr(unit).starts_with(name) && whole) end = behind;
            }
            if (end > unit) {
                spaced += '%';
                i = end;
                number = false;
                continue;
            }
            const bool ordinal = std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
                const std::size_t behind = i + ending.size();
                return text.substr(i).starts_with(ending) &&
                       (behind >= text.size() || !is_word_byte(text[behind]));
            });
            const bool starts_unit = is_word_byte(c) && currency_at(text.substr(i)).empty();
            if (starts_unit && !ordinal) spaced += ' ';
        }
        const bool inside = c == '.' || c == ',' || c == '\'';
        const bool starts = spaced.empty() || !is_word_byte(spaced.back());
        number = is_ascii_digit(c) ? number || starts : number && inside;
        spaced += c;
        ++i;
    }
    return spaced;
}

/// Takes punctuation from both ends of a word that is no part of a number or of a name such as "C++".
constexpr std::string_view without_outer_punctuation(std::string_view word) noexcept {
    constexpr std::array<std::string_view, 4> marks = {"\xC2\xA1", "\xC2\xB7", "\xC2\xBF", "\xE2\x80\xA2"};
    const auto digit = [](std::string_view text) { return !text.empty() && is_ascii_digit(text.front()); };
    const auto number = [&](std::string_view text) {
        if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
        text.remove_prefix(currency_at(text).size());
        if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
        if (text.starts_with('.')) text.remove_prefix(1);
        return digit(text);
    };
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view mark : marks) {
            if (word.starts_with(mark)) {
                word.remove_prefix(mark.size());
                again = true;
            }
            if (word.ends_with(mark)) {
                word.remove_suffix(mark.size());
                again = true;
            }
        }
        if (!word.empty() && is_ascii_punctuation(word.front()) && !number(word)) {
            word.remove_prefix(1);
            again = true;
        }
        if (!word.empty() && is_ascii_punctuation(word.back())) {
            const char last = word.back();
            const bool kept = word.size() > 1 && (last == '%' || last == '+' || last == '#' || last == '$');
            if (!kept) {
                word.remove_suffix(1);
                again = true;
            }
        }
    }
    return word;
}

/// Returns a number without separators of thousands, plus sign and needless zeros; any other word as it is.
inline std::string plain_number(std::string_view word) {
    std::string_view rest = word;
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) rest.remove_prefix(1);
    const std::string_view unit = rest.ends_with('%') ? "%" : "";
    rest.remove_suffix(unit.size());
    std::string whole;
    std::size_t i = 0;
    char separator = '\0';
    std::size_t group = 0;  // digits since the last separator
    for (; i < rest.size() && rest[i] != '.'; ++i) {
        if (is_ascii_digit(rest[i])) {
            whole += rest[i];
            ++group;
            continue;
        }
        const bool first = separator == '\0' && group >= 1 && group <= 3;
        if ((rest[i] != ',' && rest[i] != '\'') || !(first || (separator == rest[i] && group == 3)))
            return std::string(word);
        separator = rest[i];
        group = 0;
    }
    if (separator != '\0' && group != 3) return std::string(word);
    std::string_view fraction = i < rest.size() ? rest.substr(i + 1) : std::string_view();
    if (!std::all_of(fraction.begin(), fraction.end(), is_ascii_digit) || (whole.empty() && fraction.empty()))
        return std::string(word);
    while (fraction.ends_with('0')) fraction.remove_suffix(1);
    if (whole.empty()) whole = "0";
    const bool zero = fraction.empty() && whole.find_first_not_of('0') == std::string::npos;
    std::string plain = negative && !zero ? "-" : "";
    plain += whole;
    if (!fraction.empty()) (plain += '.') += fraction;
    return plain += unit;
}

/// Returns "us" for "u.s"; any other word as it is.
inline std::string without_points(std::string_view word) {
    std::string letters;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (i % 2 == 0 ? !is_ascii_letter(word[i]) : word[i] != '.') return std::string(word);
        if (i % 2 == 0) letters += word[i];
    }
    return word.size() % 2 == 1 ? letters : std::string(word);
}

/// Returns a word as it is compared.
inline AnswerWord answer_word(std::string_view word) {
    word = without_outer_punctuation(word);
    std::string sign;
    if (word.starts_with('-') || word.starts_with('+')) {
        sign = word.front();
        word.remove_prefix(1);
    }
    std::string_view currency = currency_at(word);
    word.remove_prefix(currency.size());
    if (currency.empty()) {
        for (const std::size_t bytes : {1U, 2U, 3U}) {
            if (word.size() > bytes && currency_at(word.substr(word.size() - bytes)).size() == bytes) {
                currency = currency_at(word.substr(word.size() - bytes));
                word.remove_suffix(bytes);
                break;
            }
        }
    } else if (sign.empty() && (word.starts_with('-') || word.starts_with('+'))) {
        sign = word.front();
        word.remove_prefix(1);
    }
    return {plain_number(without_points(sign.empty() ? std::string(word) : sign + std::string(word))),
            currency};
}

/// Returns true if the first brace of a text is closed by its last character.
constexpr bool is_braced(std::string_view text) noexcept {
    if (!text.starts_with('{')) return false;
    std::size_t open = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{') ++open;
        if (text[i] == '}' && --open == 0) return i + 1 == text.size();
    }
    return false;
}

/// Returns what the outermost formula or command of LaTeX around a whole text holds; an empty text if there is none.
constexpr std::string_view inside_formula(std::string_view text) noexcept {
    constexpr std::array<std::array<std::string_view, 2>, 4> formulas = {
        {{"$$", "$$"}, {"$", "$"}, {"\\(", "\\)"}, {"\\[", "\\]"}}};
    constexpr std::array<std::string_view, 7> commands = {"\\boxed",  "\\fbox",   "\\text",  "\\textbf",
                                                          "\\mathrm", "\\mathbf", "\\mathit"};
    for (const auto& [open, close] : formulas) {
        if (text.size() <= open.size() + close.size() || !text.starts_with(open) || !text.ends_with(close))
            continue;
        const std::string_view inner = text.substr(open.size(), text.size() - open.size() - close.size());
        const bool whole = inner.find(close) == std::string_view::npos && !inner.ends_with('\\');
        return whole ? trim(inner) : std::string_view();
    }
    for (const std::string_view command : commands) {
        if (!text.starts_with(command) || !is_braced(text.substr(command.size()))) continue;
        return trim(text.substr(command.size() + 1, text.size() - command.size() - 2));
    }
    return {};
}

/// Returns an answer without the formulas and commands of LaTeX around all of it, as in "$\boxed{5}$".
constexpr std::string_view without_formula(std::string_view text) noexcept {
    constexpr int most = 8;
    for (int depth = 0; depth < most; ++depth) {
        std::string_view whole = trim(text);
        if (whole.ends_with('.')) whole.remove_suffix(1);
        const std::string_view inner = inside_formula(whole);
        if (inner.empty()) break;
        text = inner;
    }
    return text;
}

/// A text read as an answer.
class AnswerText {
 public:
    explicit AnswerText(std::string_view text)
        : text_(with_spaced_numbers(
              fold_case(without_formula(plain_characters(without_html(meant_text(text))))))) {
        for (const std::string_view part : split_words(text_)) {
            AnswerWord word = answer_word(part);
            if (!word.text.empty()) words_.push_back(std::move(word));
        }
        const auto is_article = [](std::string_view word) {
            return word == "a" || word == "an" || word == "the";
        };
        if (words_.size() > 1 && is_article(words_.front().text)) words_.erase(words_.begin());
    }

    AnswerText(const AnswerText&) = delete;
    AnswerText& operator=(const AnswerText&) = delete;

    [[nodiscard]] bool empty() const noexcept { return words_.empty(); }

    /// Returns true if the texts are the same answer.
    [[nodiscard]] bool same(const AnswerText& other) const {
        if (empty() || other.empty())
            return empty() && other.empty() && !trim(text_).empty() && trim(text_) == trim(other.text_);
        return std::equal(words_.begin(), words_.end(), other.words_.begin(), other.words_.end(),
                          [](const AnswerWord& a, const AnswerWord& b) {
                              const bool differ =
                                  !a.currency.empty() && !b.currency.empty() && a.currency != b.currency;
                              return a.text == b.text && !differ;
                          });
    }

    /// Returns the words, with each character of a text without blanks between words as its own.
    [[nodiscard]] std::vector<std::string_view> tokens() const {
        std::vector<std::string_view> tokens;
        for (const AnswerWord& word : words_) {
            const std::string_view text = word.text;
            std::size_t start = 0;
            for (std::size_t i = 0; i < text.size();) {
                const CodePoint point = code_point_at(text, i);
                if (is_cjk(point.value)) {
                    if (i > start) tokens.push_back(text.substr(start, i - start));
                    tokens.push_back(text.substr(i, point.bytes));
                    start = i + point.bytes;
                }
                i += point.bytes;
            }
            if (start < text.size()) tokens.push_back(text.substr(start));
        }
        return tokens;
    }

 private:
    std::string text_;
    std::vector<AnswerWord> words_;
};

}  // namespace automix::detail
