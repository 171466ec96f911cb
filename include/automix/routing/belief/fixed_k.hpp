// SPDX-License-Identifier: Apache-2.0
// The best policy that draws a fixed number k of verdicts and then decides once: a baseline of the POMDP router. It
// chooses k in 0 .. draws on the training rows, whose final counts the hypergeometric distribution projects to k draws.
// For each k the best policy routes the counts that gain more than they cost, where the gain is taken to fall, or to
// rise, with the number of positives. It uses the first and the last model.
// O(cells * draws^2).
#pragma once

#include <automix/data/statistics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace automix {

/// A policy that draws k verdicts and routes at some counts.
struct FixedDraws {
    int draws = 0;
    std::vector<std::uint8_t> routed{};  ///< 1 to route, by positives 0 .. draws
    OperatingPoint gained{};  ///< mean over training rows: score gained and cost beyond the first answer
    double net = 0.0;         ///< score gained less lambda times that cost
    bool last_alone = false;  ///< true to ask the last model at once, and nothing else
};

/// Returns the number of positives, scaled to k verdicts and rounded down if fewer than k were parsed; 0 if none was.
int scaled_count(int positive, int parsed, int k) noexcept;

/// Weight and gain of routing by number of positives after k draws, summed over rows.
struct ProjectedCells {
    std::vector<double> weight{};
    std::vector<double> gain{};  ///< sums of last score less first score
};

/// Returns weight and gain by the number of positives after k draws, from the final counts of the first model. The
/// count of a row with fewer parsed verdicts is scaled.
ProjectedCells project(const FoldStatistics& sums, int k);

/// Returns the cells with gains whose means only fall, or only rise, with the number of positives: the closest such
/// means, by pooling neighbours (Ayer et al. 1955). Without it, many draws look better on the training rows than they
/// are, as each makes a cell more to fit.
ProjectedCells monotone_gains(ProjectedCells cells);

/// Returns the projections to every number of draws from 0 to `max_draws`.
std::vector<ProjectedCells> project_all(const FoldStatistics& sums, int max_draws);

/// Returns the best fixed number of draws for one lambda, from the projections of `rows` rows to 0, 1, ... draws. Ties
/// go to fewer draws. Requires rows.
FixedDraws best_fixed_draws(const std::vector<ProjectedCells>& projections, double rows,
                            const RoutingPrices& prices, double lambda);

/// Returns the best fixed number of draws up to `max_draws` for one lambda, from sums over rows. Requires rows.
FixedDraws best_fixed_draws(const FoldStatistics& sums, const RoutingPrices& prices, int max_draws,
                            double lambda);

struct FixedKOptions {
    Objective objective{};         ///< base slope or lambda
    std::vector<int> max_draws{};  ///< as in `StatisticsOptions`
};

/// A router that draws k verdicts of the first model at once, then accepts or routes to the last.
class FixedKRouter {
 public:
    /// Throws `ArgumentError` for an objective that it does not serve.
    explicit FixedKRouter(FixedKOptions options = {});

    [[nodiscard]] static std::string name() { return "fixed_k"; }

    /// Trains on a log. If the last model is better and costs no more than the first, there is no base slope, and that
    /// objective uses the last model alone. Nothing is feasible if the first model has no verdicts. Throws `DataError` for a log that
    /// cannot be trained on; the router is then unchanged.
    TrainingResult train(const TrainingData& training);

    /// Returns the routers that are best on the training rows for some lambda, in ascending order of cost. The
    /// objective is ignored. Returns none if the first model has no verdicts. Throws as `train` does.
    [[nodiscard]] std::vector<FixedKRouter> curve(const TrainingData& training) const;

    /// Returns the next action. Throws `NotTrainedError` before training.
    [[nodiscard]] Action next(const Evidence& evidence) const;

    [[nodiscard]] Parameters parameters() const;

 private:
    [[nodiscard]] Statistics collect(const TrainingData& training) const;

    [[nodiscard]] static std::vector<ProjectedCells> monotone_projections(const FoldStatistics& sums,
                                                                          int max_draws);

    void use(FixedDraws fixed);

    void require_trained() const;

    FixedKOptions options_;
    FixedDraws chosen_;
    std::string obstacle_ = "not trained";  ///< why there is no policy; empty if there is one
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/fixed_k_inl.hpp>
#endif
