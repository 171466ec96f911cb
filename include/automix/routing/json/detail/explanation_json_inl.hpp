// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/json/explanation_json.hpp.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/json/explanation_json.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

inline nlohmann::ordered_json told_json(const ModelReasons& told, const std::string& model) {
    const ContextReasons& score = told.score;
    nlohmann::ordered_json words = nlohmann::ordered_json::array();
    for (const WordReason& reason : score.strongest)
        words.push_back({{"word", reason.word}, {"log_odds", reason.log_odds}});
    return {{"model", model},
            {"score", score.score},
            {"mean_score", score.mean_score},
            {"answer_price", told.answer_price},
            {"draw_price", told.draw_price},
            {"log_odds",
             {{"words", score.words},
              {"length", score.length},
              {"dataset", score.dataset},
              {"features", score.features},
              {"prior", score.prior}}},
            {"words", std::move(words)}};
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const Action& action, const std::vector<std::string>& models,
                                              const std::vector<std::string>& verifiers) {
    nlohmann::ordered_json json{{"action", detail::action_names[static_cast<std::size_t>(action.kind)]},
                                {"to", nullptr},
                                {"draws", nullptr}};
    if (action.kind == ActionKind::route) json["to"] = models[as_size(action.model)];
    if (!verifiers.empty()) json["verifier"] = nullptr;
    if (action.kind != ActionKind::verify) return json;
    json["draws"] = action.draws;
    if (!verifiers.empty()) json["verifier"] = verifiers[as_size(action.verifier)];
    return json;
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const Explanation& explanation,
                                              const std::vector<std::string>& models) {
    const auto or_null = [](const std::optional<double>& value) {
        return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
    };
    nlohmann::ordered_json alternatives = nlohmann::ordered_json::array();
    for (const Alternative& alternative : explanation.alternatives) {
        nlohmann::ordered_json json = to_json(alternative.action, models, explanation.verifiers);
        json["score"] = std::isnan(alternative.value.score) ? nlohmann::ordered_json(nullptr)
                                                            : nlohmann::ordered_json(alternative.value.score);
        json["cost"] = std::isnan(alternative.value.cost) ? nlohmann::ordered_json(nullptr)
                                                          : nlohmann::ordered_json(alternative.value.cost);
        json["net"] = alternative.net;
        json["chosen"] = alternative.chosen;
        alternatives.push_back(std::move(json));
    }
    nlohmann::ordered_json told = nlohmann::ordered_json::array();
    for (std::size_t m = 0; m < explanation.told.size(); ++m)
        told.push_back(detail::told_json(explanation.told[m], models[m]));
    nlohmann::ordered_json json{{"right", or_null(explanation.right)},
                                {"lambda", explanation.lambda},
                                {"belief", explanation.belief},
                                {"levels", explanation.levels},
                                {"draw_value", or_null(explanation.draw_value)},
                                {"alternatives", std::move(alternatives)},
                                {"reason", explanation.reason},
                                {"told", std::move(told)}};
    for (const VerifierBelief& about : explanation.verifier_beliefs)
        json["verifier_beliefs"].push_back(
            {{"verifier", about.verifier}, {"belief", about.belief}, {"levels", about.levels}});
    if (!explanation.missing_signals.empty()) json["missing_signals"] = explanation.missing_signals;
    return json;
}

}  // namespace automix
