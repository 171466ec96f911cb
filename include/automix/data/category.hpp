// SPDX-License-Identifier: Apache-2.0
// This file defines the query categories that the published simple POMDP counts (AutoMix, section 4). A query is NEEDY
// if the large model has the higher score, and GOOD if both have the same score and it is not 0. Else it is HOPELESS if
// each score is among the worst tenth of its model, and UNDEFINED if not. Categorising a table is O(n).
#pragma once

#include <automix/core/numerics.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace automix {

enum class Category : std::int8_t { none = -1, good = 0, needy = 1, hopeless = 2, undefined = 3 };

inline constexpr std::array<std::string_view, 4> category_names = {"GOOD", "NEEDY", "HOPELESS", "UNDEFINED"};

/// Returns the category of that name; nothing if there is no such category. Empty text is `none`.
constexpr std::optional<Category> parse_category(std::string_view name) noexcept {
    if (name.empty()) return Category::none;
    for (std::size_t i = 0; i < category_names.size(); ++i) {
        if (name == category_names[i]) return static_cast<Category>(i);
    }
    return std::nullopt;
}

/// Returns the category of each row of a table, from the scores of its small and its large model. "Worst tenth" means
/// at or below the 10 % quantile of the model's scores. Requires as many small scores as large ones.
template <class Scores>
std::vector<Category> categorise(const Scores& small, const Scores& large) {
    if (small.size() == 0) return {};
    const double low_small = quantile(std::vector<double>(small.begin(), small.end()), 0.1);
    const double low_large = quantile(std::vector<double>(large.begin(), large.end()), 0.1);
    std::vector<Category> categories(as_size(small.size()), Category::undefined);
    for (Index row = 0; row < small.size(); ++row) {
        const double s = small(row);
        const double l = large(row);
        auto& category = categories[as_size(row)];
        if (s < l) {
            category = Category::needy;
        } else if (s == l && s != 0.0) {
            category = Category::good;
        } else if (s <= low_small && l <= low_large) {
            category = Category::hopeless;
        }
    }
    return categories;
}

}  // namespace automix
