// SPDX-License-Identifier: Apache-2.0
// Defines a live model for the mixer: the adapter, its prompts, its sampling of answers and their signals. Also defines the choice of
// verifiers: one for all models, or one by model and query.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/live/answer_signals.hpp>
#include <automix/live/detail/for_dataset.hpp>
#include <automix/live/query.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/few_shot_prompt.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verifier.hpp>

#include <algorithm>
#include <concepts>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

struct LiveModel {
    AnyModel model;
    Sampling sampling{};  ///< of answers; `max_tokens` must be given
    PromptTemplate prompt = default_answer_template();
    std::map<std::string, PromptTemplate> prompts_by_dataset{};  ///< in place of `prompt`
    RenderLimits limits{};
    std::vector<AnswerSignal> signals{};  ///< of its answers

    [[nodiscard]] const PromptTemplate& prompt_of(const Query& query) const {
        return detail::for_dataset(prompts_by_dataset, query.dataset, prompt);
    }
};

namespace detail {

inline std::vector<std::string> names_of(std::span<const LiveModel> models) {
    std::vector<std::string> names;
    for (const LiveModel& model : models) names.push_back(model.model.name());
    return names;
}

}  // namespace detail

/// Throws `ArgumentError` unless a model gives all signals that a router reads of its answers.
inline void require_signals(const LiveModel& model, const std::vector<std::string>& read) {
    validate(model.signals);
    std::vector<std::string> given;
    for (const AnswerSignal& signal : model.signals) given.push_back(in_quotes(signal.name));
    for (const std::string& name : read) {
        if (std::find(given.begin(), given.end(), in_quotes(name)) == given.end())
            throw ArgumentError("signals: the policy reads the signal " + in_quotes(name) +
                                " of answers of " + in_quotes(model.model.name()) + ", which gives " +
                                (given.empty() ? "none" : joined(given)));
    }
}

/// Throws `ArgumentError` unless the models have the names, in that order, that a router was trained on.
inline void require_models(std::span<const LiveModel> models, const std::vector<std::string>& trained) {
    const std::vector<std::string> names = detail::names_of(models);
    if (names != trained)
        throw ArgumentError("trained on the models " + joined(trained) + ", but asked to answer with " +
                            joined(names));
}

/// A callable `choice(model number, query)` that returns a reference to the verifier for that model's answer.
template <class V>
concept verifier_choice = requires(const V& choice, Index model, const Query& query) {
    {choice(model, query)};
    requires std::is_lvalue_reference_v<decltype(choice(model, query))>;
    requires verifier<std::remove_cvref_t<decltype(choice(model, query))>, AnyModel>;
};

/// A verifier argument of the mixer: one verifier for all models, or a choice.
template <class V>
concept live_verifier = verifier<V, AnyModel> || verifier_choice<V>;

namespace detail {

/// Refuses a type that is no verifier, with a message that names the requirements.
template <class Verifier>
constexpr bool is_live_verifier() {
    static_assert(live_verifier<Verifier>,
                  "a verifier needs a member `Verdicts verify(AnyModel&, const VerificationTask&, DrawRange, "
                  "const std::stop_token&) const`, or is callable with a model's number and a `const Query&` "
                  "and gives a reference to such a verifier; see automix/verify/verifier.hpp");
    return true;
}

}  // namespace detail

/// Returns the verifier for a model's answer to a query.
template <live_verifier Verifier>
const auto& verifier_for(const Verifier& verifier, Index model, const Query& query) {
    if constexpr (verifier_choice<Verifier>) {
        return verifier(model, query);
    } else {
        return verifier;
    }
}

/// True if the verifier says that it gives a confidence, by `static constexpr bool gives_confidence = true;`.
template <live_verifier Verifier>
inline constexpr bool gives_confidence = requires {
    requires std::remove_cvref_t<decltype(verifier_for(std::declval<const Verifier&>(), Index{},
                                                       std::declval<const Query&>()))>::gives_confidence;
};

}  // namespace automix
