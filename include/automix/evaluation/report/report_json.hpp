// SPDX-License-Identifier: Apache-2.0
// Reports as JSON. Shares and lift are ratios, excess is in per cent; a figure that does not exist is null, and the
// reason for a missing IBC or lift stands in `undefined`. Field names are those of the program's `--format json`.
#pragma once

#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <nlohmann/json.hpp>

namespace automix {

using OrderedJson = nlohmann::ordered_json;

/// The number, or null.
nlohmann::ordered_json to_json(const OptionalMetric& figure);

/// `{"performance","cost","answer_cost","verification_cost","ibc","ibc_lift","undefined","routed","draws",
/// "rounds","gap_recovered","excess"}`.
nlohmann::ordered_json to_json(const Report& report);

/// `{"level","resamples","performance":[low,high],"cost":[..],"ibc_lift":[..],"undefined_resamples"}`.
nlohmann::ordered_json to_json(const ConfidenceIntervals& intervals);

/// The report with `ci`, null where no intervals were asked for.
nlohmann::ordered_json to_json(const Evaluation& evaluation);

/// A report for each data set, by name.
nlohmann::ordered_json datasets_json(const Evaluation& evaluation);

nlohmann::ordered_json to_json(const Baselines& baselines);

/// `{"passed","mean","se"}`.
nlohmann::ordered_json to_json(const Guard& guard);

/// An object with a member for each parameter.
nlohmann::ordered_json to_json(const Parameters& parameters);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/report_json_inl.hpp>
#endif
