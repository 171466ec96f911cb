// SPDX-License-Identifier: Apache-2.0
// Which rows fall where was computed by a separate program in Python from the definitions of the hash and the shuffle.
#include "data/records.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/split.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace automix;
using records::ids;
using records::model;
using records::numbered;
using records::row;
using records::table;
using Ids = std::vector<std::string>;

namespace {

/// Every row of the data set is on exactly one side, in the data set's order, and still the same row.
void check_partition(const Dataset& data, const Split& split) {
    std::map<std::string, Index> position;
    for (Index r = 0; r < data.rows(); ++r) position[data.id(r)] = r;
    std::set<std::string> seen;
    for (const Dataset* side : {&split.train, &split.test}) {
        CHECK(side->model_names() == data.model_names());
        Index last = -1;
        for (Index r = 0; r < side->rows(); ++r) {
            const Index origin = position.at(side->id(r));
            CHECK(seen.insert(side->id(r)).second);
            CHECK(origin > last);
            CHECK(side->scores(0)(r) == data.scores(0)(origin));
            last = origin;
        }
    }
    CHECK(static_cast<Index>(seen.size()) == data.rows());
}

Dataset fielded() {
    return table({row("a", {model(0.1)}, "train"), row("b", {model(0.2)}, "test"),
                  row("c", {model(0.3)}, "val"), row("d", {model(0.4)}, "train"), row("e", {model(0.5)}),
                  row("f", {model(0.6)}, "test")});
}

}  // namespace

TEST_CASE("split by the record's field") {
    const Dataset data = fielded();
    const Split split = split_by_field(data);
    CHECK(ids(split.train) == Ids{"a", "d"});
    CHECK(ids(split.test) == Ids{"b", "f"});
    CHECK(split.test.scores(0)(1) == 0.6);
    CHECK(ids(split_by_field(data, "val", "train").train) == Ids{"c"});
    CHECK(ids(rows_of_split(data, "")) == Ids{"e"});
    // The same rows may serve both ends when the caller says so.
    CHECK(ids(split_by_field(data, "train", "train").test) == Ids{"a", "d"});
}

TEST_CASE("a split with no rows is an error that names the splits that there are") {
    const Dataset data = fielded();
    CHECK_THROWS_AS(rows_of_split(data, "dev"), DataError);
    CHECK_THROWS_WITH(rows_of_split(data, "dev"),
                      "no rows with split \"dev\"; the log has \"train\", \"test\", \"val\"");
    CHECK_THROWS_WITH(split_by_field(data, "train", "Test"),
                      "no rows with split \"Test\"; the log has \"train\", \"test\", \"val\"");
    CHECK_THROWS_WITH(split_by_field(numbered(3)),
                      "no rows with split \"train\"; the log has no split field");
    CHECK_THROWS_WITH(split_by_field(Dataset({"m"})),
                      "no rows with split \"train\"; the log has no split field");
}

TEST_CASE("a random share of the rows") {
    const Dataset data = numbered(10);
    const Split split = split_by_share(data, 0.3, 11);
    CHECK(ids(split.train) == Ids{"q1", "q3", "q6"});
    check_partition(data, split);

    // To the nearest whole number of rows; half a row goes to training.
    for (const auto& [share, rows] : std::vector<std::pair<double, Index>>{
             {0.04, 0}, {0.06, 1}, {0.24, 2}, {0.25, 3}, {0.5, 5}, {0.94, 9}, {0.96, 10}}) {
        CAPTURE(share);
        const Split part = split_by_share(data, share, 1);
        CHECK(part.train.rows() == rows);
        CHECK(part.test.rows() == 10 - rows);
    }
    CHECK(split_by_share(Dataset({"m"}), 0.5).train.rows() == 0);
}

TEST_CASE("the random share depends on the seed alone") {
    const Dataset data = numbered(200);
    CHECK(ids(split_by_share(data, 0.5, 3).train) == ids(split_by_share(data, 0.5, 3).train));
    CHECK(ids(split_by_share(data, 0.5, 3).train) != ids(split_by_share(data, 0.5, 4).train));
    check_partition(data, split_by_share(data, 0.37, 3));
}

TEST_CASE("the random share takes every row equally often over a thousand seeds") {
    const Dataset data = numbered(10);
    std::map<std::string, int> counts;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        for (const auto& id : ids(split_by_share(data, 0.3, seed).train)) ++counts[id];
    }
    CHECK(counts.size() == 10);
    for (const auto& [id, count] : counts) CHECK(std::abs(count - 300) < 5 * 14.5);  // sqrt(1000 * 0.3 * 0.7)
}

