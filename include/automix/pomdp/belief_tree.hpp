// SPDX-License-Identifier: Apache-2.0
// The beliefs that a solver has met, each once, with what its actions make of it. Beliefs that agree to 1e-12 are one.
// With a finite horizon a belief is met once a step. Expanding a belief is O(its successors * observations).
#pragma once

#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix::pomdp {

/// An observation after an action: its probability and the number of the belief that it leads to.
struct Edge {
    double probability = 0.0;
    int to = 0;
    int observation = 0;
};

/// What an action makes of a belief; no edges: not looked at yet.
struct Branch {
    double reward = 0.0;
    std::vector<Edge> edges{};

    [[nodiscard]] bool expanded() const noexcept { return !edges.empty(); }
};

struct BeliefNode {
    Belief belief{};
    int step = 0;                    ///< from the start; always 0 for an unlimited horizon
    std::vector<Branch> branches{};  ///< one an action; empty: not opened
};

template <pomdp_model M>
class BeliefTree {
 public:
    /// With the initial belief as number 0. Where `stepwise` the steps of beliefs are counted. `model` must outlive the tree.
    BeliefTree(const M& model, bool stepwise) : model_(model), updater_(model), stepwise_(stepwise) {
        add(model.start(), 0);
    }

    [[nodiscard]] int size() const noexcept { return static_cast<int>(nodes_.size()); }
    [[nodiscard]] const BeliefNode& operator[](int node) const {
        return nodes_[static_cast<std::size_t>(node)];
    }
    [[nodiscard]] bool opened(int node) const { return !(*this)[node].branches.empty(); }
    /// How many beliefs are opened.
    [[nodiscard]] int opened() const noexcept { return opened_; }

    /// The number of a belief at a step.
    int add(Belief belief, int step) {
        const std::uint64_t key = hash(belief, step);
        const auto [first, last] = index_.equal_range(key);
        for (auto entry = first; entry != last; ++entry) {
            const BeliefNode& known = (*this)[entry->second];
            if (known.step == step && close(known.belief, belief)) return entry->second;
        }
        index_.emplace(key, size());
        nodes_.push_back({std::move(belief), step, {}});
        return size() - 1;
    }

    /// Gives a belief its branches, none of them expanded; the second time does nothing.
    void open(int node) {
        if (opened(node)) return;
        BeliefNode& opened = nodes_[static_cast<std::size_t>(node)];
        for (int action = 0; action < model_.actions(); ++action) {
            opened.branches.push_back({expected_reward(model_, opened.belief, action), {}});
        }
        ++opened_;
    }

    /// Finds the successors of an opened belief by an action; the second time does nothing.
    void expand(int node, int action) {
        const auto number = static_cast<std::size_t>(action);
        if ((*this)[node].branches[number].expanded()) return;
        const int step = (*this)[node].step + (stepwise_ ? 1 : 0);
        std::vector<Edge> edges;
        for (Successor& successor : updater_.successors((*this)[node].belief, action)) {
            edges.push_back(
                {successor.probability, add(std::move(successor.belief), step), successor.observation});
        }
        nodes_[static_cast<std::size_t>(node)].branches[number].edges = std::move(edges);
    }

 private:
    static std::uint64_t hash(const Belief& belief, int step) noexcept {
        std::uint64_t sum = mix_bits(static_cast<std::uint64_t>(step));
        for (std::size_t i = 0; i < belief.size(); ++i) {
            const auto state = static_cast<std::uint64_t>(belief.states[i]);
            // Coarse, so that rounding seldom moves a belief to another key; a belief split off costs time, not truth.
            const auto probability =
                static_cast<std::uint64_t>(std::llround(belief.probabilities[i] * 0x1p30));
            sum = mix_bits(sum ^ mix_bits(state * 0x9E3779B97F4A7C15U + probability));
        }
        return sum;
    }

    static bool close(const Belief& a, const Belief& b) noexcept {
        if (a.states != b.states) return false;
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (std::abs(a.probabilities[i] - b.probabilities[i]) > 1e-12) return false;
        }
        return true;
    }

    const M& model_;
    BeliefUpdater<M> updater_;
    bool stepwise_;
    std::vector<BeliefNode> nodes_;
    int opened_ = 0;
    std::unordered_multimap<std::uint64_t, int> index_;
};

}  // namespace automix::pomdp
