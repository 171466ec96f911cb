// SPDX-License-Identifier: Apache-2.0
// The T and O lines of a .pomdp file, resolved row by row. A rule sets one entry of a row or the whole row. A rule for
// a whole row cancels the earlier rules of its bucket. Resolving a row costs O(n log n) for the n entries that its
// rules name, which a budget bounds.
#pragma once

#include <automix/pomdp/format/detail/rules.hpp>
#include <automix/pomdp/format/detail/symbols.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace automix::detail {

/// A row of probabilities as the rules set it.
template <class Entry>
struct PomdpRow {
    std::vector<Entry> entries{};  ///< columns ascending, no zeros
    std::size_t offset = 0;        ///< offset of the last rule that applies to this row; 0 if none does
};

/// The rules of T (columns: states) or of O (columns: observations). `Entry` is an entry of a row, as in
/// `pomdp::SparseRows`.
template <class Entry>
class ProbabilityRules {
 public:
    /// Sets one entry, or all entries of the row for the column `any_number`.
    void set(int action, int state, int column, PomdpSetting setting) {
        if (column == any_number) {
            set_whole(action, state, {Kind::constant, setting.value, {}, setting.offset});
        } else {
            buckets_.at(action, state).cells.push_back({column, setting});
        }
    }

    void set_row(int action, int state, std::vector<Entry> entries, std::size_t offset) {
        set_whole(action, state, {Kind::entries, 0.0, std::move(entries), offset});
    }

    /// Sets the identity: in each row the column of its state has probability 1.
    void set_identity(int action, std::size_t offset) {
        set_whole(action, any_number, {Kind::identity, 0.0, {}, offset});
    }

    /// Sets the row to the initial belief.
    void set_reset(int action, int state, std::size_t offset) {
        set_whole(action, state, {Kind::reset, 0.0, {}, offset});
    }

    [[nodiscard]] PomdpRow<Entry> row(int action, int state, int columns, std::span<const Entry> start,
                                      PomdpBudget& budget, const PomdpLexer& lexer) const {
        const auto buckets = buckets_.meeting(action, state);
        const Whole* whole = nullptr;
        for (const Bucket* bucket : buckets) {
            if (whole == nullptr || bucket->whole.offset > whole->offset) whole = &bucket->whole;
        }
        PomdpRow<Entry> row;
        if (whole == nullptr) return row;
        row.offset = whole->offset;
        row.entries = expanded(*whole, state, columns, start);
        budget.spend(row.entries.size(), whole->offset, lexer);
        std::vector<PomdpCell> cells;
        for (const Bucket* bucket : buckets) {
            if (bucket->cells.empty()) continue;
            budget.spend(bucket->cells.size(), bucket->cells.back().setting.offset, lexer);
            for (const PomdpCell& cell : bucket->cells) {
                if (cell.setting.offset > whole->offset) cells.push_back(cell);
            }
        }
        if (cells.empty()) return row;
        for (const PomdpCell& cell : cells) row.offset = std::max(row.offset, cell.setting.offset);
        for (const Entry& entry : row.entries) cells.push_back({entry.column, {entry.value, whole->offset}});
        keep_latest(cells);
        row.entries.clear();
        for (const PomdpCell& cell : cells) {
            if (cell.setting.value != 0.0) row.entries.push_back({cell.column, cell.setting.value});
        }
        return row;
    }

 private:
    enum class Kind { nothing, constant, identity, reset, entries };

    /// A rule for all entries of a row.
    struct Whole {
        Kind kind = Kind::nothing;
        double value = 0.0;
        std::vector<Entry> entries{};
        std::size_t offset = 0;
    };

    /// The last rule for whole rows and the rules for entries after it.
    struct Bucket {
        Whole whole{};
        std::vector<PomdpCell> cells{};
    };

    void set_whole(int action, int state, Whole whole) {
        buckets_.at(action, state) = Bucket{std::move(whole), {}};
    }

    static std::vector<Entry> expanded(const Whole& whole, int state, int columns,
                                       std::span<const Entry> start) {
        std::vector<Entry> entries;
        if (whole.kind == Kind::constant && whole.value != 0.0) {
            for (int column = 0; column < columns; ++column) entries.push_back({column, whole.value});
        } else if (whole.kind == Kind::identity) {
            entries.push_back({state, 1.0});
        } else if (whole.kind == Kind::reset) {
            entries.assign(start.begin(), start.end());
        } else if (whole.kind == Kind::entries) {
            entries = whole.entries;
        }
        return entries;
    }

    PomdpBuckets<Bucket> buckets_;
};

}  // namespace automix::detail
