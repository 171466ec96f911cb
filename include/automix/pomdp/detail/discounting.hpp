// SPDX-License-Identifier: Apache-2.0
// Checks whether a value exists. It does with a discount below 1, with a finite horizon, or if every run ends by
// itself. Runs start from the initial belief, so states that cannot be reached from there do not count. O(entries of
// T).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/pomdp_model.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::pomdp::detail {

/// A depth-first search for the longest ways to states that are never left and pay nothing.
template <pomdp_model M>
class TerminationGraph {
 public:
    explicit TerminationGraph(const M& model)
        : model_(model), marks_(as_size(model.states()), Mark::fresh), lengths_(as_size(model.states()), 0) {}

    /// Returns the number of steps of the longest way from a state; nothing if a way goes on for ever.
    std::optional<int> longest_from(int root) {
        if (mark(root) == Mark::fresh) enter(root);
        while (!path_.empty()) {
            Visit& top = path_.back();
            if (top.position == top.next.size()) {
                leave();
                continue;
            }
            const int to = top.next[top.position++];
            if (mark(to) == Mark::open) return std::nullopt;
            if (mark(to) == Mark::fresh) enter(to);
        }
        return length(root);
    }

 private:
    enum class Mark : std::uint8_t { fresh, open, done };

    struct Visit {
        int state = 0;
        std::vector<int> next{};
        std::size_t position = 0;
    };

    Mark& mark(int state) { return marks_[as_size(state)]; }
    int& length(int state) { return lengths_[as_size(state)]; }

    void enter(int state) {
        std::vector<int> next = successors(state);
        if (ended(state, next)) next.clear();
        mark(state) = Mark::open;
        path_.push_back({state, std::move(next), 0});
    }

    void leave() {
        const Visit& top = path_.back();
        for (const int to : top.next) length(top.state) = std::max(length(top.state), 1 + length(to));
        mark(top.state) = Mark::done;
        path_.pop_back();
    }

    [[nodiscard]] std::vector<int> successors(int state) const {
        std::vector<int> next;
        for (int action = 0; action < model_.actions(); ++action) {
            model_.for_each_successor(state, action, [&](int to, double probability) {
                if (probability > 0.0) next.push_back(to);
            });
        }
        std::sort(next.begin(), next.end());
        next.erase(std::unique(next.begin(), next.end()), next.end());
        return next;
    }

    [[nodiscard]] bool ended(int state, const std::vector<int>& next) const {
        if (next.size() != 1 || next.front() != state) return false;
        for (int action = 0; action < model_.actions(); ++action) {
            if (model_.reward(state, action) != 0.0) return false;
        }
        return true;
    }

    const M& model_;
    std::vector<Mark> marks_;
    std::vector<int> lengths_;
    std::vector<Visit> path_;
};

/// Returns the number of steps after which every run from the initial belief has ended, whatever its actions. This is
/// the longest way to a state that is never left and pays nothing. Returns nothing if a run may go on for ever.
template <pomdp_model M>
std::optional<int> steps_to_end(const M& model) {
    detail::TerminationGraph<M> ways(model);
    const Belief& start = model.start();
    int longest = 0;
    for (const int state : start.states) {
        const std::optional<int> steps = ways.longest_from(state);
        if (!steps) return std::nullopt;
        longest = std::max(longest, *steps);
    }
    return longest;
}

/// Throws `ArgumentError` for a negative horizon, and for an unlimited one (0) without discount unless every run ends
/// in a known number of steps.
template <pomdp_model M>
void require_horizon(const M& model, int horizon) {
    if (horizon < 0)
        throw ArgumentError("horizon: expected a number of steps, found " + std::to_string(horizon));
    if (horizon > 0 || model.discount() < 1.0 || steps_to_end(model)) return;
    throw ArgumentError(
        "discount 1 without a horizon: the value need not exist, because runs of the model need not end; "
        "give a horizon or a discount below 1");
}

}  // namespace automix::pomdp::detail
