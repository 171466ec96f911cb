// SPDX-License-Identifier: Apache-2.0
// What a policy does on rows of which only the statistics are known. Draws are exchangeable, so from a row's final counts
// (N, C) the chance that the next of its verdicts after (n, c) is positive is (C - c) / (N - n), and it takes (K + 1) / (N + 1)
// of K draws: the exact expectation over all orders of its verdicts, draw by draw; a round of several is taken to bring as
// many that can be read. Of pluralities only the sums of a whole fold are known: the fold then counts as one unit.
// O(cells of evidence * cells reached).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/plurality_sums.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/count_gains.hpp>
#include <automix/routing/belief/detail/policy_walk.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace automix::detail {

/// A figure of one row: what the policy scores there, plus a combination of the models' scores, of the cost and of 1.
struct RowMetric {
    std::vector<double> scores{};  ///< factor of each model's score
    double cost = 0.0;             ///< factor of the cost
    double constant = 0.0;
};

/// Means over rows, and the standard error of one figure over them.
struct HeldOut {
    double rows = 0.0;
    double units = 0.0;  ///< that vary independently: rows, or folds
    RoutingValue sums{};
    double routed = 0.0;   ///< rows on which a model beyond the first is asked
    double figure = 0.0;   ///< sum
    double squares = 0.0;  ///< sum of squares

    [[nodiscard]] RoutingValue mean() const noexcept { return (1.0 / rows) * sums; }
    [[nodiscard]] double mean_figure() const noexcept { return figure / rows; }
    /// Of the mean figure; 0 for fewer than two units.
    [[nodiscard]] double standard_error() const noexcept {
        if (units < 2.0) return 0.0;
        return std::sqrt(std::max(0.0, squares / rows - mean_figure() * mean_figure()) / (units - 1.0));
    }
};

/// Draws from a row's verdicts, all orders of which are alike.
class OrderedDraws {
 public:
    OrderedDraws(const std::vector<Verification>& final, std::size_t models)
        : final_(final), accepted_(models, 0.0) {}

    void arrive(int, const ModelEvidence&, int) {}
    void leave() {}
    [[nodiscard]] int most(int model) const { return of(model).parsed; }
    /// The unreadable draws lie anywhere among `all`, so the way to the next readable one is as long on average from each.
    [[nodiscard]] double draws_per_verdict(int model, int all) const {
        return std::max(1.0, (all + 1.0) / (of(model).parsed + 1.0));
    }
    [[nodiscard]] double positive(int model, int drawn, int count) const {
        return static_cast<double>(std::max(0, of(model).positive - count)) /
               static_cast<double>(of(model).parsed - drawn);
    }
    [[nodiscard]] std::array<std::pair<double, double>, 1> confidences(int model) const {
        return {{{of(model).confidence, 1.0}}};
    }
    void accept(int model, const ModelEvidence&, double chance) {
        accepted_[static_cast<std::size_t>(model)] += chance;
    }

    /// Chance that each model's answer is accepted.
    [[nodiscard]] const std::vector<double>& accepted() const noexcept { return accepted_; }

 private:
    [[nodiscard]] const Verification& of(int model) const { return final_[static_cast<std::size_t>(model)]; }

    const std::vector<Verification>& final_;
    std::vector<double> accepted_;
};

