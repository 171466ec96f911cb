// SPDX-License-Identifier: Apache-2.0
// This file fits a context model to a log: for each model an L2 logistic regression of its scores, and for each price
// that differs from row to row a ridge regression of its logarithm, both on words and pairs of words (sublinear TF-IDF),
// lengths, labels and numbers. Forecasts of rows that a fold's model has not seen calibrate the result. They shrink it to
// the mean where there are few rows or nothing to learn. O(words * folds) time, O(words) memory; results do not depend
// on the number of threads.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/context_model.hpp>
#include <automix/context/forecast_table.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <vector>

namespace automix {

/// The facts that a context model reads, and the penalties that keep it to the mean.
struct ContextOptions {
    ContextFields fields{};
    bool context_words = false;  ///< read the words of the text that a question is about too
    int hash_bits = 20;          ///< words are hashed into 2^hash_bits columns
    Index max_terms = 8192;      ///< words and pairs that are kept at most: the most frequent ones
    Index min_rows = 2;          ///< rows that a word, pair or label must occur in
    double text_penalty = 1.0;   ///< of squared weights of words, as in ridge regression
    double length_penalty = 20.0;
    double label_penalty = 0.3;
    double number_penalty = 5.0;
};

/// A fitted context model.
struct FittedContext {
    ContextModel model{};
    ForecastTable held_out{};  ///< each row forecast by a model not fitted to its fold, then calibrated
    /// The outputs that differ from row to row, numbered as in `ContextParameters::outputs`, and the same forecasts of
    /// each before calibration: rows x outputs, log odds and logarithms of prices.
    std::vector<std::size_t> varying{};
    Eigen::ArrayXXd uncalibrated{};
};

/// Fits a model to all rows of a log. `folds` has the fold of each row, 0 or more. Throws `DataError` for a log without
/// rows, and `ArgumentError` for folds or prices that do not fit the log and for options out of range.
FittedContext fit_context(const Dataset& data, const PriceTable& prices, const std::vector<int>& folds,
                          const ContextOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/context/detail/fit_context_inl.hpp>
#endif
