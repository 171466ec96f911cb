// SPDX-License-Identifier: Apache-2.0
// Definitions of data/split.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/split.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

template <class InTrain>
Split split_where(const Dataset& data, InTrain in_train) {
    std::vector<Index> train;
    std::vector<Index> test;
    for (Index row = 0; row < data.rows(); ++row) (in_train(row) ? train : test).push_back(row);
    return {data.select_rows(train), data.select_rows(test)};
}

AUTOMIX_INLINE void require_share(double share) {
    if (!(share > 0.0 && share < 1.0)) {
        throw ArgumentError("split: expected a share between 0 and 1, found " + format_number(share));
    }
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE Dataset rows_of_split(const Dataset& data, std::string_view name) {
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

AUTOMIX_INLINE Split split_by_field(const Dataset& data, std::string_view train, std::string_view test) {
    return {rows_of_split(data, train), rows_of_split(data, test)};
}

AUTOMIX_INLINE Split split_by_share(const Dataset& data, double share, std::uint64_t seed) {
    detail::require_share(share);
    std::vector<Index> order(as_size(data.rows()));
    std::iota(order.begin(), order.end(), Index{0});
    Random random(seed);
    random.shuffle(order);
    std::vector<bool> chosen(order.size(), false);
    const auto count = as_size(std::llround(share * static_cast<double>(order.size())));
    for (std::size_t i = 0; i < count; ++i) chosen[as_size(order[i])] = true;
    return detail::split_where(data, [&](Index row) { return chosen[as_size(row)]; });
}

AUTOMIX_INLINE Split split_by_hash(const Dataset& data, double share, std::uint64_t seed) {
    detail::require_share(share);
    return detail::split_where(
        data, [&](Index row) { return uniform_of(data.id(row), seed, UniformUse::split) < share; });
}

AUTOMIX_INLINE std::vector<int> fold_numbers(const Dataset& data, int folds, std::uint64_t seed) {
    if (folds < 2) throw ArgumentError("folds: expected at least 2, found " + std::to_string(folds));
    std::vector<int> numbers(as_size(data.rows()));
    for (Index row = 0; row < data.rows(); ++row) {
        numbers[as_size(row)] = static_cast<int>(uniform_of(data.id(row), seed, UniformUse::fold) * folds);
    }
    return numbers;
}

AUTOMIX_INLINE std::vector<Split> k_folds(const Dataset& data, int folds, std::uint64_t seed) {
    const std::vector<int> numbers = fold_numbers(data, folds, seed);
    std::vector<Split> splits;
    for (int fold = 0; fold < folds; ++fold) {
        splits.push_back(detail::split_where(data, [&](Index row) { return numbers[as_size(row)] != fold; }));
    }
    return splits;
}

}  // namespace automix
