// SPDX-License-Identifier: Apache-2.0
// This file reads and writes statistics as a CSV table with one row for each fold and cell of evidence. One GROUP BY
// over a table of the log makes such a table. Its columns, in any order, with a model's name as MODEL, are:
//     fold              0 .. folds - 1; any assignment of rows that does not look at scores or evidence will do
//     draws_MODEL       minimum number of verdicts logged on any row: the draws for which the model can be verified
//     parsed_MODEL, positive_MODEL    verdicts of each row of the cell; or
//     confidence_MODEL                its confidence, if that alone is logged. Neither: the model is not verified
//     weight            rows, COUNT(*)
//     score_MODEL       sum of scores; the order of these columns is that of the models, cheapest first
//     product_A:B       sum of score of A times score of B, A up to B in that order
//     answer_price_MODEL    sum of the price of an answer
//     draw_price_MODEL      sum of the price of one draw (of the whole of a confidence)
//     stratum           may be left out; a name for the context of the rows, such as their data set. The sums are kept
//                       by stratum too, and a policy may start at the stratum that is a query's data set.
// Prices are summed up over a fold. A writer that does not know the prices of each cell puts all in the fold's first
// row and 0 in others. Rows of the same fold and evidence add up. An example for a table `flat` with a row for each
// query, and models S and L:
//     SELECT fold, MIN(s_draws) AS draws_S, s_parsed AS parsed_S, s_positive AS positive_S, COUNT(*) AS weight,
//            SUM(s_score) AS score_S, SUM(l_score) AS score_L, SUM(s_score * s_score) AS "product_S:S",
//            SUM(s_score * l_score) AS "product_S:L", SUM(l_score * l_score) AS "product_L:L",
//            SUM(s_price) AS answer_price_S, SUM(l_price) AS answer_price_L, SUM(s_draw_price) AS draw_price_S
//     FROM flat GROUP BY fold, s_parsed, s_positive;
// Sums of pluralities are only in the JSON, not in the table. Numbers survive to the bit. Linear in the rows.
#pragma once

#include <automix/data/statistics.hpp>

#include <string>

namespace automix {

struct StatisticsCsvOptions {
    int folds = 10;         ///< folds of the statistics; a table may lack some
    std::string stratum{};  ///< the stratum whose rows alone are read; empty: all, and by stratum too
};

/// Returns the table of statistics. Throws the errors of `validate`. Throws `ArgumentError` for statistics with sums of
/// pluralities, which would be lost.
[[nodiscard]] std::string to_statistics_csv(const Statistics& statistics);

/// Reads a table. Throws `DataError` with file, line and column for any error.
[[nodiscard]] Statistics read_statistics_csv(const std::string& path,
                                             const StatisticsCsvOptions& options = {});

/// Replaces the file. Throws as `to_statistics_csv`, and `DataError` if the file cannot be written.
void write_statistics_csv(const std::string& path, const Statistics& statistics);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/statistics_csv_inl.hpp>
#endif
