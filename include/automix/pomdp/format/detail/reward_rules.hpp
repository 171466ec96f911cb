// SPDX-License-Identifier: Apache-2.0
// The R lines of a .pomdp file, and their expectation for an action and a state. The cost is O(successors * rules for
// single observations that apply to them), which a budget bounds. States with the same rules share the result for a
// successor. The cost is O(1) if no rule depends on successor or observation.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/format/detail/rules.hpp>
#include <automix/pomdp/format/detail/symbols.hpp>

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix::detail {

/// The rules of R. `Cell` is the type of a rule for a single observation, `PomdpCell`.
template <class Cell>
class RewardRules {
 public:
    /// Adds a rule. Each number may be `any_number`.
    void set(int action, int state, int next, int observation, PomdpSetting setting) {
        Bucket& bucket = buckets_.at(action, state);
        if (next == any_number && observation == any_number) {
            bucket = Bucket{setting, {}};
        } else if (observation == any_number) {
            bucket.successors[next] = Successor{setting, {}};
        } else {
            bucket.successors[next].observed.push_back({observation, setting});
        }
    }

    template <class Rules, class Rows>
    friend class RewardMeans;

 private:
    /// The rules of one successor (or of all): for every observation, and for single observations.
    struct Successor {
        PomdpSetting whole{};
        std::vector<Cell> observed{};
    };

    struct Bucket {
        PomdpSetting whole{};
        std::unordered_map<int, Successor> successors{};
    };

    PomdpBuckets<Bucket> buckets_;
};

/// The means of one action's rewards, for its states in turn.
template <class Rules, class Rows>
class RewardMeans {
 public:
    /// Takes rules and observations, which must outlive it. `observations` are rows by successor.
    RewardMeans(const Rules& rules, int action, const Rows& observations)
        : rules_(rules), action_(action), observations_(observations) {}

    /// Returns the mean over successors and observations. It sums the differences to the widest rule that holds, so
    /// that a reward of action and state alone is exact to the bit:
    ///     R(s, a) = r + sum_s' T(s') (r(s') - r + sum_o O(o | s') (r(s', o) - r(s')))
    template <class Row>
    [[nodiscard]] double expected(int state, const Row& transitions, PomdpBudget& budget,
                                  const PomdpLexer& lexer) {
        PomdpSetting widest;
        std::vector<const Bucket*> narrow;
        for (const Bucket* bucket : rules_.buckets_.meeting(action_, state)) {
            widest.take_later(bucket->whole);
            if (!bucket->successors.empty()) narrow.push_back(bucket);
        }
        if (narrow.empty()) return widest.value;
        if (narrow != narrow_ || widest.offset != widest_.offset) {
            narrow_ = std::move(narrow);
            widest_ = widest;
            ++generation_;
        }
        known_.resize(as_size(observations_.rows()));
        double mean = widest.value;
        for (const auto& next : transitions) {
            Known& known = known_[as_size(next.column)];
            if (known.generation != generation_) known = {generation_, reached(next.column, budget, lexer)};
            mean += next.value * (known.reward - widest.value);
        }
        return mean;
    }

 private:
    using Bucket = typename Rules::Bucket;
    using Successor = typename Rules::Successor;

    /// The reward at a successor, and the number of the set of rules that it was computed with.
    struct Known {
        std::size_t generation = 0;
        double reward = 0.0;
    };

    double reached(int next, PomdpBudget& budget, const PomdpLexer& lexer) const {
        PomdpSetting widest = widest_;
        std::vector<const Successor*> meeting;
        for (const Bucket* bucket : narrow_) {
            for (const int number : {next, any_number}) {
                const auto rules = bucket->successors.find(number);
                if (rules == bucket->successors.end()) continue;
                meeting.push_back(&rules->second);
                widest.take_later(rules->second.whole);
            }
        }
        std::vector<PomdpCell> cells;
        for (const Successor* rules : meeting) {
            const auto& observed = rules->observed;
            budget.spend(1 + observed.size(),
                         observed.empty() ? rules->whole.offset : observed.back().setting.offset, lexer);
            for (const PomdpCell& cell : observed) {
                if (cell.setting.offset > widest.offset) cells.push_back(cell);
            }
        }
        keep_latest(cells);
        double mean = widest.value;
        const auto row = observations_.row(next);
        auto seen = row.begin();
        for (const PomdpCell& cell : cells) {
            seen = std::lower_bound(seen, row.end(), cell.column,
                                    [](const auto& entry, int column) { return entry.column < column; });
            if (seen == row.end()) break;
            if (seen->column == cell.column) mean += seen->value * (cell.setting.value - widest.value);
        }
        return mean;
    }

    const Rules& rules_;
    int action_;
    const Rows& observations_;
    std::vector<const Bucket*> narrow_;  ///< buckets of the last state that had any
    PomdpSetting widest_{};              ///< widest rule of that state
    std::size_t generation_ = 0;
    std::vector<Known> known_;
};

}  // namespace automix::detail
