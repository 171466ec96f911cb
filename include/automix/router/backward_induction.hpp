// SPDX-License-Identifier: Apache-2.0
// The exact solution of the routing POMDP: a query ends after a bounded number of verdicts, so the reachable evidence is a
// finite tree and one sweep from its ends gives value and policy (design: score of the accepted answer minus lambda times
// cost and rounds). Ties go to accepting, then to routing (the smaller model first), then to verifying (the smaller batch
// first). O(cells * batches * outcomes).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/router/count_gains.hpp>
#include <automix/router/routing_policy.hpp>
#include <automix/router/routing_prices.hpp>
#include <automix/router/routing_tree.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace automix {

/// What a policy is expected to score and to pay on a query, from some evidence on.
struct RoutingValue {
    double score = 0.0;
    double cost = 0.0;  ///< answers and draws
    double draws = 0.0;
    double rounds = 0.0;

    friend RoutingValue operator+(const RoutingValue& a, const RoutingValue& b) noexcept {
        return {a.score + b.score, a.cost + b.cost, a.draws + b.draws, a.rounds + b.rounds};
    }
    friend RoutingValue operator*(double factor, const RoutingValue& a) noexcept {
        return {factor * a.score, factor * a.cost, factor * a.draws, factor * a.rounds};
    }
};

/// What is asked of one solution.
struct SolveRule {
    double lambda = 0.0;          ///< score per unit of price
    std::vector<int> batches{1};  ///< numbers of draws that a round may have, ascending
    bool verify_first =
        false;  ///< accept nothing unverified, and verify where that ties with routing, as IBC asks
};

struct RoutingSolution {
    RoutingPolicy policy{};
    RoutingValue value{};  ///< at the start, the first answer included
};

namespace detail {

/// One sweep over a tree.
class BackwardInduction {
 public:
    BackwardInduction(const RoutingTree& tree, const RoutingPrices& prices, const SolveRule& rule)
        : tree_(tree),
          layout_(*tree.layout),
          prices_(prices),
          rule_(rule),
          values_(static_cast<std::size_t>(layout_.cells())),
          cells_(static_cast<std::size_t>(layout_.cells())) {
        for (Index n = layout_.nodes(); n-- > 0;) decide_node(n);
    }

    [[nodiscard]] RoutingSolution solution() && {
        Best best{value_from(0), Choice::route(0)};
        for (int first = 1; first <= layout_.last_model(); ++first)
            offer(best, Choice::route(first), value_from(first));
        return {RoutingPolicy(tree_.layout, std::move(cells_), best.choice.argument), best.value};
    }

    /// The value of starting at a model.
    [[nodiscard]] RoutingValue value_from(int first) const {
        if (first == layout_.last_model()) return asked(first) + accepted(tree_.last_alone);
        return asked(first) + arrived(RoutingLayout::root(first));
    }

 private:
    /// Values that differ by less are ties.
    static constexpr double rounding = 1e-12;

    struct Best {
        RoutingValue value{};
        Choice choice{};
    };

    [[nodiscard]] double net(const RoutingValue& value) const {
        return value.score - rule_.lambda * (value.cost + prices_.round * value.rounds);
    }

    /// Takes what is better by more than `margin`.
    void offer(Best& best, Choice choice, const RoutingValue& value, double margin = rounding) const {
        if (net(value) > net(best.value) + margin) best = {value, choice};
    }

    [[nodiscard]] static RoutingValue accepted(double score) { return {score, 0.0, 0.0, 0.0}; }
    [[nodiscard]] RoutingValue asked(int model) const {
        return {0.0, prices_.answers[static_cast<std::size_t>(model)], 0.0, 0.0};
    }
    /// The value of a node as its model answers.
    [[nodiscard]] RoutingValue arrived(Index n) const {
        const RoutedModel& model = layout_.models()[static_cast<std::size_t>(layout_.node(n).model)];
        if (model.kind != VerificationKind::samples) return value(n, 0);
        return tree_.failed * value(n, model.state(0, 0)) +
               (1.0 - tree_.failed) * value(n, model.state(0, 1));
    }
    [[nodiscard]] const RoutingValue& value(Index n, Index state) const {
        return values_[static_cast<std::size_t>(layout_.node(n).first_cell + state)];
    }

