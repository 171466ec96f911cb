// SPDX-License-Identifier: Apache-2.0
// What a router is to be held against: the small model alone, the large one alone, both mixed at random, and the oracle,
// which knows all scores, draws nothing and takes for each query the answer with the best score minus base slope times
// cost. O(rows * models).
#pragma once

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

/// The oracle on every row, at `slope` (score per unit of cost); ties go to the cheaper model in the list.
inline Replay replay_oracle(const Dataset& data, const PriceTable& prices, double slope) {
    Replay result(data.rows());
    for (Index row = 0; row < data.rows(); ++row) {
        const auto net = [&](Index model) {
            return data.scores(model)(row) - slope * prices.answers[static_cast<std::size_t>(model)](row);
        };
        Index best = 0;
        for (Index model = 1; model < data.models(); ++model) {
            if (net(model) > net(best)) best = model;
        }
        result.performance(row) = data.scores(best)(row);
        result.answer_cost(row) = prices.answers[static_cast<std::size_t>(best)](row);
        result.routed(row) = best > 0 ? 1.0 : 0.0;
    }
    return result;
}

/// All baselines on a log; `mix` is the share that random mixing sends to the large model. Where the base slope is
/// undefined or negative the oracle takes the best score at the least price, that is a slope of 0.
inline Baselines evaluate_baselines(const Dataset& data, const PriceTable& prices, double mix = 0.5) {
    const EndModels ends = end_models(data, prices);
    const double slope = std::max(0.0, base_ibc(ends.small(), ends.large()).value_or(0.0));
    return {summarise(replay(AlwaysSmallRouter(), data, prices), ends),
            summarise(replay(AlwaysLargeRouter(), data, prices), ends),
            summarise(replay(RandomMixRouter(mix), data, prices), ends),
            summarise(replay_oracle(data, prices, slope), ends)};
}

}  // namespace automix
