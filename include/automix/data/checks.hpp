// SPDX-License-Identifier: Apache-2.0
// This file checks a log before a policy is trained on it. Training takes the draws of an answer to be exchangeable.
// Logs often violate this: samples are copied to fill a quota, or failures sorted to the end. Cochran's Q (1950)
// compares the columns of verdicts. With C_j positives in column j of k, R_i in row i and N in all,
//     Q = (k - 1) (k sum C_j^2 - N^2) / (k N - sum R_i^2),
// which is about k - 1, its degrees of freedom, if draws are exchangeable. Draws at temperature 0 or from a cache agree
// in (nearly) every row. Draws that are positive at the rates q of right and of wrong answers would all agree in the
// share q^k + (1 - q)^k of their rows. Further checks find unreadable verdicts, few rows, a log without verification, a model that
// is dominated, and a verifier without information. O(rows * draws).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// The thresholds of the checks.
struct CheckLimits {
    Index min_rows = 25;               ///< minimum rows to train on
    Index min_column_rows = 30;        ///< minimum rows to compare columns of verdicts
    double max_unparsed = 0.05;        ///< maximum share of a model's verdicts
    double max_cochran = 3.0;          ///< maximum of Cochran's Q over its degrees of freedom
    double max_expected_equal = 0.01;  ///< maximum expected number of equal columns for a warning
    double min_agreement = 0.96;  ///< share of rows whose verdicts all agree, from which they count as copies
    double max_expected_agreement = 0.9;  ///< unless draws at their rates are expected to agree in more rows
    double min_signal =
        2.0;  ///< minimum signal, in standard errors of the correlation of confidence and score
};

/// The similarity of the columns of a model's verdicts, over the rows with readable verdicts only.
struct ColumnTest {
    Index rows = 0;
    int columns = 0;       ///< number of columns that are not constant
    double cochran = 0.0;  ///< Q; 0 for fewer than two columns
    std::optional<std::pair<int, int>>
        equal{};  ///< the first column that equals an earlier one: the earlier one and it, from 0
    double expected_equal = 0.0;  ///< expected number of equal pairs among independent columns
    int passing = 1;  ///< maximum number of leading columns that pass by themselves, none constant

    /// Returns Q over its degrees of freedom; 0 for fewer than two columns.
    [[nodiscard]] double ratio() const noexcept { return columns < 2 ? 0.0 : cochran / (columns - 1); }
};

namespace detail {

/// Calls `f(row, verdicts)` with the first `draws` verdicts of each row if all of them could be read.
template <class F>
void for_each_parsed(const Dataset& data, Index model, int draws, F f) {
    for (Index row = 0; row < data.rows(); ++row) {
        const auto verdicts = data.verdicts(row, model).first(as_size(draws));
        if (std::find(verdicts.begin(), verdicts.end(), Verdict::unparsed) == verdicts.end())
            f(row, verdicts);
    }
}

}  // namespace detail

/// Compares the first `draws` verdicts of a model. Requires as many in every row.
ColumnTest test_columns(const Dataset& data, Index model, int draws, const CheckLimits& limits = {});

/// Returns warnings about a log that policies are to be trained on, with figures and advice. The list is empty if all
/// checks pass. Throws `ArgumentError` for limits of draws that do not fit the models.
std::vector<std::string> check_log(const Dataset& data, const StatisticsOptions& options = {},
                                   const CheckLimits& limits = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/checks_inl.hpp>
#endif
