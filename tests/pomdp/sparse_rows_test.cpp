// SPDX-License-Identifier: Apache-2.0
#include <automix/pomdp/sparse_rows.hpp>

#include <Eigen/SparseCore>

#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace automix::pomdp;

namespace {

using Row = std::vector<std::pair<int, double>>;

Row row(const SparseRows& table, int number) {
    Row entries;
    for (const Entry& entry : table.row(number)) entries.emplace_back(entry.column, entry.value);
    return entries;
}

}  // namespace

TEST_CASE("rows are sorted, without zeros, with entries of one column added up") {
    SparseRows table(4);
    table.append({{3, 0.5}, {0, 0.25}, {1, 0.0}, {3, 0.25}});
    table.append({});
    table.append({{2, 0.0}});
    table.append({{2, 1.0}});
    CHECK(table.rows() == 4);
    CHECK(table.columns() == 4);
    CHECK(table.entries() == 3);
    CHECK(row(table, 0) == Row{{0, 0.25}, {3, 0.75}});
    CHECK(row(table, 1).empty());
    CHECK(row(table, 2).empty());
    CHECK(row(table, 3) == Row{{2, 1.0}});
}

TEST_CASE("no rows yet") {
    CHECK(SparseRows().rows() == 0);
    CHECK(SparseRows().columns() == 0);
    CHECK(SparseRows(3).rows() == 0);
    CHECK(SparseRows(3).columns() == 3);
    CHECK(SparseRows(3).entries() == 0);
}

TEST_CASE("dense matrices of either order give their rows") {
    Eigen::Matrix<double, 2, 3> by_columns;
    by_columns << 0.0, 0.5, 0.5, 1.0, 0.0, 0.0;
    const Eigen::Matrix<double, 2, 3, Eigen::RowMajor> by_rows = by_columns;
    for (const SparseRows& table : {SparseRows(by_columns), SparseRows(by_rows)}) {
        CHECK(table.rows() == 2);
        CHECK(table.columns() == 3);
        CHECK(table.entries() == 3);
        CHECK(row(table, 0) == Row{{1, 0.5}, {2, 0.5}});
        CHECK(row(table, 1) == Row{{0, 1.0}});
    }
}

TEST_CASE("sparse matrices of either order give their rows") {
    Eigen::SparseMatrix<double> by_columns(3, 2);
    by_columns.insert(0, 1) = 1.0;
    by_columns.insert(2, 0) = 0.25;
    by_columns.insert(2, 1) = 0.75;
    const Eigen::SparseMatrix<double, Eigen::RowMajor> by_rows = by_columns;
    for (const SparseRows& table : {SparseRows(by_columns), SparseRows(by_rows)}) {
        CHECK(table.rows() == 3);
        CHECK(table.columns() == 2);
        CHECK(row(table, 0) == Row{{1, 1.0}});
        CHECK(row(table, 1).empty());
        CHECK(row(table, 2) == Row{{0, 0.25}, {1, 0.75}});
    }
}
