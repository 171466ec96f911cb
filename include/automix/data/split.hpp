// SPDX-License-Identifier: Apache-2.0
// Ways to divide a data set into rows to train on and rows to test on: by the record's own field, by a seeded share, by
// a hash of the id (a row keeps its side when others come or go), and k folds by a hash. All are O(rows) and depend on
// the seed alone.
#pragma once

#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace automix {

/// Rows to train on and rows to test on, as copies.
struct Split {
    Dataset train{};
    Dataset test{};
};

namespace detail {

void require_share(double share);

}  // namespace detail

/// The rows whose split field is `name`. Throws `DataError` where there are none, naming the splits that there are.
Dataset rows_of_split(const Dataset& data, std::string_view name);

/// The rows of two splits; those of others are left out. Throws `DataError` where either has no rows.
Split split_by_field(const Dataset& data, std::string_view train = "train", std::string_view test = "test");

/// A random `share` of the rows to train on, rounded to the nearest whole number of rows; a side may stay empty.
/// Throws `ArgumentError` unless 0 < share < 1.
Split split_by_share(const Dataset& data, double share, std::uint64_t seed = 0);

/// The rows whose hashed id falls below `share` to train on: about that share of them; a side may stay empty.
/// Throws `ArgumentError` unless 0 < share < 1.
Split split_by_hash(const Dataset& data, double share, std::uint64_t seed = 0);

/// The fold of each row, 0 .. folds-1, by a hash of its id. Throws `ArgumentError` for fewer than two folds.
std::vector<int> fold_numbers(const Dataset& data, int folds, std::uint64_t seed = 0);

/// k splits: the i-th tests on fold i and trains on the others. Folds differ in size and may be empty where rows are few.
std::vector<Split> k_folds(const Dataset& data, int folds, std::uint64_t seed = 0);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/split_inl.hpp>
#endif
