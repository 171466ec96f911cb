// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/json/policy_json.hpp.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/context/json/context_json.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/log/statistics_json.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/file/content_kind.hpp>
#include <automix/file/file.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/json/field_line.hpp>
#include <automix/json/json_document.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/query_trees.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/detail/vector_policy.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/json/belief_json.hpp>
#include <automix/routing/json/detail/policy_parser.hpp>
#include <automix/routing/json/detail/policy_table.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/json/pomdp_report_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

inline nlohmann::ordered_json options_json(const PomdpOptions& options) {
    nlohmann::ordered_json json{{"objective", to_string(options.objective)},
                                {"max_draws", options.max_draws}};
    if (!options.verifiers.empty()) json["verifiers"] = options.verifiers;
    json.update(
        nlohmann::ordered_json{{"batches", options.batches},
                               {"round_price", options.round_price},
                               {"accept", accept_rule_names[static_cast<std::size_t>(options.accept)]},
                               {"context", to_string(options.context)},
                               {"guard", options.guard},
                               {"folds", options.folds},
                               {"seed", options.seed},
                               {"most_cells", options.max_cells}});
    if (!options.promise_by.empty()) json["promise_by"] = options.promise_by;
    return json;
}

inline std::string rule_text(const SolveRule& rule) {
    nlohmann::ordered_json json{
        {"lambda", rule.lambda}, {"batches", rule.batches}, {"least_first", rule.min_first_model}};
    if (!rule.verify) json["verify"] = false;
    return json.dump();
}

/// Returns one alpha vector a line, after the rule that its problem was solved for.
template <class Vectors>
std::string vectors_text(const Vectors& policy) {
    const auto& values = policy.vectors().values();
    std::string text = ",\"rule\":" + rule_text(policy.model().rule()) + ",\"vectors\":[";
    for (int v = 0; v < values.size(); ++v) {
        nlohmann::ordered_json numbers = nlohmann::ordered_json::array();
        for (int state = 0; state < values.states(); ++state) numbers.push_back(values.at(v, state));
        text += (v == 0 ? "\n" : ",\n") +
                nlohmann::ordered_json{{"action", values.action(v)}, {"values", std::move(numbers)}}.dump();
    }
    return text + "]";
}

/// Returns one node of a table a line.
inline std::string table_text(const RoutingPolicy& policy) {
    std::string text = ",\"first\":" + std::to_string(policy.first_model()) + ",\"nodes\":[";
    for (Index n = 0; n < policy.layout().nodes(); ++n)
        text += (n == 0 ? "\n" : ",\n") + nlohmann::ordered_json(node_text(policy, n)).dump();
    return text + "]";
}

/// Returns the means of the strata of queries, one a line; nothing if each query is solved by itself.
inline std::string strata_text(const std::vector<const RoutingPolicy*>& policies) {
    const auto reads = std::find_if(policies.begin(), policies.end(),
                                    [](const RoutingPolicy* policy) { return policy->reads_query(); });
    if (reads == policies.end()) return {};
    std::string text;
    for (const QueryForecast& mean : (*reads)->solver()->trees()->strata().means) {
        text += (text.empty() ? "\n" : ",\n") + nlohmann::ordered_json{{"scores", mean.scores},
                                                                       {"answers", mean.answer_prices},
                                                                       {"draws", mean.draw_prices}}
                                                    .dump();
    }
    return text.empty() ? text : ",\n\"strata\":[" + text + "]";
}

inline std::string policies_text(const std::vector<PolicyShare>& mixture) {
    std::string text;
    for (const auto& [share, policy] : mixture) {
        text += (text.empty() ? "\n{\"share\":" : ",\n{\"share\":") + nlohmann::ordered_json(share).dump();
        text += policy.reads_query()          ? ",\"reads\":" + rule_text(policy.solver()->rule())
                : policy.vectors() == nullptr ? table_text(policy)
                                              : vectors_text(*policy.vectors());
        text += "}";
    }
    return "[" + text + "]";
}

