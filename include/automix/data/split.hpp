// SPDX-License-Identifier: Apache-2.0
// Ways to divide a data set into rows to train on and rows to test on: by the record's own field, by a seeded share, by
// a hash of the id (a row keeps its side when others come or go), and k folds by a hash. All are O(rows) and depend on
// the seed alone.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// Rows to train on and rows to test on, as copies.
struct Split {
    Dataset train{};
    Dataset test{};
};

namespace detail {

template <class InTrain>
Split split_where(const Dataset& data, InTrain in_train) {
    std::vector<Index> train;
    std::vector<Index> test;
    for (Index row = 0; row < data.rows(); ++row) (in_train(row) ? train : test).push_back(row);
    return {data.select_rows(train), data.select_rows(test)};
}

inline void require_share(double share) {
    if (!(share > 0.0 && share < 1.0)) {
        throw ArgumentError("split: expected a share between 0 and 1, found " + format_number(share));
    }
}

}  // namespace detail

/// The rows whose split field is `name`. Throws `DataError` where there are none, naming the splits that there are.
inline Dataset rows_of_split(const Dataset& data, std::string_view name) {
    std::vector<Index> rows;
    for (Index row = 0; row < data.rows(); ++row) {
        if (data.split(row) == name) rows.push_back(row);
    }
    if (rows.empty()) {
        std::vector<std::string> names;
        for (const auto& known : data.split_names()) {
            if (!known.empty()) names.push_back(in_quotes(known));
        }
        throw DataError("no rows with split " + in_quotes(name) +
                        (names.empty() ? "; the log has no split field" : "; the log has " + joined(names)));
    }
    return data.select_rows(rows);
}

/// The rows of two splits; those of others are left out. Throws `DataError` where either has no rows.
inline Split split_by_field(const Dataset& data, std::string_view train = "train",
                            std::string_view test = "test") {
    return {rows_of_split(data, train), rows_of_split(data, test)};
}

/// A random `share` of the rows to train on, rounded to the nearest whole number of rows; a side may stay empty.
/// Throws `ArgumentError` unless 0 < share < 1.
inline Split split_by_share(const Dataset& data, double share, std::uint64_t seed = 0) {
    detail::require_share(share);
    std::vector<Index> order(static_cast<std::size_t>(data.rows()));
    std::iota(order.begin(), order.end(), Index{0});
    Random random(seed);
    random.shuffle(order);
    std::vector<bool> chosen(order.size(), false);
    const auto count = static_cast<std::size_t>(std::llround(share * static_cast<double>(order.size())));
    for (std::size_t i = 0; i < count; ++i) chosen[static_cast<std::size_t>(order[i])] = true;
    return detail::split_where(data, [&](Index row) { return chosen[static_cast<std::size_t>(row)]; });
}

/// The rows whose hashed id falls below `share` to train on: about that share of them; a side may stay empty.
/// Throws `ArgumentError` unless 0 < share < 1.
inline Split split_by_hash(const Dataset& data, double share, std::uint64_t seed = 0) {
    detail::require_share(share);
    return detail::split_where(
        data, [&](Index row) { return uniform_of(data.id(row), seed, UniformUse::split) < share; });
}

/// The fold of each row, 0 .. folds-1, by a hash of its id. Throws `ArgumentError` for fewer than two folds.
inline std::vector<int> fold_numbers(const Dataset& data, int folds, std::uint64_t seed = 0) {
    if (folds < 2) throw ArgumentError("folds: expected at least 2, found " + std::to_string(folds));
    std::vector<int> numbers(static_cast<std::size_t>(data.rows()));
    for (Index row = 0; row < data.rows(); ++row) {
        numbers[static_cast<std::size_t>(row)] =
            static_cast<int>(uniform_of(data.id(row), seed, UniformUse::fold) * folds);
    }
    return numbers;
}

/// k splits: the i-th tests on fold i and trains on the others. Folds differ in size and may be empty where rows are few.
inline std::vector<Split> k_folds(const Dataset& data, int folds, std::uint64_t seed = 0) {
    const std::vector<int> numbers = fold_numbers(data, folds, seed);
    std::vector<Split> splits;
    for (int fold = 0; fold < folds; ++fold) {
        splits.push_back(detail::split_where(
            data, [&](Index row) { return numbers[static_cast<std::size_t>(row)] != fold; }));
    }
    return splits;
}

}  // namespace automix
