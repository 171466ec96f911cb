// SPDX-License-Identifier: Apache-2.0
// A trained POMDP router with the statistics that it was trained on, so that it decides elsewhere, explains itself, and is
// trained again when more statistics come, without the rows:
//     {"schema":"automix-policy/1","checksum":"..","models":[..],"options":{..},"report":{..},"prices":{..},
//      "belief":{..} or null,"policies":[{"share":..,"first":number,"nodes":["..",..]},..],"statistics":{..},"prior":..}
// `nodes` are as in policy_table.hpp, `models` and `statistics` as in statistics_json.hpp, `belief` (null where pluralities
// are accepted) as in belief_json.hpp. The checksum is over all that a decision depends on. To the bit; linear in the table.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/data/statistics.hpp>
#include <automix/io/belief_json.hpp>
#include <automix/io/document_checks.hpp>
#include <automix/io/file.hpp>
#include <automix/io/file_replacement.hpp>
#include <automix/io/json_document.hpp>
#include <automix/io/policy_table.hpp>
#include <automix/io/pomdp_report_json.hpp>
#include <automix/io/statistics_json.hpp>
#include <automix/router/plurality_tree.hpp>
#include <automix/router/pomdp_router.hpp>
#include <automix/router/routing_tree.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

/// Names of the rules, by `AcceptRule`.
inline constexpr std::array<std::string_view, 3> accept_rule_names = {"first", "plurality", "best"};

template <class Json>
Json options_json(const PomdpOptions& options) {
    return {{"objective", to_string(options.objective)},
            {"max_draws", options.max_draws},
            {"batches", options.batches},
            {"round_price", options.round_price},
            {"accept", accept_rule_names[static_cast<std::size_t>(options.accept)]},
            {"guard", options.guard},
            {"folds", options.folds},
            {"seed", options.seed},
            {"most_cells", options.most_cells}};
}

/// The table of each policy, one node a line.
template <class Json>
std::string policies_text(const std::vector<PolicyShare>& mixture) {
    std::string text;
    for (const auto& [share, policy] : mixture) {
        text += (text.empty() ? "\n{\"share\":" : ",\n{\"share\":") + Json(share).dump() +
                ",\"first\":" + std::to_string(policy.first_model()) + ",\"nodes\":[";
        for (Index n = 0; n < policy.layout().nodes(); ++n)
            text += (n == 0 ? "\n" : ",\n") + Json(node_text(policy, n)).dump();
        text += "]}";
    }
    return "[" + text + "]";
}

