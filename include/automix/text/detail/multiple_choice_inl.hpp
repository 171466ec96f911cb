// SPDX-License-Identifier: Apache-2.0
// Definitions of text/multiple_choice.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/detail/ruled_out.hpp>
#include <automix/text/multiple_choice.hpp>
#include <automix/text/normalise.hpp>
#include <automix/text/reply_text.hpp>

#include <algorithm>
#include <array>
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

/// Returns the letter in brackets at `position`, as in "(B)" and "[B]", in lower case.
constexpr std::optional<char> bracketed_letter(std::string_view text, std::size_t position = 0) noexcept {
    if (text.size() < position + 3 || !is_ascii_letter(text[position + 1])) return std::nullopt;
    const char open = text[position];
    const char close = text[position + 2];
    const bool brackets =
        (open == '(' && close == ')') || (open == '[' && close == ']') || (open == '{' && close == '}');
    return brackets ? std::optional(ascii_lower(text[position + 1])) : std::nullopt;
}

/// Returns true for a letter A to Z in upper case that is no part of a word.
constexpr bool is_bare_letter(std::string_view text) noexcept {
    return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' &&
           (text.size() == 1 || !is_word_byte(text[1]));
}

/// Returns true if a text begins with that word, given in lower case.
constexpr bool begins_with_word(std::string_view text, std::string_view word) noexcept {
    return has_word_at(text, 0, word) && (text.size() == word.size() || !is_word_byte(text[word.size()]));
}

/// Returns true if the text behind an option goes on with another one, as in ", D" and " or (C)".
constexpr bool names_another(std::string_view rest) noexcept {
    const std::string_view before = rest;
    rest = skip_emphasis(rest);
    if (!rest.empty() &&
        (rest.front() == ',' || rest.front() == '/' || rest.front() == '&' || rest.front() == ';'))
        rest = skip_emphasis(rest.substr(1));
    for (const std::string_view word : {std::string_view("and"), std::string_view("or")}) {
        if (begins_with_word(rest, word)) rest = skip_emphasis(rest.substr(word.size()));
    }
    if (rest.size() == skip_emphasis(before).size()) return false;
    if (bracketed_letter(rest)) return true;
    if (!is_bare_letter(rest)) return false;
    const std::string_view behind = trim(rest.substr(1));
    return behind.empty() || is_ascii_punctuation(behind.front()) || begins_with_word(behind, "and") ||
           begins_with_word(behind, "or");
}

/// Returns the text behind the separator of an option.
constexpr std::string_view option_text(std::string_view behind) noexcept {
    behind = skip_emphasis(behind);
    if (!behind.empty() && std::string_view(").:,-}").find(behind.front()) != std::string_view::npos)
        behind.remove_prefix(1);
    return trim(skip_emphasis(behind));
}

