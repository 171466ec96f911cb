// SPDX-License-Identifier: Apache-2.0
// Finds the statements of a verdict in a plain reply, and what each says. They are, from the one that counts most:
//     1. fields of JSON, as {"verdict": "correct"} and {"is_correct": false}, and lines and sentences that begin with
//        "verdict", also after words such as "final" and with the word of judgement on the next line;
//     2. such lines in a quotation (>);
//     3. a "verdict:" within a sentence, unless the sentence tells what is wanted;
//     4. lines that begin with "judgement", "conclusion" and the like, or ask "correct:";
//     5. without any label, sentences such as "This answer is incorrect."
// The last statement of the best kind decides, up to a line with which the prompt's own form begins anew. O(length).
#pragma once

#include <automix/core/verdict.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/normalise.hpp>
#include <automix/verify/detail/judgement.hpp>
#include <automix/verify/detail/reply_tokens.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// Returns true if a quotation is to be read word by word: it is a verdict, or a label at the beginning of its line.
inline bool is_quoted_verdict(std::string_view text, bool first) noexcept {
    if (first && (text.starts_with("verdict") || text.starts_with("final verdict"))) return true;
    while (!text.empty() && is_ascii_punctuation(text.back())) text.remove_suffix(1);
    return word_judgement(text) != Judgement::none || is_yes_or_no(text) || text == "not correct";
}

/// A line of the reply.
struct ReplyLine {
    ReplyTokens tokens{};
    std::string_view text{};
    bool quoted = false;       ///< in a quotation of Markdown
    bool closing_tag = false;  ///< as in "</verdict>"
    bool capital = false;      ///< begins with anything but a small letter
};

/// Returns the lines that are not blank. `lower` is `plain` in lower case.
[[nodiscard]] inline std::vector<ReplyLine> lines_of(std::string_view plain, std::string_view lower) {
    std::vector<ReplyLine> lines;
    for (std::size_t i = 0; i < lower.size();) {
        const std::size_t end = std::min(lower.find_first_of("\r\n", i), lower.size());
        const std::string_view text = trim(lower.substr(i, end - i));
        if (!text.empty()) {
            const auto start = static_cast<std::size_t>(text.data() - lower.data());
            const char first = plain[start];
            lines.push_back({tokens_of(text, is_quoted_verdict), text, first == '>', text.starts_with("</"),
                             first < 'a' || first > 'z'});
        }
        i = end + 1;
    }
    return lines;
}

/// Returns the number of marks and list numbers before the first word of a line that counts.
inline std::size_t first_word(std::span<const ReplyToken> tokens) noexcept {
    std::size_t i = 0;
    while (i < tokens.size()) {
        const bool number = tokens[i].kind == TokenKind::word && is_ascii_digit(tokens[i].text.front()) &&
                            tokens[i].text.size() < 3 && i + 1 < tokens.size() &&
                            tokens[i + 1].kind != TokenKind::word;
        if (tokens[i].kind == TokenKind::word && !number) break;
        ++i;
    }
    return i;
}

/// Returns true for a label of the prompt's form at a token: "Question:", "Context:" or "AI answer:".
inline bool is_form_label(std::span<const ReplyToken> tokens, std::size_t i) noexcept {
    const auto colon = [&](std::size_t next) {
        return next < tokens.size() && tokens[next].kind == TokenKind::colon;
    };
    if (tokens[i].text == "question" || tokens[i].text == "context") return colon(i + 1);
    return tokens[i].text == "ai" && i + 1 < tokens.size() && tokens[i + 1].text == "answer" && colon(i + 2);
}

/// Returns true for a line with which a prompt's form begins: the reply goes on with an example of its own.
inline bool begins_form(const ReplyLine& line) noexcept {
    constexpr auto labels = std::to_array<std::string_view>(
        {"question", "context", "user", "human", "instruction", "instructions", "q", "query"});
    const std::span<const ReplyToken> tokens(line.tokens);
    const std::size_t i = first_word(tokens);
    if (i == tokens.size()) return false;
    return is_form_label(tokens, i) || (is_one_of(tokens[i].text, labels) &&
                                        (i + 1 == tokens.size() || tokens[i + 1].kind == TokenKind::colon));
}

enum class LabelKind : std::uint8_t { verdict, other };

