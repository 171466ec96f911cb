// SPDX-License-Identifier: Apache-2.0
// Computes the baselines of a router: the small model alone, the large one alone, both mixed at random, and the oracle.
// The oracle knows all scores and draws nothing: for each query it takes the answer with the highest score minus base
// slope times cost. O(rows * models).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/routing/constant.hpp>

#include <algorithm>

namespace automix {

struct Baselines {
    Report always_small{};
    Report always_large{};
    Report random_mix{};
    Report oracle{};
};

/// Replays the oracle on every row, at `slope` (score per unit of cost). Ties go to the earlier model.
inline Replay replay_oracle(const Dataset& data, const PriceTable& prices, double slope) {
    Replay result(data.rows());
    for (Index row = 0; row < data.rows(); ++row) {
        const auto net = [&](Index model) {
            return data.scores(model)(row) - slope * prices.answers[as_size(model)](row);
        };
        Index best = 0;
        for (Index model = 1; model < data.models(); ++model) {
            if (net(model) > net(best)) best = model;
        }
        result.performance(row) = data.scores(best)(row);
        result.answer_cost(row) = prices.answers[as_size(best)](row);
        result.routed(row) = best > 0 ? 1.0 : 0.0;
        result.last(row) = best + 1 == data.models() ? 1.0 : 0.0;
    }
    return result;
}

/// Evaluates all baselines on a log. Random mixing sends the share `mix` to the large model. If the base slope is
/// undefined or negative, the oracle takes the highest score at a slope of 0.
inline Baselines evaluate_baselines(const Dataset& data, const PriceTable& prices, double mix = 0.5) {
    const EndModels ends = end_models(data, prices);
    const double slope = std::max(0.0, base_ibc(ends.small(), ends.large()).value_or(0.0));
    return {summarise(replay(AlwaysSmallRouter(), data, prices), ends),
            summarise(replay(AlwaysLargeRouter(), data, prices), ends),
            summarise(replay(RandomMixRouter(mix), data, prices), ends),
            summarise(replay_oracle(data, prices, slope), ends)};
}

}  // namespace automix