/// Returns true for a letter and a point that begin an abbreviation or a name: "U.K.", "J. R. Smith", "S. aureus".
constexpr bool is_initial(std::string_view behind_point) noexcept {
    if (!behind_point.empty() && is_word_byte(behind_point.front())) return true;
    const std::string_view next = trim(behind_point);
    if (next.empty()) return false;
    if (is_bare_letter(next) && next.size() > 1 && next[1] == '.') return true;
    const bool one_word = std::all_of(next.begin(), next.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    return one_word && behind_point.front() == ' ';
}

/// Returns the option at the beginning of a text. Behind a phrase such as "answer is" any word may follow a capital, but
/// for "A" and "I", which are words themselves.
inline std::optional<OptionMark> option_at(std::string_view text, bool behind_phrase) noexcept {
    text = skip_emphasis(text);
    if (const auto letter = bracketed_letter(text)) {
        if (names_another(text.substr(3))) return std::nullopt;
        return OptionMark{*letter, option_text(text.substr(3)), true};
    }
    if (text.empty() || !is_ascii_letter(text.front())) return std::nullopt;
    if (text.size() > 1 && is_word_byte(text[1])) return std::nullopt;
    std::string_view behind = text.substr(1);
    while (!behind.empty() && (behind.front() == ' ' || is_emphasis(behind.front()))) behind.remove_prefix(1);
    if (names_another(behind)) return std::nullopt;
    OptionMark mark{ascii_lower(text.front()), option_text(behind), true};
    if (behind.empty() || std::string_view("):,;]}\r\n").find(behind.front()) != std::string_view::npos ||
        (behind.front() == '!' && (behind_phrase || trim(behind.substr(1)).empty())))
        return mark;
    if (behind.front() == '.') {
        if (is_initial(behind.substr(1)) && !behind_phrase) return std::nullopt;
        if (behind.size() > 1 && is_word_byte(behind[1])) return std::nullopt;
        const std::string_view line = behind.substr(1, behind.find('\n') - 1);
        mark.certain = behind_phrase || trim(line).empty();
        return mark;
    }
    if (behind.starts_with("- ") && text[1] == ' ') return mark;
    const bool capital = is_bare_letter(text) && text.size() > 1 && text[1] == ' ';
    if (!capital || text.front() == 'I') return std::nullopt;
    constexpr std::array<std::string_view, 4> joins = {"because", "since", "as", "is"};
    const bool joined = std::any_of(joins.begin(), joins.end(),
                                    [&](std::string_view word) { return begins_with_word(behind, word); });
    return joined || (behind_phrase && text.front() != 'A') ? std::optional(mark) : std::nullopt;
}

/// Returns true if the line or the sentence ends before that text.
constexpr bool ends_statement(std::string_view behind) noexcept {
    while (!behind.empty() && (behind.front() == ' ' || is_emphasis(behind.front()))) behind.remove_prefix(1);
    if (behind.empty() || std::string_view(")}\r\n").find(behind.front()) != std::string_view::npos)
        return true;
    if (behind.front() != '.' && behind.front() != '!') return false;
    behind.remove_prefix(1);
    if (behind.empty()) return true;
    const std::string_view next = skip_emphasis(behind);
    const bool goes_on = !next.empty() && next.front() >= 'a' && next.front() <= 'z';
    return (is_ascii_space(behind.front()) || is_emphasis(behind.front())) && !goes_on && !is_initial(behind);
}

/// A phrase that announces an option, and where the text behind it begins.
struct AnswerPhrase {
    std::size_t end = 0;
    bool names = false;  ///< "option B" and "I choose B" rather than "option is B"
};

/// Returns true if "is right" or "is correct" comes before that text, and ends a statement.
constexpr bool says_right(std::string_view behind) noexcept {
    behind = skip_emphasis(behind);
    if (!begins_with_word(behind, "is")) return false;
    behind = skip_emphasis(behind.substr(2));
    for (const std::string_view word : {std::string_view("right"), std::string_view("correct")}) {
        if (begins_with_word(behind, word)) return ends_statement(behind.substr(word.size()));
    }
    return false;
}

/// Returns the phrase "choose B", "so B" or the like at a position, if the letter ends its line or sentence or
/// is said to be right.
inline std::optional<AnswerPhrase> choosing_phrase(std::string_view text, std::size_t i) noexcept {
    constexpr std::array<std::string_view, 15> words = {"choose",   "chose",   "pick",  "picked", "select",
                                                        "selected", "go with", "thus",  "hence",  "therefore",
                                                        "so",       "it's",    "it is", "wait",   "actually"};
    if (i > 0 && is_word_byte(text[i - 1])) return std::nullopt;
    for (const std::string_view word : words) {
        const std::string_view here = text.substr(i);
        if (!begins_with_word(here, word)) continue;
        std::string_view next = skip_emphasis(here.substr(word.size()));
        if (next.starts_with(',') || next.starts_with(':')) next = skip_emphasis(next.substr(1));
        const bool bracketed = bracketed_letter(next).has_value();
        if (!bracketed && !is_bare_letter(next)) return std::nullopt;
        const std::string_view behind = next.substr(bracketed ? 3 : 1);
        if (!ends_statement(behind) && !says_right(behind)) return std::nullopt;
        return AnswerPhrase{text.size() - next.size(), true};
    }
    return std::nullopt;
}

/// Returns the phrase that begins at a position; nothing if there is none.
inline std::optional<AnswerPhrase> answer_phrase(std::string_view text, std::size_t i) noexcept {
    constexpr std::array<std::string_view, 5> words = {"answer", "choice", "option", "letter", "ans"};
    constexpr std::array<std::string_view, 4> joins = {"is", "must be", "should be", "would be"};
    constexpr std::array<std::string_view, 4> dashes = {"- ", "\xE2\x80\x93 ", "\xE2\x80\x94 ", "= "};
    constexpr std::array<std::string_view, 13> others = {"antwort",
                                                         "l\xC3\xB6sung",
                                                         "r\xC3\xA9ponse",
                                                         "reponse",
                                                         "respuesta",
                                                         "risposta",
                                                         "resposta",
                                                         "antwoord",
                                                         "odpowied\xC5\xBA",
                                                         "\xD0\xBE\xD1\x82\xD0\xB2\xD0\xB5\xD1\x82",
                                                         "\xD0\x9E\xD1\x82\xD0\xB2\xD0\xB5\xD1\x82",
                                                         "\xE7\xAD\x94\xE6\xA1\x88",
                                                         "\xE7\xAD\x94\xE3\x81\x88"};
    const auto position = [text](std::string_view rest) { return text.size() - rest.size(); };
    for (const std::string_view word : words) {
        if (!has_word_at(text, i, word) || (i > 0 && is_word_byte(text[i - 1]))) continue;
        const std::string_view behind = text.substr(i + word.size());
        const std::string_view next = skip_emphasis(behind);
        if (next.starts_with(':')) return AnswerPhrase{position(next.substr(1)), false};
        for (const std::string_view join : joins) {
            if (!begins_with_word(next, join)) continue;
            const std::string_view rest = skip_emphasis(next.substr(join.size()));
            return AnswerPhrase{position(rest.starts_with(':') ? rest.substr(1) : rest), false};
        }
        for (const std::string_view dash : dashes) {
            if (behind.starts_with(' ') && next.starts_with(dash))
                return AnswerPhrase{position(next.substr(dash.size())), false};
        }
        const bool small = !next.empty() && next.front() >= 'a' && next.front() <= 'z' &&
                           (next.size() == 1 || !is_word_byte(next[1])) && ends_statement(next.substr(1));
        const bool names = (word == "option" || word == "choice" || word == "letter") && !behind.empty() &&
                           behind.front() == ' ' && (small || is_bare_letter(next) || bracketed_letter(next));
        return names ? std::optional(AnswerPhrase{position(next), true}) : std::nullopt;
    }
    for (const std::string_view word : others) {
        if (!has_word_at(text, i, word)) continue;
        const std::string_view next = skip_emphasis(text.substr(i + word.size()));
        if (next.starts_with(':')) return AnswerPhrase{position(next.substr(1)), false};
    }
    return choosing_phrase(text, i);
}

/// Returns the text behind the last "answer is" or "answer:"; nothing if there is neither.
inline std::optional<std::string_view> after_answer_phrase(std::string_view text) noexcept {
    for (std::size_t i = text.size(); i-- > 0;) {
        const auto phrase = answer_phrase(text, i);
        if (phrase && !phrase->names) return text.substr(phrase->end);
    }
    return std::nullopt;
}

/// Returns true if the word before `position` is "not" or ends with "n't".
inline bool follows_not(std::string_view text, std::size_t position) noexcept {
    while (position > 0 && (is_ascii_space(text[position - 1]) || is_emphasis(text[position - 1])))
        --position;
    return position >= 3 &&
           (has_word_at(text, position - 3, "not") || has_word_at(text, position - 3, "n't"));
}

inline std::optional<char> only_bracketed_letter(std::string_view text) noexcept {
    std::optional<char> only;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto letter = bracketed_letter(text, i);
        if (!letter || (i > 0 && is_word_byte(text[i - 1])) || follows_not(text, i)) continue;
        if (only && letter != only) return std::nullopt;
        only = letter;
    }
    return only;
}

