// SPDX-License-Identifier: Apache-2.0
// The beliefs that a solver has met, each once, with the outcomes of its actions. Beliefs that agree to 1e-12 count as
// one. With a finite horizon a belief is met once a step. Expanding a belief is O(its successors * observations).
// Solvers never open the majority of successors. Only a limited number of these stay in memory. The others are computed
// anew on demand from the belief before them, to the bit.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief_updater.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix::pomdp::detail {

/// An observation after an action: its probability and the number of the belief that it leads to.
struct Edge {
    double probability = 0.0;
    int to = 0;
    int observation = 0;
};

/// The outcome of an action at a belief; no edges if it is not expanded yet.
struct Branch {
    double reward = 0.0;
    std::vector<Edge> edges{};

    [[nodiscard]] bool expanded() const noexcept { return !edges.empty(); }
};

struct BeliefNode {
    Belief belief{};                 ///< empty if dropped; `BeliefTree::belief` computes it anew
    int step = 0;                    ///< steps from the start; always 0 for an unlimited horizon
    int parent = -1;                 ///< the belief that it was first met from; -1 if it was added
    int action = 0;                  ///< the action by which it was met
    int used = 0;                    ///< time of its last request, in expansions of the tree
    std::vector<Branch> branches{};  ///< one an action; empty: not opened
};

template <pomdp_model M>
class BeliefTree {
 public:
    static constexpr std::size_t default_entries_kept = 4'000'000;

    /// Starts with the initial belief as number 0. If `stepwise`, the steps of beliefs are counted. `entries_kept`
    /// bounds the probabilities in beliefs that are not opened, at 12 bytes each. `model` must outlive the tree.
    BeliefTree(const M& model, bool stepwise, std::size_t entries_kept = default_entries_kept)
        : model_(model), updater_(model), stepwise_(stepwise), entries_kept_(entries_kept) {
        add(model.start(), 0);
    }

    [[nodiscard]] int size() const noexcept { return static_cast<int>(nodes_.size()); }
    [[nodiscard]] const BeliefNode& operator[](int node) const { return nodes_[as_size(node)]; }
    [[nodiscard]] bool opened(int node) const { return !(*this)[node].branches.empty(); }
    /// Returns the number of opened beliefs.
    [[nodiscard]] int opened() const noexcept { return opened_; }
    /// Returns the number of expansions, each an action at a belief.
    [[nodiscard]] int expansions() const noexcept { return expansions_; }

    /// Returns an estimate of the memory in use, in bytes.
    [[nodiscard]] std::size_t bytes() const noexcept {
        constexpr std::size_t entry = sizeof(int) + sizeof(double);
        constexpr std::size_t indexed = 64;  // a number in the index
        constexpr std::size_t allocation = 16;
        return nodes_.capacity() * sizeof(BeliefNode) + nodes_.size() * indexed +
               as_size(opened_) *
                   (2 * allocation + as_size(model_.actions()) * (sizeof(Branch) + allocation)) +
               edges_ * sizeof(Edge) + (entries_ + entries_opened_) * (entry + 4);
    }

    /// Returns a belief, computed anew if it was dropped. The reference is valid until the tree changes.
    [[nodiscard]] const Belief& belief(int node) {
        BeliefNode& known = nodes_[as_size(node)];
        if (known.belief.empty()) restore(known.parent, known.action);
        known.used = expansions_;
        return known.belief;
    }

    /// Adds a belief at a step unless it is known. Returns its number.
    int add(Belief belief, int step) { return add(std::move(belief), step, -1, 0); }

    /// Gives a belief its branches, none of them expanded. A second call does nothing.
    void open(int node) {
        if (opened(node)) return;
        const Belief& from = belief(node);
        BeliefNode& opened = nodes_[as_size(node)];
        if (opened.parent >= 0) {
            entries_ -= from.size();
            entries_opened_ += from.size();
        }
        opened.branches.reserve(as_size(model_.actions()));
        for (int action = 0; action < model_.actions(); ++action) {
            opened.branches.push_back({expected_reward(model_, from, action), {}});
        }
        ++opened_;
    }

    /// Finds the successors of an opened belief by an action. A second call does nothing.
    void expand(int node, int action) {
        const auto number = as_size(action);
        if ((*this)[node].branches[number].expanded()) return;
        ++expansions_;
        const int step = (*this)[node].step + (stepwise_ ? 1 : 0);
        std::vector<Edge> edges;
        for (Successor& successor : updater_.successors((*this)[node].belief, action)) {
            const int to = add(std::move(successor.belief), step, node, action);
            edges.push_back({successor.probability, to, successor.observation});
        }
        edges.shrink_to_fit();
        edges_ += edges.size();
        nodes_[as_size(node)].branches[number].edges = std::move(edges);
    }

    /// Drops half of the beliefs that are not opened if they exceed the limit. The beliefs requested the longest time
    /// ago go first.
    void drop_stale() {
        if (entries_ <= entries_kept_) return;
        std::vector<int> leaves;
        for (int node = 0; node < size(); ++node) {
            if (!opened(node) && (*this)[node].parent >= 0 && !(*this)[node].belief.empty())
                leaves.push_back(node);
        }
        std::sort(leaves.begin(), leaves.end(),
                  [&](int a, int b) { return (*this)[a].used < (*this)[b].used; });
        for (const int leaf : leaves) {
            if (entries_ <= entries_kept_ / 2) break;
            Belief& belief = nodes_[as_size(leaf)].belief;
            entries_ -= belief.size();
            belief = Belief();
        }
    }

 private:
    int add(Belief belief, int step, int parent, int action) {
        const std::uint64_t key = hash(belief, step);
        const auto [first, last] = index_.equal_range(key);
        for (auto entry = first; entry != last; ++entry) {
            const int known = entry->second;
            if ((*this)[known].step == step && close(this->belief(known), belief)) return known;
        }
        index_.emplace(key, size());
        (parent >= 0 ? entries_ : entries_opened_) += belief.size();
        nodes_.push_back({std::move(belief), step, parent, action, expansions_, {}});
        return size() - 1;
    }

    /// Computes the dropped beliefs that were first met by this action.
    void restore(int parent, int action) {
        const BeliefNode& from = (*this)[parent];
        const std::vector<Edge>& edges = from.branches[as_size(action)].edges;
        std::vector<Successor> successors = updater_.successors(from.belief, action);
        for (std::size_t i = 0; i < edges.size(); ++i) {
            BeliefNode& node = nodes_[as_size(edges[i].to)];
            if (!node.belief.empty() || node.parent != parent || node.action != action) continue;
            node.belief = std::move(successors[i].belief);
            node.used = expansions_;
            entries_ += node.belief.size();
        }
    }

    static std::uint64_t hash(const Belief& belief, int step) noexcept {
        std::uint64_t sum = mix_bits(static_cast<std::uint64_t>(step));
        for (std::size_t i = 0; i < belief.size(); ++i) {
            const auto state = static_cast<std::uint64_t>(belief.states[i]);
            // The key is coarse, so that rounding seldom changes it. A belief that is stored twice costs time only.
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
    std::size_t entries_kept_;
    std::size_t entries_ = 0;         ///< entries of beliefs that may be dropped
    std::size_t entries_opened_ = 0;  ///< entries of beliefs that stay
    std::size_t edges_ = 0;
    std::vector<BeliefNode> nodes_;
    int opened_ = 0;
    int expansions_ = 0;
    std::unordered_multimap<std::uint64_t, int> index_;
};

}  // namespace automix::pomdp::detail
