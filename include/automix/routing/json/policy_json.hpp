// SPDX-License-Identifier: Apache-2.0
// A trained POMDP router with the statistics that it was trained on, so that it decides elsewhere, explains itself, and is
// trained again when more statistics come, without the rows:
//     {"schema":"automix-policy/1","checksum":"..","models":[..],"options":{..},"report":{..},"prices":{..},
//      "belief":{..} or null,"policies":[{"share":..,"first":number,"nodes":["..",..]},..],"statistics":{..},"prior":..}
// or, if there is no table, `"rule":{..},"vectors":[{"action":number,"values":[..]},..]` in place of `first` and `nodes`.
// `nodes` are as in policy_table.hpp, `models` and `statistics` as in statistics_json.hpp, `belief` (null if pluralities
// are accepted) as in belief_json.hpp; prices' `draws_per_verdict` are the draws that a readable verdict takes. The checksum is over all
// else in the file, whatever the order of its keys and its blanks. To the bit; linear in the table and the statistics.
#pragma once

#include <automix/data/statistics.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

inline constexpr std::string_view policy_schema = "automix-policy/1";

struct PolicyFile {
    PomdpRouter router{};
    Statistics statistics{};  ///< that the router was trained on, those of its prior apart
};

/// Returns the text of a policy file. Throws `NotTrainedError` if there is no policy, and `ArgumentError` for statistics of
/// other models than it was trained on, or at other prices.
[[nodiscard]] std::string to_policy_text(const PomdpRouter& router, const Statistics& statistics);

/// A policy from the text of its file, which messages call `name`. Throws `DataError` naming file, line and field for whatever is
/// wrong: unknown keys, another version, tables of another size, numbers that cannot be, a file that was altered, statistics at
/// other prices than the policy's.
[[nodiscard]] PolicyFile parse_policy(std::string_view text, const std::string& name);

/// Throws as `parse_policy`, and if the file cannot be read.
[[nodiscard]] PolicyFile read_policy(const std::string& path);

/// A policy over these models, cheapest first. Throws also if the file's is over others.
[[nodiscard]] PolicyFile read_policy(const std::string& path, const std::vector<std::string>& models);

/// A policy file that will be written: whether it can be is found out before the work that fills it.
class PolicyOutput {
 public:
    /// Leaves a file that exists as it is. Throws `DataError` if the path cannot be written to.
    explicit PolicyOutput(const std::string& path) : file_(path) {}

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
