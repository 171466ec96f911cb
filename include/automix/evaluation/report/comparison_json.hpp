// SPDX-License-Identifier: Apache-2.0
// Writes comparisons of routers as JSON. An undefined metric is null. Lift and gap recovered are ratios, area and
// excess are in per cent. Field names are those of the program's `compare --format json`.
#pragma once

#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/report/report_json.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace automix {

/// Returns `{"mean","se","undefined"}`.
nlohmann::ordered_json to_json(const MeanMetric& metric);

/// Returns `{"name","models","refused","infeasible","lift","area","excess","gap_recovered","performance","quality",
/// "cost","draws","rounds","later_start","difference","figures"}`, each metric as above. `difference` is that of the
/// area, and holds that of the excess as `excess`. `figures` has a metric for each of `field_figure_names`.
nlohmann::ordered_json to_json(const ComparedRouter& router);

nlohmann::ordered_json to_json(const std::vector<ComparedRouter>& routers);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/comparison_json_inl.hpp>
#endif
