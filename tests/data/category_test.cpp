// SPDX-License-Identifier: Apache-2.0
// The rules of the published system: the first match of NEEDY (small < large), GOOD (equal, not 0), HOPELESS (both at or
// below their 10 % quantile), else UNDEFINED.
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/data/category.hpp>

#include <utility>
#include <vector>

using namespace automix;

namespace {

std::vector<Category> categories(const std::vector<std::pair<double, double>>& rows) {
    Eigen::ArrayXd small(static_cast<Index>(rows.size()));
    Eigen::ArrayXd large(static_cast<Index>(rows.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        small(static_cast<Index>(i)) = rows[i].first;
        large(static_cast<Index>(i)) = rows[i].second;
    }
    return categorise(small, large);
}

}  // namespace

TEST_CASE("names of categories are read and written") {
    CHECK(parse_category("GOOD") == Category::good);
    CHECK(parse_category("NEEDY") == Category::needy);
    CHECK(parse_category("HOPELESS") == Category::hopeless);
    CHECK(parse_category("UNDEFINED") == Category::undefined);
    CHECK(parse_category("") == Category::none);
    CHECK(parse_category("good") == std::nullopt);
    CHECK(parse_category("GOOD ") == std::nullopt);
    CHECK(parse_category("NONE") == std::nullopt);
    for (std::size_t i = 0; i < category_names.size(); ++i) {
        CHECK(parse_category(category_names[i]) == static_cast<Category>(i));
    }
}

TEST_CASE("every rule, with quantiles that are values of the table") {
    using enum Category;
    // Eleven rows: the 10 % quantile is the second smallest value, 0.1 of the small model and 0.05 of the large one.
    CHECK(categories({{0.1, 0.05},  // both at their quantile
                      {0.1, 0.1},   // equal
                      {0.1, 0.2},
                      {0.3, 0.05},  // the small model is too good
                      {0.5, 0.9},
                      {0.9, 0.2},
                      {1.0, 1.0},
                      {0.2, 0.05},
                      {0.8, 0.8},
                      {0.6, 0.5},
                      {0.7, 0.9}}) == std::vector{hopeless, good, needy, undefined, needy, undefined, good,
                                                  undefined, good, undefined, needy});
}

TEST_CASE("quantiles between values are interpolated") {
    using enum Category;
    // Three rows, position 0.2: small 0.2 + 0.2 * 0.2 = 0.24, large 0.1 + 0.2 * 0.4 = 0.18.
    CHECK(categories({{0.2, 0.1}, {0.4, 0.5}, {0.4, 0.9}}) == std::vector{hopeless, needy, needy});
    // 0.25 and 0.2 lie above 0.24 and 0.2 + 0.2 * 0.05 = 0.21 in one column only.
    CHECK(categories({{0.25, 0.2}, {0.2, 0.25}, {0.4, 0.5}}) == std::vector{undefined, needy, needy});
}

TEST_CASE("NEEDY and GOOD come before HOPELESS, and both wrong is never GOOD") {
    using enum Category;
    // Both of the first row are the lowest of their column.
    CHECK(categories({{0.1, 0.2}, {0.9, 0.9}, {0.9, 0.9}}).front() == needy);
    CHECK(categories({{0.1, 0.1}, {0.9, 0.9}, {0.9, 0.9}}).front() == good);
    CHECK(categories({{0.0, 0.0}, {0.9, 0.9}, {0.9, 0.9}}).front() == hopeless);
    CHECK(categories({{0.0, 0.0}, {0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}}) ==
          std::vector{hopeless, hopeless, needy, undefined});
}

TEST_CASE("tables of no row and of one") {
    using enum Category;
    CHECK(categories({}).empty());
    CHECK(categories({{0.4, 0.2}}) == std::vector{hopeless});
    CHECK(categories({{0.4, 0.4}}) == std::vector{good});
    CHECK(categories({{0.0, 0.0}}) == std::vector{hopeless});
    CHECK(categories({{0.0, 0.1}}) == std::vector{needy});
}
