// SPDX-License-Identifier: Apache-2.0
// Reads what a client means by `model`: the policy as it was trained, the same policy for another objective, or a model
// by its name.
//     automix | automix:quality=0.95 | automix:budget=0.002 | automix:lambda=3 | NAME
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/gateway/request_error.hpp>
#include <automix/routing/objective.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace automix {

/// The name by which clients ask for the policy.
inline constexpr std::string_view policy_model = "automix";

/// The policy as it was trained.
struct TrainedChoice {};

/// The policy as it was trained, its policy for another objective, or a model by its name.
using ModelChoice = std::variant<TrainedChoice, Objective, std::string>;

/// Returns what a client asks for. Throws `RequestError` of status 404 for a name that is not among `names`, and of
/// status 400 for an objective that cannot be.
inline ModelChoice parse_model_choice(std::string_view text, const std::vector<std::string>& names) {
    if (text == policy_model) return TrainedChoice{};
    constexpr std::string_view prefix = "automix:";
    if (text.starts_with(prefix)) {
        try {
            const Objective objective = parse_objective(text.substr(prefix.size()));
            const bool known = objective.kind == ObjectiveKind::quality ||
                               objective.kind == ObjectiveKind::budget ||
                               objective.kind == ObjectiveKind::lambda;
            if (known) return objective;
        } catch (const ArgumentError& error) {
            throw RequestError({.field = "model"}, "model: " + std::string(error.what()));
        }
        throw RequestError({.field = "model"},
                           "model: expected automix:quality=X, automix:budget=X or automix:lambda=X, found " +
                               in_quotes(text));
    }
    if (std::find(names.begin(), names.end(), text) != names.end()) return std::string(text);
    throw RequestError({.status = 404, .code = "model_not_found", .field = "model"},
                       "model: there is no " + in_quotes(text) + "; known are automix, automix:quality=X, " +
                           "automix:budget=X, automix:lambda=X and " + joined(names));
}

}  // namespace automix
