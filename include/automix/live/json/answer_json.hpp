// SPDX-License-Identifier: Apache-2.0
// Answers to live queries as JSON, a line each:
//     {"id":"q1","answer":"..","model":"small","verdicts":{"small":[1,0,null]},"cost":{"answers":..,"verification":..,"total":..,
//      "models":{"small":{"answers":..,"verification":..},..}},"cut_bytes":0,"latency_ms":..,"degraded":false,"explanation":{..} or null,
//      "error":null or {"kind":".." or null,"message":".."}}
// `answer` and `model` are null if the query failed; an answer that is degraded has an error too.
#pragma once

#include <automix/live/live_answer.hpp>
#include <automix/routing/json/explanation_json.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace automix {

/// `models` are the names of all models, cheapest first.
nlohmann::ordered_json to_json(const LiveAnswer& answer, const std::vector<std::string>& models);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/json/detail/answer_json_inl.hpp>
#endif
