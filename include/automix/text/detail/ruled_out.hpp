// SPDX-License-Identifier: Apache-2.0
// Takes the options that a reply rules out from it, as in "not B, so C", "A is wrong; B is right" and "Eliminating A and
// C leaves B".
#pragma once

#include <automix/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// A word, a mark, or a letter in brackets of a reply.
struct ReplyPart {
    std::string_view text{};
    std::size_t begin = 0;
    bool option = false;       ///< a letter that may name an option
    bool begins_line = false;  ///< the first part of its line
};

/// Returns the parts of a plain reply. A word may have an apostrophe in it.
inline std::vector<ReplyPart> reply_parts(std::string_view text) {
    std::vector<ReplyPart> parts;
    bool begins_line = true;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (is_ascii_space(c)) {
            begins_line = begins_line || c == '\n';
            ++i;
            continue;
        }
        std::size_t end = i + 1;
        bool option = false;
        if ((c == '(' || c == '[') && i + 2 < text.size() && is_ascii_letter(text[i + 1]) &&
            text[i + 2] == (c == '(' ? ')' : ']')) {
            end = i + 3;
            option = true;
        } else if (is_word_byte(c)) {
            while (end < text.size() &&
                   (is_word_byte(text[end]) ||
                    (text[end] == '\'' && end + 1 < text.size() && is_ascii_letter(text[end + 1]))))
                ++end;
            option = end == i + 1 && c >= 'A' && c <= 'Z' && c != 'I';
        }
        parts.push_back({text.substr(i, end - i), i, option, begins_line});
        begins_line = false;
        i = end;
    }
    return parts;
}

/// Finds the options that a reply rules out.
class RuledOut {
 public:
    explicit RuledOut(std::string_view text) : text_(text), parts_(reply_parts(text)) {}

    /// Returns the text without them, or nothing if none is ruled out.
    [[nodiscard]] std::optional<std::string> rest() const {
        std::string kept;
        std::size_t from = 0;
        bool found = false;
        for (std::size_t i = 0; i < parts_.size();) {
            const std::size_t end = std::max(behind_refusal(i), behind_judgement(i));
            if (end <= i) {
                ++i;
                continue;
            }
            found = true;
            kept.append(text_, from, parts_[i].begin - from);
            kept += ' ';
            i = end;
            if (is(end, ",")) ++i;
            from = i < parts_.size() ? parts_[i].begin : text_.size();
        }
        if (!found) return std::nullopt;
        kept.append(text_, from);
        const std::size_t first = kept.find_first_not_of(" \t\r\n.,;:!?-");
        return first == std::string::npos ? std::string() : kept.substr(first);
    }

 private:
    /// A list of options.
    struct Options {
        std::size_t end = 0;    ///< behind its last part
        bool joined = false;    ///< has "and", "or" or "nor" before its last option
        std::size_t first = 0;  ///< behind its first option
    };

    [[nodiscard]] bool is(std::size_t i, std::string_view word) const noexcept {
        return i < parts_.size() && parts_[i].text.size() == word.size() &&
               has_word_at(parts_[i].text, 0, word);
    }

