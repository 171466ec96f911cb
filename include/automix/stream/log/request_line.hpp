// SPDX-License-Identifier: Apache-2.0
// Reads and writes lines of a log of requests, in the schema `automix-requests/1`. A request is one line:
//     {"schema":"automix-requests/1","id":"r1","time":1764500000.123,"policy":"0f..","model":"automix",
//      "question":"..","context":"..","dataset":"..","features":{"turns":3},"prior":[0.7,0.9],
//      "exploring":true,"explored":false,"exploration":0.02,"route":["small"],"answered":"small" or null,
//      "degraded":false,"error":"..","latency":0.81,
//      "models":[{"name":"small","seen":1.0,"cost":0.0001,"draw_cost":0.000005,"verdicts":[1,0,null],
//                 "drawn_by_policy":2,"confidence":0.5,
//                 "verifiers":{"judge":{"verdicts":[1],"draw_cost":0.002,"drawn_by_policy":1}},
//                 "signals":{"tests":1},"served_model":"small-0401","answer":"..","score":1.0},..]}
// Texts, facts, prices, verifications and scores may be missing. `verify_cost`, the price of all verdicts together, may
// stand in place of `draw_cost`. A score that comes later is a line of its own:
//     {"schema":"automix-requests/1","score_of":"r1","model":"small","score":1.0,"time":1764500100.0}
// Without `model` it is the score of the answer that was delivered. A request with `exploring` was drawn to be explored.
// When that has ended, a line of its own has all that was seen, in place of the request's models:
//     {"schema":"automix-requests/1","exploration_of":"r1","time":1764500002.0,"models":[..]}
// Unknown fields are errors.
#pragma once

#include <automix/stream/request_record.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace automix {

/// A line of a log of requests.
using RequestLine = std::variant<RequestRecord, ExplorationRecord, LateScore>;

/// Returns the line of a request, with its line end. Bytes that are not UTF-8 become U+FFFD. Throws `DataError` as
/// `validate`.
[[nodiscard]] std::string request_line(const RequestRecord& request);

/// Returns the line of an exploration, with its line end. Throws `DataError` as `validate`.
[[nodiscard]] std::string request_line(const ExplorationRecord& exploration);

/// Returns the line of a score, with its line end. Throws `DataError` as `validate`.
[[nodiscard]] std::string request_line(const LateScore& score);

/// Returns the request, the exploration or the score of a line. Messages refer to the line as `name`. Throws `DataError` with the field
/// if anything is wrong.
[[nodiscard]] RequestLine parse_request_line(std::string_view line, const std::string& name);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/log/detail/request_line_inl.hpp>
#endif