/// Returns the option that a plain reply chooses. If `anywhere`, that may be the only one in brackets, which has an empty
/// rest.
inline std::optional<OptionMark> chosen_option(std::string_view reply, bool anywhere) noexcept {
    reply = trim(reply);
    for (std::size_t i = reply.size(); i-- > 0;) {
        const auto phrase = answer_phrase(reply, i);
        if (!phrase || (phrase->names && follows_not(reply, i))) continue;
        const std::string_view behind = reply.substr(phrase->end);
        if (const auto option = option_at(behind, true)) return option;
        // Several letters choose none.
        const std::string_view first = skip_emphasis(behind);
        const bool bracketed = bracketed_letter(first).has_value();
        if ((bracketed || is_bare_letter(first)) && names_another(first.substr(bracketed ? 3 : 1)))
            return std::nullopt;
    }
    if (const auto option = option_at(reply, false)) return option;
    const std::size_t last = reply.rfind('\n');
    if (last != std::string_view::npos) {
        const auto option = option_at(reply.substr(last + 1), false);
        if (option && option->rest.empty()) return option;
    }
    if (!anywhere) return std::nullopt;
    const auto letter = only_bracketed_letter(reply);
    return letter ? std::optional(OptionMark{*letter, {}, true}) : std::nullopt;
}

