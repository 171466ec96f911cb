// SPDX-License-Identifier: Apache-2.0
// The explanation of a router's decision: its belief about the current answer, and the expected score and cost of each
// action if its policy is followed afterwards.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/routing_value.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

/// A possible action and its value.
struct Alternative {
    Action action{};
    /// Expected score and remaining payments, the action's own price included; NaN if only the net value is known, as
    /// with alpha vectors.
    RoutingValue value{};
    double net = 0.0;  ///< score less lambda times all payments, rounds included
    bool chosen = false;
};

/// The forecast of one model before it is asked, and the reasons that the facts on a query give.
struct ModelReasons {
    ContextReasons score{};     ///< expected score, and what each kind of fact adds to its log odds
    double answer_price = 0.0;  ///< expected price of an answer
    double draw_price = 0.0;    ///< expected price of one draw
};

/// The belief about the current answer by one of several verifiers.
struct VerifierBelief {
    std::string verifier{};        ///< its name
    std::vector<double> belief{};  ///< probability of each level
    std::vector<double> levels{};  ///< rate of positive verdicts at each level; empty for a confidence
};

struct Explanation {
    Action action{};     ///< action of the policy
    Index current = -1;  ///< the model that answered last; -1: none has
    std::vector<std::string>
        verifiers{};      ///< names of its verifiers, by number; empty unless there are several
    double lambda = 0.0;  ///< score worth one unit of price
    std::vector<double>
        belief{};  ///< probability of each level of the current answer; empty if it is not verified by
                   ///< verdicts or a confidence, or no model has answered
    std::vector<double> levels{};  ///< rate of positive verdicts at each level; empty without verdicts
    /// The same of each verifier of the current answer, that of the first included; empty unless there are several.
    std::vector<VerifierBelief> verifier_beliefs{};
    std::optional<double> right{};  ///< probability that the answer is right; nothing before any answer
    std::vector<Alternative> alternatives{};  ///< accept, each route, each batch of verdicts that remains
    std::optional<double>
        draw_value{};  ///< net gain of one more verdict over the best other action; nothing if none remains
    std::string reason{};
    std::vector<std::string> missing_signals{};  ///< that the policy reads and the current answer lacks
    std::vector<ModelReasons>
        told{};  ///< by the query, of each model; empty unless the policy reads it and its facts are given
};

struct Evidence;

/// A function that explains the decision of a trained router on evidence. It is empty for a router that cannot explain
/// itself. The router must outlive it unchanged. It is safe to call from many threads. It throws `ProtocolError` for
/// evidence that no query can have.
class Explainer {
 public:
    Explainer() = default;
    Explainer(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)

    /// Takes a function of the evidence, or of the evidence and a pointer to the facts on the query, which is null if
    /// they are not known.
    template <class Function>
        requires(std::is_invocable_r_v<Explanation, const Function&, const Evidence&>)
    Explainer(Function explain)  // NOLINT(google-explicit-constructor)
        : explain_([explain = std::move(explain)](const Evidence& evidence, const QueryFacts*) {
              return explain(evidence);
          }) {}
    template <class Function>
        requires(std::is_invocable_r_v<Explanation, const Function&, const Evidence&, const QueryFacts*>)
    Explainer(Function explain)  // NOLINT(google-explicit-constructor)
        : explain_(std::move(explain)) {}

    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(explain_); }

    /// Explains the decision. If the policy reads the query, the evidence holds its forecast.
    [[nodiscard]] Explanation operator()(const Evidence& evidence) const {
        return explain_(evidence, nullptr);
    }

    /// Explains also what the facts on the query told.
    [[nodiscard]] Explanation operator()(const Evidence& evidence, const QueryFacts& facts) const {
        return explain_(evidence, &facts);
    }

 private:
    std::function<Explanation(const Evidence&, const QueryFacts*)> explain_{};
};

}  // namespace automix
