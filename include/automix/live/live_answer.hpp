// SPDX-License-Identifier: Apache-2.0
// Defines the answer to a live query: its text, its model, the evidence for the decision, its cost and its explanation.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/record.hpp>
#include <automix/live/answer_signals.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/explanation.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// The reason why a call, and with it a query, failed.
struct LiveFailure {
    std::optional<FailureKind> kind{};  ///< nothing if the failure is not that of a call
    std::string message{};
    std::optional<std::chrono::milliseconds> retry_after{};  ///< wait that the backend asks for
    bool is_deliberate = false;  ///< the reply came whole, though it cannot be used
};

/// The share of one verifier in a query: what it said of one model's answer.
struct VerifierShare {
    std::string verifier{self_verifier};        ///< its name
    std::vector<Verdict> verdicts{};            ///< in the order drawn
    std::optional<double> confidence{};         ///< in place of verdicts, if the verifier gives one
    std::vector<std::string> replies{};         ///< replies that the verdicts were read from
    int cut_replies = 0;                        ///< replies that the token limit cut
    int declined_replies = 0;                   ///< replies that were declined, so unparsed
    std::optional<Usage> verification_usage{};  ///< of the calls for it, those that report their usage
    double verification_cost = 0.0;
    double verdicts_price =
        0.0;  ///< the part of `verification_cost` for the rounds that brought verdicts or a confidence

    /// Returns true if it was asked, be it in vain.
    [[nodiscard]] bool asked() const noexcept {
        return !verdicts.empty() || confidence || verification_cost > 0.0;
    }
};

/// The share of one model in a query. Its own members on verification are those of the first verifier.
struct ModelShare : VerifierShare {
    std::optional<std::string> answer{};   ///< nothing: not asked, or the call failed
    std::optional<FinishReason> finish{};  ///< why the answer ended, if it is known; `length`: it was cut
    std::optional<Usage> usage{};          ///< of the answer, if the model reports it
    double answer_cost = 0.0;
    double answer_price = 0.0;      ///< the part of `answer_cost` for the call that brought the answer
    std::size_t cut_bytes = 0;      ///< maximum number of bytes cut from the context to fit a prompt
    std::vector<Signal> signals{};  ///< of its answer
    std::vector<AbsentSignal> absent_signals{};  ///< that its answer lacks, though they are asked for
    std::vector<VerifierShare> further{};        ///< of the verifiers 1, 2 .. of its answers

    /// Returns the share of a verifier of its answers, by number.
    [[nodiscard]] VerifierShare& verifier_at(Index number) {
        return number == 0 ? *this : further[as_size(number - 1)];
    }

    /// Calls `use` with the share of each verifier, the first included.
    template <class Use>
    void for_each_verifier(Use use) const {
        use(static_cast<const VerifierShare&>(*this));
        for (const VerifierShare& share : further) use(share);
    }

    /// Returns what all its verifiers cost together.
    [[nodiscard]] double all_verification_cost() const {
        double sum = 0.0;
        for_each_verifier([&](const VerifierShare& share) { sum += share.verification_cost; });
        return sum;
    }
};

struct LiveAnswer {
    std::string id{};
    std::string text{};  ///< empty if the query failed
    Index model = -1;    ///< number of the model that answered; -1: the query failed
    AcceptedAnswer accepted = AcceptedAnswer::first;
    std::optional<FinishReason> finish{};  ///< why the text ended, if it is known; `length`: it was cut
    bool degraded = false;                 ///< the policy wanted more, or another model, and it failed
    std::optional<LiveFailure>
        failure{};          ///< failure of the query if `model` is -1, else the cause of the degradation
    std::string warning{};  ///< of what the query lacks; empty: it lacks nothing
    std::vector<ModelShare> models{};      ///< one for each model, cheapest first
    int rounds = 0;                        ///< of draws
    std::chrono::microseconds latency{0};  ///< calls included
    std::optional<Explanation>
        explanation{};  ///< of the last decision that was open, if the router can explain it

    [[nodiscard]] bool failed() const noexcept { return model < 0; }
    [[nodiscard]] double answer_cost() const noexcept {
        double sum = 0.0;
        for (const ModelShare& share : models) sum += share.answer_cost;
        return sum;
    }
    [[nodiscard]] double verification_cost() const noexcept {
        double sum = 0.0;
        for (const ModelShare& share : models) sum += share.all_verification_cost();
        return sum;
    }
    [[nodiscard]] double cost() const noexcept { return answer_cost() + verification_cost(); }
};

}  // namespace automix