constexpr std::optional<LabelKind> label_noun(std::string_view word) noexcept {
    constexpr auto others = std::to_array<std::string_view>(
        {"judgement", "judgment", "conclusion", "assessment", "evaluation", "correctness", "decision",
         "rating", "result", "outcome", "ruling", "determination"});
    // A model may leave out the blank before the label, as in "2022Verdict:".
    if (word.ends_with("verdict") || word == "veredict" || word == "verdit") return LabelKind::verdict;
    return is_one_of(word, others) ? std::optional(LabelKind::other) : std::nullopt;
}

/// Returns true for words of a sentence that tells what is wanted.
constexpr bool instructs(std::string_view word) noexcept {
    constexpr auto words = std::to_array<std::string_view>(
        {"wants",  "want",        "asks",         "asked",    "must",     "need",   "needs",
         "end",    "ends",        "write",        "respond",  "reply",    "format", "example",
         "form",   "instruction", "instructions", "prompt",   "says",     "either", "expects",
         "output", "task",        "requires",     "required", "supposed", "reads",  "read"});
    return is_one_of(word, words) || limits(word) || ends_with_not(word);
}

/// A label of a verdict, and where the text behind it begins.
struct VerdictLabel {
    LabelKind kind = LabelKind::verdict;
    std::size_t rest = 0;
    bool marked = false;  ///< by a colon or the like, not only by "is"
};

/// Returns the label at a token; nothing if there is none.
[[nodiscard]] inline std::optional<VerdictLabel> label_at(std::span<const ReplyToken> tokens, std::size_t i,
                                                          bool starts) noexcept {
    constexpr auto before = std::to_array<std::string_view>(
        {"final", "the",   "my",   "our",    "overall", "so",     "therefore",
         "thus",  "hence", "and",  "in",     "ai",      "a",      "step",
         "here",  "is",    "your", "here's", "answer",  "output", "correctness"});
    constexpr auto about = std::to_array<std::string_view>({"on", "for", "of", "about", "regarding"});
    constexpr std::size_t most_words = 6;
    constexpr std::size_t most_tokens = 12;
    const auto kind = [&](std::size_t at) { return at < tokens.size() ? tokens[at].kind : TokenKind::stop; };
    const auto word = [&](std::size_t at) {
        return kind(at) == TokenKind::word ? tokens[at].text : std::string_view();
    };
    if (starts) {
        const std::size_t limit = i + most_words;
        while (i < limit &&
               ((is_one_of(word(i), before) && !(label_noun(word(i)) && kind(i + 1) != TokenKind::word)) ||
                (kind(i) == TokenKind::comma && i > 0)))
            ++i;
    }
    // "Revised verdict:"
    constexpr std::size_t most_others = 2;
    std::size_t others = 0;
    while (starts && others < most_others && kind(i) == TokenKind::word && !label_noun(word(i)) &&
           !instructs(word(i))) {
        ++i;
        ++others;
    }
    const auto noun = label_noun(word(i));
    if (!noun) return std::nullopt;
    const bool glued = *noun == LabelKind::verdict && word(i) != "verdict" && word(i) != "final_verdict";
    if (others > 0 && (*noun == LabelKind::other || kind(i + 1) != TokenKind::colon)) return std::nullopt;
    ++i;
    // "The verdict here is:"
    if (word(i) == "here" && word(i + 1) == "is") ++i;
    // "Verdict (correct/incorrect):" and "Verdict on the answer:"
    std::size_t end = i;
    if (kind(end) == TokenKind::bracket && end < tokens.size() && tokens[end].text != "}") {
        const std::size_t limit = std::min(tokens.size(), end + most_tokens);
        do ++end;
        while (end < limit && kind(end) != TokenKind::bracket);
        if (kind(end) == TokenKind::bracket) ++end;
        if (kind(end) == TokenKind::colon || kind(end) == TokenKind::dash) i = end;
    } else if (is_one_of(word(i), about)) {
        while (end < i + most_words && kind(end) == TokenKind::word && word(end) != "is") ++end;
        if (kind(end) == TokenKind::colon || word(end) == "is") i = end;
    }
    VerdictLabel label{*noun, i, false};
    const auto separates = [&](std::size_t at) {
        return kind(at) == TokenKind::colon || kind(at) == TokenKind::dash || kind(at) == TokenKind::pipe ||
               (label.marked && kind(at) == TokenKind::stop && at < tokens.size());
    };
    while (label.rest < tokens.size() && separates(label.rest)) {
        label.marked = true;
        ++label.rest;
    }
    if (label.marked) return label;
    if (glued) return std::nullopt;
    if (label.rest == tokens.size()) return starts ? std::optional(label) : std::nullopt;
    if (word(label.rest) == "is") {
        ++label.rest;
        while (kind(label.rest) == TokenKind::colon || kind(label.rest) == TokenKind::dash) ++label.rest;
        if (word(label.rest) == "that") ++label.rest;
        return label;
    }
    if (!starts || *noun == LabelKind::other) return std::nullopt;
    const bool direct = word_judgement(word(label.rest)) != Judgement::none ||
                        kind(label.rest) == TokenKind::check || kind(label.rest) == TokenKind::cross ||
                        kind(label.rest) == TokenKind::bracket || word(label.rest) == "not";
    return direct ? std::optional(label) : std::nullopt;
}

