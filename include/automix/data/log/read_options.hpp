// SPDX-License-Identifier: Apache-2.0
// This file defines the options for reading a log, common to the streaming reader and the reader of whole logs.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/column_mapping.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace automix {

struct ReadOptions {
    std::vector<std::string> models{};         ///< the models to keep, in the log's order; empty: all
    std::vector<std::string> fixed_answers{};  ///< answers to flag, compared without case and outer blanks
    std::optional<ColumnMapping> mapping{};    ///< for logs in another shape
    bool keep_samples = false;                 ///< keep clusters and scores of the samples
    /// If true, keeps the texts, and the clusters and scores of the samples as `keep_samples` does. A data set holds no
    /// texts, so `read_log` keeps only the clusters and scores.
    bool keep_texts = false;
    /// If true, skips rows that cannot be read, and rows whose id is a duplicate. They are counted and the first are
    /// named in a warning. It is an error if more rows are bad than good.
    bool skip_bad_rows = false;
    bool allow_truncated = false;  ///< skip a last line that was cut off instead of refusing it
    std::size_t max_line_bytes = std::size_t{64} << 20U;
};

namespace detail {

/// Returns for each model of the log whether it is wanted: all are if none is named. Throws `ArgumentError` for names
/// that the log does not have, and for another order than the log's.
inline std::vector<bool> choose_models(const std::vector<std::string>& log,
                                       const std::vector<std::string>& wanted) {
    std::vector<bool> keep(log.size(), wanted.empty());
    auto from = log.begin();
    for (const std::string& name : wanted) {
        const auto found = std::find(log.begin(), log.end(), name);
        if (found == log.end()) {
            throw ArgumentError("no model " + in_quotes(name) + " in the log; it has " + joined(log));
        }
        if (found < from) {
            throw ArgumentError("models must stand in the log's order, cheapest first, and once: " +
                                joined(log) + "; found " + joined(wanted));
        }
        keep[as_size(found - log.begin())] = true;
        from = found + 1;
    }
    return keep;
}

}  // namespace detail

}  // namespace automix