/// Returns the checksum of a policy from its document, in which statistics and prior are null. They may have very many
/// cells, so no document is made of them.
inline std::string checksum_with(const nlohmann::json& document, const Statistics& statistics,
                                 const std::optional<Statistics>& prior) {
    std::string text = line_of(nlohmann::ordered_json(document));
    const auto fill = [&](std::string_view key, const Statistics& sums) {
        const std::string null = in_quotes(key) + ":null";
        text.replace(text.rfind(null), null.size(), in_quotes(key) + ':' + sorted_statistics_text(sums));
    };
    fill("statistics", statistics);
    if (prior) fill("prior", *prior);
    return checksum_of(text);
}

/// Returns the policies of groups of queries; nothing if there are none.
inline std::string groups_text(const std::vector<PolicyGroup>& groups) {
    std::string text;
    for (const PolicyGroup& group : groups) {
        text += (text.empty() ? "\n{\"name\":" : ",\n{\"name\":") +
                line_of(nlohmann::ordered_json(group.name)) +
                ",\"lambda\":" + nlohmann::ordered_json(group.lambda).dump() +
                ",\"policies\":" + policies_text(group.mixture) + "}";
    }
    return text.empty() ? text : ",\n\"groups\":[" + text + "]";
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string to_policy_text(const PomdpRouter& router, const Statistics& statistics) {
    const std::vector<PolicyShare>& mixture = router.mixture();
    const TrainedPolicy& trained = router.trained();
    if (!trained.tree) throw NotTrainedError("pomdp: a policy of a curve cannot be saved");
    if (statistics.models != trained.models)
        throw ArgumentError("policy: these are not the statistics that it was trained on");
    if (const std::string difference = detail::price_difference(trained.prices, statistics);
        !difference.empty())
        throw ArgumentError("policy: " + difference);
    nlohmann::ordered_json prices{{"answers", trained.prices.answers},
                                  {"draws", trained.prices.draws},
                                  {"round", trained.prices.round},
                                  {"tries", trained.prices.draws_per_verdict}};
    for (const VerifierPrices& verifier : trained.prices.further)
        prices["further"].push_back({{"draw", verifier.draw}, {"tries", verifier.draws_per_verdict}});
    const bool believes = trained.tree->belief != nullptr;
    const auto& prior = router.options().prior;
    std::string text = "\"models\":" + detail::line_of(detail::models_json(trained.models)) +
                       ",\n\"options\":" + detail::line_of(detail::options_json(router.options())) +
                       ",\n\"report\":" + detail::line_of(to_json(trained.report)) +
                       ",\n\"prices\":" + prices.dump() + ",\n\"context\":" +
                       (trained.reader ? detail::line_of(to_json(trained.reader->parameters())) : "null") +
                       detail::strata_text(trained.policies()) +
                       ",\n\"belief\":" + (believes ? to_json(*trained.tree->belief).dump() : "null") +
                       ",\n\"policies\":" + detail::policies_text(mixture) +
                       detail::groups_text(trained.groups);
    const std::string schema = R"({"schema":")" + std::string(policy_schema) + "\",";
    const std::string checksum = detail::checksum_with(
        detail::parse_document(schema + text + R"(,"statistics":null,"prior":null})", "policy"), statistics,
        prior);
    text += ",\n\"statistics\":" + to_statistics_text(statistics) +
            ",\"prior\":" + (prior ? to_statistics_text(*prior) : "null") + "}\n";
    return schema + R"("checksum":")" + checksum + "\",\n" + text;
}

AUTOMIX_INLINE PolicyFile parse_policy(std::string_view text, const std::string& name) {
    detail::require_content(text, detail::ContentKind::policy, name);
    const nlohmann::json json = detail::parse_document(text, name);
    return detail::with_line_of_field(text, name, [&] { return detail::PolicyParser(json, name).parse(); });
}

AUTOMIX_INLINE PolicyFile read_policy(const std::string& path) {
    return parse_policy(detail::read_file(path), path);
}

AUTOMIX_INLINE PolicyFile read_policy(const std::string& path, const std::vector<std::string>& models) {
    PolicyFile file = read_policy(path);
    const std::vector<std::string> names = names_of(file.statistics.models);
    if (names != models)
        throw DataError(Place{path, 0, "models"}, "expected " + joined(models) + ", found " + joined(names));
    return file;
}

AUTOMIX_INLINE void write_policy(const std::string& path, const PomdpRouter& router,
                                 const Statistics& statistics) {
    detail::FileReplacement(path).commit(to_policy_text(router, statistics));
}

}  // namespace automix
