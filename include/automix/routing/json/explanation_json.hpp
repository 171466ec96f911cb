// SPDX-License-Identifier: Apache-2.0
// Explanations of decisions as JSON:
//     {"right":probability or null,"lambda":..,"belief":[..],"levels":[..],"draw_value":net gain or null,
//      "alternatives":[{"action":"accept","route" or "verify","to":NAME or null,"draws":K or null,"verifier":NAME or null,
//      "score":..,"cost":..,"net":..,"chosen":true or false},..],"reason":"..",
//      "told":[{"model":NAME,"score":..,"mean_score":..,"answer_price":..,"draw_price":..,"log_odds":{"words":..,
//      "length":..,"dataset":..,"features":..,"prior":..},"words":[{"word":"..","log_odds":..},..]},..]}
// `score` and `cost` are expected from here on. They are null if only the net value is known; see `Explanation`.
// `verifier` is there if the current answer has several. `told` is what the query told of each model before it was asked; empty if the policy does not read the query.
#pragma once

#include <automix/routing/action.hpp>
#include <automix/routing/explanation.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

namespace detail {

/// Names of kinds of action, by `ActionKind`, and of accepted answers, by `AcceptedAnswer`.
inline constexpr std::array<std::string_view, 3> action_names = {"accept", "route", "verify"};
inline constexpr std::array<std::string_view, 2> accepted_names = {"first", "plurality"};

}  // namespace detail

/// Returns `{"action","to","draws"}`: the model's name for a route, the number of draws for verifying, else null. If there
/// are `verifiers` to choose from, `verifier` is the name of the one to ask, or null.
nlohmann::ordered_json to_json(const Action& action, const std::vector<std::string>& models,
                               const std::vector<std::string>& verifiers = {});

nlohmann::ordered_json to_json(const Explanation& explanation, const std::vector<std::string>& models);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/json/detail/explanation_json_inl.hpp>
#endif
