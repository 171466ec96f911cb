// SPDX-License-Identifier: Apache-2.0
// This file sums over rows how the plurality of an answer's samples behaves as samples are added. Sums are kept for n
// further samples and a largest cluster of t of all n + 1. They count the rows, the scores of their plurality and of
// the models, and the continued rows that grew to t + 1. Random orders of a row's samples count as fractions of the
// row.
#pragma once

#include <automix/core/numerics.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace automix {

/// The sums at n further samples and a largest cluster of t.
struct PluralityCell {
    double weight = 0.0;           ///< number of rows
    double score = 0.0;            ///< sum of the score of the plurality's answer
    std::vector<double> scores{};  ///< sums of the models' scores
    double stayed = 0.0;           ///< number of rows whose next sample left t as it is
    double grew = 0.0;             ///< number of rows whose next sample made it t + 1

    void add(const PluralityCell& other, double factor) {
        weight += factor * other.weight;
        score += factor * other.score;
        scores.resize(std::max(scores.size(), other.scores.size()), 0.0);
        for (std::size_t i = 0; i < other.scores.size(); ++i) scores[i] += factor * other.scores[i];
        stayed += factor * other.stayed;
        grew += factor * other.grew;
    }
};

/// The sums of one model, by n = 0 .. draws and t = 0 .. n + 1.
struct PluralitySums {
    std::vector<PluralityCell> cells{};

    /// Returns the position of (n, t) in `cells`.
    static constexpr std::size_t index(int n, int t) noexcept {
        const auto further = as_size(n);
        return further * (further + 3) / 2 + as_size(t);
    }
    /// Returns the cell of (n, t), created if it is new.
    PluralityCell& cell(int n, int t) {
        if (cells.size() <= index(n, n + 1)) cells.resize(index(n, n + 1) + 1);
        return cells[index(n, t)];
    }
    void add(const PluralitySums& other, double factor) {
        cells.resize(std::max(cells.size(), other.cells.size()));
        for (std::size_t i = 0; i < other.cells.size(); ++i) cells[i].add(other.cells[i], factor);
    }
};

}  // namespace automix
