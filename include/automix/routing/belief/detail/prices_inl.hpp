// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/prices.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/belief/prices.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace automix {

AUTOMIX_INLINE double RoutingPrices::draws_per_verdict_of(VerificationKind kind, Index model) const {
    return kind != VerificationKind::verdicts || draws_per_verdict.empty()
               ? 1.0
               : draws_per_verdict[as_size(model)];
}

}  // namespace automix

namespace automix::detail {

/// Returns the mean number of draws of one verifier for each parsed verdict. `place` is that of its verification in a
/// cell of evidence.
inline double draws_for_a_verdict(const FoldStatistics& sums, std::size_t place, VerificationKind kind,
                                  int draws) {
    if (kind != VerificationKind::verdicts) return 1.0;
    double parsed = 0.0;
    for (const EvidenceCell& cell : sums.cells)
        parsed += cell.weight * std::min(cell.evidence[place].parsed, draws);
    const double drawn = sums.weight() * draws;
    return parsed * draws > drawn ? drawn / parsed : draws;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::vector<double> mean_draws_per_verdict(const FoldStatistics& sums,
                                                          const std::vector<ModelShape>& models) {
    std::vector<double> draws_per_verdict(models.size(), 1.0);
    for (std::size_t m = 0; m < models.size(); ++m)
        draws_per_verdict[m] = detail::draws_for_a_verdict(sums, m, models[m].kind, models[m].draws);
    return draws_per_verdict;
}

AUTOMIX_INLINE std::vector<VerifierPrices> mean_verifier_prices(const FoldStatistics& sums,
                                                                const std::vector<ModelShape>& models) {
    std::vector<VerifierPrices> prices;
    const double rows = sums.weight();
    for (const ModelShape& model : models) {
        for (const VerifierShape& verifier : model.further) {
            const std::size_t number = prices.size();
            prices.push_back({sums.further_draw_prices[number] / rows,
                              detail::draws_for_a_verdict(sums, models.size() - 1 + number, verifier.kind,
                                                          verifier.draws)});
        }
    }
    return prices;
}

AUTOMIX_INLINE RoutingPrices mean_prices(const FoldStatistics& sums, double round_price) {
    RoutingPrices prices{sums.answer_prices, sums.draw_prices, round_price, {}, {}};
    const double rows = sums.weight();
    for (auto* column : {&prices.answers, &prices.draws}) {
        for (double& price : *column) price /= rows;
    }
    return prices;
}

AUTOMIX_INLINE Prices prices_or_trained(const Dataset& data, Prices given, const RoutingPrices& trained,
                                        const std::vector<ModelShape>& models) {
    const auto records = [](const Column& prices) { return !prices.isNaN().all(); };
    if (data.rows() == 0 || data.model_names().empty()) return given;
    if (given.answers.empty() && !records(data.recorded_costs(0))) given.answers = trained.answers;
    bool draws = given.verification || !given.draws.empty();
    for (Index model = 0; model < data.models(); ++model)
        draws = draws || records(data.recorded_draw_costs(model));
    if (!draws) given.draws = trained.draws;
    std::size_t place = 0;  // in the prices of further verifiers
    for (Index model = 0; model < std::ssize(models); ++model) {
        for (const VerifierShape& verifier : models[as_size(model)].further) {
            const double price = trained.further[place++].draw;
            const auto number = data.find_verifier(model, verifier.name);
            const bool is_given =
                std::any_of(given.verifiers.begin(), given.verifiers.end(),
                            [&](const auto& other) { return other.first == verifier.name; });
            if (number && !is_given && !records(data.recorded_draw_costs(model, *number)))
                given.verifiers.emplace_back(verifier.name, price);
        }
    }
    return given;
}

AUTOMIX_INLINE OperatingPoint alone(const FoldStatistics& sums, const RoutingPrices& prices, Index model) {
    return {sums.mean_score(model), prices.answers[as_size(model)]};
}

AUTOMIX_INLINE Index best_alone(const FoldStatistics& sums, const RoutingPrices& prices, double lambda) {
    const auto net = [&](Index model) {
        const OperatingPoint point = alone(sums, prices, model);
        return point.performance - lambda * point.cost;
    };
    Index best = 0;
    for (Index model = 1; model < std::ssize(prices.answers); ++model) {
        if (net(model) > net(best)) best = model;
    }
    return best;
}

AUTOMIX_INLINE OptionalMetric base_slope(const FoldStatistics& sums, const RoutingPrices& prices,
                                         const std::vector<ModelShape>& models) {
    const Index best = best_alone(sums, prices, 0.0);
    const OperatingPoint small = alone(sums, prices, 0);
    const OperatingPoint large = alone(sums, prices, best);
    const std::string first = in_quotes(models.front().name);
    if (!gap_obstacle(small, large).empty())
        return OptionalMetric::undefined("no model scores higher than " + first +
                                         ", so there is no price of quality; give lambda or a budget");
    if (!lift_obstacle(small, large).empty())
        return OptionalMetric::undefined(in_quotes(models[as_size(best)].name) + " costs no more than " +
                                         first + " and scores higher, so there is no price of quality");
    return base_ibc(small, large);
}

}  // namespace automix