TEST_CASE("a hash of the id") {
    const Dataset data = numbered(10);
    const Split split = split_by_hash(data, 0.5);
    CHECK(ids(split.train) == Ids{"q1", "q2", "q3", "q4", "q5", "q7", "q8", "q9"});
    CHECK(ids(split.test) == Ids{"q0", "q6"});
    check_partition(data, split);
    // q5 hashes to 0.016, q8 to 0.037, q6 to 0.670 and q0 to 0.887.
    CHECK(ids(split_by_hash(data, 0.03).train) == Ids{"q5"});
    CHECK(ids(split_by_hash(data, 0.88).test) == Ids{"q0"});
    CHECK(ids(split_by_hash(data, 0.5, 1).train) != ids(split.train));
}

TEST_CASE("a row keeps its side of the hash when others come, go or move") {
    const Ids before = ids(split_by_hash(numbered(100), 0.5, 9).train);
    Dataset more({"m0"});
    for (int i = 299; i >= 50; --i) more.append(row("q" + std::to_string(i), {model(0.0)}));
    const Ids after = ids(split_by_hash(more, 0.5, 9).train);
    for (int i = 50; i < 100; ++i) {
        const std::string id = "q" + std::to_string(i);
        CHECK((std::count(before.begin(), before.end(), id) == std::count(after.begin(), after.end(), id)));
    }
}

TEST_CASE("a larger hashed share keeps the rows of a smaller one, and is near what was asked for") {
    const Dataset data = numbered(20'000);
    const Split less = split_by_hash(data, 0.2, 5);
    const Split more = split_by_hash(data, 0.7, 5);
    CHECK(std::abs(less.train.rows() - 4'000) < 5 * 57);   // sqrt(20000 * 0.2 * 0.8)
    CHECK(std::abs(more.train.rows() - 14'000) < 5 * 65);  // sqrt(20000 * 0.7 * 0.3)
    Ids small = ids(less.train);
    Ids large = ids(more.train);
    std::sort(small.begin(), small.end());
    std::sort(large.begin(), large.end());
    CHECK(std::includes(large.begin(), large.end(), small.begin(), small.end()));
}

TEST_CASE("a share that leaves nothing to choose is refused") {
    const Dataset data = numbered(4);
    for (const double share : {0.0, 1.0, -0.5, 1.5, std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity()}) {
        CAPTURE(share);
        CHECK_THROWS_AS(split_by_share(data, share), ArgumentError);
        CHECK_THROWS_AS(split_by_hash(data, share), ArgumentError);
    }
    CHECK_THROWS_WITH(split_by_hash(data, 1.5), "split: expected a share between 0 and 1, found 1.5");
}

TEST_CASE("folds by a hash of the id") {
    CHECK(fold_numbers(numbered(10), 3) == std::vector<int>{2, 2, 0, 1, 1, 2, 2, 2, 1, 2});
    CHECK(fold_numbers(numbered(10), 3, 5) == std::vector<int>{0, 0, 0, 0, 0, 2, 0, 1, 2, 0});
    CHECK(fold_numbers(Dataset({"m"}), 3).empty());
}

TEST_CASE("folds of one side of a hash split are of about equal size too") {
    const std::vector<int> numbers = fold_numbers(split_by_hash(numbered(20'000), 0.5).train, 10);
    for (int fold = 0; fold < 10; ++fold) {
        const auto count = std::count(numbers.begin(), numbers.end(), fold);
        CHECK(std::abs(count - 1000) < 5 * 31);  // sqrt(20000 * 0.05 * 0.95)
    }
}

TEST_CASE("folds are stable under added rows and of about equal size") {
    const std::vector<int> before = fold_numbers(numbered(1000), 10);
    const std::vector<int> after = fold_numbers(numbered(20'000), 10);
    CHECK(std::equal(before.begin(), before.end(), after.begin()));
    for (int fold = 0; fold < 10; ++fold) {
        const auto count = std::count(after.begin(), after.end(), fold);
        CHECK(std::abs(count - 2000) < 5 * 43);  // sqrt(20000 * 0.1 * 0.9)
    }
}

TEST_CASE("k splits test every row once and train on the others") {
    const Dataset data = numbered(60);
    const std::vector<int> numbers = fold_numbers(data, 4, 2);
    const std::vector<Split> splits = k_folds(data, 4, 2);
    REQUIRE(splits.size() == 4);
    std::map<std::string, int> tested;
    for (std::size_t fold = 0; fold < splits.size(); ++fold) {
        check_partition(data, splits[fold]);
        for (const auto& id : ids(splits[fold].test)) {
            ++tested[id];
            CHECK(numbers[std::stoul(id.substr(1))] == static_cast<int>(fold));
        }
    }
    CHECK(tested.size() == 60);
    for (const auto& [id, times] : tested) CHECK(times == 1);
}

TEST_CASE("fewer than two folds are refused") {
    for (const int folds : {1, 0, -3}) CHECK_THROWS_AS(fold_numbers(numbered(4), folds), ArgumentError);
    CHECK_THROWS_WITH(k_folds(numbered(4), 1), "folds: expected at least 2, found 1");
}
