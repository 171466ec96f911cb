// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>

#include <Eigen/Core>

#include <string>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::vector<ModelPrices> summarise_prices(const Dataset& data, const PriceTable& prices) {
    require_prices_for(data, prices);
    std::vector<ModelPrices> models;
    for (Index m = 0; m < data.models(); ++m) {
        const auto i = as_size(m);
        ModelPrices& model = models.emplace_back();
        model.model = data.model_names()[i];
        model.answer = prices.answers[i].mean();
        model.answer_origin = prices.answer_origins[i];
        model.verified = data.verified_rows(m) > 0;
        model.draw = prices.draws[i].mean();
        model.verification = prices.verifications[i].mean();
        model.verification_origin = prices.verification_origins[i];
        if (m + 1 == data.models() || i >= prices.further.size()) continue;
        for (Index v = 0; v < std::ssize(prices.further[i]); ++v) {
            const std::optional<PriceColumn>& column = prices.further[i][as_size(v)];
            if (!column) continue;
            const auto draws = static_cast<double>(std::max<Index>(1, data.draw_counts(m, v).second));
            model.further.push_back({data.verifier_names(m)[as_size(v)], column->mean(),
                                     draws * column->mean(),
                                     column->is_constant() ? PriceOrigin::given : PriceOrigin::recorded});
        }
    }
    return models;
}

AUTOMIX_INLINE EndModels end_models(const Dataset& data, const PriceTable& prices) {
    if (data.rows() == 0) throw DataError("no rows to evaluate");
    require_prices_for(data, prices);
    const auto costs = [&](const PriceColumn& column) -> Eigen::ArrayXd {
        return Eigen::ArrayXd::NullaryExpr(data.rows(), [&](Index row) { return column(row); });
    };
    return {data.scores(0), costs(prices.answers.front()), data.scores(data.models() - 1),
            costs(prices.answers.back())};
}

AUTOMIX_INLINE const std::string& Report::undefined() const noexcept {
    return ibc ? ibc_lift.reason() : ibc.reason();
}

AUTOMIX_INLINE Report summarise(const Replay& replay, const EndModels& ends) {
    const OperatingPoint small = ends.small();
    const OperatingPoint large = ends.large();
    Report report;
    report.rows = replay.performance.size();
    report.performance = replay.performance.mean();
    report.answer_cost = replay.answer_cost.mean();
    report.verification_cost = replay.verification_cost.mean();
    report.cost = report.answer_cost + report.verification_cost;
    report.routed = replay.routed.mean();
    report.draws = replay.draws.mean();
    report.rounds = replay.rounds.mean();
    report.ibc = ibc(report.point(), small);
    report.ibc_lift = ibc_lift(report.point(), small, large);
    report.gap_recovered = gap_recovered(report.point(), small, large);
    report.excess = excess(report.point(), small, large);
    report.mixing_performance = mixing_performance(report.cost, small, large);
    return report;
}

}  // namespace automix
