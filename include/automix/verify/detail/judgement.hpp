// SPDX-License-Identifier: Apache-2.0
// Judges what a sentence or the rest of a verdict line says of an answer. The first word of judgement counts. It is
// turned by a negation before it in its clause. The judgement is unclear
//     - if a word before it in its clause limits it ("mostly correct") or is none that people put there,
//     - if a question mark, an "or", a negation or a condition follows it in its clause, or "or maybe" behind it,
//     - if a later clause says the opposite ("correct, no, incorrect").
// Words in front of a noun, as in "the correct answer is Lyon", judge nothing. Linear in the tokens.
#pragma once

#include <automix/verify/detail/reply_tokens.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace automix::detail {

enum class Judgement : std::uint8_t { none, positive, negative, unclear };

constexpr Judgement opposite(Judgement judgement) noexcept {
    return judgement == Judgement::positive   ? Judgement::negative
           : judgement == Judgement::negative ? Judgement::positive
                                              : judgement;
}

/// Returns what two statements say together.
constexpr Judgement both(Judgement first, Judgement second) noexcept {
    if (first == Judgement::none || first == second) return second;
    return second == Judgement::none ? first : Judgement::unclear;
}

template <std::size_t N>
constexpr bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) noexcept {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Returns the judgement that a word alone gives. The ideographs are those of "correct" and "incorrect" in Chinese.
constexpr Judgement word_judgement(std::string_view word) noexcept {
    constexpr auto positive = std::to_array<std::string_view>(
        {"correct", "right", "true", "accurate", "valid", "supported", "corect", "corrrect",
         "\xE6\xAD\xA3\xE7\xA1\xAE", "\xE6\xAD\xA3\xE7\xA2\xBA"});
    constexpr auto negative = std::to_array<std::string_view>({"incorrect",
                                                               "wrong",
                                                               "false",
                                                               "inaccurate",
                                                               "invalid",
                                                               "mistaken",
                                                               "erroneous",
                                                               "untrue",
                                                               "unsupported",
                                                               "in-correct",
                                                               "non-correct",
                                                               "incorect",
                                                               "incorret",
                                                               "incorrent",
                                                               "inncorrect",
                                                               "rong",
                                                               "\xE4\xB8\x8D\xE6\xAD\xA3\xE7\xA1\xAE",
                                                               "\xE4\xB8\x8D\xE6\xAD\xA3\xE7\xA2\xBA",
                                                               "\xE9\x94\x99\xE8\xAF\xAF",
                                                               "\xE9\x8C\xAF\xE8\xAA\xA4"});
    if (is_one_of(word, positive)) return Judgement::positive;
    return is_one_of(word, negative) ? Judgement::negative : Judgement::none;
}

constexpr bool is_yes(std::string_view word) noexcept {
    return word == "yes" || word == "yep" || word == "yeah" || word == "yup";
}

constexpr bool is_yes_or_no(std::string_view word) noexcept {
    return is_yes(word) || word == "no" || word == "nope" || word == "nah";
}

constexpr bool ends_with_not(std::string_view word) noexcept {
    return word == "not" || word.ends_with("n't") || word == "isnt" || word == "wasnt" || word == "never" ||
           word == "nothing" || word == "without" || word == "hardly" || word == "nowhere" || word == "none";
}

/// Words that limit a judgement or say that there is none.
constexpr bool limits(std::string_view word) noexcept {
    constexpr auto words = std::to_array<std::string_view>(
        {"mostly",     "partially",    "partly",    "probably",      "likely",        "possibly",
         "perhaps",    "maybe",        "might",     "may",           "could",         "would",
         "should",     "seems",        "seem",      "appears",       "appear",        "unsure",
         "uncertain",  "cannot",       "can't",     "can",           "couldn't",      "if",
         "unless",     "whether",      "neither",   "nor",           "almost",        "somewhat",
         "nearly",     "half",         "largely",   "mainly",        "technically",   "arguably",
         "presumably", "apparently",   "roughly",   "approximately", "slightly",      "unclear",
         "undecided",  "unknown",      "ambiguous", "depends",       "indeterminate", "either",
         "both",       "undetermined", "sure",      "potentially",   "supposedly",    "only",
         "sort",       "semi",         "part",      "parts",         "shouldn't",     "wouldn't",
         "unlikely",   "doubt",        "doubtful",  "hard",          "difficult",     "generally",
         "basically",  "essentially"});
    return is_one_of(word, words);
}

/// Words that take a part of a judgement before them back, as in "correct, except for the year".
constexpr bool takes_part_back(std::string_view word) noexcept {
    return word == "except" || word == "partly" || word == "partially";
}

/// Words that weaken a negation before them, as in "not entirely correct".
constexpr bool is_degree(std::string_view word) noexcept {
    constexpr auto words = std::to_array<std::string_view>(
        {"entirely", "fully", "completely", "quite", "totally", "wholly", "exactly", "necessarily", "really",
         "very", "100", "strictly", "perfectly"});
    return is_one_of(word, words);
}

/// Words that put a whole clause in doubt, as in "maybe it is incorrect".
constexpr bool is_doubt(std::string_view word) noexcept {
    return word == "maybe" || word == "perhaps" || word == "possibly" || word == "probably";
}

/// Words with which a new clause begins.
constexpr bool begins_clause(std::string_view word) noexcept {
    constexpr auto words = std::to_array<std::string_view>(
        {"because", "since", "as",       "so",     "but",   "therefore", "thus",
         "hence",   "and",   "although", "though", "while", "however",   "given",
         "which",   "where", "when",     "due",    "yet",   "means",     "making"});
    return is_one_of(word, words);
}

constexpr bool is_copula(std::string_view word) noexcept {
    constexpr auto words = std::to_array<std::string_view>(
        {"is", "was", "isn't", "wasn't", "it's", "that's", "be", "isnt", "wasnt", "being", "got", "gets"});
    return is_one_of(word, words);
}

/// Words for the answer that is judged.
constexpr bool is_subject(std::string_view word) noexcept {
    constexpr auto words = std::to_array<std::string_view>({"answer", "response", "reply", "it", "this",
                                                            "that", "it's", "that's", "claim", "statement",
                                                            "ai", "model", "solution", "verdict"});
    return is_one_of(word, words);
}

/// Nouns that a judgement can stand before and still be one, as in "a wrong answer".
constexpr bool is_judged_noun(std::string_view word) noexcept {
    constexpr auto words = std::to_array<std::string_view>(
        {"answer", "response", "reply", "one", "claim", "statement", "solution", "conclusion"});
    return is_one_of(word, words);
}

/// Words that may stand beside a subject and a copula without a bearing on the judgement.
constexpr bool is_filler(std::string_view word) noexcept {
    constexpr auto words = std::to_array<std::string_view>(
        {"the",       "a",         "an",        "ai's",        "model's",    "given",       "provided",
         "proposed",  "student's", "assistant", "assistant's", "above",      "its",         "i'm",
         "i'd",       "certain",   "confident", "by",          "from",       "of",          "stated",
         "concluded", "choose",    "answered",  "answers",     "question",   "i",           "my",
         "we",        "think",     "believe",   "find",        "consider",   "judge",       "deem",
         "conclude",  "confirm",   "say",       "clearly",     "definitely", "certainly",   "absolutely",
         "simply",    "obviously", "indeed",    "final",       "verdict",    "overall",     "still",
         "actually",  "factually", "also",      "conclusion",  "evaluation", "assessment",  "judgment",
         "judgement", "therefore", "just",      "plainly",     "evidently",  "undoubtedly", "at",
         "all",       "fact",      "that's",    "do",          "does",       "did",         "well",
         "ok",        "okay",      "result",    "one",         "far",        "am",          "here"});
    return is_one_of(word, words) || is_subject(word) || is_copula(word) || is_degree(word);
}

/// Words that may follow a judgement in its clause.
constexpr bool may_follow(std::string_view word) noexcept {
    constexpr auto words = std::to_array<std::string_view>(
        {"in", "on", "according", "based", "per", "for", "with", "by", "from", "here", "too", "again",
         "indeed", "under", "at", "overall", "verdict", "then", "after"});
    return is_one_of(word, words) || begins_clause(word);
}

/// How a sentence must speak of the answer.
enum class Strictness : std::uint8_t {
    verdict,  ///< behind a label: the word alone will do
    plain,    ///< without one: the word alone as the sentence, or a subject and a form of "to be" before it
    plain_first,  ///< as `plain`, in the first sentence of a reply, where "yes" and "no" judge too
};

/// A reader of the judgement in a sentence or in the rest of a verdict line.
class JudgementReader {
 public:
    JudgementReader(std::span<const ReplyToken> tokens, Strictness strictness)
        : tokens_(tokens),
          strict_(strictness != Strictness::verdict),
          first_(strictness == Strictness::plain_first) {}

    [[nodiscard]] Judgement read() {
        for (i_ = 0; i_ < tokens_.size(); ++i_) {
            const ReplyToken& token = tokens_[i_];
            switch (token.kind) {
                case TokenKind::word:
                    take_word(token.text);
                    break;
                case TokenKind::check:
                case TokenKind::cross:
                    judge(token.kind == TokenKind::check ? Judgement::positive : Judgement::negative);
                    break;
                case TokenKind::quotation:
                    clause_.subject = true;
                    alone_ = false;
                    break;
                case TokenKind::question:
                    end_question();
                    break;
                case TokenKind::comma:
                    carried_ = carried_ || (clause_.subject && !clause_.copula && !clause_.unknown);
                    end_clause(false);
                    break;
                default:
                    end_clause(token.kind == TokenKind::stop);
            }
        }
        if (judgement_ == Judgement::none && limited_ever_ && !strict_) return Judgement::unclear;
        return judgement_;
    }

 private:
    /// The kinds of words in a clause before its judgement.
    struct Clause {
        bool subject = false;
        bool copula = false;
        bool article = false;   ///< directly before the next word
        bool valued = false;    ///< within the value of "the answer of ln 3"
        bool unknown = false;   ///< words without a known bearing
        bool weakened = false;  ///< a negation of degree
        bool judged = false;
        bool answered = false;
        bool doubtful = false;     ///< begins with "maybe" or the like
        bool alternative = false;  ///< behind "or"
        bool loose = false;        ///< a relative or concessive clause
        bool concessive = false;   ///< begins with "although" or "though"
        int words = 0;
        int negations = 0;
    };

    [[nodiscard]] std::string_view word_at(std::size_t i) const noexcept {
        return i < tokens_.size() && tokens_[i].kind == TokenKind::word ? tokens_[i].text
                                                                        : std::string_view();
    }

    void end_clause(bool sentence) {
        clause_ = {};
        if (!sentence) return;
        limited_ = false;
        sentence_judged_ = false;
        carried_ = false;
        asks_ = false;
        alone_ = true;
        asked_ = Judgement::none;
    }

    /// "Is the answer correct?" leaves its judgement to the "yes" or "no" behind it. Any other question that ends in a
    /// judgement makes it unclear.
    void end_question() {
        const Judgement last = last_judged_ + 1 == i_ ? last_value_ : Judgement::none;
        const bool asks = last != Judgement::none && asks_;
        if (last != Judgement::none && !asks) judgement_ = Judgement::unclear;
        if (strict_ && !asks) judgement_ = Judgement::none;
        end_clause(true);
        if (asks) asked_ = last;
    }

    /// "Anything but" turns what follows, and relative clauses may speak of other answers.
    void begin_clause(std::string_view word) {
        const std::string_view last = i_ > 0 ? word_at(i_ - 1) : std::string_view();
        end_clause(false);
        if (word == "means" && last == "no") limited_ = true;
        if (word == "but" && (last == "anything" || last == "nothing" || last == "all")) limited_ = true;
        const bool joins = word == "which" || word == "where" || word == "when";
        clause_.loose = (joins && !is_copula(word_at(i_ + 1))) || word == "although" || word == "though" ||
                        word == "while";
        clause_.concessive = word == "although" || word == "though";
        if (word == "means" && word_at(i_ + 1) == "that") ++i_;
    }

    void take_word(std::string_view word) {
        const bool starts_sentence = sentence_start();
        const bool opens = starts_sentence || (i_ == 1 && word_at(0) == "so");
        if (opens && (word == "is" || word == "was")) asks_ = is_question();
        if (sentence_judged_ && takes_part_back(word)) judgement_ = Judgement::unclear;
        if (is_yes_or_no(word)) return take_yes_or_no(word);
        if (word == "or") {
            const bool joins = last_judged_ + 1 == i_ || (doubts(i_ + 1) && follows_judgement());
            if (joins && any_ && !asks_) judgement_ = Judgement::unclear;
            clause_.unknown = clause_.alternative = true;
            return;
        }
        if (begins_clause(word) || (word == "that" && clause_.judged)) return begin_clause(word);
        if (const Judgement said = judgement_of(word); said != Judgement::none) {
            if (is_judgement(said)) judge(said);
            ++clause_.words;
            clause_.article = false;
            return;
        }
        if ((word == "agree" || word == "disagree") && agrees_with_answer()) {
            clause_.subject = clause_.copula = true;
            judge(word == "agree" ? Judgement::positive : Judgement::negative);
            return;
        }
        if (word == "far" && word_at(i_ + 1) == "from") ++clause_.negations;
        if (limits(word) || ends_with_not(word) || word == "no") {
            if (clause_.judged && word != "sure") judgement_ = Judgement::unclear;
            if (limits(word) && !concludes(word)) limited_ = limited_ever_ = true;
            if (ends_with_not(word)) ++clause_.negations;
        }
        if (clause_.words == 0 && word == "that") {
            const std::string_view next = word_at(i_ + 1);
            clause_.loose = !is_copula(next) && !(starts_sentence && is_judged_noun(next));
        }
        if (clause_.words == 0 && is_copula(word)) clause_.subject = carried_;
        if (clause_.words == 0 && is_doubt(word)) clause_.doubtful = true;
        if (is_degree(word) && clause_.negations > 0) clause_.weakened = true;
        // "I am not confident that it is correct" does not say that it is incorrect.
        if ((word == "confident" || word == "certain") && clause_.negations > 0)
            limited_ = limited_ever_ = true;
        if (is_copula(word)) clause_.valued = false;
        const bool known = is_filler(word) || clause_.valued || concludes(word) ||
                           (word == "to" && clause_.subject) || (word == "in" && word_at(i_ + 1) == "fact") ||
                           (clause_.subject && i_ > 0 && word_at(i_ - 1) == "of") || ends_with_not(word) ||
                           (!strict_ && word.ends_with("'s"));
        // A label that was not taken for one is no part of a plain sentence.
        if (strict_ && word == "verdict") alone_ = false;
        clause_.valued = clause_.valued || (word == "of" && i_ > 0 && is_subject(word_at(i_ - 1)));
        clause_.subject = clause_.subject || is_subject(word);
        clause_.answered = clause_.answered || word == "answered";
        clause_.copula = clause_.copula || is_copula(word);
        clause_.unknown = clause_.unknown || (!known && !clause_.judged);
        clause_.article = word == "the" || word == "a" || word == "an";
        alone_ = alone_ && known;
        ++clause_.words;
    }

    /// Returns the judgement of a word at `i_`. Adverbs judge how a question was answered.
    [[nodiscard]] Judgement judgement_of(std::string_view word) const noexcept {
        if (clause_.answered && word == "correctly") return Judgement::positive;
        if (clause_.answered && (word == "incorrectly" || word == "wrongly")) return Judgement::negative;
        return word_judgement(word);
    }

    /// Returns true for "I agree with the AI's answer" at its verb.
    [[nodiscard]] bool agrees_with_answer() const noexcept {
        std::size_t first = 0;
        while (first < tokens_.size() && tokens_[first].kind != TokenKind::word) ++first;
        if (word_at(first) != "i" || word_at(i_ + 1) != "with") return false;
        constexpr std::size_t most_words = 4;
        for (std::size_t i = i_ + 2; i < i_ + 2 + most_words; ++i) {
            if (is_subject(word_at(i))) return true;
        }
        return false;
    }

    /// Returns true for the "can" of "it can be concluded that" and "we can say that".
    [[nodiscard]] bool concludes(std::string_view word) const noexcept {
        if (word != "can") return false;
        const std::string_view next = word_at(i_ + 1) == "be" ? word_at(i_ + 2) : word_at(i_ + 1);
        return next == "conclude" || next == "concluded" || next == "say" || next == "said" ||
               next == "confirm" || next == "confirmed";
    }

    /// Returns true for the words behind an "or" that put what stands before it in doubt, as in "or maybe" and "or not".
    [[nodiscard]] bool doubts(std::size_t i) const noexcept {
        return limits(word_at(i)) || (ends_with_not(word_at(i)) && word_at(i + 1).empty());
    }

    /// Returns true if only marks stand between the last judgement and `i_`.
    [[nodiscard]] bool follows_judgement() const noexcept {
        std::size_t before = i_;
        while (before > 0 && tokens_[before - 1].kind != TokenKind::word) --before;
        return before > 0 && last_judged_ + 1 == before;
    }

    /// Returns true if the clause offers its judgement instead of one before, as "or maybe incorrect" does.
    [[nodiscard]] bool offers_another() const noexcept {
        return limited_ && (clause_.alternative || clause_.doubtful);
    }

    [[nodiscard]] bool sentence_start() const noexcept {
        return i_ == 0 || tokens_[i_ - 1].kind == TokenKind::stop ||
               tokens_[i_ - 1].kind == TokenKind::question;
    }

    /// Returns true if the sentence at `i_` ends in a question mark.
    [[nodiscard]] bool is_question() const noexcept {
        std::size_t end = i_;
        while (end < tokens_.size() && tokens_[end].kind != TokenKind::stop &&
               tokens_[end].kind != TokenKind::question)
            ++end;
        return end < tokens_.size() && tokens_[end].kind == TokenKind::question;
    }

    /// A "yes" or "no" judges at the beginning and behind a question. "No errors" judges nothing.
    void take_yes_or_no(std::string_view word) {
        const Judgement said = is_yes(word) ? Judgement::positive : Judgement::negative;
        const std::string_view next = word_at(i_ + 1);
        const bool stands_alone = next.empty() || next == "it" || next == "the" || next == "this" ||
                                  next == "that" || begins_clause(next);
        const bool begins = clause_.words == 0 || is_copula(word_at(i_ - 1));
        if (asked_ != Judgement::none && stands_alone) {
            judge(is_yes(word) ? asked_ : opposite(asked_));
            end_clause(false);
        } else if (stands_alone && begins && (strict_ ? i_ == 0 && first_ : !any_words_)) {
            judge(said);
            end_clause(false);
        } else if (any_ && (last_judged_ + 1 == i_ || (next.empty() && said == opposite(judgement_)))) {
            judgement_ = Judgement::unclear;
        } else {
            if (!is_yes(word)) ++clause_.negations;
            clause_.unknown = true;
        }
        any_words_ = true;
    }

    /// Returns false for a word of judgement that only goes with the noun behind it or with a sentence on something
    /// else.
    [[nodiscard]] bool is_judgement(Judgement said) {
        any_words_ = true;
        const std::string_view next = word_at(i_ + 1);
        const bool head = clause_.words == 0 || (clause_.copula && !clause_.unknown);
        if (next == "to" || next == "that") return false;
        if (is_judged_noun(next)) {
            const bool a = clause_.article && i_ > 0 && word_at(i_ - 1) != "the";
            const bool ends = word_at(i_ + 2).empty() &&
                              (i_ + 2 >= tokens_.size() || tokens_[i_ + 2].kind != TokenKind::colon);
            return (a && clause_.copula && clause_.subject) ||
                   (clause_.words <= (a ? 1 : 0) && ends && !strict_);
        }
        if (clause_.article) {
            // An article that only marks an option, as in "A) correct", is no article of a noun.
            if (!next.empty() || i_ == 0 || word_at(i_ - 1) == "the") return false;
        }
        if (next.empty() || may_follow(next) || next == "or" || is_yes_or_no(next)) return true;
        if (said == Judgement::negative && head && !limits(next) && !ends_with_not(next) && !is_copula(next))
            return !strict_ || clause_.copula;
        if (strict_) return false;
        clause_.unknown = true;  // "right bank"
        return true;
    }

    void judge(Judgement said) {
        last_judged_ = i_;
        last_value_ = said;
        any_words_ = true;
        if (asks_ && !strict_) {
            any_ = true;
            return;
        }
        Judgement meant = clause_.negations == 0 ? said : opposite(said);
        const bool doubled = clause_.negations > 0 && said == Judgement::negative;
        const bool vague = limited_ || clause_.weakened || clause_.negations > 1 || clause_.loose;
        if (strict_) {
            // "Right" alone is no judgement, as in "Right, so Ben has it".
            const bool speaks =
                (clause_.subject && clause_.copula) || (alone_ && tokens_[i_].text != "right");
            if (asks_ || vague || doubled || clause_.unknown || !speaks) return;
        } else if (any_ && (vague || doubled)) {
            if (offers_another() || clause_.concessive) judgement_ = both(judgement_, meant);
            return;
        } else if (vague || doubled || (!any_ && clause_.unknown)) {
            meant = Judgement::unclear;
        }
        any_ = true;
        clause_.judged = sentence_judged_ = true;
        judgement_ = both(judgement_, meant);
    }

    std::span<const ReplyToken> tokens_;
    bool strict_;
    bool first_;
    std::size_t i_ = 0;
    Clause clause_{};
    Judgement judgement_ = Judgement::none;
    Judgement last_value_ = Judgement::none;
    Judgement asked_ = Judgement::none;  ///< by the question before this sentence
    std::size_t last_judged_ = static_cast<std::size_t>(-2);
    bool any_ = false;        ///< a judgement was read
    bool carried_ = false;    ///< a clause named the answer and left it to a later one to say "is"
    bool any_words_ = false;  ///< a word that bears on it was read
    bool alone_ = true;       ///< the sentence has no words but fillers so far
    bool asks_ = false;       ///< the sentence began as a question
    bool sentence_judged_ = false;
    bool limited_ = false;       ///< a word of the sentence limits what follows
    bool limited_ever_ = false;  ///< one of any sentence does
};

/// Returns the judgement in a sentence or in the rest of a verdict line.
[[nodiscard]] inline Judgement judge(std::span<const ReplyToken> tokens, Strictness strictness) {
    return JudgementReader(tokens, strictness).read();
}

}  // namespace automix::detail