/// Over all that a decision depends on: models, cells of confidences, tables and how they are mixed.
template <class Json>
std::string policy_checksum(const TrainedPolicy& trained) {
    std::string text;
    for (const ModelShape& model : trained.models)
        text += line_of(Json::array({model.name, static_cast<int>(model.kind), model.draws}));
    for (const RoutedModel& model : trained.tree->layout->models())
        text += line_of(Json::array({static_cast<int>(model.kind), model.draws, model.boundaries}));
    text += policies_text<Json>(trained.mixture);
    constexpr std::string_view hex = "0123456789abcdef";
    std::uint64_t hash = hash_text(text);
    std::string digits(16, '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, hash >>= 4U) *digit = hex[hash & 15U];
    return digits;
}

/// Takes a policy file apart.
template <class Json>
class PolicyParser : ReportParser {
 public:
    PolicyParser(const Json& json, const std::string& name) : ReportParser(name), json_(json) {}

    PolicyFile parse() const {
        require_keys(json_, "",
                     std::array{"schema", "checksum", "models", "options", "report", "prices", "belief",
                                "policies", "statistics", "prior"});
        require_schema(json_, "", policy_schema);
        const StatisticsParser<Json> statistics_parser(name());
        TrainedPolicy trained;
        trained.models = statistics_parser.models(json_, "");
        Statistics statistics = statistics_parser.parse(member(json_, "", "statistics"), "statistics");
        if (statistics.models != trained.models)
            fail("statistics.models", "expected the policy's own models");
        PomdpOptions options = read_options(member(json_, "", "options"), trained.models.size());
        if (const Json& prior = member(json_, "", "prior"); !prior.is_null())
            options.prior = statistics_parser.parse(prior, "prior");
        trained.report = report(member(json_, "", "report"), "report");
        trained.prices = prices(member(json_, "", "prices"), trained.models.size());
        trained.tree = tree(trained, statistics, options);
        trained.mixture = mixture(member(json_, "", "policies"), trained.tree->layout);
        const std::string found = policy_checksum<Json>(trained);
        if (text(member(json_, "", "checksum"), "checksum") != found)
            fail("checksum", "models or tables were altered: expected " + in_quotes(found) + ", found " +
                                 shown(json_.at("checksum")));
        return {as_data([&] { return PomdpRouter(std::move(options), std::move(trained)); }, "options"),
                std::move(statistics)};
    }

 private:
    std::vector<int> draws(const Json& json, const std::string& field, const char* key, int least) const {
        std::vector<int> values;
        const std::string at = inside(field, key);
        const Json& list = array(member(json, field, key), at);
        for (std::size_t i = 0; i < list.size(); ++i) values.push_back(whole(list[i], element(at, i), least));
        return values;
    }

    PomdpOptions read_options(const Json& json, std::size_t models) const {
        const std::string field = "options";
        require_keys(json, field,
                     std::array{"objective", "max_draws", "batches", "round_price", "accept", "guard",
                                "folds", "seed", "most_cells"});
        PomdpOptions options;
        options.objective = objective(json, field);
        options.max_draws = draws(json, field, "max_draws", all_logged_draws);
        options.batches = draws(json, field, "batches", 1);
        options.round_price = number(json, field, "round_price");
        options.accept = static_cast<AcceptRule>(
            choice(member(json, field, "accept"), inside(field, "accept"), accept_rule_names));
        options.guard = flag(member(json, field, "guard"), inside(field, "guard"));
        options.folds = whole(member(json, field, "folds"), inside(field, "folds"), 2);
        const Json& seed = member(json, field, "seed");
        if (!seed.is_number_unsigned())
            fail_expected(inside(field, "seed"), "a whole number of at least 0", seed);
        options.seed = seed.template get<std::uint64_t>();
        options.most_cells = number(json, field, "most_cells");
        StatisticsOptions limits;
        limits.max_draws = options.max_draws;
        as_data([&] { return validate(limits, models), validate(options), true; }, field);
        return options;
    }

    RoutingPrices prices(const Json& json, std::size_t models) const {
        const std::string field = "prices";
        require_keys(json, field, std::array{"answers", "draws", "round"});
        const auto each = [&](const char* key) {
            return numbers(member(json, field, key), inside(field, key), models, ", one a model");
        };
        return {each("answers"), each("draws"), number(json, field, "round")};
    }

    std::shared_ptr<const RoutingTree> tree(const TrainedPolicy& trained, const Statistics& statistics,
                                            const PomdpOptions& options) const {
        const Json& belief = member(json_, "", "belief");
        if (trained.report.accepted == AcceptedAnswer::first) {
            BeliefModel model = BeliefParser<Json>(name(), trained.models).parse(belief, "belief");
            auto tree = std::make_shared<const RoutingTree>(make_tree(std::move(model), options.most_cells));
            if (!tree->layout)
                fail("options.most_cells", "the tables over these models have more cells than " +
                                               format_number(options.most_cells));
            return tree;
        }
        if (!belief.is_null()) fail_expected("belief", "null where pluralities are accepted", belief);
        Sums total = statistics.total();
        if (options.prior) total += options.prior->total();
        if (trained.models.size() != 2 || total.pluralities.empty())
            fail("statistics", "expected sums of pluralities over two models, which the policy accepts");
        return std::make_shared<const RoutingTree>(make_plurality_tree(total, trained.models.front().draws));
    }

    std::vector<PolicyShare> mixture(const Json& json,
                                     const std::shared_ptr<const RoutingLayout>& layout) const {
        const std::string field = "policies";
        std::vector<PolicyShare> mixture;
        double sum = 0.0;
        for (const Json& policy : list(json, field, 0, " policy")) {
            const std::string at = element(field, mixture.size());
            require_keys(policy, at, std::array{"share", "first", "nodes"});
            const double share = number(policy, at, "share");
            if (!(share > 0.0 && share <= 1.0))
                fail(inside(at, "share"), "expected a number in (0, 1], found " + format_number(share));
            sum += share;
            const int first =
                whole(member(policy, at, "first"), inside(at, "first"), 0, layout->last_model());
            mixture.push_back({share, RoutingPolicy(layout, cells(policy, at, *layout), first)});
        }
        if (std::abs(sum - 1.0) > 1e-9)
            fail(field, "expected shares that add up to 1, found " + format_number(sum));
        return mixture;
    }

    std::vector<CellPolicy> cells(const Json& json, const std::string& field,
                                  const RoutingLayout& layout) const {
        const std::string of_nodes = inside(field, "nodes");
        const Json& nodes = list(member(json, field, "nodes"), of_nodes,
                                 static_cast<std::size_t>(layout.nodes()), ", one a node of the tree");
        NodeReader reader(layout);
        std::vector<CellPolicy> cells;
        cells.reserve(static_cast<std::size_t>(layout.cells()));
        for (std::size_t n = 0; n < nodes.size(); ++n) {
            const std::string line = text(nodes[n], element(of_nodes, n));
            try {
                reader.read(line, static_cast<Index>(n), cells);
            } catch (const DataError& error) {
                fail(element(of_nodes, n), error.detail());
            }
        }
        return cells;
    }

    const Json& json_;
};

}  // namespace detail