    void decide_node(Index n) {
        const RoutingNode& node = layout_.node(n);
        const RoutedModel& model = layout_.models()[static_cast<std::size_t>(node.model)];
        const double price = prices_.draws[static_cast<std::size_t>(node.model)];
        if (!model.counts()) {
            for (Index state = 1; state < model.states(); ++state) decide(n, state, {});
            verified_.clear();
            if (model.states() > 1) {
                RoutingValue sum{0.0, price, 1.0, 1.0};
                for (Index seen = 1; seen < model.states(); ++seen)
                    sum = sum + tree_.chance(node.first_cell + seen) * value(n, seen);
                verified_.emplace_back(1, sum);
            }
            decide(n, 0, verified_);
            return;
        }
        for (int drawn = model.draws; drawn >= 0; --drawn) {
            for (int count = model.most(drawn); count >= 0; --count) {
                verified_.clear();
                for (const int draws : rule_.batches) {
                    if (drawn + draws > model.draws) break;
                    verified_.emplace_back(draws,
                                           RoutingValue{0.0, draws * price, static_cast<double>(draws), 1.0} +
                                               after_batch(n, model, drawn, count, draws));
                }
                decide(n, model.state(drawn, count), verified_);
            }
        }
    }

    /// The expected value after a batch.
    RoutingValue after_batch(Index n, const RoutedModel& model, int drawn, int count, int draws) {
        const Index first = layout_.node(n).first_cell;
        count_gains(draws, gained_,
                    [&](int i, int j) { return tree_.chance(first + model.state(drawn + i, count + j)); });
        RoutingValue sum;
        for (int j = 0; j <= draws; ++j)
            sum =
                sum + gained_[static_cast<std::size_t>(j)] * value(n, model.state(drawn + draws, count + j));
        return sum;
    }

    /// Chooses between accepting, routing and the batches that were offered with their values.
    void decide(Index n, Index state, const std::vector<std::pair<int, RoutingValue>>& batches) {
        const RoutingNode& node = layout_.node(n);
        const Index cell = node.first_cell + state;
        const int last = layout_.last_model();
        const auto route = [&](int to) {
            return asked(to) +
                   (to == last ? accepted(tree_.last(cell)) : arrived(layout_.child(n, state, to)));
        };
        const bool unverified_start = rule_.verify_first && n == RoutingLayout::root(0) &&
                                      state < layout_.models().front().after_arrival();
        Best settled{accepted(tree_.current(cell)), {}};
        if (unverified_start) settled = {route(node.model + 1), Choice::route(node.model + 1)};
        for (int to = node.model + 1; to <= last; ++to) offer(settled, Choice::route(to), route(to));
        Best best = settled;
        for (const auto& [draws, verified] : batches) {
            const bool wins_tie = unverified_start && best.choice.kind == ActionKind::route;
            offer(best, Choice::verify(draws), verified, wins_tie ? -rounding : rounding);
        }
        values_[static_cast<std::size_t>(cell)] = best.value;
        cells_[static_cast<std::size_t>(cell)] = {best.choice, settled.choice};
    }

    const RoutingTree& tree_;
    const RoutingLayout& layout_;
    const RoutingPrices& prices_;
    const SolveRule& rule_;
    std::vector<RoutingValue> values_;
    std::vector<CellPolicy> cells_;
    std::vector<std::pair<int, RoutingValue>> verified_;  // of the cell at hand, by batch
    std::vector<double> gained_;                          // chance of each gain in count by a batch
};

}  // namespace detail

/// Asks one model and accepts.
inline RoutingSolution accept_first(const RoutingTree& tree, const RoutingPrices& prices, int first) {
    const RoutingLayout& layout = *tree.layout;
    double score = tree.last_alone;
    if (first < layout.last_model()) {
        const RoutedModel& model = layout.models()[static_cast<std::size_t>(first)];
        const Index root = layout.node(RoutingLayout::root(first)).first_cell;
        score = tree.current(root);
        if (model.kind == VerificationKind::samples)
            score = tree.failed * score + (1.0 - tree.failed) * tree.current(root + 1);
    }
    return {
        RoutingPolicy(tree.layout, std::vector<CellPolicy>(static_cast<std::size_t>(layout.cells())), first),
        {score, prices.answers[static_cast<std::size_t>(first)], 0.0, 0.0}};
}

/// The best policy for one lambda.
inline RoutingSolution solve_routing(const RoutingTree& tree, const RoutingPrices& prices,
                                     const SolveRule& rule) {
    return detail::BackwardInduction(tree, prices, rule).solution();
}

}  // namespace automix
