// SPDX-License-Identifier: Apache-2.0
// Writes the figures of curves as JSON, one member for each of `field_figure_names`. An undefined figure is null.
#pragma once

#include <automix/evaluation/field_figures.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace automix {

/// Returns the figures by name. There must be a `to_json` of their type.
template <class Value>
nlohmann::ordered_json figures_json(const FieldFigures<Value>& figures) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < field_figure_names.size(); ++i)
        json[std::string(field_figure_names[i])] = to_json(figures.*all_field_figures<Value>[i]);
    return json;
}

/// Returns `{"value","ci"}`; `ci` is `[low,high]`, or null.
nlohmann::ordered_json to_json(const FigureInterval& figure);

/// Returns `{"policies","cost_ratio","score_difference","figures"}`, each figure as above.
nlohmann::ordered_json to_json(const CurveEvaluation& curve);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/figures_json_inl.hpp>
#endif
