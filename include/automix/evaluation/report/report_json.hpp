// SPDX-License-Identifier: Apache-2.0
// Writes reports as JSON. Shares and lift are ratios, excess is in per cent. An undefined metric is null; the reason
// for an undefined IBC or lift stands in `undefined`. Field names are those of the program's `--format json`.
#pragma once

#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace automix {

using OrderedJson = nlohmann::ordered_json;

/// Returns the number, or null.
nlohmann::ordered_json to_json(const OptionalMetric& metric);

/// Returns `{"performance","cost","answer_cost","verification_cost","ibc","ibc_lift","undefined","routed","draws",
/// "rounds","gap_recovered","excess"}`.
nlohmann::ordered_json to_json(const Report& report);

/// Returns `{"level","resamples","performance":[low,high],"cost":[..],"ibc_lift":[..],"undefined_resamples"}`.
nlohmann::ordered_json to_json(const ConfidenceIntervals& intervals);

/// Returns the report with `ci`, null if no intervals were asked for.
nlohmann::ordered_json to_json(const Evaluation& evaluation);

/// Returns a report for each data set, by name.
nlohmann::ordered_json datasets_json(const Evaluation& evaluation);

/// Returns a report for each baseline, by name.
nlohmann::ordered_json to_json(const Baselines& baselines);

/// Returns a list of `{"model","answer","answer_from","draw","verification","verification_from"}`, the last three null
/// for a model that is not verified. Both `_from` are `given`, `recorded` or `default`.
nlohmann::ordered_json to_json(const std::vector<ModelPrices>& prices);

/// Returns `{"passed","mean","se","signal"}`.
nlohmann::ordered_json to_json(const Guard& guard);
/// Returns `{"score","score_se","cost","cost_se"}`.
nlohmann::ordered_json to_json(const HeldOut& rows);

/// Returns an object with a member for each parameter.
nlohmann::ordered_json to_json(const Parameters& parameters);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/report_json_inl.hpp>
#endif