/// How much a statement counts; a smaller number counts more.
enum class StatementKind : std::uint8_t { label, quoted, within, other, plain };

/// A statement of a verdict.
struct VerdictStatement {
    StatementKind kind = StatementKind::label;
    Judgement judgement = Judgement::none;
};

/// Returns the value of a field of JSON at `i`, behind its colon. `nested_end` is the end of the last object or array
/// that was read. One that begins within it was read with it, and gives none.
[[nodiscard]] inline Judgement json_value(std::string_view line, std::size_t i, std::size_t& nested_end) {
    constexpr std::size_t longest = 2000;
    while (i < line.size() && is_ascii_space(line[i])) ++i;
    if (i == line.size()) return Judgement::none;
    const std::string_view near = line.substr(0, i + std::min(longest, line.size() - i));
    std::size_t end = i;
    Judgement said = Judgement::none;
    if (line[i] == '{' || line[i] == '[') {
        if (i < nested_end) return Judgement::none;
        end = nested_end = std::min(near.find_first_of("}]", i), near.size());
        return judge(tokens_of(line.substr(i, end - i), is_quoted_verdict), Strictness::verdict);
    }
    if (line[i] == '"' || line[i] == '\'') {
        end = near.find(line[i], i + 1);
        if (end == std::string_view::npos) return Judgement::none;
        const ReplyTokens value = tokens_of(line.substr(i + 1, end - i - 1), is_quoted_verdict);
        said = judge(value, Strictness::verdict);
        ++end;
    } else {
        while (end < line.size() && is_word_byte(line[end])) ++end;
        const std::string_view value = line.substr(i, end - i);
        if (value == "true" || value == "1") said = Judgement::positive;
        if (value == "false" || value == "0") said = Judgement::negative;
    }
    while (end < line.size() && is_ascii_space(line[end])) ++end;
    const bool ends = end == line.size() || line[end] == ',' || line[end] == '}' || line[end] == ']';
    return ends || said == Judgement::none ? said : Judgement::unclear;
}

/// Returns what the fields of JSON in a line say; nothing if it has none.
[[nodiscard]] inline std::optional<Judgement> json_judgement(std::string_view line) {
    constexpr auto names = std::to_array<std::string_view>(
        {"verdict", "final_verdict", "final verdict", "correct", "is_correct", "iscorrect", "is correct",
         "is_right", "answer_correct", "answer_is_correct", "is_answer_correct", "correctness", "judgment",
         "judgement"});
    std::optional<Judgement> said;
    std::size_t nested_end = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char quote = line[i];
        if ((quote != '"' && quote != '\'') || (i > 0 && line[i - 1] == '\\')) continue;
        for (const std::string_view name : names) {
            std::size_t end = i + 1 + name.size();
            if (!line.substr(i + 1).starts_with(name) || end >= line.size() || line[end] != quote) continue;
            ++end;
            while (end < line.size() && is_ascii_space(line[end])) ++end;
            if (end < line.size() && line[end] == ':')
                said = both(said.value_or(Judgement::none), json_value(line, end + 1, nested_end));
        }
    }
    return said;
}

/// Returns what a line says that begins with the question itself, as "Correct: no" and "is_correct: true".
[[nodiscard]] inline Judgement answered_question(std::span<const ReplyToken> tokens) noexcept {
    std::size_t i = first_word(tokens);
    if (i < tokens.size() && tokens[i].text == "is") ++i;
    if (i + 2 >= tokens.size() || tokens[i].kind != TokenKind::word) return Judgement::none;
    const bool asks = tokens[i].text == "correct" || tokens[i].text == "is_correct";
    if (!asks || (tokens[i + 1].kind != TokenKind::colon && tokens[i + 1].kind != TokenKind::question))
        return Judgement::none;
    const std::string_view answer = tokens[i + 2].text;
    if (i + 3 < tokens.size() && tokens[i + 3].kind == TokenKind::slash) return Judgement::unclear;
    if (answer == "yes" || answer == "true") return Judgement::positive;
    return answer == "no" || answer == "false" ? Judgement::negative : Judgement::none;
}

