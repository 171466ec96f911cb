// SPDX-License-Identifier: Apache-2.0
// A parser of policy files, and what it shares with their writer: names, the checksum, and the comparison of prices.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/log/statistics_json.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/detail/forecast_strata.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/json/policy_file.hpp>
#include <automix/routing/json/pomdp_report_json.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace automix::detail {

/// Names of the rules, by `AcceptRule`.
inline constexpr std::array<std::string_view, 3> accept_rule_names = {"first", "plurality", "best"};

/// Returns the checksum of a text.
inline std::string checksum_of(std::string_view text) { return hexadecimal(hash_text(text)); }

/// Returns the checksum over a policy's document without the checksum itself.
inline std::string policy_checksum(nlohmann::json document) {
    document.erase("checksum");
    return checksum_of(document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// Returns the difference between the prices of a policy and the mean prices of statistics; empty if there is none.
inline std::string price_difference(const RoutingPrices& policy, const Statistics& statistics) {
    const FoldStatistics total = statistics.total();
    if (!(total.weight() > 0.0)) return {};
    const RoutingPrices found = mean_prices(total);
    constexpr double tolerance = 1e-9;  // sums of prices that were added up in another order
    for (std::size_t m = 0; m < statistics.models.size(); ++m) {
        for (const auto& [what, theirs, ours] : {std::tuple{"an answer", found.answers[m], policy.answers[m]},
                                                 std::tuple{"a draw", found.draws[m], policy.draws[m]}}) {
            if (nearly_equal(theirs, ours, tolerance)) continue;
            return std::string(what) + " of " + in_quotes(statistics.models[m].name) + " costs " +
                   format_number(theirs) + " in the statistics, and " + format_number(ours) +
                   " in the policy; train on statistics at the policy's prices";
        }
    }
    const std::vector<VerifierPrices> further = mean_verifier_prices(total, statistics.models);
    for (std::size_t v = 0; v < further.size(); ++v) {
        if (!nearly_equal(further[v].draw, policy.further[v].draw, tolerance))
            return "a draw of a further verifier costs " + format_number(further[v].draw) +
                   " in the statistics, and " + format_number(policy.further[v].draw) +
                   " in the policy; train on statistics at the policy's prices";
    }
    return {};
}

/// A parser of policy files.
class PolicyParser : ReportParser {
 public:
    PolicyParser(const nlohmann::json& json, const std::string& name) : ReportParser(name), json_(json) {}

    PolicyFile parse() const;

 private:
    std::vector<int> draws(const nlohmann::json& json, const std::string& field, const char* key,
                           int least) const;

    Index model_number(const nlohmann::json& json, const std::string& field, const char* key,
                       Index last_model) const;

    PomdpOptions read_options(const nlohmann::json& json, Index models) const;

    RoutingPrices prices(const nlohmann::json& json, const std::vector<ModelShape>& shapes) const;

    std::shared_ptr<const RoutingTree> tree(const TrainedPolicy& trained, const Statistics& statistics,
                                            const PomdpOptions& options) const;

    /// Returns the forecasts of queries; null if the policies read none.
    std::shared_ptr<const ContextModel> reader(std::size_t models) const;

    /// Throws if the tables are too short for a tree of very many cells, before memory is taken for it.
    void require_tables(double cells, double max_cells) const;

    std::vector<PolicyShare> mixture(const nlohmann::json& json, const std::string& field,
                                     const TrainedPolicy& trained) const;

    /// Returns the policies of groups of queries; none if there are no groups.
    std::vector<PolicyGroup> groups(const TrainedPolicy& trained, const PomdpOptions& options) const;

    RoutingPolicy table(const nlohmann::json& json, const std::string& field,
                        const std::shared_ptr<const RoutingLayout>& layout) const;

    SolveRule rule(const nlohmann::json& json, const std::string& field, Index last_model) const;

    /// Returns a policy that is solved for each query.
    RoutingPolicy reading(const nlohmann::json& json, const std::string& field,
                          const TrainedPolicy& trained) const;

    /// Returns the strata of queries; none if each is solved by itself.
    [[nodiscard]] ForecastStrata strata(const TrainedPolicy& trained) const;

    RoutingPolicy vectors(const nlohmann::json& json, const std::string& field,
                          const TrainedPolicy& trained) const;

    std::vector<CellPolicy> cells(const nlohmann::json& json, const std::string& field,
                                  const RoutingLayout& layout) const;

    const nlohmann::json& json_;
};

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/routing/json/detail/policy_parser_inl.hpp>
#endif
