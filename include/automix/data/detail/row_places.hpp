// SPDX-License-Identifier: Apache-2.0
// This file stores the file and line of every row of a log, for messages about a row. They are kept as runs of
// consecutive lines of one file. Memory is constant except for files and for gaps (blank lines, rows that were left
// out), which take three numbers each.
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
    /// Adds the place of the next row. Its field does not count.
    void add(const Place& place) { add_line(number_of(place.file), place.line); }

    /// Returns the place of a row, without a field. Requires a row that was added. O(log runs).
    [[nodiscard]] Place operator[](std::size_t row) const {
        const Run& run = run_of(row);
        return {files_[run.file], line_in(run, row), {}};
    }

    /// Returns the places of these rows, in that order. O(rows log runs).
    template <class Rows>
    [[nodiscard]] RowPlaces select(const Rows& rows) const {
        RowPlaces chosen;
        chosen.files_ = files_;
        for (const auto number : rows) {
            const auto row = static_cast<std::size_t>(number);
            const Run& run = run_of(row);
            chosen.add_line(run.file, line_in(run, row));
        }
        return chosen;
    }

    /// Calls `visit(file, first, end)` for the rows of each file, in runs as long as possible.
    template <class Visit>
    void for_each_file(Visit visit) const {
        for (std::size_t i = 0; i < runs_.size();) {
            const Run& first = runs_[i];
            while (i < runs_.size() && runs_[i].file == first.file) ++i;
            visit(files_[first.file], first.row, i < runs_.size() ? runs_[i].row : rows_);
        }
    }

 private:
    struct Run {
        std::size_t row;
        std::size_t file;  ///< number in `files_`
        std::size_t line;  ///< 0: unknown, for all rows of the run
    };

    /// Returns the number of a file, which is added if it is new. Most rows are of the last one.
    std::size_t number_of(const std::string& file) {
        const auto found = std::find(files_.rbegin(), files_.rend(), file);
        if (found != files_.rend()) return static_cast<std::size_t>(files_.rend() - found) - 1;
        files_.push_back(file);
        return files_.size() - 1;
    }

    [[nodiscard]] const Run& run_of(std::size_t row) const {
        const auto after = std::upper_bound(runs_.begin(), runs_.end(), row,
                                            [](std::size_t r, const Run& run) { return r < run.row; });
        return *std::prev(after);
    }

    static std::size_t line_in(const Run& run, std::size_t row) {
        return run.line == 0 ? 0 : run.line + (row - run.row);
    }

    void add_line(std::size_t file, std::size_t line) {
        if (runs_.empty() || runs_.back().file != file || line != line_in(runs_.back(), rows_))
            runs_.push_back({rows_, file, line});
        ++rows_;
    }

    std::vector<std::string> files_;
    std::vector<Run> runs_;
    std::size_t rows_ = 0;
};

}  // namespace automix::detail
