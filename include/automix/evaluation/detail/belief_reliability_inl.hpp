// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/belief_reliability.hpp.
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/belief_reliability.hpp>
#include <automix/evaluation/log_walk.hpp>
#include <automix/metrics/reliability.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the probability that the current answer is right; nothing if the router believes nothing of it. A belief about
/// the plurality of samples is none about the answer.
inline std::optional<double> believed(const Explainer& explainer, const Evidence& evidence) {
    if (explainer) {
        const Explanation explanation = explainer(evidence);
        const bool plurality =
            std::any_of(explanation.alternatives.begin(), explanation.alternatives.end(),
                        [](const Alternative& a) { return a.action.accepted == AcceptedAnswer::plurality; });
        return plurality ? std::nullopt : explanation.right;
    }
    const ModelEvidence& model = evidence.current_model();
    if (!model.verified()) return std::nullopt;
    return model.confidence();
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::vector<BeliefReliability> belief_reliability(const AnyRouter& router, const Dataset& data,
                                                                 const PriceTable& prices, std::uint64_t seed,
                                                                 Index max_rows) {
    const auto models = as_size(data.models());
    const std::vector<Index> rows = sampled_rows(data, max_rows, seed);
    std::vector<ReliabilitySum> of_query(models);
    std::vector<ReliabilitySum> of_answer(models);
    if (router.reads().any()) {
        for (const Index row : rows) {
            const QueryForecast forecast = router.forecast(data.facts(row)).value();
            if (forecast.scores.empty()) break;  // of a policy that reads the group alone
            for (std::size_t m = 0; m < models; ++m)
                of_query[m].add(forecast.scores[m], data.scores(static_cast<Index>(m))(row));
        }
    }
    const Explainer explainer = router.explainer();
    const auto decide = [&](Index row, double weight, const Evidence& evidence, const Action& action) {
        if (action.kind == ActionKind::verify || !evidence.started()) return;
        const std::optional<double> right = detail::believed(explainer, evidence);
        if (right)
            of_answer[as_size(evidence.current)].add(*right, data.scores(evidence.current)(row), weight);
    };
    walk_log(router, data, prices, rows, seed, decide, [](const LoggedRun&) {});
    std::vector<BeliefReliability> all;
    const auto add = [&](const std::vector<ReliabilitySum>& sums, ForecastSource source) {
        for (std::size_t m = 0; m < models; ++m) {
            Reliability figures = sums[m].result();
            if (figures.weight > 0.0) all.push_back({data.model_names()[m], source, std::move(figures)});
        }
    };
    add(of_query, ForecastSource::query);
    add(of_answer, explainer ? ForecastSource::belief : ForecastSource::confidence);
    return all;
}

}  // namespace automix
