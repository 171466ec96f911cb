// SPDX-License-Identifier: Apache-2.0
// A trained POMDP router with the statistics that it was trained on, so that it decides elsewhere, explains itself, and is
// trained again when more statistics come, without the rows:
//     {"schema":"automix-policy/1","checksum":"..","models":[..],"options":{..},"report":{..},"prices":{..},
//      "belief":{..} or null,"policies":[{"share":..,"first":number,"nodes":["..",..]},..],"statistics":{..},"prior":..}
// or, where there is no table, `"rule":{..},"vectors":[{"action":number,"values":[..]},..]` in place of `first` and `nodes`.
// `nodes` are as in policy_table.hpp, `models` and `statistics` as in statistics_json.hpp, `belief` (null where pluralities
// are accepted) as in belief_json.hpp; prices' `draws_per_verdict` are the draws that a readable verdict takes. The checksum is over all
// else in the file, whatever the order of its keys and its blanks. To the bit; linear in the table and the statistics.
#pragma once

#include <automix/data/statistics.hpp>
#include <automix/pomdp/format/report_json.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

inline constexpr std::string_view policy_schema = "automix-policy/1";

struct PolicyFile {
    PomdpRouter router{};
    Statistics statistics{};  ///< that the router was trained on, those of its prior apart
};

namespace detail {

/// One alpha vector a line, behind the rule that its problem was solved for.
template <class Vectors>
std::string vectors_text(const Vectors& policy) {
    const SolveRule& rule = policy.model().rule();
    const auto& values = policy.vectors().values();
    std::string text =
        ",\"rule\":" +
        nlohmann::ordered_json{
            {"lambda", rule.lambda}, {"batches", rule.batches}, {"least_first", rule.min_first_model}}
            .dump() +
        ",\"vectors\":[";
    for (int v = 0; v < values.size(); ++v) {
        nlohmann::ordered_json numbers = nlohmann::ordered_json::array();
        for (int state = 0; state < values.states(); ++state) numbers.push_back(values.at(v, state));
        text += (v == 0 ? "\n" : ",\n") +
                nlohmann::ordered_json{{"action", values.action(v)}, {"values", std::move(numbers)}}.dump();
    }
    return text + "]";
}

/// Takes a policy file apart.
class PolicyParser : ReportParser {
 public:
    PolicyParser(const nlohmann::json& json, const std::string& name) : ReportParser(name), json_(json) {}

    PolicyFile parse() const;

 private:
    std::vector<int> draws(const nlohmann::json& json, const std::string& field, const char* key,
                           int least) const;

    PomdpOptions read_options(const nlohmann::json& json, std::size_t models) const;

    RoutingPrices prices(const nlohmann::json& json, std::size_t models) const;

    std::shared_ptr<const RoutingTree> tree(const TrainedPolicy& trained, const Statistics& statistics,
                                            const PomdpOptions& options) const;

    std::vector<PolicyShare> mixture(const nlohmann::json& json, const TrainedPolicy& trained) const;

    RoutingPolicy table(const nlohmann::json& json, const std::string& field,
                        const std::shared_ptr<const RoutingLayout>& layout) const;

    SolveRule rule(const nlohmann::json& json, const std::string& field, int last_model) const;

    RoutingPolicy vectors(const nlohmann::json& json, const std::string& field,
                          const TrainedPolicy& trained) const;

    std::vector<CellPolicy> cells(const nlohmann::json& json, const std::string& field,
                                  const RoutingLayout& layout) const;

    const nlohmann::json& json_;
};

}  // namespace detail

/// The text of a policy file. Throws `NotTrainedError` where there is no policy, and `ArgumentError` for the statistics of
/// other models than it was trained on.
[[nodiscard]] std::string to_policy_text(const PomdpRouter& router, const Statistics& statistics);

/// A policy from the text of its file, which messages call `name`. Throws `DataError` naming file, line and field for whatever is
/// wrong: unknown keys, another version, tables of another size, numbers that cannot be, a file that was altered.
[[nodiscard]] PolicyFile parse_policy(std::string_view text, const std::string& name);

/// Throws as `parse_policy`, and where the file cannot be read.
[[nodiscard]] PolicyFile read_policy(const std::string& path);

/// A policy over these models, cheapest first. Throws also where the file's is over others.
[[nodiscard]] PolicyFile read_policy(const std::string& path, const std::vector<std::string>& models);

/// Replaces the file. Throws as `to_policy_text`, and `DataError` where the file cannot be written.
void write_policy(const std::string& path, const PomdpRouter& router, const Statistics& statistics);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/json/detail/policy_json_inl.hpp>
#endif