/// The option that a reply chooses once those that it rules out are taken from it.
class ChosenOption {
 public:
    explicit ChosenOption(std::string_view plain) : rest_(RuledOut(plain).rest()) {
        option_ = chosen_option(rest_ ? *rest_ : plain, true);
        if (option_ || !rest_) return;
        if (const auto letter = only_option(*rest_)) option_ = OptionMark{*letter, {}, true};
    }
    ChosenOption(const ChosenOption&) = delete;
    ChosenOption& operator=(const ChosenOption&) = delete;

    [[nodiscard]] const std::optional<OptionMark>& option() const noexcept { return option_; }

 private:
    std::optional<std::string> rest_;  ///< the text to which the option refers
    std::optional<OptionMark> option_{};
};

/// Returns true for a line that begins another question, as in "Question:", "**Context:**" and "Question 2:".
constexpr bool begins_question(std::string_view line) noexcept {
    constexpr std::array<std::string_view, 5> labels = {"question", "context", "user", "human", "q"};
    while (!line.empty() && (line.front() == '#' || line.front() == ' ' || is_emphasis(line.front())))
        line.remove_prefix(1);
    for (const std::string_view label : labels) {
        if (!begins_with_word(line, label)) continue;
        line.remove_prefix(label.size());
        while (!line.empty() &&
               (line.front() == ' ' || is_ascii_digit(line.front()) || is_emphasis(line.front())))
            line.remove_prefix(1);
        return line.starts_with(':');
    }
    return false;
}

/// Returns a plain reply up to the question of its own with which it goes on behind its option.
inline std::string_view without_next_question(std::string_view reply) noexcept {
    std::size_t start = 0;
    for (std::size_t line = 0; line < reply.size();) {
        if (line > start && begins_question(reply.substr(line))) {
            if (chosen_option(reply.substr(start, line - start), false)) return reply.substr(0, line);
            start = line;
        }
        const std::size_t end = reply.find('\n', line);
        line = end == std::string_view::npos ? reply.size() : end + 1;
    }
    return reply;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::optional<OptionMark> leading_option(std::string_view text) noexcept {
    return detail::option_at(text, false);
}

AUTOMIX_INLINE std::optional<char> chosen_letter(std::string_view reply) {
    const std::string plain = plain_text(reply);
    const detail::ChosenOption chosen(detail::without_next_question(plain));
    return chosen.option() ? std::optional(chosen.option()->letter) : std::nullopt;
}

AUTOMIX_INLINE bool chooses(std::string_view reply, std::string_view reference) {
    const std::string whole_reply = plain_text(reply);
    const std::string_view plain = detail::without_next_question(whole_reply);
    const std::string plain_reference = plain_text(reference);
    const auto wanted = leading_option(plain_reference);
    const detail::ChosenOption choice(plain);
    const auto& chosen = choice.option();
    const std::string whole = normalise(plain_reference);
    const std::string text = wanted ? normalise(wanted->rest) : whole;
    const auto phrase = detail::after_answer_phrase(plain);
    const auto equals = [&](std::string_view part) {
        const std::string said = normalise(part);
        return !text.empty() && (said == whole || said == text);
    };
    if (equals(plain) || (phrase && equals(*phrase))) return true;
    if (wanted && chosen) {
        if (wanted->letter != chosen->letter) return false;
        return (chosen->certain && (wanted->certain || chosen->rest.empty())) || text.empty() ||
               normalise(chosen->rest) == text;
    }
    const auto says = [&](std::string_view part) {
        const auto option = leading_option(part);
        return option && !text.empty() && normalise(option->rest) == text;
    };
    return says(plain) || (phrase && says(*phrase));
}

}  // namespace automix
