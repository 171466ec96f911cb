// SPDX-License-Identifier: Apache-2.0
// Cross-fitting of the routing POMDP: for each fold of the rows a tree fitted to all others, by subtraction, so that policies
// are judged on rows that they have not seen. Training rows alone flatter a policy; a belief's own forecast of quality is
// not to be trusted. O(folds * fit).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/held_out.hpp>
#include <automix/routing/belief/detail/plurality_tree.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace automix::detail {

/// What a tree is fitted as.
struct TreeOptions {
    AcceptedAnswer accepted = AcceptedAnswer::first;
    double most_cells = 1e6;
    std::optional<FoldStatistics> prior{};  ///< sums over rows known before, which every fit counts too
};

/// The tree of sums over training rows.
inline RoutingTree fit_tree(FoldStatistics sums, const std::vector<ModelShape>& models,
                            const TreeOptions& options) {
    if (options.prior) sums += *options.prior;
    if (options.accepted == AcceptedAnswer::plurality) return make_plurality_tree(sums, models.front().draws);
    return make_tree(fit_belief(sums, models), options.most_cells);
}

class CrossFit {
 public:
    CrossFit(const Statistics& statistics, const FoldStatistics& total, const TreeOptions& options)
        : statistics_(statistics), accepted_(options.accepted) {
        for (const FoldStatistics& fold : statistics.folds) {
            FoldStatistics others = total;
            others -= fold;
            if (fold.cells.empty() || others.cells.empty()) {
                trees_.emplace_back();
            } else {
                trees_.emplace_back(fit_tree(std::move(others), statistics.models, options));
            }
        }
    }

    [[nodiscard]] std::size_t folds() const noexcept { return trees_.size(); }
    /// The tree fitted to all rows but those of a fold; nothing where the fold or its complement holds no rows.
    [[nodiscard]] const std::optional<RoutingTree>& tree(std::size_t fold) const { return trees_[fold]; }

    /// Judges the mixture `policies(fold)` of each fold that has a tree on the rows of that fold.
    template <class Policies>
    [[nodiscard]] HeldOut judge(const RoutingPrices& prices, const RowMetric& figure,
                                Policies policies) const {
        HeldOut total;
        for (std::size_t f = 0; f < trees_.size(); ++f) {
            if (!trees_[f]) continue;
            const std::vector<PolicyShare> mixture = policies(f);
            judge_rows(total, accepted_, mixture, statistics_.folds[f], prices, figure);
        }
        return total;
    }

    /// Adds what a mixture does on the rows of `sums`.
    static void judge_rows(HeldOut& total, AcceptedAnswer accepted, const std::vector<PolicyShare>& mixture,
                           const FoldStatistics& sums, const RoutingPrices& prices, const RowMetric& figure) {
        if (accepted == AcceptedAnswer::plurality) {
            add_pluralities(total, mixture, sums, prices, figure);
        } else {
            add_rows(total, mixture, sums, prices, figure);
        }
    }

 private:
    const Statistics& statistics_;
    AcceptedAnswer accepted_;
    std::vector<std::optional<RoutingTree>> trees_;
};

}  // namespace automix::detail
