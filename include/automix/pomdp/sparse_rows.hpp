// SPDX-License-Identifier: Apache-2.0
// A matrix of probabilities by rows without zeros, which holds transitions and observations of a POMDP. Its layout is
// that of Eigen's compressed sparse matrices, filled row by row. Reading a row is O(its entries).
#pragma once

#include <automix/core/numerics.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace automix::pomdp {

/// One entry of a row.
struct Entry {
    int column = 0;
    double value = 0.0;
};

class SparseRows {
 public:
    /// Starts without rows.
    explicit SparseRows(int columns = 0) : columns_(columns) {}

    /// Takes the entries of a dense or sparse Eigen matrix that are not zero.
    template <class Derived>
    explicit SparseRows(const Eigen::EigenBase<Derived>& matrix) : columns_(static_cast<int>(matrix.cols())) {
        std::vector<std::vector<Entry>> rows(as_size(matrix.rows()));
        for (Eigen::Index outer = 0; outer < matrix.derived().outerSize(); ++outer) {
            for (Eigen::InnerIterator<Derived> entry(matrix.derived(), outer); entry; ++entry) {
                rows[as_size(entry.row())].push_back({static_cast<int>(entry.col()), entry.value()});
            }
        }
        for (auto& row : rows) append(std::move(row));
    }

    /// Adds a row. Entries of one column add up; zeros are left out.
    void append(std::vector<Entry> row) {
        std::sort(row.begin(), row.end(), [](const Entry& a, const Entry& b) { return a.column < b.column; });
        const std::size_t begin = entries_.size();
        for (const Entry& entry : row) {
            if (entry.value == 0.0) continue;
            if (entries_.size() > begin && entries_.back().column == entry.column) {
                entries_.back().value += entry.value;
            } else {
                entries_.push_back(entry);
            }
        }
        ends_.push_back(entries_.size());
    }

    [[nodiscard]] int rows() const noexcept { return static_cast<int>(ends_.size()); }
    [[nodiscard]] int columns() const noexcept { return columns_; }
    [[nodiscard]] std::size_t entries() const noexcept { return entries_.size(); }

    /// Returns the entries of a row, columns ascending.
    [[nodiscard]] std::span<const Entry> row(int row) const noexcept {
        const auto r = as_size(row);
        const std::size_t begin = r == 0 ? 0 : ends_[r - 1];
        return {entries_.data() + begin, ends_[r] - begin};
    }

 private:
    int columns_ = 0;
    std::vector<Entry> entries_;
    std::vector<std::size_t> ends_;
};

}  // namespace automix::pomdp
