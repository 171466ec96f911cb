// SPDX-License-Identifier: Apache-2.0
// The best policy that draws a fixed number of verdicts and then decides once: what the POMDP router is to be held against.
// The number k in 0 .. draws is chosen on the training rows, whose final counts are projected to k draws by the
// hypergeometric distribution; for each k the best of all sets of cells is those that gain more than they cost.
// First model to last. O(cells * draws^2).
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

/// Draw k, route from the counts marked.
struct FixedDraws {
    int draws = 0;
    std::vector<std::uint8_t> routed{};  ///< by positives 0 .. draws; 1 to route
    OperatingPoint gained{};  ///< mean over training rows: score gained and cost beyond the first answer
    double net = 0.0;         ///< score gained less lambda times that cost
};

/// The count of k draws that stands for `positive` of fewer parsed verdicts.
int scaled_count(int positive, int parsed, int k) noexcept;

/// Weight and gain of routing by positives after k draws, over the rows.
struct ProjectedCells {
    std::vector<double> weight{};
    std::vector<double> gain{};  ///< sums of last score less first score
};

/// Projects final counts of the first model to k draws; a row with fewer parsed verdicts than k counts by its share.
ProjectedCells project(const FoldStatistics& sums, int k);

/// Projections to every number of draws up to `most`.
std::vector<ProjectedCells> project_all(const FoldStatistics& sums, int most);

/// The best fixed number of draws for one lambda, by the projections to 0, 1, ... draws of that many rows; ties go to
/// fewer draws. Requires rows.
FixedDraws best_fixed_draws(const std::vector<ProjectedCells>& projections, double rows,
                            const RoutingPrices& prices, double lambda);

/// The same, of rows known by their sums, up to `most` draws.
FixedDraws best_fixed_draws(const FoldStatistics& sums, const RoutingPrices& prices, int most, double lambda);

struct FixedKOptions {
    Objective objective{};         ///< base slope or lambda
    std::vector<int> max_draws{};  ///< as in `StatisticsOptions`
};

/// Draws k verdicts of the first model at once, then accepts or routes to the last.
class FixedKRouter {
 public:
    /// Throws `ArgumentError` for an objective that it does not serve.
    explicit FixedKRouter(FixedKOptions options = {});

    [[nodiscard]] static std::string name() { return "fixed_k"; }

    /// Where the first model has no verdicts nothing is feasible. Throws `DataError` for a log that cannot be trained on; the
    /// router is then unchanged.
    TrainingResult train(const TrainingData& training);

    /// Those that are best on the training rows for some lambda, ascending in cost, whatever the objective says; none where
    /// the first model has no verdicts. Throws as `train` does.
    [[nodiscard]] std::vector<FixedKRouter> curve(const TrainingData& training) const;

    /// Throws `NotTrainedError` before training.
    [[nodiscard]] Action next(const Evidence& evidence) const;

    [[nodiscard]] Parameters parameters() const;

 private:
    [[nodiscard]] Statistics collect(const TrainingData& training) const;

    void use(FixedDraws fixed);

    void require_trained() const;

    FixedKOptions options_;
    FixedDraws chosen_;
    std::string obstacle_ = "not trained";  ///< why there is no policy; empty where there is one
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/fixed_k_inl.hpp>
#endif
