// SPDX-License-Identifier: Apache-2.0
// Cross-fitting of the routing POMDP: for each fold of the rows it fits a tree to all other folds, by subtraction.
// Policies are then evaluated on rows that they were not fitted to. On its own training rows a policy looks better than
// it is, and the quality that the belief expects is too high as well. O(folds * fit).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/belief_fit.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/merged_confidences.hpp>
#include <automix/routing/belief/detail/plurality_tree.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

namespace automix::detail {

/// Options of the fit of a tree.
struct TreeOptions {
    AcceptedAnswer accepted = AcceptedAnswer::first;
    double max_cells = 1e6;
    std::optional<FoldStatistics> prior{};  ///< sums over earlier rows, which every fit includes
};

/// Fits the tree to sums over training rows, which include the earlier ones. Requires rows.
inline RoutingTree fit_tree(const FoldStatistics& sums, const std::vector<ModelShape>& models,
                            const TreeOptions& options) {
    if (options.accepted == AcceptedAnswer::plurality) return make_plurality_tree(sums, models.front().draws);
    RoutingTree tree = make_tree(fit_belief(sums, models), options.max_cells);
    if (!tree.layout && std::any_of(models.begin(), models.end(),
                                    [](const ModelShape& model) { return model.verifier_count() > 1; }))
        throw ArgumentError("several verifiers make more than " + format_number(options.max_cells) +
                            " cells of evidence; lower max_draws (--max-draws), or name fewer verifiers");
    return tree;
}

/// Returns the sums of all rows and of the earlier ones, to which a tree is fitted, without the rows of a fold.
inline FoldStatistics fitted_sums(const FoldStatistics& total, const FoldStatistics& fold,
                                  const std::vector<ModelShape>& models, const TreeOptions& options) {
    FoldStatistics sums;
    if (any_confidence(models) && options.accepted == AcceptedAnswer::first) {
        if (!options.prior) return merge_confidences(total, fold, models);
        sums = total;
        sums += *options.prior;
        return merge_confidences(sums, fold, models);
    }
    sums = total;
    if (!fold.cells.empty()) sums -= fold;
    if (options.prior) sums += *options.prior;
    return sums;
}

/// Returns true if rows are left without those of a fold.
inline bool rows_left(const FoldStatistics& total, const FoldStatistics& fold) {
    bool left = false;
    for_each_left(total, fold, [&](const EvidenceCell&, const EvidenceCell*) { left = true; });
    return left;
}

class CrossFit {
 public:
    CrossFit(const Statistics& statistics, const FoldStatistics& total, const TreeOptions& options)
        : statistics_(statistics), accepted_(options.accepted) {
        for (const FoldStatistics& fold : statistics.folds) {
            if (fold.cells.empty() || !rows_left(total, fold)) {
                trees_.emplace_back();
            } else {
                trees_.emplace_back(fit_tree(fitted_sums(total, fold, statistics.models, options),
                                             statistics.models, options));
            }
        }
    }

    [[nodiscard]] std::size_t folds() const noexcept { return trees_.size(); }
    /// Returns the tree fitted to all rows except those of a fold; empty if the fold or the other folds hold no rows.
    [[nodiscard]] const std::optional<RoutingTree>& tree(std::size_t fold) const { return trees_[fold]; }

    /// Replaces the tree of a fold.
    void set_tree(std::size_t fold, RoutingTree tree) { trees_[fold] = std::move(tree); }

    /// Evaluates the mixture `policies(fold)` of each fold that has a tree on the rows of that fold.
    template <class Policies>
    [[nodiscard]] PolicyEstimate evaluate(const RoutingPrices& prices, const RowMetric& metric,
                                          Policies policies) const {
        PolicyEstimate total;
        for (std::size_t f = 0; f < trees_.size(); ++f) {
            if (!trees_[f]) continue;
            if (accepted_ == AcceptedAnswer::plurality) {
                add_pluralities(total, policies(f), statistics_.folds[f], prices, metric);
            } else {
                add_rows(total, policies(f), statistics_.folds[f], prices, metric);
            }
        }
        return total;
    }

 private:
    const Statistics& statistics_;
    AcceptedAnswer accepted_;
    std::vector<std::optional<RoutingTree>> trees_;
};

}  // namespace automix::detail
