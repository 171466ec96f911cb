// SPDX-License-Identifier: Apache-2.0
// The exact solution of the routing POMDP. A query ends after a bounded number of verdicts, so the reachable evidence
// is a finite tree. One sweep from its ends gives value and policy. The value is the score of the accepted answer less
// lambda times the cost, the price of rounds included. Ties go to accepting, then to routing (the smaller model first),
// then to verifying (the first verifier and the smaller batch first). O(cells * verifiers * batches * outcomes).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/routing_value.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace automix::detail {

/// Values that differ by less than this are ties.
inline constexpr double value_rounding = 1e-12;

/// Returns the best model to ask first, from `min_first` on; on a tie the one that costs less, then the smallest.
inline Index best_start(const std::vector<RoutingValue>& starts, Index min_first, double lambda,
                        const RoutingPrices& prices) {
    Index best = min_first;
    const auto net = [&](Index first) { return net_value(starts[as_size(first)], lambda, prices); };
    for (Index first = min_first + 1; first < std::ssize(starts); ++first) {
        const double gain = net(first) - net(best);
        const bool cheaper = starts[as_size(first)].cost < starts[as_size(best)].cost - value_rounding;
        if (gain > value_rounding || (gain >= -value_rounding && cheaper)) best = first;
    }
    return best;
}

/// The best actions of all cells of a tree.
struct SolvedTree {
    std::vector<CellPolicy> cells{};
    Index first_model = 0;               ///< the model to ask first
    RoutingValue value{};                ///< value at the start, the first answer included
    std::vector<RoutingValue> starts{};  ///< value of asking each model first
};

/// The solution of a tree in one sweep from its ends.
class BackwardInduction {
 public:
    BackwardInduction(const RoutingTree& tree, const RoutingPrices& prices, const SolveRule& rule)
        : layout_(tree.layout),
          prices_(prices),
          rule_(rule),
          values_(tree, prices),
          cells_(as_size(layout_->cells())) {
        for (Index n = layout_->nodes(); n-- > 0;) decide_node(n);
    }

    [[nodiscard]] SolvedTree solved() && {
        std::vector<RoutingValue> starts;
        for (Index first = 0; first <= layout_->last_model(); ++first) starts.push_back(value_from(first));
        const Index first = best_start(starts, rule_.min_first_model, rule_.lambda, prices_);
        const RoutingValue value = starts[as_size(first)];
        return {std::move(cells_), first, value, std::move(starts)};
    }

    /// Returns the value of asking a model first.
    [[nodiscard]] RoutingValue value_from(Index first) const { return values_.start(first); }

 private:
    struct Best {
        RoutingValue value{};
        CompactAction choice{};
    };

    [[nodiscard]] double net(const RoutingValue& value) const {
        return net_value(value, rule_.lambda, prices_);
    }

    /// Replaces the best choice by one that is better by more than `margin`.
    void offer(Best& best, CompactAction choice, const RoutingValue& value,
               double margin = value_rounding) const {
        if (net(value) > net(best.value) + margin) best = {value, choice};
    }

    /// Decides the cells of a node. A verifier leads to states of a larger number, so these come first.
    void decide_node(Index n) {
        const CascadeModel& model = values_.model_of(n);
        for (Index state = model.states(); state-- > 0;) {
            rounds_.clear();
            for (Index v = 0; rule_.verify && v < std::ssize(model.verifiers); ++v) add_rounds(n, state, v);
            decide(n, state);
        }
    }

    /// Adds the rounds of a verifier in a state, with their values.
    void add_rounds(Index n, Index state, Index verifier) {
        const CascadeModel& model = values_.model_of(n);
        const VerifierStates& states = model.verifiers[as_size(verifier)];
        const Index part = model.part(state, verifier);
        if (!states.counts()) {
            if (part == 0 && states.states() > 1)
                rounds_.emplace_back(CompactAction::verify(1, verifier), values_.reveal(n, state, verifier));
            return;
        }
        const int drawn = states.drawn(part);
        for (const int draws : rule_.batches) {
            if (drawn + draws > states.draws) break;
            rounds_.emplace_back(CompactAction::verify(draws, verifier),
                                 values_.verify(n, state, verifier, draws, weights_));
        }
    }

    /// Chooses between accepting, routing and the rounds whose values are given.
    void decide(Index n, Index state) {
        const Index model = layout_->node(n).model;
        const bool unverified_start =
            rule_.verify_first && n == layout_->root(0) && layout_->models().front().unverified(state);
        Best without_verifying{values_.accept(n, state), {}};
        if (unverified_start)
            without_verifying = {values_.route(n, state, model + 1), CompactAction::route(model + 1)};
        for (Index to = model + 1; to <= layout_->last_model(); ++to)
            offer(without_verifying, CompactAction::route(to), values_.route(n, state, to));
        Best best = without_verifying;
        for (const auto& [choice, value] : rounds_) {
            const bool wins_tie = unverified_start && best.choice.kind == ActionKind::route;
            offer(best, choice, value, wins_tie ? -value_rounding : value_rounding);
        }
        values_.at(n, state) = best.value;
        cells_[as_size(layout_->node(n).first_cell + state)] = {best.choice, without_verifying.choice};
    }

    std::shared_ptr<const RoutingLayout> layout_;
    const RoutingPrices& prices_;
    const SolveRule& rule_;
    CellValues values_;
    std::vector<CellPolicy> cells_;
    std::vector<std::pair<CompactAction, RoutingValue>> rounds_;  // of the current cell
    std::vector<double> weights_;                                 // working memory of a round
};

}  // namespace automix::detail
