// SPDX-License-Identifier: Apache-2.0
// Values of cells and actions on a tree of evidence. The value of an action follows from the values of the cells that
// it leads to. The caller fills the table from the ends of the tree, for the best policy or for a given one. An action
// is O(draws^2) if it draws, and O(1) if it does not.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/round_outcomes.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/routing_value.hpp>

#include <vector>

namespace automix::detail {

/// Returns the score less lambda times all payments, rounds included. A policy maximises this.
inline double net_value(const RoutingValue& value, double lambda, const RoutingPrices& prices) noexcept {
    return value.score - lambda * (value.cost + prices.round * value.rounds);
}

/// A value for each cell. Tree and prices must outlive it.
class CellValues {
 public:
    CellValues(const RoutingTree& tree, const RoutingPrices& prices)
        : tree_(tree), layout_(*tree.layout), prices_(prices), values_(as_size(layout_.cells())) {}

    [[nodiscard]] const RoutingLayout& layout() const noexcept { return layout_; }
    [[nodiscard]] RoutingValue& at(Index n, Index state) {
        return values_[as_size(layout_.node(n).first_cell + state)];
    }
    [[nodiscard]] const RoutingValue& at(Index n, Index state) const {
        return values_[as_size(layout_.node(n).first_cell + state)];
    }

    /// Returns the value of asking a model first.
    [[nodiscard]] RoutingValue start(Index first) const {
        if (first == layout_.last_model()) return asked(first) + scored(tree_.last_alone);
        return asked(first) + arrived(layout_.root(first));
    }
    /// Returns the value of accepting the current answer.
    [[nodiscard]] RoutingValue accept(Index n, Index state) const {
        return scored(tree_.current(cell(n, state)));
    }
    /// Returns the value of asking a larger model.
    [[nodiscard]] RoutingValue route(Index n, Index state, Index to) const {
        return tree_.price_factor(cell(n, state), to) * asked(to) +
               (to == layout_.last_model() ? scored(tree_.last(cell(n, state)))
                                           : arrived(layout_.child(n, state, to)));
    }
    /// Returns the value of drawing `draws` verdicts of a verifier in a state. Requires one that counts and has as many
    /// draws left. `weights` is working memory and is overwritten.
    [[nodiscard]] RoutingValue verify(Index n, Index state, Index verifier, int draws,
                                      std::vector<double>& weights) const {
        const CascadeModel& model = model_of(n);
        const VerifierStates& states = model.verifiers[as_size(verifier)];
        const Index stride = model.stride(verifier);
        const Index part = model.part(state, verifier);
        const int drawn = states.drawn(part);
        const auto count = static_cast<int>(part - states.state(drawn, 0));
        const auto reached = [&](int more, int gain) {
            return state + (states.state(drawn + more, count + gain) - part) * stride;
        };
        RoutingValue sum;
        for_each_outcome(
            draws, 1.0, weights,
            [&](int i, int j) { return tree_.probability(cell(n, reached(i, j)), verifier); },
            [&](int gain, double probability) { sum = sum + probability * at(n, reached(draws, gain)); });
        const Index m = layout_.node(n).model;
        const VerifierPrices price = prices_of(prices_, layout_.models(), m, verifier);
        const double drawn_in_all = draws * price.draws_per_verdict;
        return RoutingValue{0.0, drawn_in_all * price.draw, drawn_in_all, 1.0} + sum;
    }
    /// Returns the value of revealing the confidence of a verifier that has not given it.
    [[nodiscard]] RoutingValue reveal(Index n, Index state, Index verifier) const {
        const CascadeModel& model = model_of(n);
        const Index stride = model.stride(verifier);
        const VerifierPrices price = prices_of(prices_, layout_.models(), layout_.node(n).model, verifier);
        RoutingValue sum{0.0, price.draw, 1.0, 1.0};
        for (Index seen = 1; seen < model.verifiers[as_size(verifier)].states(); ++seen) {
            const Index after = state + seen * stride;
            sum = sum + tree_.probability(cell(n, after), verifier) * at(n, after);
        }
        return sum;
    }

    [[nodiscard]] const CascadeModel& model_of(Index n) const {
        return layout_.models()[as_size(layout_.node(n).model)];
    }

 private:
    [[nodiscard]] Index cell(Index n, Index state) const { return layout_.node(n).first_cell + state; }
    [[nodiscard]] static RoutingValue scored(double score) { return {score, 0.0, 0.0, 0.0}; }
    [[nodiscard]] RoutingValue asked(Index model) const {
        return {0.0, prices_.answers[as_size(model)], 0.0, 0.0};
    }
    /// Returns the value when a model has just answered. Its signals are known next, and choose among the nodes from `n`
    /// on.
    [[nodiscard]] RoutingValue arrived(Index n) const {
        const CascadeModel& model = model_of(n);
        if (const VerifierStates& states = model.first(); states.kind == VerificationKind::samples)
            return tree_.failed * at(n, states.state(0, 0)) +
                   (1.0 - tree_.failed) * at(n, states.state(0, 1));
        if (model.strata == 1) return at(n, 0);
        RoutingValue sum;
        for (Index stratum = 0; stratum < model.strata; ++stratum)
            sum = sum + tree_.arrival(n + stratum) * at(n + stratum, 0);
        return sum;
    }

    const RoutingTree& tree_;
    const RoutingLayout& layout_;
    const RoutingPrices& prices_;
    std::vector<RoutingValue> values_;
};

}  // namespace automix::detail
