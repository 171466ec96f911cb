// SPDX-License-Identifier: Apache-2.0
// What a policy pays and what is asked of it: mean prices over the training rows, the rule of one solution, and the base slope
// that the end models themselves ask.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace automix {

/// Mean prices of what a policy may ask for.
struct RoutingPrices {
    std::vector<double> answers{};  ///< one a model
    std::vector<double> draws{};    ///< of one draw, one a model; of the whole of a lone confidence
    double round = 0.0;             ///< of a round of draws, apart from cost: it steers the policy only
    std::vector<double> tries{};    ///< draws that a readable verdict takes, one a model; none: 1 for all

    /// Draws to be paid for each that tells something.
    [[nodiscard]] double tries_of(VerificationKind kind, int model) const {
        return kind != VerificationKind::verdicts || tries.empty() ? 1.0
                                                                   : tries[static_cast<std::size_t>(model)];
    }
};

/// What is asked of one solution.
struct SolveRule {
    double lambda = 0.0;          ///< score per unit of price
    std::vector<int> batches{1};  ///< numbers of draws that a round may have, ascending
    int least_first = 0;          ///< smallest model that may be asked first
    /// Accept nothing unverified, and verify where that ties with routing, as IBC asks.
    bool verify_first = false;
    bool valued =
        true;  ///< tell what the policy is expected to score, which takes longest where there is no table
    int vectors = 300;  ///< alpha vectors at which the engine stops, where the tree of evidence is too large
};

/// Draws that a verdict that can be read takes on average, a model each; 1 where all can be. At most all draws. Tables count
/// on as many readable verdicts as there are draws: a policy that uses most of them up expects to pay too much.
inline std::vector<double> draws_per_verdict(const Sums& sums, const std::vector<ModelShape>& models) {
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

/// Mean prices over the rows of statistics. Requires rows.
inline RoutingPrices mean_prices(const Sums& sums, double round_price = 0.0) {
    RoutingPrices prices{sums.answer_prices, sums.draw_prices, round_price};
    const double rows = sums.weight();
    for (auto* column : {&prices.answers, &prices.draws}) {
        for (double& price : *column) price /= rows;
    }
    return prices;
}

/// Mean score and mean price of a model alone. Requires rows.
inline Point alone(const Sums& sums, const RoutingPrices& prices, std::size_t model) {
    return {sums.mean_score(model), prices.answers[model]};
}

/// What the last model gains over the first for each unit that it costs more; undefined where it is no better or no
/// dearer. Requires rows.
inline Figure base_slope(const Sums& sums, const RoutingPrices& prices) {
    const Point small = alone(sums, prices, 0);
    const Point large = alone(sums, prices, prices.answers.size() - 1);
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return Figure::undefined(std::move(obstacle));
    return base_ibc(small, large);
}

}  // namespace automix
