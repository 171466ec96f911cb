// SPDX-License-Identifier: Apache-2.0
// Defines the signals of live answers: numbers that come with an answer at no price, for policies that read them. They
// are made of the probabilities of an answer's tokens, or by any function of the query and the answer: tests that run,
// or a check of the format. O(tokens) each, but for what a function does.
//     automix::LiveModel small{.model = model, .sampling = {.max_tokens = 64}};
//     small.signals.push_back({"certainty", automix::mean_token_probability});
//     small.signals.push_back({"number", [](const automix::Query&, const std::string& answer) {
//         return is_number(answer);
//     }});
#pragma once

#include <automix/data/record.hpp>
#include <automix/live/query.hpp>
#include <automix/model/reply.hpp>

#include <concepts>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

/// A value of a signal: a number, a boolean as 1 or 0, or nothing if the answer does not have the signal.
template <class T>
concept signal_value = std::convertible_to<T, std::optional<double>>;

namespace detail {

template <class F, class... Arguments>
concept signal_function_of = requires(const F& f, Arguments... arguments) {
    { f(arguments...) } -> signal_value;
};

}  // namespace detail

/// A function that gives a signal of an answer. It takes one of these:
///     const Query&, const Completion&, const std::stop_token&
///     const Query&, const Completion&
///     const Query&, const std::string&        the text of the answer
///     const Completion&
/// The completion has the text of the answer as it is delivered. It returns a number, a boolean, or an optional of one. It may throw: the
/// answer then lacks the signal. It is called from many threads at once if queries are answered concurrently.
template <class F>
concept signal_function =
    detail::signal_function_of<F, const Query&, const Completion&, const std::stop_token&> ||
    detail::signal_function_of<F, const Query&, const Completion&> ||
    detail::signal_function_of<F, const Query&, const std::string&> ||
    detail::signal_function_of<F, const Completion&>;

/// A signal function of any type.
class AnySignal {
 public:
    /// Takes a function over. The conversion is implicit.
    template <class F>
        requires(!std::same_as<F, AnySignal> && signal_function<F>)
    AnySignal(F value)  // NOLINT(google-explicit-constructor)
        : value_([value = std::move(value)](const Query& query, const Completion& completion,
                                            const std::stop_token& stop) -> std::optional<double> {
              if constexpr (detail::signal_function_of<F, const Query&, const Completion&,
                                                       const std::stop_token&>) {
                  return value(query, completion, stop);
              } else if constexpr (detail::signal_function_of<F, const Query&, const Completion&>) {
                  return value(query, completion);
              } else if constexpr (detail::signal_function_of<F, const Query&, const std::string&>) {
                  return value(query, completion.text);
              } else {
                  return value(completion);
              }
          }) {}

    /// Returns the signal of an answer. Passes on the exceptions of the function.
    [[nodiscard]] std::optional<double> operator()(const Query& query, const Completion& completion,
                                                   const std::stop_token& stop = {}) const {
        return value_(query, completion, stop);
    }

 private:
    std::function<std::optional<double>(const Query&, const Completion&, const std::stop_token&)> value_;
};

/// A signal by name. Policies know it by that name.
struct AnswerSignal {
    std::string name{};
    AnySignal value;
};

/// A signal that an answer lacks.
struct AbsentSignal {
    std::string name{};
    std::string reason{};

    friend bool operator==(const AbsentSignal&, const AbsentSignal&) = default;
};

/// The signals of one answer.
struct ReadSignals {
    std::vector<Signal> known{};
    std::vector<AbsentSignal> absent{};
};

/// Returns the signals of an answer, in the order of the functions. A function that throws, gives nothing or gives no
/// finite number leaves its signal absent.
[[nodiscard]] ReadSignals read_signals(std::span<const AnswerSignal> signals, const Query& query,
                                       const Completion& completion, const std::stop_token& stop = {});

/// Throws `ArgumentError` for a name that is empty or given twice.
void validate(std::span<const AnswerSignal> signals);

/// Returns the arithmetic mean of the probabilities of an answer's tokens, without those of thinking. Returns nothing if
/// the backend reports none.
[[nodiscard]] std::optional<double> mean_token_probability(const Completion& completion);

/// Returns the minimum of the probabilities of an answer's tokens, without those of thinking. Returns nothing if the
/// backend reports none.
[[nodiscard]] std::optional<double> min_token_probability(const Completion& completion);

/// Returns the probability of the letter that an answer to a multiple-choice question chooses (text/multiple_choice.hpp),
/// at the token at which the answer comes to its choice. Spellings of the letter among the alternatives, such as `B` and ` (B`, add
/// up. Returns nothing if no letter is chosen, no token is that letter, or the backend reports no tokens.
[[nodiscard]] std::optional<double> choice_probability(const Completion& completion);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/detail/answer_signals_inl.hpp>
#endif
