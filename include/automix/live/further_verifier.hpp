// SPDX-License-Identifier: Apache-2.0
// Defines further verifiers of an answer beside the one that every model has: another model as judge, tests that run, or
// a check of the format. Each has a name, by which policies and logs know it. A call costs one virtual call more than
// that of the verifier.
//     automix::AnsweringOptions options;
//     options.verifiers.push_back({.name = "judge", .verifier = automix::SelfVerifier(prompt), .judge = large});
//     options.verifiers.push_back({.name = "number", .verifier = [](const automix::Query&, const std::string& answer) {
//         return is_number(answer) ? automix::Verdict::positive : automix::Verdict::negative;
//     }});
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/record.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/any_model.hpp>
#include <automix/verify/verifier.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

/// A function of a query and an answer that judges the answer without a model. It returns a `Verdict`, or a `double`: the
/// probability that the answer is right. Called from many threads at once if queries are answered concurrently.
template <class F>
concept answer_check = std::invocable<const F&, const Query&, const std::string&> &&
    (std::same_as<std::invoke_result_t<const F&, const Query&, const std::string&>, Verdict> ||
     std::same_as<std::invoke_result_t<const F&, const Query&, const std::string&>, double>);

/// A verifier of any type. Copies share it.
class AnyVerifier {
 public:
    /// Takes one verifier for all models, or a choice by model and query. The conversion is implicit.
    template <live_verifier Verifier>
        requires(!std::same_as<Verifier, AnyVerifier>)
    AnyVerifier(Verifier verifier)  // NOLINT(google-explicit-constructor)
        : gives_confidence_(automix::gives_confidence<Verifier>),
          verify_([held = std::make_shared<const Verifier>(std::move(verifier))](
                      Index model, const Query& query, AnyModel& asked, const VerificationTask& task,
                      DrawRange range, const std::stop_token& stop) {
              return verifier_for(*held, model, query).verify(asked, task, range, stop);
          }) {}

    /// Takes a check of answers, which costs nothing. It runs once a round, and all verdicts of the round are the same.
    template <answer_check Check>
    AnyVerifier(Check check)  // NOLINT(google-explicit-constructor)
        : gives_confidence_(gives_number<Check>),
          verify_([held = std::make_shared<const Check>(std::move(check))](
                      Index, const Query& query, AnyModel&, const VerificationTask& task, DrawRange range,
                      const std::stop_token&) {
              Verdicts round;
              if constexpr (gives_number<Check>) {
                  round.confidence = (*held)(query, task.answer);
              } else {
                  round.verdicts.assign(as_size(range.count), (*held)(query, task.answer));
              }
              return round;
          }) {}

    /// Returns true if it gives a confidence in place of verdicts.
    [[nodiscard]] bool gives_confidence() const noexcept { return gives_confidence_; }

    /// Draws a round on the answer of a model, by its number. Passes on the exceptions of the verifier.
    [[nodiscard]] Verdicts verify(Index model, const Query& query, AnyModel& asked,
                                  const VerificationTask& task, DrawRange range,
                                  const std::stop_token& stop) const {
        return verify_(model, query, asked, task, range, stop);
    }

 private:
    template <class Check>
    static constexpr bool gives_number =
        std::same_as<std::invoke_result_t<const Check&, const Query&, const std::string&>, double>;

    bool gives_confidence_;
    std::function<Verdicts(Index, const Query&, AnyModel&, const VerificationTask&, DrawRange,
                           const std::stop_token&)>
        verify_;
};

struct FurtherVerifier {
    std::string name{};  ///< not empty, and not `self`, the name of the verifier that every model has
    AnyVerifier verifier;
    std::optional<AnyModel> judge{};  ///< the model that it asks; nothing: the model that gave the answer
    std::optional<int> draws{};       ///< verdicts that a recording draws; nothing: as many as of `self`
};

/// Throws `ArgumentError` for a name that is empty, `self` or given twice, and for draws below 1.
inline void validate(std::span<const FurtherVerifier> verifiers) {
    for (auto verifier = verifiers.begin(); verifier != verifiers.end(); ++verifier) {
        const std::string& name = verifier->name;
        if (name.empty()) throw ArgumentError("verifiers: a name is empty");
        if (name == self_verifier)
            throw ArgumentError("verifiers: " + in_quotes(name) +
                                " is the name of the verifier that every model has");
        for (auto before = verifiers.begin(); before != verifier; ++before) {
            if (before->name == name)
                throw ArgumentError("verifiers: " + in_quotes(name) + " is given twice");
        }
        if (verifier->draws && *verifier->draws < 1)
            throw ArgumentError("verifiers: draws of " + in_quotes(name) + ": expected at least 1, found " +
                                std::to_string(*verifier->draws));
    }
}

}  // namespace automix
