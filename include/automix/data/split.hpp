// SPDX-License-Identifier: Apache-2.0
// This file divides a data set into rows to train on and rows to test on. Splits follow the record's own field, a
// seeded share, or a hash of the id; k folds follow a hash as well. With a hash, a row keeps its side if others come or
// go. All are O(rows) and depend on the seed alone.
#pragma once

#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace automix {

/// The rows to train on and the rows to test on, as copies.
struct Split {
    Dataset train{};
    Dataset test{};
};

namespace detail {

void require_share(double share);

}  // namespace detail

/// Returns the rows whose split field is `name`. Throws `DataError` with the existing splits if there are none.
Dataset rows_of_split(const Dataset& data, std::string_view name);

/// Returns the rows of two splits and leaves out all others. Throws `DataError` if either has no rows.
Split split_by_field(const Dataset& data, std::string_view train = "train", std::string_view test = "test");

/// Splits off a random `share` of the rows to train on, rounded to the nearest whole number of rows; a side may stay
/// empty. Throws `ArgumentError` unless 0 < share < 1.
Split split_by_share(const Dataset& data, double share, std::uint64_t seed = 0);

/// Splits off the rows whose hashed id is below `share` to train on, about that share of them; a side may stay empty.
/// Throws `ArgumentError` unless 0 < share < 1.
Split split_by_hash(const Dataset& data, double share, std::uint64_t seed = 0);

/// Returns the fold of each row, 0 .. folds-1, by a hash of its id. Throws `ArgumentError` for fewer than two folds.
std::vector<int> fold_numbers(const Dataset& data, int folds, std::uint64_t seed = 0);

/// Returns k splits: the i-th tests on fold i and trains on the others. Folds differ in size and may be empty if rows
/// are few.
std::vector<Split> k_folds(const Dataset& data, int folds, std::uint64_t seed = 0);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/split_inl.hpp>
#endif
