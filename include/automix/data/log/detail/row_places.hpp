// SPDX-License-Identifier: Apache-2.0
// This file stores the file and line of every row of a log, for the message about a duplicate id. They are kept as runs
// of consecutive lines. Memory is constant except for files and for gaps (blank lines), which take two numbers each.
#pragma once

#include <automix/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

namespace automix::detail {

/// The places of rows, as runs of consecutive lines.
class RowPlaces {
 public:
    /// Adds the place of the next row.
    void add(const Place& place) {
        if (runs_.empty() || runs_.back().file != place.file ||
            place.line != runs_.back().line + (rows_ - runs_.back().row)) {
            runs_.push_back({rows_, place.file, place.line});
        }
        ++rows_;
    }

    /// Returns the place of a row. Requires a row that was added. O(log runs).
    [[nodiscard]] Place operator[](std::size_t row) const {
        const auto after = std::upper_bound(runs_.begin(), runs_.end(), row,
                                            [](std::size_t r, const Run& run) { return r < run.row; });
        const Run& run = *std::prev(after);
        return {run.file, run.line + (row - run.row), {}};
    }

 private:
    struct Run {
        std::size_t row;
        std::string file;
        std::size_t line;
    };
    std::vector<Run> runs_;
    std::size_t rows_ = 0;
};

}  // namespace automix::detail
