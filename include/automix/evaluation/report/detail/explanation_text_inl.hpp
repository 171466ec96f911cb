// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/explanation_text.hpp.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/evaluation/report/explanation_text.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/routing/explanation.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns what the query told of one model.
inline std::string told_of_model(const ModelReasons& told) {
    const auto signed_number = [](double log_odds) {
        const std::string number = format_fixed(log_odds, 2);
        return number.starts_with('-') ? number : "+" + number;
    };
    const ContextReasons& score = told.score;
    std::string text;
    for (const auto& [name, log_odds] :
         {std::pair{"words", score.words}, std::pair{"length", score.length},
          std::pair{"data set", score.dataset}, std::pair{"features", score.features},
          std::pair{"prior", score.prior}}) {
        if (log_odds == 0.0) continue;
        text += std::string(name) + ' ' + signed_number(log_odds);
        if (name == std::string_view("words") && !score.strongest.empty()) {
            std::vector<std::string> words;
            for (const WordReason& reason : score.strongest)
                words.push_back(in_quotes(reason.word) + ' ' + signed_number(reason.log_odds));
            text += " (" + joined(words) + ")";
        }
        text += "; ";
    }
    return text + "expected score " + format_fixed(score.score, 2) + " before asking, " +
           format_fixed(score.mean_score, 2) + " on average; its answer is expected to cost " +
           format_price(told.answer_price);
}

/// Returns what the query told of each model; empty if it told nothing.
inline std::string told_text(const std::vector<ModelReasons>& told, const std::vector<std::string>& models) {
    if (told.empty()) return {};
    std::string text = "the query told, in log odds of a right answer against the mean query:\n";
    for (std::size_t m = 0; m < told.size(); ++m)
        text += wrap_text("  " + models[m] + ": " + told_of_model(told[m]), 4) + '\n';
    return text;
}

/// Returns the end of a line that shows how likely each level is, by shades.
inline std::string belief_picture(const std::vector<double>& belief) {
    constexpr std::string_view shades = " .:-=+*#%@";
    const double highest = *std::max_element(belief.begin(), belief.end());
    std::string picture;
    for (const double probability : belief) {
        const double shade = std::ceil(probability / highest * static_cast<double>(shades.size() - 1) - 0.5);
        picture += shades[static_cast<std::size_t>(std::max(0.0, shade))];
    }
    return ", 0 to 1: [" + picture + "]\n";
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string action_text(const Action& action, const std::vector<std::string>& models,
                                       const std::vector<std::string>& verifiers) {
    switch (action.kind) {
        case ActionKind::accept:
            return action.accepted == AcceptedAnswer::plurality ? "accept the plurality" : "accept";
        case ActionKind::route:
            return "route to " + models[as_size(action.model)];
        case ActionKind::verify:
            break;
    }
    return "verify " + std::to_string(action.draws) +
           (verifiers.empty() ? "" : " by " + verifiers[as_size(action.verifier)]);
}

AUTOMIX_INLINE std::string to_text(const Explanation& explanation, const std::vector<std::string>& models) {
    std::string text = detail::told_text(explanation.told, models);
    if (explanation.right) {
        text += models[as_size(explanation.current)] + "'s answer is right with probability " +
                format_fixed(*explanation.right, 3) + '\n';
    }
    if (!explanation.missing_signals.empty()) {
        text += wrap_text("the answer came without " + joined(explanation.missing_signals) +
                              "; it counts as the training rows without, or as the mean if there were none",
                          2) +
                '\n';
    }
    if (explanation.verifier_beliefs.empty() && !explanation.levels.empty())
        text += "rate of positive verdicts" + detail::belief_picture(explanation.belief);
    for (const VerifierBelief& about : explanation.verifier_beliefs) {
        if (!about.levels.empty())
            text += "rate of positive verdicts of " + about.verifier + detail::belief_picture(about.belief);
    }
    TextTable table({"action", "score", "cost", "net"});
    const auto known = [](double value, int digits) {
        return std::isnan(value) ? std::string("-") : format_fixed(value, digits);
    };
    for (const Alternative& alternative : explanation.alternatives) {
        table.add({(alternative.chosen ? "> " : "  ") +
                       action_text(alternative.action, models, explanation.verifiers),
                   known(alternative.value.score, 4), known(alternative.value.cost, 3),
                   format_fixed(alternative.net, 4)});
    }
    text += table.text();
    if (explanation.draw_value)
        text += "one more verdict is worth " + format_fixed(*explanation.draw_value, 4) + '\n';
    return text + "chosen: " + explanation.reason + '\n';
}

}  // namespace automix
