// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/pomdp_router.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/validate_statistics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/context_training.hpp>
#include <automix/routing/belief/detail/cross_fit.hpp>
#include <automix/routing/belief/detail/guard.hpp>
#include <automix/routing/belief/detail/pomdp_training.hpp>
#include <automix/routing/belief/detail/stratum_rows.hpp>
#include <automix/routing/belief/detail/stratum_training.hpp>
#include <automix/routing/belief/detail/training_context.hpp>
#include <automix/routing/belief/policy_explainer.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/query_group.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns true if the statistics of two models hold sums of pluralities.
inline bool has_samples(const Statistics& statistics) {
    return statistics.models.size() == 2 && !statistics.total().pluralities.empty();
}

/// Returns the options of the statistics that a training collects, without those on pluralities.
inline StatisticsOptions statistics_options(const PomdpOptions& options) {
    StatisticsOptions collected;
    collected.max_draws = options.max_draws;
    collected.verifiers = options.verifiers;
    collected.folds = options.folds;
    collected.seed = options.seed;
    return collected;
}

/// Returns `use(context, decision)` with the context for the answer that is accepted. For `AcceptRule::best` that is
/// the answer whose policy gains more on held-out rows. `decision` holds the decision on held-out rows if it was
/// computed for that, else nothing. `training` is the log of the statistics, whose facts on queries may be read; null if
/// there is none.
template <class Use>
[[nodiscard]] auto with_training_context(const PomdpOptions& options, const Statistics& statistics,
                                         const TrainingData* training, Use use) {
    validate(statistics);
    if (options.prior) {
        validate(*options.prior);
        statistics.require_same_models(*options.prior);
    }
    const FoldStatistics total = statistics.total();
    const RoutingPrices prices = all_mean_prices(total, statistics.models, options.round_price);
    if (options.accept == AcceptRule::plurality && !has_samples(statistics))
        throw DataError("accept = plurality: the statistics hold no sums of samples of two models");
    const auto fit = [&](AcceptedAnswer accepted) {
        TreeOptions tree;
        tree.accepted = accepted;
        tree.max_cells = options.max_cells;
        if (options.prior) tree.prior = options.prior->total();
        return make_training_context(statistics, prices, options.batches, tree);
    };
    const std::optional<HeldOutDecision> undecided;
    if (options.accept == AcceptRule::plurality) return use(fit(AcceptedAnswer::plurality), undecided);
    const TrainingContext first = fit(AcceptedAnswer::first);
    if (training != nullptr && options.accept == AcceptRule::first &&
        options.objective.kind != ObjectiveKind::max_ibc) {
        const std::vector<ContextFields> contexts = contexts_to_try(options.context, training->data);
        const bool reads = !contexts.empty() || (options.signals && training->data.has_signals());
        if (reads && first.tree->layout) {
            const auto [context, decision] =
                choose_context(first, *training, options.context, contexts, statistics_options(options),
                               first.base_slope ? std::nullopt : own_lambda(first, options.objective),
                               options.guard, options.signals, options.progress);
            return use(context, decision);
        }
    }
    const ContextChoice& choice = options.context;
    const bool may_read_strata = training == nullptr && options.accept == AcceptRule::first &&
                                 options.objective.kind != ObjectiveKind::max_ibc && has_strata(statistics) &&
                                 (choice.best || choice.fields == ContextFields{.dataset = true});
    if (may_read_strata && first.tree->layout) {
        const auto [context, decision] = choose_strata(
            first, choice, first.base_slope ? std::nullopt : own_lambda(first, options.objective),
            options.guard);
        return use(context, decision);
    }
    if (options.accept == AcceptRule::first || !has_samples(statistics)) return use(first, undecided);
    const TrainingContext plurality = fit(AcceptedAnswer::plurality);
    const std::optional<HeldOutDecision> of_first = decide_on_held_out_rows(first);
    const std::optional<HeldOutDecision> of_plurality = decide_on_held_out_rows(plurality);
    return of_plurality->guard.mean > of_first->guard.mean ? use(plurality, of_plurality)
                                                           : use(first, of_first);
}

