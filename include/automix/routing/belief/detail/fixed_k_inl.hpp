// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/fixed_k.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/round_outcomes.hpp>
#include <automix/routing/belief/fixed_k.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/lambda_hull.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Calls `visit(c, probability)` for c positives among k draws without replacement from `total` verdicts, of which
/// `positive` are positive.
template <class Visit>
void for_each_subset_count(int total, int positive, int k, Visit visit) {
    std::vector<double> weights;
    const auto next_is_positive = [&](int drawn, int count) {
        return static_cast<double>(std::max(0, positive - count)) / static_cast<double>(total - drawn);
    };
    for_each_outcome(k, 1.0, weights, next_is_positive, visit);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE int scaled_count(int positive, int parsed, int k) noexcept {
    return parsed == 0 ? 0 : parsed >= k ? positive : positive * k / parsed;
}

AUTOMIX_INLINE ProjectedCells project(const FoldStatistics& sums, int k) {
    ProjectedCells cells{std::vector<double>(as_size(k) + 1, 0.0), std::vector<double>(as_size(k) + 1, 0.0)};
    for (const EvidenceCell& cell : sums.cells) {
        const Verification& final = cell.evidence.front();
        const int drawn = std::min(k, final.parsed);
        detail::for_each_subset_count(final.parsed, final.positive, drawn, [&](int c, double probability) {
            const auto at = as_size(scaled_count(c, drawn, k));
            cells.weight[at] += probability * cell.weight;
            cells.gain[at] += probability * (cell.scores.back() - cell.scores.front());
        });
    }
    return cells;
}

AUTOMIX_INLINE ProjectedCells monotone_gains(ProjectedCells cells) {
    double above = 0.0;  // covariance of gain with the number of positives, up to a factor
    const double rows = std::accumulate(cells.weight.begin(), cells.weight.end(), 0.0);
    const double mean = std::accumulate(cells.gain.begin(), cells.gain.end(), 0.0) / rows;
    for (std::size_t c = 0; c < cells.weight.size(); ++c)
        above += static_cast<double>(c) * (cells.gain[c] - mean * cells.weight[c]);
    const bool rises = above > 0.0;
    struct Block {
        double weight = 0.0;
        double gain = 0.0;
        std::size_t cells = 0;
    };
    std::vector<Block> blocks;
    const auto violates = [&](const Block& first, const Block& second) {
        const double difference = second.gain * first.weight - first.gain * second.weight;
        return rises ? difference < 0.0 : difference > 0.0;
    };
    for (std::size_t c = 0; c < cells.weight.size(); ++c) {
        blocks.push_back({cells.weight[c], cells.gain[c], 1});
        while (blocks.size() > 1 && violates(*(blocks.end() - 2), blocks.back())) {
            const Block last = blocks.back();
            blocks.pop_back();
            blocks.back() = {blocks.back().weight + last.weight, blocks.back().gain + last.gain,
                             blocks.back().cells + last.cells};
        }
    }
    std::size_t c = 0;
    for (const Block& block : blocks) {
        for (const std::size_t end = c + block.cells; c < end; ++c)
            cells.gain[c] = block.weight > 0.0 ? cells.weight[c] * block.gain / block.weight : 0.0;
    }
    return cells;
}

AUTOMIX_INLINE std::vector<ProjectedCells> project_all(const FoldStatistics& sums, int max_draws) {
    std::vector<ProjectedCells> all;
    for (int k = 0; k <= max_draws; ++k) all.push_back(project(sums, k));
    return all;
}

AUTOMIX_INLINE FixedDraws best_fixed_draws(const std::vector<ProjectedCells>& projections, double rows,
                                           const RoutingPrices& prices, double lambda) {
    FixedDraws best;
    for (std::size_t k = 0; k < projections.size(); ++k) {
        const ProjectedCells& cells = projections[k];
        FixedDraws fixed{static_cast<int>(k), {}, {0.0, static_cast<double>(k) * prices.draws.front()}, 0.0};
        for (std::size_t c = 0; c < cells.weight.size(); ++c) {
            const bool routed = cells.gain[c] - lambda * prices.answers.back() * cells.weight[c] > 0.0;
            fixed.routed.push_back(routed ? 1 : 0);
            if (!routed) continue;
            fixed.gained.performance += cells.gain[c] / rows;
            fixed.gained.cost += prices.answers.back() * cells.weight[c] / rows;
        }
        fixed.net = fixed.gained.performance - lambda * fixed.gained.cost;
        if (k == 0 || fixed.net > best.net + 1e-12) best = std::move(fixed);
    }
    return best;
}

AUTOMIX_INLINE FixedDraws best_fixed_draws(const FoldStatistics& sums, const RoutingPrices& prices,
                                           int max_draws, double lambda) {
    return best_fixed_draws(project_all(sums, max_draws), sums.weight(), prices, lambda);
}

AUTOMIX_INLINE FixedKRouter::FixedKRouter(FixedKOptions options) : options_(std::move(options)) {
    const ObjectiveKind kind = options_.objective.kind;
    if (kind != ObjectiveKind::base_slope && kind != ObjectiveKind::lambda)
        throw ArgumentError("fixed_k: the objective is base or lambda=X, found " +
                            to_string(options_.objective));
}

AUTOMIX_INLINE TrainingResult FixedKRouter::train(const TrainingData& training) {
    const Statistics statistics = collect(training);
    const ModelShape& first = statistics.models.front();
    TrainingResult result;
    if (first.kind != VerificationKind::verdicts) {
        obstacle_ = "model " + in_quotes(first.name) + " has no verdicts to draw";
        result.feasible = false;
        result.reason = obstacle_;
        return result;
    }
    const FoldStatistics total = statistics.total();
    const RoutingPrices prices = mean_prices(total);
    double lambda = options_.objective.value;
    if (options_.objective.kind == ObjectiveKind::base_slope) {
        const OptionalMetric base = base_slope(total, prices, statistics.models);
        if (!base) {
            FixedDraws alone{0, {0}, {}, 0.0};
            const Index last = std::ssize(statistics.models) - 1;
            alone.last_alone = total.mean_score(last) > total.mean_score(0) &&
                               prices.answers.back() <= prices.answers.front();
            use(std::move(alone));
            result.reason = base.reason();
            return result;
        }
        lambda = *base;
    }
    use(best_fixed_draws(monotone_projections(total, first.draws), total.weight(), prices, lambda));
    result.candidates = first.draws + 1;
    return result;
}

AUTOMIX_INLINE std::vector<FixedKRouter> FixedKRouter::curve(const TrainingData& training) const {
    const Statistics statistics = collect(training);
    const ModelShape& first = statistics.models.front();
    std::vector<FixedKRouter> routers;
    if (first.kind != VerificationKind::verdicts) return routers;
    const FoldStatistics total = statistics.total();
    const RoutingPrices prices = mean_prices(total);
    const std::vector<ProjectedCells> projections = monotone_projections(total, first.draws);
    LambdaHull hull(
        [&](double lambda) { return best_fixed_draws(projections, total.weight(), prices, lambda); },
        [](const FixedDraws& fixed) { return fixed.gained; });
    for (auto& [lambda, fixed] : hull.all(FixedDraws{0, {0}, {}, 0.0}))
        routers.emplace_back(*this).use(std::move(fixed));
    return routers;
}

AUTOMIX_INLINE Action FixedKRouter::next(const Evidence& evidence) const {
    require_trained();
    if (!evidence.started()) return Action::route(chosen_.last_alone ? evidence.last_model() : 0);
    if (evidence.current == evidence.last_model()) return Action::accept();
    const ModelEvidence& known = evidence.current_model();
    if (known.drawn < chosen_.draws) return Action::verify(chosen_.draws - known.drawn);
    const int count = scaled_count(known.positive, known.parsed, chosen_.draws);
    return chosen_.routed[as_size(count)] != 0 ? Action::route(evidence.last_model()) : Action::accept();
}

AUTOMIX_INLINE Parameters FixedKRouter::parameters() const {
    require_trained();
    if (chosen_.last_alone) return Parameters{{"asks", std::string("the last model alone")}};
    std::vector<double> counts;
    for (std::size_t c = 0; c < chosen_.routed.size(); ++c) {
        if (chosen_.routed[c] != 0) counts.push_back(static_cast<double>(c));
    }
    return {{"draws", static_cast<double>(chosen_.draws)}, {"route_counts", std::move(counts)}};
}

AUTOMIX_INLINE std::vector<ProjectedCells> FixedKRouter::monotone_projections(const FoldStatistics& sums,
                                                                              int max_draws) {
    std::vector<ProjectedCells> all = project_all(sums, max_draws);
    for (ProjectedCells& cells : all) cells = monotone_gains(std::move(cells));
    return all;
}

AUTOMIX_INLINE Statistics FixedKRouter::collect(const TrainingData& training) const {
    StatisticsOptions options;
    options.max_draws = options_.max_draws;
    return collect_statistics(training.data, training.prices, options);
}

AUTOMIX_INLINE void FixedKRouter::use(FixedDraws fixed) {
    chosen_ = std::move(fixed);
    obstacle_.clear();
}

AUTOMIX_INLINE void FixedKRouter::require_trained() const {
    if (!obstacle_.empty()) throw NotTrainedError("fixed_k: " + obstacle_);
}

}  // namespace automix
