// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report_contents.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/checks.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/verdict_summary.hpp>
#include <automix/evaluation/held_out_check.hpp>
#include <automix/evaluation/report_contents.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/training.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE void fill_report(ReportContents& report, const AnyRouter& router, const TrainingData& train,
                                const Dataset& test, const PriceTable& prices, const ReportOptions& options) {
    const std::uint64_t seed = options.evaluation.seed;
    double done = 0.0;
    constexpr double steps = 5.0;
    const auto begin = [&](const std::string& step) {
        tell(options.progress, {"report", "", done, steps, step});
        done += 1.0;
    };
    report.unit = options.unit;
    report.models = train.data.model_names();
    report.train_rows = train.data.rows();
    begin("frontier");
    FrontierOptions frontier;
    frontier.bootstrap = options.evaluation.bootstrap;
    frontier.seed = seed;
    report.frontier = trace_frontier(router, train, test, prices, frontier);
    begin("where queries go");
    report.routes = follow_queries(router, test, prices, seed, options.strata);
    begin("reliability of the belief");
    report.reliability = belief_reliability(router, test, prices, seed, options.max_explained_rows);
    begin("what verdicts and queries tell");
    for (Index model = 0; model + 1 < train.data.models(); ++model) {
        const int draws = as_size(model) < options.max_draws.size() ? options.max_draws[as_size(model)] : -1;
        if (auto summary = summarise_verdicts(train.data, model, draws))
            report.verdicts.push_back(std::move(*summary));
    }
    report.context =
        summarise_context(router.target<PomdpRouter>(), test, options.words, 3, options.max_explained_rows);
    begin("queries");
    ExplainedQueriesOptions queries = options.queries;
    queries.seed = seed;
    report.queries = explain_queries(router, test, prices, queries);
    LearningCurveOptions learning = options.learning;
    learning.seed = seed;
    report.learning = trace_learning(router, train, test, prices, learning, options.progress);
}

AUTOMIX_INLINE ReportContents make_report(AnyRouter router, const TrainingData& train, const Dataset& test,
                                          const PriceTable& prices, const ReportOptions& options) {
    ReportContents report;
    tell(options.progress, {"training", "", 0.0, 0.0, {}});
    TrainingResult training = router.train(train);
    if (!training.feasible) throw DataError(router.name() + ": " + training.reason);
    ReportedRouter& reported = report.routers.emplace_back();
    reported.name = router.name();
    reported.parameters = router.parameters();
    reported.guard = training.guard;
    reported.held_out = training.held_out;
    if (const auto* pomdp = router.target<PomdpRouter>()) reported.contexts = pomdp->report().contexts;
    reported.test = evaluate(router, test, prices, options.evaluation);
    report.warnings = prices.notes;
    StatisticsOptions checked;
    checked.max_draws = options.max_draws;
    const auto add = [&](const std::vector<std::string>& more) {
        report.warnings.insert(report.warnings.end(), more.begin(), more.end());
    };
    add(check_log(train.data, checked));
    add(training.warnings);
    if (training.held_out) {
        if (std::string sentence = contradiction(*training.held_out, reported.test); !sentence.empty())
            report.warnings.push_back(std::move(sentence));
    }
    fill_report(report, router, train, test, prices, options);
    return report;
}

}  // namespace automix
