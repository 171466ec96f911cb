// SPDX-License-Identifier: Apache-2.0
// This file finds the row of an id by the id's hash, in an open table with linear probing. A slot holds 16 bits of the
// hash beside the row, so other ids are seldom compared. Finding and adding take O(1) expected. A row takes 16 to 32
// bytes. Rows are numbered below 2^48.
#pragma once

#include <automix/core/numerics.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace automix::detail {

class IdIndex {
 public:
    /// Returns the row with that hash for which `same(row)` holds; nothing if there is none.
    template <class Same>
    [[nodiscard]] std::optional<Index> find(std::uint64_t hash, Same same) const {
        if (slots_.empty()) return std::nullopt;
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            const std::uint64_t slot = slots_[at];
            if (slot == 0) return std::nullopt;
            if ((slot ^ hash) >> row_bits == 0 && same(row_of(slot))) return row_of(slot);
        }
    }

    /// Adds a row that is not there. `hash_of(row)` returns the hash of a row that was added before.
    template <class HashOf>
    void add(std::uint64_t hash, Index row, HashOf hash_of) {
        reserve(rows_ + 1, hash_of);
        insert(hash, row);
        ++rows_;
    }

    /// Makes room for that many rows in all.
    template <class HashOf>
    void reserve(std::size_t rows, HashOf hash_of) {
        if (2 * rows <= slots_.size()) return;
        const std::vector<std::uint64_t> old = std::move(slots_);
        slots_.assign(std::bit_ceil(std::max<std::size_t>(2 * rows, least)), 0);
        for (const std::uint64_t slot : old) {
            if (slot != 0) insert(hash_of(row_of(slot)), row_of(slot));
        }
    }

 private:
    static constexpr unsigned row_bits = 48;
    static constexpr std::uint64_t row_mask = (std::uint64_t{1} << row_bits) - 1;
    static constexpr std::size_t least = 16;

    static Index row_of(std::uint64_t slot) noexcept { return static_cast<Index>((slot & row_mask) - 1); }
    [[nodiscard]] std::size_t mask() const noexcept { return slots_.size() - 1; }

    void insert(std::uint64_t hash, Index row) {
        std::size_t at = hash & mask();
        while (slots_[at] != 0) at = (at + 1) & mask();
        slots_[at] = (hash & ~row_mask) | (static_cast<std::uint64_t>(row) + 1);
    }

    std::vector<std::uint64_t> slots_;  ///< 0: free; else bits of the hash and the row, from 1
    std::size_t rows_ = 0;
};

}  // namespace automix::detail
