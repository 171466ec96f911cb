// SPDX-License-Identifier: Apache-2.0
// What is expected from each cell of a tree of evidence on, and from each action in a cell, given the values of the cells
// that it leads to. Who fills the table decides what they are values of: of the best policy, or of one at hand.
// An action is O(draws^2), O(1) for those that draw nothing.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/count_gains.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/prices.hpp>

#include <cstddef>
#include <vector>

namespace automix::detail {

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

/// Score less lambda times what is paid, rounds included: what a policy maximises.
inline double net_value(const RoutingValue& value, double lambda, const RoutingPrices& prices) noexcept {
    return value.score - lambda * (value.cost + prices.round * value.rounds);
}

/// A value for each cell. RoutingTree and prices must outlive it.
class CellValues {
 public:
    CellValues(const RoutingTree& tree, const RoutingPrices& prices)
        : tree_(tree),
          layout_(*tree.layout),
          prices_(prices),
          values_(static_cast<std::size_t>(layout_.cells())) {}

    [[nodiscard]] const RoutingLayout& layout() const noexcept { return layout_; }
    [[nodiscard]] RoutingValue& at(Index n, Index state) {
        return values_[static_cast<std::size_t>(layout_.node(n).first_cell + state)];
    }
    [[nodiscard]] const RoutingValue& at(Index n, Index state) const {
        return values_[static_cast<std::size_t>(layout_.node(n).first_cell + state)];
    }

    /// Of starting at a model.
    [[nodiscard]] RoutingValue start(int first) const {
        if (first == layout_.last_model()) return asked(first) + scored(tree_.last_alone);
        return asked(first) + arrived(RoutingLayout::root(first));
    }
    /// Of accepting.
    [[nodiscard]] RoutingValue accept(Index n, Index state) const {
        return scored(tree_.current(cell(n, state)));
    }
    /// Of a route to a larger model.
    [[nodiscard]] RoutingValue route(Index n, Index state, int to) const {
        return asked(to) + (to == layout_.last_model() ? scored(tree_.last(cell(n, state)))
                                                       : arrived(layout_.child(n, state, to)));
    }
    /// Of drawing that many verdicts where `count` of `drawn` are known. Requires a model that counts and has as many left.
    /// `gains` is overwritten.
    [[nodiscard]] RoutingValue verify(Index n, int drawn, int count, int draws,
                                      std::vector<double>& gains) const {
        const CascadeModel& model = model_of(n);
        count_gains(draws, gains,
                    [&](int i, int j) { return tree_.chance(cell(n, model.state(drawn + i, count + j))); });
        RoutingValue sum;
        for (int j = 0; j <= draws; ++j)
            sum = sum + gains[static_cast<std::size_t>(j)] * at(n, model.state(drawn + draws, count + j));
        const double tried = draws * prices_.draws_per_verdict_of(model.kind, layout_.node(n).model);
        return RoutingValue{0.0, tried * draw_price(n), tried, 1.0} + sum;
    }
    /// Of revealing a confidence.
    [[nodiscard]] RoutingValue reveal(Index n) const {
        RoutingValue sum{0.0, draw_price(n), 1.0, 1.0};
        for (Index seen = 1; seen < model_of(n).states(); ++seen)
            sum = sum + tree_.chance(cell(n, seen)) * at(n, seen);
        return sum;
    }

    [[nodiscard]] const CascadeModel& model_of(Index n) const {
        return layout_.models()[static_cast<std::size_t>(layout_.node(n).model)];
    }

 private:
    [[nodiscard]] Index cell(Index n, Index state) const { return layout_.node(n).first_cell + state; }
    [[nodiscard]] double draw_price(Index n) const {
        return prices_.draws[static_cast<std::size_t>(layout_.node(n).model)];
    }
    [[nodiscard]] static RoutingValue scored(double score) { return {score, 0.0, 0.0, 0.0}; }
    [[nodiscard]] RoutingValue asked(int model) const {
        return {0.0, prices_.answers[static_cast<std::size_t>(model)], 0.0, 0.0};
    }
    /// Of a node as its model answers.
    [[nodiscard]] RoutingValue arrived(Index n) const {
        const CascadeModel& model = model_of(n);
        if (model.kind != VerificationKind::samples) return at(n, 0);
        return tree_.failed * at(n, model.state(0, 0)) + (1.0 - tree_.failed) * at(n, model.state(0, 1));
    }

    const RoutingTree& tree_;
    const RoutingLayout& layout_;
    const RoutingPrices& prices_;
    std::vector<RoutingValue> values_;
};

}  // namespace automix::detail
