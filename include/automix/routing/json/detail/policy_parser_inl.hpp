// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/json/detail/policy_parser.hpp.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/context/context_parameters.hpp>
#include <automix/context/json/context_json.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/log/statistics_json.hpp>
#include <automix/data/statistics.hpp>
#include <automix/json/json_document.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/pomdp/value_function.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/detail/forecast_strata.hpp>
#include <automix/routing/belief/detail/plurality_tree.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/query_trees.hpp>
#include <automix/routing/belief/detail/routing_pomdp.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/detail/vector_policy.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/json/belief_json.hpp>
#include <automix/routing/json/detail/policy_parser.hpp>
#include <automix/routing/json/detail/policy_table.hpp>
#include <automix/routing/json/pomdp_report_json.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE PolicyFile PolicyParser::parse() const {
    require_keys(json_, "",
                 std::array{"schema", "checksum", "models", "options", "report", "prices", "context",
                            "strata", "belief", "policies", "groups", "statistics", "prior"});
    require_schema(json_, "", policy_schema);
    const StatisticsParser statistics_parser(name());
    TrainedPolicy trained;
    trained.models = statistics_parser.models(json_, "");
    Statistics statistics = statistics_parser.parse(member(json_, "", "statistics"), "statistics");
    if (statistics.models != trained.models) fail("statistics.models", "expected the policy's own models");
    PomdpOptions options = read_options(member(json_, "", "options"), std::ssize(trained.models));
    if (const nlohmann::json& prior = member(json_, "", "prior"); !prior.is_null())
        options.prior = statistics_parser.parse(prior, "prior");
    trained.report = report(member(json_, "", "report"), "report");
    trained.prices = prices(member(json_, "", "prices"), trained.models);
    trained.tree = tree(trained, statistics, options);
    trained.reader = reader(trained.models.size());
    trained.mixture = mixture(member(json_, "", "policies"), "policies", trained);
    trained.groups = groups(trained, options);
    const std::string found = policy_checksum(json_);
    if (text(member(json_, "", "checksum"), "checksum") != found)
        fail("checksum",
             "the file was altered: expected " + in_quotes(found) + ", found " + shown(json_.at("checksum")));
    if (const std::string difference = price_difference(trained.prices, statistics); !difference.empty())
        fail("statistics", difference);
    return {as_data([&] { return PomdpRouter(std::move(options), std::move(trained)); }, "options"),
            std::move(statistics)};
}

AUTOMIX_INLINE std::vector<int> PolicyParser::draws(const nlohmann::json& json, const std::string& field,
                                                    const char* key, int least) const {
    std::vector<int> values;
    const std::string at = inside(field, key);
    const nlohmann::json& list = array(member(json, field, key), at);
    for (std::size_t i = 0; i < list.size(); ++i) values.push_back(whole(list[i], element(at, i), least));
    return values;
}

AUTOMIX_INLINE Index PolicyParser::model_number(const nlohmann::json& json, const std::string& field,
                                                const char* key, Index last_model) const {
    return whole(member(json, field, key), inside(field, key), 0, static_cast<int>(last_model));
}