/// The statements of one reply, in their order.
class VerdictLines {
 public:
    explicit VerdictLines(const std::vector<ReplyLine>& lines) : lines_(lines) {}

    [[nodiscard]] Judgement read() {
        for (; line_ < lines_.size() && !ended_; ++line_) {
            if (decided_ && begins_form(lines_[line_])) break;
            read_line();
        }
        for (const StatementKind kind :
             {StatementKind::label, StatementKind::quoted, StatementKind::within, StatementKind::other}) {
            const Statement& last = last_[static_cast<std::size_t>(kind)];
            if (last.judgement == Judgement::none) continue;
            return is_taken_back(kind, last) ? Judgement::unclear : last.judgement;
        }
        return plain_judgement(0, line_);
    }

 private:
    struct Statement {
        Judgement judgement = Judgement::none;
        std::size_t line = 0;  ///< the last line that belongs to it
    };

    /// Returns true if the reply says the opposite after that statement, without a label of its kind.
    [[nodiscard]] bool is_taken_back(StatementKind kind, const Statement& statement) const {
        const Judgement other = opposite(statement.judgement);
        const Statement& within = last_[static_cast<std::size_t>(StatementKind::within)];
        if (kind != StatementKind::within && within.line >= statement.line && within.judgement == other)
            return true;
        for (std::size_t line = statement.line + 1; line < line_; ++line) {
            if (doubts(lines_[line], other)) return true;
        }
        return plain_judgement(statement.line + 1, line_) == other;
    }

    /// Returns true for a line such as "Or maybe incorrect." and "The verdict should be incorrect."
    static bool doubts(const ReplyLine& line, Judgement other) {
        constexpr auto openings = std::to_array<std::string_view>({"or", "maybe", "perhaps", "possibly"});
        const std::span<const ReplyToken> tokens(line.tokens);
        const std::size_t first = first_word(tokens);
        if (line.quoted || first == tokens.size()) return false;
        bool speaks = is_one_of(tokens[first].text, openings);
        Judgement all = Judgement::none;
        for (const ReplyToken& token : tokens.subspan(first)) {
            if (token.kind == TokenKind::stop) {
                if (all == other) return true;
                speaks = false;
                all = Judgement::none;
            } else if (token.kind == TokenKind::word) {
                if (speaks) all = both(all, word_judgement(token.text));
                speaks = speaks || token.text == "verdict";
            }
        }
        return all == other;
    }

    /// Adds a statement. Statements of one kind in one line are read together.
    void add(StatementKind kind, Judgement judgement, std::size_t first, std::size_t last) {
        if (judgement == Judgement::none) return;
        Statement& known = last_[static_cast<std::size_t>(kind)];
        const bool same_line =
            known.judgement != Judgement::none && first == first_[static_cast<std::size_t>(kind)];
        known = {same_line ? both(known.judgement, judgement) : judgement, last};
        first_[static_cast<std::size_t>(kind)] = first;
        if (kind == StatementKind::label) decided_ = true;
    }

    void read_line() {
        const ReplyLine& line = lines_[line_];
        if (const auto json = json_judgement(line.text))
            return add(StatementKind::label, *json, line_, line_);
        const std::span<const ReplyToken> tokens(line.tokens);
        const std::size_t start = first_word(tokens);
        std::size_t i = start;
        bool wanted = false;  // the sentence tells what is wanted
        for (; i < tokens.size(); ++i) {
            const bool sentence = i == start || starts_sentence(tokens, i);
            if (sentence) wanted = false;
            const bool starts = sentence || (tokens[i - 1].kind == TokenKind::colon && !wanted);
            if (tokens[i].kind != TokenKind::word) continue;
            const auto label = line.closing_tag ? std::nullopt : label_at(tokens, i, starts);
            if (label && (starts || (label->kind == LabelKind::verdict && label->marked && !wanted))) {
                const std::size_t end = next_label(tokens, label->rest);
                take(*label, tokens.subspan(label->rest, end - label->rest), starts);
                if (end < tokens.size() && is_form_label(tokens, end)) ended_ = true;
                if (ended_) return;
                if (end > i) i = end - 1;
                continue;
            }
            wanted = wanted || instructs(tokens[i].text);
        }
        add(StatementKind::other, answered_question(tokens), line_, line_);
    }

