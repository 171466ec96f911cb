// SPDX-License-Identifier: Apache-2.0
#include "evaluated_log.hpp"

#include "command.hpp"
#include "warn_on_error.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/checks.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/field_figures.hpp>
#include <automix/evaluation/held_out_check.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/registry.hpp>
#include <automix/stream/promise.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

/// Trains each router and replays it on both sides of the log. Adds those that are feasible to `trained`.
std::vector<RouterResult> train_and_test(const std::vector<AnyRouter>& routers,
                                         const std::vector<std::string>& names, const PricedSplit& log,
                                         const Evaluator& tests, std::uint64_t seed,
                                         const ProgressHandler& progress, std::vector<AnyRouter>& trained) {
    const Dataset& train = log.rows.train;
    const EndModels train_ends = end_models(train, log.train);
    std::vector<RouterResult> results;
    for (std::size_t i = 0; i < routers.size(); ++i) {
        tell(progress,
             {"training", "", static_cast<double>(i), static_cast<double>(routers.size()), names[i]});
        AnyRouter router = routers[i];
        RouterResult& result = results.emplace_back();
        result.name = names[i];
        TrainingResult training = trainer(log.calibration)(router, {train, log.train});
        result.guard = training.guard;
        result.held_out = training.held_out;
        result.warnings = std::move(training.warnings);
        if (const auto* pomdp = router.target<PomdpRouter>()) {
            result.contexts = pomdp->report().contexts;
            result.promises = pomdp->report().promises;
        }
        if (!training.feasible) {
            result.infeasible = training.reason;
            continue;
        }
        result.parameters = router.parameters();
        result.train = summarise(replay(router, train, log.train, seed), train_ends);
        trained.push_back(std::move(router));
    }
    tell(progress, {"testing", "", 0.0, 0.0, {}});
    std::vector<Evaluation> evaluations = tests.evaluate_all(trained);
    auto next = evaluations.begin();
    for (RouterResult& result : results) {
        if (!result.feasible()) continue;
        result.test = std::move(*next++);
        if (!result.held_out) continue;
        if (std::string sentence = contradiction(*result.held_out, result.test); !sentence.empty())
            result.warnings.push_back(std::move(sentence));
    }
    return results;
}

bool wants_fixed_answers(const std::vector<RouterResult>& routers) {
    return std::any_of(routers.begin(), routers.end(),
                       [](const RouterResult& router) { return router.name.starts_with("fixed_answer:"); });
}

OptionalMetric base_of(const EndModels& ends) { return base_ibc(ends.small(), ends.large()); }

}  // namespace

void add_evaluate_options(CLI::App& command, EvaluateOptions& options) {
    add_log_options(command, options.log);
    add_list(command, "--router", options.routers, "NAME,...", "Routers to train, see below");
    add_price_options(command, options.router);
    add_policy_options(command, options.router);
    add_family_options(command, options.router);
    add_split_options(command, options.split);
    add_seed(command, options.router, "splits and resamples");
    add_resamples(command, options.resamples);
}

std::function<TrainingResult(AnyRouter&, const TrainingData&)> trainer(
    const std::optional<PricedDataset>& calibration) {
    return [&calibration](AnyRouter& router, const TrainingData& rows) {
        auto* const promised = calibration ? router.target<PomdpRouter>() : nullptr;
        return promised == nullptr
                   ? router.train(rows)
                   : train_with_promise(*promised, rows, {calibration->data, calibration->prices});
    };
}

EvaluationOptions evaluation_options(const EvaluateOptions& options) {
    if (options.resamples < 1) {
        throw ArgumentError("resamples: expected at least 1, found " + std::to_string(options.resamples));
    }
    EvaluationOptions result;
    result.bootstrap = BootstrapOptions{0.95, options.resamples, options.router.seed};
    result.seed = options.router.seed;
    result.mix = options.router.mix;
    return result;
}

EvaluatedLog evaluate_log(const EvaluateOptions& options, bool keep_facts, const ProgressHandler& progress) {
    // Reject bad usage before any log is read.
    const RouterOptions& given = options.router;
    const RouterSettings settings = router_settings(given, options.log, options.split.promise_by);
    const DrawLimits limits = draw_limits(given);
    std::vector<std::string> names = chosen_routers(options.routers);
    require_used(given, names, "random_mix");
    require_calibration(settings.pomdp.objective, options.split);
    const bool defaulted = names_a_list(options.routers);
    std::vector<std::string> notes;
    if (defaulted) names = suited_routers(std::move(names), settings.pomdp.objective, notes);
    for (const std::string& name : names) make_router(name, settings);
    const Prices prices = given_prices(given, options.log);
    const EvaluationOptions evaluation = evaluation_options(options);
    const std::optional<SplitRule> rule = split_rule(options.split);

    Log log = read_logs_for(options.log, given, keep_facts || may_read_queries(names, settings), progress);
    const WarnOnError warnings(log.warnings);
    limits.require_known(log.data.model_names());
    EvaluatedLog result;
    result.split = split_log(log.data, options.split, rule, given.seed, prices);
    const PricedSplit& split = result.split;
    const auto& [train, test] = split.rows;
    if (defaulted) names = suited_routers(std::move(names), train, notes);
    require_evidence(split.rows, names, limits);
    std::vector<AnyRouter> routers;
    for (const std::string& name : names)
        routers.push_back(make_router_for(train.model_names(), name, settings, limits));
    const Evaluator tests(test, split.test, evaluation);

    Comparison& comparison = result.comparison;
    comparison.models = train.model_names();
    comparison.train_rows = train.rows();
    comparison.test_rows = test.rows();
    comparison.train_base = base_of(end_models(train, split.train));
    comparison.test_base = base_of(tests.ends());
    comparison.baselines = tests.baselines();
    comparison.prices = tests.mean_prices();
    comparison.warnings = std::move(log.warnings);
    const StatisticsOptions checked = statistics_options(limits, train.model_names(), options.log);
    result.max_draws = checked.max_draws;
    for (const auto& more : {notes, split.test.notes, check_log(train, checked)})
        comparison.warnings.insert(comparison.warnings.end(), more.begin(), more.end());
    comparison.routers = train_and_test(routers, names, split, tests, given.seed, progress, result.trained);
    if (options.figures) {
        std::vector<CurveReplays> curves;
        for (std::size_t i = 0; i < routers.size(); ++i) {
            CurveReplays curve =
                replay_curve(names[i], routers[i], {train, split.train}, test, split.test, given.seed);
            if (!curve.policies.empty()) curves.push_back(std::move(curve));
        }
        comparison.curves = evaluate_curves(curves, tests.ends(), test.models() == 2, *evaluation.bootstrap);
    }
    if (given.all_fixed_answers().empty() && wants_fixed_answers(comparison.routers)) {
        comparison.warnings.emplace_back(
            "fixed_answer: no --fixed-answers, so no answer is routed unverified");
    }
    return result;
}

}  // namespace automix::program