AUTOMIX_INLINE PomdpOptions PolicyParser::read_options(const nlohmann::json& json, Index models) const {
    const std::string field = "options";
    require_keys(json, field,
                 std::array{"objective", "max_draws", "verifiers", "batches", "round_price", "accept",
                            "context", "guard", "folds", "seed", "most_cells", "promise_by"});
    PomdpOptions options;
    options.objective = objective(json, field);
    options.max_draws = draws(json, field, "max_draws", all_logged_draws);
    if (json.contains("verifiers")) {
        const std::string of_verifiers = inside(field, "verifiers");
        for (const nlohmann::json& verifier : array(json.at("verifiers"), of_verifiers))
            options.verifiers.push_back(text(verifier, element(of_verifiers, options.verifiers.size())));
    }
    options.batches = draws(json, field, "batches", 1);
    options.round_price = number(json, field, "round_price");
    options.accept = static_cast<AcceptRule>(
        choice(member(json, field, "accept"), inside(field, "accept"), accept_rule_names));
    // Policies of 0.1 read no facts on queries.
    options.context = ContextChoice{false, {}};
    if (json.contains("context")) {
        const std::string at = inside(field, "context");
        const std::optional<ContextChoice> choice = parse_context_choice(text(json.at("context"), at));
        if (!choice)
            fail_expected(at, "best, none, or some of text, dataset, features and prior joined by +",
                          json.at("context"));
        options.context = *choice;
    }
    options.guard = flag(member(json, field, "guard"), inside(field, "guard"));
    options.folds = whole(member(json, field, "folds"), inside(field, "folds"), 2, 10'000);
    const nlohmann::json& seed = member(json, field, "seed");
    if (!seed.is_number_unsigned())
        fail_expected(inside(field, "seed"), "a whole number of at least 0", seed);
    options.seed = seed.get<std::uint64_t>();
    options.max_cells = number(json, field, "most_cells");
    if (json.contains("promise_by"))
        options.promise_by = text(json.at("promise_by"), inside(field, "promise_by"));
    StatisticsOptions limits;
    limits.max_draws = options.max_draws;
    limits.verifiers = options.verifiers;
    as_data([&] { return validate(limits, models), validate(options), true; }, field);
    return options;
}

AUTOMIX_INLINE RoutingPrices PolicyParser::prices(const nlohmann::json& json,
                                                  const std::vector<ModelShape>& shapes) const {
    const std::string field = "prices";
    const std::size_t models = shapes.size();
    require_keys(json, field, std::array{"answers", "draws", "round", "tries", "further"});
    const auto each = [&](const char* key, double least) {
        std::vector<double> values =
            numbers(member(json, field, key), inside(field, key), models, ", one a model");
        for (std::size_t m = 0; m < models; ++m)
            require_least(values[m], element(inside(field, key), m), least);
        return values;
    };
    RoutingPrices prices{
        each("answers", 0.0), each("draws", 0.0), number(json, field, "round"), each("tries", 1.0), {}};
    require_least(prices.round, inside(field, "round"), 0.0);
    const std::size_t further = count_further_verifiers(shapes);
    if (further == 0 && !json.contains("further")) return prices;
    const std::string of_further = inside(field, "further");
    const nlohmann::json& verifiers =
        list(member(json, field, "further"), of_further, further, ", one a further verifier");
    for (std::size_t v = 0; v < further; ++v) {
        const std::string at = element(of_further, v);
        require_keys(verifiers[v], at, std::array{"draw", "tries"});
        prices.further.push_back({number(verifiers[v], at, "draw"), number(verifiers[v], at, "tries")});
        require_least(prices.further.back().draw, inside(at, "draw"), 0.0);
        require_least(prices.further.back().draws_per_verdict, inside(at, "tries"), 1.0);
    }
    return prices;
}

AUTOMIX_INLINE std::shared_ptr<const RoutingTree> PolicyParser::tree(const TrainedPolicy& trained,
                                                                     const Statistics& statistics,
                                                                     const PomdpOptions& options) const {
    const nlohmann::json& belief = member(json_, "", "belief");
    if (trained.report.accepted == AcceptedAnswer::first) {
        BeliefModel model = BeliefParser(name(), trained.models).parse(belief, "belief");
        require_tables(RoutingLayout::count_cells(routed_models(model)), options.max_cells);
        return std::make_shared<const RoutingTree>(make_tree(std::move(model), options.max_cells));
    }
    if (!belief.is_null()) fail_expected("belief", "null where pluralities are accepted", belief);
    FoldStatistics total = statistics.total();
    if (options.prior) total += options.prior->total();
    if (trained.models.size() != 2 || total.pluralities.empty())
        fail("statistics", "expected sums of pluralities over two models, which the policy accepts");
    return std::make_shared<const RoutingTree>(make_plurality_tree(total, trained.models.front().draws));
}

AUTOMIX_INLINE std::shared_ptr<const ContextModel> PolicyParser::reader(std::size_t models) const {
    // Policies of 0.1 have no context.
    if (!json_.contains("context") || json_.at("context").is_null()) return nullptr;
    const std::string field = "context";
    ContextParameters parameters = ContextParser(name()).parse(json_.at("context"), field);
    if (parameters.outputs.size() != 3 * models)
        fail(inside(field, "outputs"), "expected " + std::to_string(3 * models) +
                                           ", three for each model, found " +
                                           std::to_string(parameters.outputs.size()));
    try {
        return std::make_shared<const ContextModel>(std::move(parameters));
    } catch (const DataError& error) {
        fail(inside(field, error.place().field), error.detail());
    }
}

AUTOMIX_INLINE void PolicyParser::require_tables(double cells, double max_cells) const {
    constexpr double always_allowed = 1e6;
    if (cells <= always_allowed || cells > max_cells) return;
    double letters = 0.0;  // a cell takes at least one
    const nlohmann::json& first = list(member(json_, "", "policies"), "policies", 0, " policy").front();
    const std::string at = element("policies", 0);
    const std::string of_nodes = inside(at, "nodes");
    for (const nlohmann::json& node : array(member(first, at, "nodes"), of_nodes))
        letters += static_cast<double>(text(node, of_nodes).size());
    if (letters < cells)
        fail(of_nodes, "expected the " + format_number(cells) + " cells that the models' draws make, found " +
                           format_number(letters) + " bytes");
}

AUTOMIX_INLINE std::vector<PolicyGroup> PolicyParser::groups(const TrainedPolicy& trained,
                                                             const PomdpOptions& options) const {
    const std::string field = "groups";
    const auto& promises = trained.report.promises;
    for (std::size_t i = 0; i < promises.size(); ++i) {
        const std::string at = element("report.promises", i);
        if (options.promise_by.empty() ? promises.size() > 1 || !promises[i].group.empty()
                                       : promises[i].group.empty())
            fail(inside(at, "group"), options.promise_by.empty()
                                          ? "options.promise_by names no groups"
                                          : "expected the name of a group, found none");
        if (i > 0 && promises[i].group <= promises[i - 1].group)
            fail(inside(at, "group"), "expected groups in ascending order, each once");
    }
    std::vector<PolicyGroup> groups;
    if (!options.promise_by.empty()) {
        for (const PromiseCertificate& promise : promises) {
            if (promise.proven) groups.push_back({promise.group, 0.0, {}});
        }
    }
    if (groups.empty()) {
        if (json_.contains(field)) fail(field, "no promise of a group is proven");
        return groups;
    }
    const nlohmann::json& written =
        list(member(json_, "", "groups"), field, groups.size(), ", one for each proven promise");
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const std::string at = element(field, i);
        require_keys(written[i], at, std::array{"name", "lambda", "policies"});
        if (text(member(written[i], at, "name"), inside(at, "name")) != groups[i].name)
            fail_expected(inside(at, "name"), in_quotes(groups[i].name) + ", whose promise is proven",
                          written[i].at("name"));
        groups[i].lambda = number(written[i], at, "lambda");
        require_least(groups[i].lambda, inside(at, "lambda"), 0.0);
        groups[i].mixture = mixture(member(written[i], at, "policies"), inside(at, "policies"), trained);
    }
    return groups;
}

