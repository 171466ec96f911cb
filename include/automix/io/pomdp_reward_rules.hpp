// SPDX-License-Identifier: Apache-2.0
// What the R lines of a .pomdp file say, and their expectation for an action and a state. Costs O(successors
// * rules for single observations that meet them), which a budget bounds; O(1) where no rule asks for
// successor or observation.
#pragma once

#include <automix/io/pomdp_rules.hpp>
#include <automix/io/pomdp_symbols.hpp>

#include <algorithm>
#include <span>
#include <unordered_map>
#include <vector>

namespace automix::detail {

/// The rules of R. `Entry` is one of a row of probabilities, as in `pomdp::SparseRows`.
template <class Entry>
class RewardRules {
 public:
    /// `any_number` in any place.
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

    /// The mean over successors and observations, taken of the differences to the widest rule that holds, so
    /// that a reward of action and state alone comes out to the bit:
    ///     R(s, a) = r + sum_s' T(s') (r(s') - r + sum_o O(o | s') (r(s', o) - r(s')))
    template <class Rows>
    [[nodiscard]] double expected(int action, int state, std::span<const Entry> transitions,
                                  const Rows& observations, PomdpBudget& budget) const {
        const auto buckets = buckets_.meeting(action, state);
        PomdpSetting widest;
        bool narrow = false;
        for (const Bucket* bucket : buckets) {
            widest.take_later(bucket->whole);
            narrow = narrow || !bucket->successors.empty();
        }
        if (!narrow) return widest.value;
        double mean = widest.value;
        for (const Entry& next : transitions) {
            const double reward =
                reached(buckets, widest, next.column, observations.row(next.column), budget);
            mean += next.value * (reward - widest.value);
        }
        return mean;
    }

 private:
    /// Rules of one successor (or of all): for every observation, and for single ones.
    struct Successor {
        PomdpSetting whole{};
        std::vector<PomdpCell> observed{};
    };

    struct Bucket {
        PomdpSetting whole{};
        std::unordered_map<int, Successor> successors{};
    };

    static double reached(const std::vector<const Bucket*>& buckets, PomdpSetting widest, int next,
                          std::span<const Entry> row, PomdpBudget& budget) {
        std::vector<const Successor*> meeting;
        for (const Bucket* bucket : buckets) {
            for (const int number : {next, any_number}) {
                const auto rules = bucket->successors.find(number);
                if (rules == bucket->successors.end()) continue;
                meeting.push_back(&rules->second);
                widest.take_later(rules->second.whole);
            }
        }
        std::vector<PomdpCell> cells;
        for (const Successor* rules : meeting) {
            budget.spend(1 + rules->observed.size());
            for (const PomdpCell& cell : rules->observed) {
                if (cell.setting.offset > widest.offset) cells.push_back(cell);
            }
        }
        keep_latest(cells);
        double mean = widest.value;
        auto seen = row.begin();
        for (const PomdpCell& cell : cells) {
            seen = std::lower_bound(seen, row.end(), cell.column,
                                    [](const Entry& entry, int column) { return entry.column < column; });
            if (seen == row.end()) break;
            if (seen->column == cell.column) mean += seen->value * (cell.setting.value - widest.value);
        }
        return mean;
    }

    PomdpBuckets<Bucket> buckets_;
};

}  // namespace automix::detail