    template <std::size_t Count>
    [[nodiscard]] bool is_any(std::size_t i,
                              const std::array<std::string_view, Count>& words) const noexcept {
        return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return is(i, word); });
    }

    [[nodiscard]] bool is_option(std::size_t i) const noexcept {
        return i < parts_.size() && parts_[i].option;
    }

    [[nodiscard]] bool is_noun(std::size_t i) const noexcept {
        return is_any(i, std::array<std::string_view, 7>{"option", "options", "choice", "choices", "answer",
                                                         "answers", "statement"});
    }

    [[nodiscard]] bool is_negation(std::size_t i) const noexcept {
        if (i >= parts_.size()) return false;
        const std::string_view word = parts_[i].text;
        return is(i, "not") || is(i, "cannot") || is(i, "never") ||
               (word.size() > 3 && has_word_at(word, word.size() - 3, "n't"));
    }

    [[nodiscard]] bool ends_clause(std::size_t i) const noexcept {
        if (i >= parts_.size() || parts_[i].begins_line) return true;
        return (parts_[i].text.size() == 1 && is_ascii_punctuation(parts_[i].text.front())) ||
               is_any(i, std::array<std::string_view, 12>{"because", "since", "as", "so", "but", "and",
                                                          "while", "for", "due", "here", "too", "either"});
    }

    /// Returns the list of options that begins at `i`; nothing if there is none.
    [[nodiscard]] std::optional<Options> options_at(std::size_t i) const noexcept {
        if (is_noun(i)) ++i;
        if (is(i, ":")) ++i;
        if (!is_option(i)) return std::nullopt;
        constexpr int most = 26;
        Options list{.end = i + 1, .joined = false, .first = i + 1};
        std::size_t next = list.end;
        for (int further = 1; further < most; ++further) {
            bool joins = false;
            std::size_t at = next;
            if (is(at, ",") || is(at, "/") || is(at, "&")) ++at;
            if (is(at, "and") || is(at, "or") || is(at, "nor")) {
                joins = true;
                ++at;
            }
            if (is_noun(at)) ++at;
            if (at == next || !is_option(at)) return list;
            next = list.end = at + 1;
            list.joined = list.joined || joins;
        }
        return list;
    }

    /// Returns the position behind "not A", "neither A nor B", "eliminate A and B" or the like, else `i`.
    [[nodiscard]] std::size_t behind_refusal(std::size_t i) const noexcept {
        constexpr std::array<std::string_view, 17> verbs = {
            "eliminate", "eliminates", "eliminated", "eliminating", "exclude",   "excludes",
            "excluded",  "excluding",  "discard",    "discarding",  "discarded", "reject",
            "rejecting", "rejected",   "dismiss",    "neither",     "unlike"};
        constexpr std::array<std::array<std::string_view, 2>, 11> pairs = {{{"rule", "out"},
                                                                            {"rules", "out"},
                                                                            {"ruled", "out"},
                                                                            {"ruling", "out"},
                                                                            {"cross", "out"},
                                                                            {"crossing", "out"},
                                                                            {"rather", "than"},
                                                                            {"instead", "of"},
                                                                            {"none", "of"},
                                                                            {"first", "thought"},
                                                                            {"initially", "thought"}}};
        std::size_t next = i;
        bool takes_list = true;  // also without "and" or "or" in it
        const bool taken_back = i > 0 && is_negation(i - 1);
        if (is_any(i, verbs) && !taken_back) next = i + 1;
        for (const auto& [first, second] : pairs) {
            if (!is(i, first) || !is(i + 1, second) || taken_back) continue;
            next = i + 2;
            takes_list = first != "rather" && first != "instead";
        }
        if (next == i && is_negation(i)) {
            next = i + 1;
            takes_list = false;
            if (is_any(next, std::array<std::string_view, 5>{"be", "choose", "pick", "select", "either"}))
                ++next;
        }
        if (next == i) return i;
        const auto list = options_at(next);
        if (!list) return i;
        const std::size_t end = takes_list || list->joined ? list->end : list->first;
        return names_a_thing(end - 1) ? i : end;
    }

    /// Returns true if a letter is an article, as in "not A cat".
    [[nodiscard]] bool names_a_thing(std::size_t i) const noexcept {
        if (!is(i, "a") || parts_[i].text.size() != 1 || i + 1 >= parts_.size()) return false;
        const char next = parts_[i + 1].text.front();
        return next >= 'a' && next <= 'z' && !ends_clause(i + 1) && !is_verb(i + 1) && !is(i + 1, "leaves") &&
               !is(i + 1, "or");
    }

    [[nodiscard]] bool is_verb(std::size_t i) const noexcept {
        return is_negation(i) ||
               is_any(i, std::array<std::string_view, 13>{"is", "are", "was", "were", "can", "could", "does",
                                                          "do", "seems", "seem", "looks", "would", "must"});
    }

    /// Returns the position behind a list of options that are judged to be wrong, and behind that judgement, else `i`.
    [[nodiscard]] std::size_t behind_judgement(std::size_t i) const noexcept {
        constexpr std::array<std::string_view, 4> crosses = {"\xE2\x9C\x97", "\xE2\x9D\x8C", "\xE2\x9C\x98",
                                                             "\xC3\x97"};
        constexpr std::array<std::string_view, 14> adverbs = {
            "be",        "been", "also",      "clearly", "all",    "both",       "just",
            "obviously", "then", "therefore", "thus",    "simply", "definitely", "probably"};
        constexpr std::array<std::string_view, 15> wrong = {
            "wrong",     "incorrect",  "false",    "invalid",     "inaccurate",
            "untrue",    "impossible", "out",      "eliminated",  "excluded",
            "discarded", "rejected",   "unlikely", "implausible", "irrelevant"};
        constexpr std::array<std::string_view, 7> right = {"correct",  "right",    "true", "valid",
                                                           "accurate", "possible", "it"};
        constexpr std::array<std::string_view, 8> works = {"fit",   "fits",  "work",   "works",
                                                           "match", "apply", "either", "qualify"};
        const auto list = options_at(i);
        if (!list || !begins_clause(i)) return i;
        std::size_t at = list->end;
        if (is_any(at, crosses)) return at + 1;
        if (is(at, "?") && is(at + 1, "no")) return at + 2;
        const bool labelled = is(at, ":") || is(at, "-") || is(at, "=") || is(at, ")");
        if (labelled) ++at;
        bool negated = false;
        const std::size_t verbs = at;
        while (is_verb(at) || is_any(at, adverbs)) {
            negated = negated != is_negation(at);
            ++at;
        }
        if (at == verbs && !labelled) return i;
        if (is(at, "ruled") && is(at + 1, "out")) ++at;
        bool bad = is_any(at, wrong) || (labelled && is(at, "no"));
        bool good = is_any(at, right);
        if (negated && is(at, "the")) {
            for (++at; is_any(at, right); ++at) {}
            good = is_noun(at) || is(at, "one");
        }
        if (negated && is_any(at, works)) good = true;
        if (is(at, "not") && is_any(at + 1, right)) {
            ++at;
            bad = true;
        }
        if (!(negated ? good : bad) || !(is(at, "either") || ends_clause(at + 1))) return i;
        return behind_reason(at + 1);
    }

    [[nodiscard]] bool begins_clause(std::size_t i) const noexcept {
        if (parts_[i].begins_line) return true;
        const std::string_view before = parts_[i - 1].text;
        return !is_word_byte(before.front()) || static_cast<unsigned char>(before.front()) >= 0x80U ||
               is_any(i - 1,
                      std::array<std::string_view, 13>{"because", "since", "as", "and", "but", "so", "while",
                                                       "although", "that", "option", "both", "if", "then"});
    }

    /// Returns the position behind the reason that a judgement at an end gives, if it gives one.
    [[nodiscard]] std::size_t behind_reason(std::size_t i) const noexcept {
        if (!is_any(i, std::array<std::string_view, 5>{"because", "since", "as", "for", "due"})) return i;
        for (; i < parts_.size(); ++i) {
            const std::string_view part = parts_[i].text;
            if (part == "." || part == ";" || part == "!" || parts_[i].begins_line) return i;
            if (part == "," && (is_option(i + 1) || is_any(i + 1, std::array<std::string_view, 4>{
                                                                      "so", "but", "leaving", "therefore"})))
                return i;
        }
        return i;
    }

    std::string_view text_;
    std::vector<ReplyPart> parts_;
};

/// Returns the only option that a reply names, in lower case; nothing if there is none or are several. "A" before a
/// word in small letters is an article unless a verb or a join follows.
inline std::optional<char> only_option(std::string_view text) {
    constexpr std::array<std::string_view, 12> behind_letter = {
        "is", "it", "because", "since", "as", "and", "or", "remains", "must", "would", "fits", "only"};
    std::optional<char> only;
    const std::vector<ReplyPart> parts = reply_parts(text);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!parts[i].option) continue;
        const std::string_view next = i + 1 < parts.size() ? parts[i + 1].text : std::string_view();
        const bool article =
            parts[i].text == "A" && !next.empty() && next.front() >= 'a' && next.front() <= 'z' &&
            std::find(behind_letter.begin(), behind_letter.end(), next) == behind_letter.end();
        if (article) continue;
        const char letter = ascii_lower(parts[i].text[parts[i].text.size() / 2]);
        if (only && *only != letter) return std::nullopt;
        only = letter;
    }
    return only;
}

}  // namespace automix::detail
