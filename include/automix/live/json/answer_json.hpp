// SPDX-License-Identifier: Apache-2.0
// Writes answers to live queries as JSON, one line each:
//     {"id":"q1","answer":"..","finish":"stop","model":"small","verdicts":{"small":[1,0,null]},
//      "signals":{"small":{"certainty":0.93,"tests":null}},
//      "cost":{"answers":..,"verification":..,"total":..,"models":{"small":{"answers":..,"verification":..},..}},
//      "cut_bytes":0,"latency_ms":..,"degraded":false,"explanation":{..} or null,
//      "error":null or {"kind":".." or null,"message":".."}}
// `answer` and `model` are null if the query failed. `finish` is `length` for a cut answer, and null if it is not known. `signals` stand there if there are any; null: the answer lacks it. `warning` says what the query lacks, if it does. A degraded answer has an error too.
#pragma once

#include <automix/live/live_answer.hpp>
#include <automix/routing/json/explanation_json.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace automix {

/// Returns what was seen of an answer: `verdicts`, and `confidences` and `verifiers` if there are any. `models` are the
/// names of all models, cheapest first.
nlohmann::ordered_json evidence_json(const LiveAnswer& answer, const std::vector<std::string>& models);

/// Returns the member `cost` of an answer.
nlohmann::ordered_json cost_json(const LiveAnswer& answer, const std::vector<std::string>& models);

/// Returns the member `error` of an answer, or null.
nlohmann::ordered_json failure_json(const LiveAnswer& answer);

/// Returns a whole answer as JSON.
nlohmann::ordered_json to_json(const LiveAnswer& answer, const std::vector<std::string>& models);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/json/detail/answer_json_inl.hpp>
#endif
