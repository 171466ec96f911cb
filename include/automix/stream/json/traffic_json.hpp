// SPDX-License-Identifier: Apache-2.0
// Sums of traffic as JSON and back, to the bit, with the digest of the policy that learns from them:
//     {"schema":"automix-traffic/1","policy":"16 hexadecimal digits","missed":0,"drawn":40,"finished":39,
//      "by_policy":{"rows":..,"weights":..,"squares":..,"statistics":{..}} or null,"explored":..,"unexplorable":..}
// `statistics` are those of data/log/statistics_json.hpp.
#pragma once

#include <automix/stream/traffic_sums.hpp>

#include <string>
#include <string_view>

namespace automix {

/// The sums of one log, and the policy at whose prices and draws they are.
struct SharedTraffic {
    std::string policy{};  ///< digest of its file
    TrafficSums sums{};
};

/// Returns the text, with a line feed at its end.
[[nodiscard]] std::string to_traffic_text(const SharedTraffic& traffic);

/// Returns the sums in a text, which messages call `name`. Throws `DataError` with the field for any error.
[[nodiscard]] SharedTraffic parse_traffic(std::string_view text, const std::string& name);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/json/detail/traffic_json_inl.hpp>
#endif
