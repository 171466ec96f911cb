// SPDX-License-Identifier: Apache-2.0
// A trained POMDP router with the statistics that it was trained on. From the file it decides elsewhere, explains
// itself, and is trained again with more statistics, without the rows:
//     {"schema":"automix-policy/1","checksum":"..","models":[..],"options":{..},"report":{..},"prices":{..},
//      "context":{..} or null,"belief":{..} or null,"policies":[{"share":..,"first":number,"nodes":["..",..]},..],"statistics":{..},
//      "prior":..}
// or, if there is no table, `"rule":{..},"vectors":[{"action":number,"values":[..]},..]` in place of `first` and
// `nodes`, or `"reads":{..}`, a rule alone, if the policy is solved for each query, or for
// each of the optional `"strata":[{"scores":[..],"answers":[..],"draws":[..]},..]` of forecasts. A promise by group (`"promise_by"` of the options) adds
// `"groups":[{"name":"..","lambda":number,"policies":[..]},..]`, ascending in name. `context` is as in context_json.hpp,
// null if no policy reads the query. `nodes` are as in policy_table.hpp, `models` and `statistics` as in statistics_json.hpp, and `belief` as in
// belief_json.hpp. `belief` is null if pluralities are accepted. `tries` in `prices` is
// `RoutingPrices::draws_per_verdict`, the mean number of draws for each readable verdict. The checksum covers the rest
// of the file, whatever the order of its keys and its blanks. A policy survives to the bit. Linear in the table and the
// statistics.
#pragma once

#include <automix/data/statistics.hpp>
#include <automix/file/content_kind.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/file/replaceable.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_file.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// Returns the text of a policy file. Throws `NotTrainedError` if there is no policy, and `ArgumentError` for
/// statistics of other models than it was trained on, or at other prices.
[[nodiscard]] std::string to_policy_text(const PomdpRouter& router, const Statistics& statistics);

/// Returns the policy in the text of its file, which messages call `name`. Throws `DataError` naming file, line and
/// field for any error. Errors are unknown keys, another version, tables of another size, impossible numbers, an
/// altered file, and statistics at other prices than the policy's.
[[nodiscard]] PolicyFile parse_policy(std::string_view text, const std::string& name);

/// Returns the policy in a file. Throws as `parse_policy`, and if the file cannot be read.
[[nodiscard]] PolicyFile read_policy(const std::string& path);

/// Returns a policy over these models, cheapest first. Throws also if the file's policy is over others.
[[nodiscard]] PolicyFile read_policy(const std::string& path, const std::vector<std::string>& models);

/// A policy file to write. It fails before the work that fills it if it cannot be written.
class PolicyOutput {
 public:
    /// Checks the path and leaves an existing file as it is. Throws `DataError` if the path cannot be written to, and for
    /// a file of another kind, such as a log.
    explicit PolicyOutput(const std::string& path)
        : file_(detail::require_replaceable(path, detail::ContentKind::policy)) {}

    /// Replaces the file, once. Throws as `to_policy_text`, and `DataError` if the file cannot be written.
    void write(const PomdpRouter& router, const Statistics& statistics) {
        file_.commit(to_policy_text(router, statistics));
    }

 private:
    detail::FileReplacement file_;
};

/// Replaces the file. Throws as `to_policy_text`, and `DataError` if the file cannot be written.
void write_policy(const std::string& path, const PomdpRouter& router, const Statistics& statistics);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/json/detail/policy_json_inl.hpp>
#endif
