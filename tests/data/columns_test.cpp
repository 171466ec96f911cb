// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/data/detail/columns.hpp>

#include <string>
#include <vector>

using namespace automix;

namespace {

template <class T>
std::vector<T> copy(std::span<const T> row) {
    return {row.begin(), row.end()};
}

}  // namespace

TEST_CASE("a ragged column gives each row back, empty ones included") {
    const std::vector<std::vector<int>> rows{{}, {1, 2, 3}, {}, {}, {4}, {5, 6}, {}};
    detail::RaggedColumn<int> column;
    column.reserve(2);
    for (const auto& row : rows) column.append(row);
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(copy(column[static_cast<Index>(i)]) == rows[i]);
}

TEST_CASE("a ragged column survives copy and growth") {
    detail::RaggedColumn<std::string> column;
    for (int i = 0; i < 1000; ++i) {
        column.append(std::vector<std::string>(static_cast<std::size_t>(i % 4), std::to_string(i)));
    }
    const detail::RaggedColumn<std::string> twin = column;
    column = {};
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(copy(twin[i]) ==
                std::vector<std::string>(static_cast<std::size_t>(i % 4), std::to_string(i)));
    }
}

TEST_CASE("a name column stores each name once, in order of appearance") {
    detail::NameColumn column;
    CHECK(column.names().empty());
    column.reserve(6);
    const std::vector<std::string> names{"b", "a", "b", "", "a", ""};
    for (const auto& name : names) column.append(name);
    for (std::size_t i = 0; i < names.size(); ++i) CHECK(column[static_cast<Index>(i)] == names[i]);
    CHECK(column.names() == std::vector<std::string>{"b", "a", ""});
}
