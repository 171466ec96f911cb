// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/figures_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/evaluation/field_figures.hpp>
#include <automix/evaluation/report/figures_json.hpp>
#include <automix/evaluation/report/report_json.hpp>

#include <nlohmann/json.hpp>

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const FigureInterval& figure) {
    return {
        {"value", to_json(figure.value)},
        {"ci", figure.interval ? nlohmann::ordered_json::array({figure.interval->low, figure.interval->high})
                               : nlohmann::ordered_json(nullptr)}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const CurveEvaluation& curve) {
    return {{"policies", curve.policies},
            {"cost_ratio", to_json(curve.cost_ratio)},
            {"score_difference", to_json(curve.score_difference)},
            {"figures", figures_json(curve.figures)}};
}

}  // namespace automix