/// Returns the part of a mixture that the uniform number `u` falls to.
inline const RoutingPolicy& part_at(const std::vector<PolicyShare>& mixture, double u) {
    std::size_t part = 0;
    double end = mixture.front().share;
    while (part + 1 < mixture.size() && u >= end) end += mixture[++part].share;
    return mixture[part].policy;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE void validate(const PomdpOptions& options) {
    require_price(options.round_price, "round price");
    int before = 0;
    for (const int draws : options.batches) {
        if (draws <= before || draws > 64)
            throw ArgumentError("batches: expected ascending numbers of draws from 1 to 64, found " +
                                std::to_string(draws));
        before = draws;
    }
    if (options.batches.empty()) throw ArgumentError("batches: expected at least one number of draws");
    if (!options.verifiers.empty() && options.accept != AcceptRule::first)
        throw ArgumentError("verifiers: pluralities are accepted by the first verifier alone");
    require_possible(options.objective);
    if (!options.promise_by.empty()) {
        static_cast<void>(facts_of_groups(options.promise_by));
        if (!options.objective.is_promise())
            throw ArgumentError("promise by " + options.promise_by + ": the objective " +
                                to_string(options.objective) + " is no promise");
    }
    if (!(options.max_cells >= 0.0 && std::isfinite(options.max_cells)))
        throw ArgumentError("max_cells: expected a finite number of at least 0, found " +
                            format_number(options.max_cells));
}

AUTOMIX_INLINE PomdpRouter::PomdpRouter(PomdpOptions options, TrainedPolicy trained)
    : PomdpRouter(std::move(options)) {
    use(std::move(trained));
}

AUTOMIX_INLINE TrainingResult PomdpRouter::train(const TrainingData& training) {
    return train(collect(training), &training);
}

AUTOMIX_INLINE TrainingResult PomdpRouter::train(const Statistics& statistics) {
    return train(statistics, nullptr);
}

AUTOMIX_INLINE TrainingResult PomdpRouter::train(const Statistics& statistics, const TrainingData& rows) {
    const std::vector<std::string> names = names_of(statistics.models);
    if (rows.data.model_names() != names)
        throw ArgumentError("rows: expected the models of the statistics, " + joined(names) + ", found " +
                            joined(rows.data.model_names()));
    Statistics of_rows;
    of_rows.models = model_shapes(rows.data, detail::statistics_options(options_));
    statistics.require_same_models(of_rows);
    if (statistics.folds.size() != as_size(options_.folds))
        throw ArgumentError("rows: expected the folds of the statistics, " +
                            std::to_string(statistics.folds.size()) + ", found " +
                            std::to_string(options_.folds));
    return train(statistics, &rows);
}

AUTOMIX_INLINE TrainingResult PomdpRouter::train(const Statistics& statistics, const TrainingData* training) {
    require_no_promise(options_.objective, "pomdp");
    return take(detail::with_training_context(options_, statistics, training,
                                              [&](const auto& context, const auto& decided) {
                                                  return detail::train_policy(
                                                      context, decided, options_.objective, options_.guard);
                                              }),
                statistics, training);
}

AUTOMIX_INLINE CurveTraining<PomdpRouter> PomdpRouter::train_with_curve(const TrainingData& training) {
    require_no_promise(options_.objective, "pomdp");
    const Statistics statistics = collect(training);
    auto [trained, curve] = detail::with_training_context(
        options_, statistics, &training, [&](const auto& context, const auto& decided) {
            return std::pair(detail::train_policy(context, decided, options_.objective, options_.guard),
                             detail::train_curve(context, decided));
        });
    TrainingResult result = take(std::move(trained), statistics, &training);
    return {std::move(result), routers(std::move(curve))};
}

AUTOMIX_INLINE TrainingResult PomdpRouter::take(TrainedPolicy policy, const Statistics& statistics,
                                                const TrainingData* training) {
    use(std::move(policy));
    TrainingResult trained = result();
    if (const std::string unread = unread_context(training != nullptr); !unread.empty())
        trained.warnings.push_back(unread);
    if (options_.accept == AcceptRule::best && !detail::has_samples(statistics))
        trained.warnings.emplace_back(
            "accept = best: first answers are accepted, since samples of two models are not known of all "
            "rows");
    if (options_.accept == AcceptRule::plurality) {
        PomdpOptions first = options_;
        first.accept = AcceptRule::first;
        const Guard of_first = detail::with_training_context(
            first, statistics, nullptr,
            [](const auto& context, const auto&) { return detail::decide_on_held_out_rows(context).guard; });
        const Guard& of_plurality = trained_.report.guard;
        if (of_plurality.mean < of_first.mean)
            trained.warnings.push_back(
                "accept = plurality: on held-out rows the plurality gains " +
                format_significant(of_plurality.mean, 3) + " of score over mixing, the first answer " +
                format_significant(of_first.mean, 3) + "; accept the first, or the best");
    }
    return trained;
}

AUTOMIX_INLINE std::string PomdpRouter::unread_context(bool has_rows) const {
    const bool asked = !options_.context.best && options_.context.fields.any();
    const bool fell_back = !trained_.report.fallback.empty() || !trained_.infeasible.empty();
    if (!asked || trained_.reader || fell_back || !trained_.report.contexts.empty()) return {};
    const std::string why = !has_rows ? "statistics hold no facts on queries"
                            : options_.accept != AcceptRule::first
                                ? "policies that may accept pluralities read none"
                            : options_.objective.kind == ObjectiveKind::max_ibc
                                ? "policies for maximum IBC read none"
                                : "the tree of evidence is too large for a table; lower max_draws";
    return "context " + to_string(options_.context) + " is not read: " + why;
}

AUTOMIX_INLINE std::vector<PomdpRouter> PomdpRouter::curve(const TrainingData& training) const {
    return curve(collect(training), &training);
}

AUTOMIX_INLINE std::vector<PomdpRouter> PomdpRouter::curve(const Statistics& statistics) const {
    return curve(statistics, nullptr);
}

AUTOMIX_INLINE std::vector<PomdpRouter> PomdpRouter::curve(const Statistics& statistics,
                                                           const TrainingData* training) const {
    return routers(detail::with_training_context(
        options_, statistics, training,
        [](const auto& context, const auto& decided) { return detail::train_curve(context, decided); }));
}

AUTOMIX_INLINE std::vector<PomdpRouter> PomdpRouter::candidates(const Statistics& statistics,
                                                                const TrainingData* rows,
                                                                std::size_t count) const {
    return routers(detail::with_training_context(
        options_, statistics, rows, [&](const auto& context, const auto& decided) {
            return detail::train_candidates(context, decided, options_.objective, count);
        }));
}

AUTOMIX_INLINE std::vector<PomdpRouter> PomdpRouter::routers(std::vector<TrainedPolicy> policies) const {
    std::vector<PomdpRouter> all;
    for (TrainedPolicy& policy : policies) all.emplace_back(options_, std::move(policy));
    return all;
}

AUTOMIX_INLINE Statistics PomdpRouter::collect(const TrainingData& training) const {
    StatisticsOptions options = detail::statistics_options(options_);
    options.pluralities = options_.accept == AcceptRule::plurality ||
                          (options_.accept == AcceptRule::best && plurality_obstacle(training.data).empty());
    if (options_.accept == AcceptRule::plurality) {
        if (auto obstacle = plurality_obstacle(training.data); !obstacle.empty())
            throw DataError("accept = plurality: " + obstacle);
    }
    return collect_statistics(training.data, training.prices, options);
}

AUTOMIX_INLINE std::optional<QueryForecast> PomdpRouter::forecast(const QueryFacts& facts) const {
    std::optional<QueryForecast> known;
    if (trained_.reader) known = trained_.reader->forecast(facts);
    const std::vector<PolicyGroup>& groups = trained_.groups;
    if (groups.empty()) return known;
    if (!known) known.emplace();
    const std::string name = group_of(options_.promise_by, facts);
    const auto found = std::lower_bound(
        groups.begin(), groups.end(), name,
        [](const PolicyGroup& group, const std::string& wanted) { return group.name < wanted; });
    if (found != groups.end() && found->name == name) known->group = found - groups.begin();
    return known;
}

AUTOMIX_INLINE ContextFields PomdpRouter::reads() const {
    ContextFields fields = trained_.reader ? trained_.reader->fields() : ContextFields{};
    if (trained_.groups.empty()) return fields;
    const ContextFields of_group = facts_of_groups(options_.promise_by);
    fields.dataset = fields.dataset || of_group.dataset;
    fields.features = fields.features || of_group.features;
    return fields;
}

AUTOMIX_INLINE std::vector<std::string> PomdpRouter::signals() const {
    std::vector<std::string> names;
    for (Index model = 0; model < std::ssize(trained_.models); ++model) {
        for (const std::string& name : signals(model)) {
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
    }
    return names;
}

AUTOMIX_INLINE std::vector<std::string> PomdpRouter::signals(Index model) const {
    std::vector<std::string> names;
    if (!trained_.tree || !trained_.tree->belief || trained_.tree->belief->signals.empty()) return names;
    for (const SignalTerm& term : trained_.tree->belief->signals[as_size(model)].terms)
        names.push_back(term.name);
    return names;
}

AUTOMIX_INLINE Action PomdpRouter::next(const Evidence& evidence) const {
    return policy_for(evidence).next(evidence);
}

AUTOMIX_INLINE const RoutingPolicy& PomdpRouter::policy_for(double u) const {
    require_policy();
    return detail::part_at(trained_.mixture, u);
}

AUTOMIX_INLINE const RoutingPolicy& PomdpRouter::policy_for(const Evidence& evidence) const {
    const PolicyGroup* const group = group_for(evidence);
    return detail::part_at(group == nullptr ? trained_.mixture : group->mixture, evidence.u);
}

AUTOMIX_INLINE const PolicyGroup* PomdpRouter::group_for(const Evidence& evidence) const {
    require_policy();
    const std::vector<PolicyGroup>& groups = trained_.groups;
    if (groups.empty()) return nullptr;
    if (!evidence.forecast)
        throw ProtocolError("the policy depends on the query's " + options_.promise_by +
                            ", which is not known; put the forecast into the evidence by read_query");
    const Index number = evidence.forecast->group;
    return number >= 0 && number < std::ssize(groups) ? &groups[as_size(number)] : nullptr;
}

AUTOMIX_INLINE const std::vector<PolicyShare>& PomdpRouter::mixture() const {
    require_policy();
    return trained_.mixture;
}

AUTOMIX_INLINE Parameters PomdpRouter::parameters() const {
    require_policy();
    const PomdpReport& report = trained_.report;
    Parameters all{
        {"objective", to_string(report.objective)},
        {"lambda", report.lambda},
        {"accept", std::string(report.accepted == AcceptedAnswer::plurality ? "plurality" : "first")}};
    if (!std::isnan(report.expected.score)) {
        all.push_back({"expected_performance", report.expected.score});
        all.push_back({"expected_cost", report.expected.cost});
        all.push_back({"expected_draws", report.expected.draws});
    }
    if (report.share < 1.0) all.push_back({"share_of_dearer", report.share});
    if (!options_.promise_by.empty()) all.push_back({"promise_by", options_.promise_by});
    if (report.shortfall > 0.0) all.push_back({"shortfall", report.shortfall});
    if (!report.fallback.empty()) all.push_back({"fallback", report.fallback});
    return all;
}

AUTOMIX_INLINE std::string PomdpRouter::plurality_obstacle(const Dataset& data) {
    if (data.models() != 2) return "pluralities are for two models, found " + std::to_string(data.models());
    for (Index row = 0; row < data.rows(); ++row) {
        if (data.clusters(row, 0).empty()) {
            const std::string place = to_string(data.place(row));
            return "no samples are known of model " + in_quotes(data.model_names().front()) + " for id " +
                   in_quotes(data.id(row)) + (place.empty() ? "" : " (" + place + ")");
        }
    }
    return {};
}

AUTOMIX_INLINE void PomdpRouter::use(TrainedPolicy trained) {
    trained_ = std::move(trained);
    breakpoints_.clear();
    const auto add_ends = [this](const std::vector<PolicyShare>& mixture) {
        double end = 0.0;
        for (std::size_t i = 0; i + 1 < mixture.size(); ++i) breakpoints_.push_back(end += mixture[i].share);
    };
    add_ends(trained_.mixture);
    for (const PolicyGroup& group : trained_.groups) add_ends(group.mixture);
    std::sort(breakpoints_.begin(), breakpoints_.end());
    breakpoints_.erase(std::unique(breakpoints_.begin(), breakpoints_.end()), breakpoints_.end());
    obstacle_ = trained_.infeasible;
}

AUTOMIX_INLINE void PomdpRouter::require_policy() const {
    if (!obstacle_.empty()) throw NotTrainedError("pomdp: " + obstacle_);
}

AUTOMIX_INLINE TrainingResult PomdpRouter::result() const {
    TrainingResult result;
    const PomdpReport& report = trained_.report;
    result.feasible = trained_.infeasible.empty();
    result.reason = result.feasible ? report.fallback : trained_.infeasible;
    result.candidates = std::ssize(trained_.mixture);
    if (report.ibc) result.ibc = report.ibc->ibc;
    result.guard = report.guard;
    result.held_out = report.held_out;
    return result;
}

AUTOMIX_INLINE Explainer PomdpRouter::explainer() const {
    if (!PolicyExplainer::has_table(*this)) return {};
    const auto explainer = std::make_shared<const PolicyExplainer>(*this);
    return [explainer](const Evidence& evidence, const QueryFacts* facts) {
        return facts == nullptr ? explainer->explain(evidence) : explainer->explain(evidence, *facts);
    };
}

AUTOMIX_INLINE std::optional<int> PomdpRouter::max_draws(Index model) const {
    const auto m = as_size(model);
    return m < trained_.models.size() ? std::optional(trained_.models[m].draws) : std::nullopt;
}

}  // namespace automix
