// SPDX-License-Identifier: Apache-2.0
// All that a report on a router shows, as a plain value: its figures and those of others beside it, the frontier, where
// queries go and what is paid for, the reliability of the belief, what verdicts and queries tell, the learning curve,
// warnings, and some queries with their explanations. `evaluation/report/html_report.hpp` writes it as a page. The time is
// that of about five trainings of the router and a replay of each policy of its frontier.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/verdict_summary.hpp>
#include <automix/evaluation/belief_reliability.hpp>
#include <automix/evaluation/context_summary.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/explained_queries.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/learning_curve.hpp>
#include <automix/evaluation/query_routes.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/promise_certificate.hpp>
#include <automix/routing/training.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// A router of a report: what training said of it, and its evaluation on the test rows.
struct ReportedRouter {
    std::string name{};
    Parameters parameters{};
    std::optional<Guard> guard{};
    std::optional<HeldOut> held_out{};
    std::vector<ContextWorth> contexts{};  ///< facts on queries that were tried
    std::vector<PromiseCertificate> promises{};
    Evaluation test{};
};

struct ReportContents {
    std::string unit = "units of price";  ///< unit of the prices, such as `USD`
    std::vector<std::string> models{};    ///< cheapest first
    Index train_rows = 0;                 ///< 0: not known
    /// The first is the router that the report is about; the others are compared with it.
    std::vector<ReportedRouter> routers{};
    std::optional<Frontier> frontier{};
    std::optional<QueryRoutes> routes{};
    std::vector<BeliefReliability> reliability{};
    std::vector<VerdictSummary> verdicts{};  ///< of the training rows, a model that is verified each
    std::optional<ContextSummary> context{};
    std::optional<LearningCurve> learning{};
    std::vector<ExplainedQuery> queries{};
    std::vector<std::string> warnings{};
};

struct ReportOptions {
    EvaluationOptions evaluation{};
    std::string unit = "units of price";
    int strata = 5;                     ///< strata of the forecast of a query
    std::vector<int> max_draws{};       ///< verdicts that count, as in `StatisticsOptions`
    std::size_t words = 16;             ///< words of each model
    Index max_explained_rows = 10'000;  ///< rows whose beliefs and words are looked at
    LearningCurveOptions learning{};
    ExplainedQueriesOptions queries{};
    ProgressHandler progress{};
};

/// Trains the router, evaluates it on the test rows and fills a whole report. Both price tables have to be settled
/// together. Throws the errors of training and replay, and `DataError` if nothing is feasible or if there are no rows.
ReportContents make_report(AnyRouter router, const TrainingData& train, const Dataset& test,
                           const PriceTable& prices, const ReportOptions& options = {});

/// Fills all of a report but its routers and warnings, for a router that is trained on `train`. Throws as `make_report`
/// does.
void fill_report(ReportContents& report, const AnyRouter& router, const TrainingData& train,
                 const Dataset& test, const PriceTable& prices, const ReportOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/report_contents_inl.hpp>
#endif