AUTOMIX_INLINE std::vector<PolicyShare> PolicyParser::mixture(const nlohmann::json& json,
                                                              const std::string& field,
                                                              const TrainedPolicy& trained) const {
    std::vector<PolicyShare> mixture;
    double sum = 0.0;
    for (const nlohmann::json& policy : list(json, field, 0, " policy")) {
        const std::string at = element(field, mixture.size());
        const bool reads = policy.is_object() && policy.contains("reads");
        if (reads) {
            require_keys(policy, at, std::array{"share", "reads"});
        } else if (trained.tree->layout) {
            require_keys(policy, at, std::array{"share", "first", "nodes"});
        } else {
            require_keys(policy, at, std::array{"share", "rule", "vectors"});
        }
        const double share = number(policy, at, "share");
        if (!(share > 0.0 && share <= 1.0))
            fail(inside(at, "share"), "expected a number in (0, 1], found " + format_number(share));
        sum += share;
        mixture.push_back({share, reads                  ? reading(policy, at, trained)
                                  : trained.tree->layout ? table(policy, at, trained.tree->layout)
                                                         : vectors(policy, at, trained)});
    }
    if (std::abs(sum - 1.0) > 1e-9)
        fail(field, "expected shares that add up to 1, found " + format_number(sum));
    return mixture;
}

AUTOMIX_INLINE RoutingPolicy PolicyParser::table(const nlohmann::json& json, const std::string& field,
                                                 const std::shared_ptr<const RoutingLayout>& layout) const {
    const Index first = model_number(json, field, "first", layout->last_model());
    return {layout, cells(json, field, *layout), first};
}

AUTOMIX_INLINE SolveRule PolicyParser::rule(const nlohmann::json& json, const std::string& field,
                                            Index last_model) const {
    require_keys(json, field, std::array{"lambda", "batches", "least_first", "verify"});
    SolveRule rule;
    rule.lambda = number(json, field, "lambda");
    require_least(rule.lambda, inside(field, "lambda"), 0.0);
    PomdpOptions checked;
    checked.batches = rule.batches = draws(json, field, "batches", 1);
    as_data([&] { return validate(checked), true; }, field);
    rule.min_first_model = model_number(json, field, "least_first", last_model);
    if (json.contains("verify")) rule.verify = flag(json.at("verify"), inside(field, "verify"));
    return rule;
}

