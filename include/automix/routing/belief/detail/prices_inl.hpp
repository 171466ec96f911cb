// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/prices.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/belief/prices.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE double RoutingPrices::tries_of(VerificationKind kind, int model) const {
    return kind != VerificationKind::verdicts || tries.empty() ? 1.0 : tries[static_cast<std::size_t>(model)];
}

AUTOMIX_INLINE std::vector<double> draws_per_verdict(const Sums& sums,
                                                     const std::vector<ModelShape>& models) {
    std::vector<double> tries(models.size(), 1.0);
    for (std::size_t m = 0; m < models.size(); ++m) {
        if (models[m].kind != VerificationKind::verdicts) continue;
        double parsed = 0.0;
        for (const StatisticsCell& cell : sums.cells)
            parsed += cell.weight * std::min(cell.evidence[m].parsed, models[m].draws);
        const double drawn = sums.weight() * models[m].draws;
        tries[m] = parsed * models[m].draws > drawn ? drawn / parsed : models[m].draws;
    }
    return tries;
}

AUTOMIX_INLINE RoutingPrices mean_prices(const Sums& sums, double round_price) {
    RoutingPrices prices{sums.answer_prices, sums.draw_prices, round_price};
    const double rows = sums.weight();
    for (auto* column : {&prices.answers, &prices.draws}) {
        for (double& price : *column) price /= rows;
    }
    return prices;
}

AUTOMIX_INLINE Point alone(const Sums& sums, const RoutingPrices& prices, std::size_t model) {
    return {sums.mean_score(model), prices.answers[model]};
}

AUTOMIX_INLINE Figure base_slope(const Sums& sums, const RoutingPrices& prices) {
    const Point small = alone(sums, prices, 0);
    const Point large = alone(sums, prices, prices.answers.size() - 1);
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return Figure::undefined(std::move(obstacle));
    return base_ibc(small, large);
}

}  // namespace automix