    /// Returns true behind the end of a sentence.
    static bool starts_sentence(std::span<const ReplyToken> tokens, std::size_t i) noexcept {
        return tokens[i - 1].kind == TokenKind::stop || tokens[i - 1].kind == TokenKind::question;
    }

    /// Returns where the rest of a label ends: at the next sentence that begins with one, or at the next "verdict" with
    /// a colon.
    static std::size_t next_label(std::span<const ReplyToken> tokens, std::size_t from) noexcept {
        for (std::size_t i = from; i < tokens.size(); ++i) {
            if (tokens[i].kind != TokenKind::word) continue;
            if (i > from && is_form_label(tokens, i)) return i;
            const bool starts = i > from && starts_sentence(tokens, i);
            const auto label = label_at(tokens, i, starts);
            if (label && label->kind == LabelKind::verdict && (starts || label->marked)) return i;
        }
        return tokens.size();
    }

    void take(const VerdictLabel& label, std::span<const ReplyToken> rest, bool starts) {
        std::size_t last = line_;
        Judgement judgement = judge(rest, Strictness::verdict);
        const bool empty = std::none_of(rest.begin(), rest.end(), [](const ReplyToken& token) {
            return token.kind == TokenKind::word || token.kind == TokenKind::check ||
                   token.kind == TokenKind::cross || token.kind == TokenKind::quotation;
        });
        if (empty && starts) {
            const Statement& heading = heading_statement();
            judgement = heading.judgement;
            last = heading.line;
        }
        const StatementKind kind = label.kind == LabelKind::other ? StatementKind::other
                                   : !starts                      ? StatementKind::within
                                   : lines_[line_].quoted         ? StatementKind::quoted
                                                                  : StatementKind::label;
        add(kind, judgement, line_, last);
    }

    /// Returns what the next line with words says, for a label alone on its line. Reads it once for all labels of a
    /// line.
    [[nodiscard]] const Statement& heading_statement() {
        if (!heading_ || heading_label_line_ != line_) heading_ = next_statement();
        heading_label_line_ = line_;
        return *heading_;
    }

    [[nodiscard]] Statement next_statement() const {
        const Statement none{Judgement::none, line_};
        for (std::size_t next = line_ + 1; next < lines_.size(); ++next) {
            const std::span<const ReplyToken> tokens(lines_[next].tokens);
            if (begins_form(lines_[next]) || lines_[next].closing_tag) return none;
            const bool has_words = std::any_of(tokens.begin(), tokens.end(), [](const ReplyToken& token) {
                return token.kind == TokenKind::word || token.kind == TokenKind::check ||
                       token.kind == TokenKind::cross;
            });
            if (!has_words) continue;
            const std::size_t first = first_word(tokens);
            if (first < tokens.size() && label_at(tokens, first, true)) return none;
            return {judge(tokens, Strictness::verdict), next};
        }
        return none;
    }

    /// Returns what the sentences of some lines say without a label: what all say, or else what the last one says.
    [[nodiscard]] Judgement plain_judgement(std::size_t first, std::size_t end) const {
        Judgement all = Judgement::none;
        Judgement last = Judgement::none;
        ReplyTokens sentence;
        bool is_first = true;
        const auto end_sentence = [&] {
            if (sentence.empty()) return;
            last = judge(sentence, is_first ? Strictness::plain_first : Strictness::plain);
            all = both(all, last);
            is_first = false;
            sentence.clear();
        };
        for (std::size_t line = first; line < end; ++line) {
            const ReplyLine& read = lines_[line];
            // The answer to a question belongs to it.
            const bool asked = !sentence.empty() && sentence.back().kind == TokenKind::question;
            const bool ends = sentence.empty() || (read.capital && !asked) || read.quoted;
            if (ends) end_sentence();
            if (read.quoted) continue;
            for (const ReplyToken& token : read.tokens) {
                sentence.push_back(token);
                if (token.kind == TokenKind::stop) end_sentence();
            }
            if (!read.tokens.empty() && read.tokens.back().kind == TokenKind::colon) end_sentence();
        }
        end_sentence();
        return all == Judgement::unclear && last != Judgement::none ? last : all;
    }

    const std::vector<ReplyLine>& lines_;
    std::size_t line_ = 0;
    bool ended_ = false;                  ///< the prompt's form began within a line
    bool decided_ = false;                ///< a line with a verdict was read
    std::size_t heading_label_line_ = 0;  ///< the line of the label that `heading_` is below
    std::optional<Statement> heading_{};
    std::array<Statement, 4> last_{};
    std::array<std::size_t, 4> first_{};  ///< the line of the last statement of each kind
};

}  // namespace automix::detail