/// The text of a policy file. Throws `NotTrainedError` where there is no policy, and `ArgumentError` for the statistics of
/// other models than it was trained on.
template <class Json = nlohmann::ordered_json>
[[nodiscard]] std::string to_policy_text(const PomdpRouter& router, const Statistics& statistics) {
    const std::vector<PolicyShare>& mixture = router.mixture();
    const TrainedPolicy& trained = router.trained();
    if (!trained.tree || !trained.tree->layout)
        throw NotTrainedError("pomdp: only a policy with a table of its own can be saved");
    if (statistics.models != trained.models)
        throw ArgumentError("policy: these are not the statistics that it was trained on");
    const Json prices{{"answers", trained.prices.answers},
                      {"draws", trained.prices.draws},
                      {"round", trained.prices.round}};
    const bool believes = trained.tree->belief != nullptr;
    const auto& prior = router.options().prior;
    return R"({"schema":")" + std::string(policy_schema) + R"(","checksum":")" +
           detail::policy_checksum<Json>(trained) +
           "\",\n\"models\":" + detail::line_of(detail::models_json<Json>(trained.models)) +
           ",\n\"options\":" + detail::line_of(detail::options_json<Json>(router.options())) +
           ",\n\"report\":" + detail::line_of(to_json<Json>(trained.report)) +
           ",\n\"prices\":" + prices.dump() +
           ",\n\"belief\":" + (believes ? to_json<Json>(*trained.tree->belief).dump() : "null") +
           ",\n\"policies\":" + detail::policies_text<Json>(mixture) +
           ",\n\"statistics\":" + to_statistics_text<Json>(statistics) +
           ",\"prior\":" + (prior ? to_statistics_text<Json>(*prior) : "null") + "}\n";
}

/// A policy from the text of its file, which messages call `name`. Throws `DataError` naming file and field for whatever is
/// wrong: unknown keys, another version, tables of another size, models or tables that were altered.
template <class Json = nlohmann::json>
[[nodiscard]] PolicyFile parse_policy(std::string_view text, const std::string& name) {
    const Json json = detail::parse_document<Json>(text, name);
    return detail::PolicyParser<Json>(json, name).parse();
}

/// Throws as `parse_policy`, and where the file cannot be read.
template <class Json = nlohmann::json>
[[nodiscard]] PolicyFile read_policy(const std::string& path) {
    return parse_policy<Json>(detail::read_file(path), path);
}

/// A policy over these models, cheapest first. Throws also where the file's is over others.
template <class Json = nlohmann::json>
[[nodiscard]] PolicyFile read_policy(const std::string& path, const std::vector<std::string>& models) {
    PolicyFile file = read_policy<Json>(path);
    std::vector<std::string> names;
    for (const ModelShape& model : file.statistics.models) names.push_back(model.name);
    if (names != models)
        throw DataError(Place{path, 0, "models"}, "expected " + joined(models) + ", found " + joined(names));
    return file;
}

/// Replaces the file. Throws as `to_policy_text`, and `DataError` where the file cannot be written.
template <class Json = nlohmann::ordered_json>
void write_policy(const std::string& path, const PomdpRouter& router, const Statistics& statistics) {
    FileReplacement(path).commit(to_policy_text<Json>(router, statistics));
}

}  // namespace automix