AUTOMIX_INLINE RoutingPolicy PolicyParser::reading(const nlohmann::json& json, const std::string& field,
                                                   const TrainedPolicy& trained) const {
    const std::string at = inside(field, "reads");
    const RoutingTree& tree = *trained.tree;
    if (!trained.reader) fail(at, "the policy reads the query, but \"context\" is null");
    if (!tree.layout || !tree.belief)
        fail(at, "the policy is solved for each query, which needs a table over a belief");
    SolveRule solved = rule(json.at("reads"), at, std::ssize(trained.models) - 1);
    auto trees = std::make_shared<const QueryTrees>(tree, trained.prices, trained.reader->mean_scores(),
                                                    strata(trained));
    return RoutingPolicy(std::make_shared<const QuerySolver>(std::move(trees), std::move(solved)));
}

AUTOMIX_INLINE ForecastStrata PolicyParser::strata(const TrainedPolicy& trained) const {
    ForecastStrata strata;
    if (!json_.contains("strata")) return strata;
    strata.price = price_unit(trained.prices);
    const std::string field = "strata";
    const std::size_t models = trained.models.size();
    const nlohmann::json& means = list(json_.at(field), field, 0, " stratum");
    if (means.size() > max_strata)
        fail(field, "expected at most " + std::to_string(max_strata) + " strata, found " +
                        std::to_string(means.size()));
    for (const nlohmann::json& mean : means) {
        const std::string at = element(field, strata.means.size());
        require_keys(mean, at, std::array{"scores", "answers", "draws"});
        const auto each = [&](const char* key) {
            return numbers(member(mean, at, key), inside(at, key), models, ", one a model");
        };
        QueryForecast forecast{each("scores"), each("answers"), each("draws")};
        for (std::size_t m = 0; m < models; ++m) {
            const double score = forecast.scores[m];
            if (!(score > 0.0 && score < 1.0))
                fail(element(inside(at, "scores"), m),
                     "expected a score within (0, 1), found " + format_number(score));
            require_least(forecast.answer_prices[m], element(inside(at, "answers"), m), 0.0);
            require_least(forecast.draw_prices[m], element(inside(at, "draws"), m), 0.0);
        }
        strata.means.push_back(std::move(forecast));
    }
    return strata;
}

AUTOMIX_INLINE RoutingPolicy PolicyParser::vectors(const nlohmann::json& json, const std::string& field,
                                                   const TrainedPolicy& trained) const {
    const Index last = std::ssize(trained.models) - 1;
    const SolveRule solved = rule(member(json, field, "rule"), inside(field, "rule"), last);
    const auto model = std::make_shared<const RoutingPomdp>(*trained.tree->belief, trained.prices, solved);
    pomdp::ValueFunction values(model->states());
    const std::string of_vectors = inside(field, "vectors");
    for (const nlohmann::json& vector : list(member(json, field, "vectors"), of_vectors, 0, " vector")) {
        const std::string at = element(of_vectors, as_size(values.size()));
        require_keys(vector, at, std::array{"action", "values"});
        const int action = whole(member(vector, at, "action"), inside(at, "action"), 0, model->actions() - 1);
        const std::vector<double> numbers_at = numbers(member(vector, at, "values"), inside(at, "values"),
                                                       as_size(model->states()), ", one a state");
        values.add({Eigen::Map<const Eigen::VectorXd>(numbers_at.data(), model->states()), action});
    }
    return RoutingPolicy(std::make_shared<const VectorPolicy>(model, pomdp::Policy(std::move(values))));
}

AUTOMIX_INLINE std::vector<CellPolicy> PolicyParser::cells(const nlohmann::json& json,
                                                           const std::string& field,
                                                           const RoutingLayout& layout) const {
    const std::string of_nodes = inside(field, "nodes");
    const nlohmann::json& nodes =
        list(member(json, field, "nodes"), of_nodes, as_size(layout.nodes()), ", one a node of the tree");
    NodeReader reader(layout);
    std::vector<CellPolicy> cells;
    cells.reserve(as_size(layout.cells()));
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

}  // namespace automix::detail
