// SPDX-License-Identifier: Apache-2.0
// The parts that the rules of all tables of a .pomdp file share. A wildcard stays one rule, so that the cost depends on
// the length of the file and not on the size of its tables. Rules lie in buckets by action and state, and either may be
// the wildcard. So four buckets apply to each row of a table. The later rule wins: rules are ordered by their offsets
// in the file.
#pragma once

#include <automix/core/format.hpp>
#include <automix/pomdp/format/detail/symbols.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix::detail {

/// A bound on the work that a small file may ask for.
class PomdpBudget {
 public:
    PomdpBudget(std::string what, std::size_t limit) : what_(std::move(what)), limit_(limit), left_(limit) {}

    /// Spends part of the budget. Throws as `lexer.fail` if it is spent, at the offset of the rule that asks for more.
    void spend(std::size_t amount, std::size_t offset, const PomdpLexer& lexer) {
        if (amount > left_) lexer.fail(offset, "at most " + format_number(limit_) + ' ' + what_, "more");
        left_ -= amount;
    }

 private:
    std::string what_;
    std::size_t limit_;
    std::size_t left_;
};

/// A value and the offset of its rule; offset 0 if no rule set it.
struct PomdpSetting {
    double value = 0.0;
    std::size_t offset = 0;

    void take_later(const PomdpSetting& other) {
        if (other.offset > offset) *this = other;
    }
};

/// One setting of a column.
struct PomdpCell {
    int column = 0;
    PomdpSetting setting{};
};

/// Orders cells by column, then by offset, and keeps the last of each column.
inline void keep_latest(std::vector<PomdpCell>& cells) {
    const auto before = [](const PomdpCell& a, const PomdpCell& b) {
        return std::pair(a.column, a.setting.offset) < std::pair(b.column, b.setting.offset);
    };
    if (!std::is_sorted(cells.begin(), cells.end(), before)) std::sort(cells.begin(), cells.end(), before);
    std::size_t kept = 0;
    for (const PomdpCell& cell : cells) {
        if (kept > 0 && cells[kept - 1].column == cell.column) --kept;
        cells[kept++] = cell;
    }
    cells.resize(kept);
}

/// Buckets by action and state; either may be `any_number`.
template <class Bucket>
class PomdpBuckets {
 public:
    Bucket& at(int action, int state) { return buckets_[key(action, state)]; }

    /// Returns the buckets with rules for this action and state.
    [[nodiscard]] std::vector<const Bucket*> meeting(int action, int state) const {
        std::vector<const Bucket*> found;
        for (const auto& [a, s] : {std::pair(action, state), std::pair(action, any_number),
                                   std::pair(any_number, state), std::pair(any_number, any_number)}) {
            if (const auto bucket = buckets_.find(key(a, s)); bucket != buckets_.end())
                found.push_back(&bucket->second);
        }
        return found;
    }

 private:
    static std::uint64_t key(int action, int state) noexcept {
        return (std::uint64_t{static_cast<std::uint32_t>(action)} << 32U) | static_cast<std::uint32_t>(state);
    }

    std::unordered_map<std::uint64_t, Bucket> buckets_;
};

}  // namespace automix::detail
