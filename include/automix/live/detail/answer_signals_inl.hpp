// SPDX-License-Identifier: Apache-2.0
// Definitions of live/answer_signals.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/live/answer_signals.hpp>
#include <automix/text/multiple_choice.hpp>
#include <automix/text/reply_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the tokens of the answer: those without thinking before it and without end tokens behind it.
inline std::span<const CompletionToken> tokens_of_answer(const Completion& completion) {
    const std::span<const CompletionToken> all(completion.tokens);
    std::string text;
    for (const CompletionToken& token : all) text += token.text;
    const std::string answer = answer_text(separate_thinking(text).text);
    const std::size_t begin = has_text(answer) ? text.rfind(answer) : std::string::npos;
    if (begin == std::string::npos) return all;
    std::size_t first = all.size();
    std::size_t count = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t end = at + all[i].text.size();
        if (end > begin && at < begin + answer.size()) {
            first = std::min(first, i);
            ++count;
        }
        at = end;
    }
    return count == 0 ? all : all.subspan(first, count);
}

/// Returns the letter, in lower case, that a token is but for blanks, brackets and points; nothing if it is none.
inline std::optional<char> letter_of(std::string_view token) {
    constexpr std::string_view around = " \t\r\n()[]{}.,:*\"'";
    const std::size_t begin = token.find_first_not_of(around);
    if (begin == std::string_view::npos || token.find_last_not_of(around) != begin) return std::nullopt;
    const char c = token[begin];
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    return c >= 'a' && c <= 'z' ? std::optional(c) : std::nullopt;
}

/// Returns the token at which an answer comes to its choice: the first letter from which on what has been said so far
/// chooses that letter. Null if there is none.
inline const CompletionToken* deciding_token(std::span<const CompletionToken> tokens, char letter) {
    constexpr std::size_t most_letters = 64;  // of an answer that names many, the last are looked at
    std::string said;
    std::vector<std::pair<const CompletionToken*, std::size_t>>
        letters;  // with the ends of what has been said
    for (const CompletionToken& token : tokens) {
        said += token.text;
        if (letter_of(token.text)) letters.emplace_back(&token, said.size());
    }
    const CompletionToken* decides = nullptr;
    const CompletionToken* last = nullptr;
    for (std::size_t i = letters.size(); i-- > 0 && letters.size() - i <= most_letters;) {
        const auto [token, end] = letters[i];
        const bool same = letter_of(token->text) == letter;
        if (same && last == nullptr) last = token;
        if (chosen_letter(std::string_view(said).substr(0, end)) != letter) {
            if (decides != nullptr) break;
            continue;
        }
        if (same) decides = token;
    }
    return decides != nullptr ? decides : last;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE ReadSignals read_signals(std::span<const AnswerSignal> signals, const Query& query,
                                        const Completion& completion, const std::stop_token& stop) {
    ReadSignals read;
    for (const AnswerSignal& signal : signals) {
        const auto lacks = [&](std::string reason) {
            read.absent.push_back({signal.name, std::move(reason)});
        };
        try {
            const std::optional<double> value = signal.value(query, completion, stop);
            if (!value) {
                lacks("the answer does not have it");
            } else if (!std::isfinite(*value)) {
                lacks("expected a finite number, found " + format_number(*value));
            } else {
                read.known.push_back({signal.name, *value});
            }
        } catch (const std::exception& error) {
            lacks(error.what());
        } catch (...) {
            lacks("an exception of an unknown type");
        }
    }
    return read;
}

AUTOMIX_INLINE void validate(std::span<const AnswerSignal> signals) {
    for (auto signal = signals.begin(); signal != signals.end(); ++signal) {
        if (signal->name.empty()) throw ArgumentError("signals: a name is empty");
        if (std::any_of(signals.begin(), signal,
                        [&](const AnswerSignal& before) { return before.name == signal->name; }))
            throw ArgumentError("signals: " + in_quotes(signal->name) + " is given twice");
    }
}

AUTOMIX_INLINE std::optional<double> mean_token_probability(const Completion& completion) {
    const std::span<const CompletionToken> tokens = detail::tokens_of_answer(completion);
    if (tokens.empty()) return std::nullopt;
    double sum = 0.0;
    for (const CompletionToken& token : tokens) sum += std::exp(token.log_probability);
    return sum / static_cast<double>(tokens.size());
}

AUTOMIX_INLINE std::optional<double> min_token_probability(const Completion& completion) {
    const std::span<const CompletionToken> tokens = detail::tokens_of_answer(completion);
    if (tokens.empty()) return std::nullopt;
    double least = 0.0;
    for (const CompletionToken& token : tokens) least = std::min(least, token.log_probability);
    return std::exp(least);
}

AUTOMIX_INLINE std::optional<double> choice_probability(const Completion& completion) {
    const std::optional<char> letter = chosen_letter(completion.text);
    if (!letter) return std::nullopt;
    const CompletionToken* const token =
        detail::deciding_token(detail::tokens_of_answer(completion), *letter);
    if (token == nullptr) return std::nullopt;
    double probability = std::exp(token->log_probability);
    for (const TokenAlternative& other : token->alternatives) {
        if (other.text != token->text && detail::letter_of(other.text) == letter)
            probability += std::exp(other.log_probability);
    }
    return std::min(probability, 1.0);
}

}  // namespace automix