/// Adds what a mixture of policies does on the rows of `sums`, and `figure` over them.
inline void add_rows(HeldOut& total, const std::vector<PolicyShare>& mixture, const FoldStatistics& sums,
                     const RoutingPrices& prices, const RowMetric& figure) {
    const std::size_t models = prices.answers.size();
    for (const EvidenceCell& cell : sums.cells) {
        detail::OrderedDraws draws(cell.evidence, models);
        Spending spent;
        for (const auto& [share, policy] : mixture) PolicyWalk(policy, prices, draws).run(share, spent);
        const std::vector<double>& accepted = draws.accepted();
        // The figure of a row is factors . scores + constant.
        const double constant = figure.cost * spent.cost + figure.constant;
        double linear = 0.0;
        double quadratic = 0.0;
        double score = 0.0;
        for (std::size_t i = 0; i < models; ++i) {
            const double factor = accepted[i] + figure.scores[i];
            score += accepted[i] * cell.scores[i];
            linear += factor * cell.scores[i];
            for (std::size_t j = 0; j < models; ++j)
                quadratic += factor * (accepted[j] + figure.scores[j]) * cell.products[i * models + j];
        }
        total.rows += cell.weight;
        total.units += cell.weight;
        total.sums = total.sums + RoutingValue{score, cell.weight * spent.cost, cell.weight * spent.draws,
                                               cell.weight * spent.rounds};
        total.routed += cell.weight * spent.routed;
        total.figure += linear + constant * cell.weight;
        total.squares += quadratic + 2.0 * constant * linear + constant * constant * cell.weight;
    }
}

/// The same where the policies accept pluralities: over the chain of a fold's plurality sums.
inline void add_pluralities(HeldOut& total, const std::vector<PolicyShare>& mixture,
                            const FoldStatistics& sums, const RoutingPrices& prices,
                            const RowMetric& figure) {
    const double rows = sums.weight();
    if (rows == 0.0) return;
    const std::vector<PluralityCell>& cells = sums.pluralities.front().cells;
    const auto cell_of = [&](int n, int t) {
        const std::size_t at = PluralitySums::index(n, t);
        return at < cells.size() ? cells[at] : PluralityCell{};
    };
    RoutingValue mean;
    double routed = 0.0;
    std::vector<double> gains;
    for (const auto& [share, policy] : mixture) {
        mean =
            mean + RoutingValue{0.0, share * prices.answers[static_cast<std::size_t>(policy.first_model())],
                                0.0, 0.0};
        if (policy.first_model() == 1) {
            mean.score += share * sums.mean_score(1);
            routed += share;
            continue;
        }
        const CascadeModel& model = policy.layout().models().front();
        std::vector<double> reached(static_cast<std::size_t>(model.states()), 0.0);
        for (int t = 0; t <= 1; ++t)
            reached[static_cast<std::size_t>(model.state(0, t))] = share * cell_of(0, t).weight / rows;
        for (int n = 0; n <= model.draws; ++n) {
            for (int t = 0; t <= n + 1; ++t) {
                const double here = reached[static_cast<std::size_t>(model.state(n, t))];
                if (here == 0.0) continue;
                const PluralityCell cell = cell_of(n, t);
                const CompactAction& best = policy.cell(RoutingLayout::root(0), model.state(n, t)).best;
                if (best.kind == ActionKind::accept) {
                    mean.score += here * cell.score / cell.weight;
                } else if (best.kind == ActionKind::route) {
                    mean.score += here * cell.scores.back() / cell.weight;
                    mean.cost += here * prices.answers.back();
                    routed += here;
                } else {
                    mean = mean + RoutingValue{0.0, here * best.argument * prices.draws.front(),
                                               here * best.argument, here};
                    count_gains(best.argument, gains, [&](int i, int j) {
                        const PluralityCell from = cell_of(n + i, t + j);
                        const double moved = from.grew + from.stayed;
                        return moved > 0.0 ? from.grew / moved : 0.0;
                    });
                    for (int j = 0; j <= best.argument; ++j)
                        reached[static_cast<std::size_t>(model.state(n + best.argument, t + j))] +=
                            here * gains[static_cast<std::size_t>(j)];
                }
            }
        }
    }
    double value = mean.score + figure.cost * mean.cost + figure.constant;
    for (std::size_t i = 0; i < figure.scores.size(); ++i) value += figure.scores[i] * sums.mean_score(i);
    total.rows += rows;
    total.units += 1.0;
    total.sums = total.sums + rows * mean;
    total.routed += rows * routed;
    total.figure += rows * value;
    total.squares += rows * value * value;
}

}  // namespace automix::detail
