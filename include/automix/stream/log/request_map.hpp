// SPDX-License-Identifier: Apache-2.0
// Reads calls that other programs have logged as requests, by a file that names their fields. Each line is a JSON object
// of one call, or of a query alone, and the lines of one id are one request. A field is a path: names joined by points,
// and places in lists, from the end if they are negative, as in `response.body.choices[0].message.content` and
// `messages[-1].content`. A map reads
//     {"id":"custom_id","model":"response.body.model","time":..,"latency":..,"cost":..,
//      "prompt_tokens":..,"completion_tokens":..,"question":..,"context":..,"answer":..,"score":..,"dataset":..,
//      "succeeded":{"field":"response.status_code","value":200},"all_asked":true,
//      "models":[{"called":"gpt-4o-mini-2024-07-18","name":"small","prompt_price":1.5e-7,"completion_price":6e-7},..]}
// All but `id` and `model` may be left out. `called` is what the log says, `name` the policy's name, and prices are those
// of a token, for logs without a cost. Without `models` names stay as they are. `all_asked` says that each query was sent
// to all models, so that no choice stands behind what is seen. Fields that a line lacks are unknown. O(lines).
#pragma once

#include <automix/stream/log/request_reader.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// A model as a log of calls names it.
struct MappedModel {
    std::string called{};                  ///< in the log
    std::string name{};                    ///< in the policy
    std::optional<double> prompt_price{};  ///< of a token
    std::optional<double> completion_price{};
};

/// The fields of a log of calls. An empty path means that there is none.
struct RequestMap {
    std::string id{};
    std::string model{};
    std::string time{};     ///< seconds since 1970-01-01
    std::string latency{};  ///< seconds
    std::string cost{};
    std::string prompt_tokens{};
    std::string completion_tokens{};
    std::string question{};
    std::string context{};
    std::string answer{};
    std::string score{};
    std::string dataset{};
    std::string succeeded{};            ///< a call counts only if this field has the value below
    std::string succeeded_value{};      ///< as JSON
    bool all_asked = false;             ///< each query was sent to all models
    std::vector<MappedModel> models{};  ///< cheapest first; empty: all, by their own names
};

/// Returns a map from the text of its file, which messages call `name`. Throws `DataError` with the field for any error.
[[nodiscard]] RequestMap parse_request_map(std::string_view text, const std::string& name);

/// Reads a map from a file. Throws `DataError` for any error.
[[nodiscard]] RequestMap read_request_map(const std::string& path);

/// Returns the requests of logs of calls. Lines of the schema `automix-requests/1`, such as scores, may stand in them too.
/// Throws `DataError` with file, line and field for values of the wrong type and models that the map does not have.
[[nodiscard]] Requests read_requests(const std::vector<std::string>& paths, const RequestMap& map,
                                     RequestTexts texts = RequestTexts::drop);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/log/detail/request_map_inl.hpp>
#endif
