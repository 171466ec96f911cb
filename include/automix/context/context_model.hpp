// SPDX-License-Identifier: Apache-2.0
// This file forecasts, from the facts on a query alone, the score of each model and the price of each call. A model is
// a plain value without mutable state, so threads may share it. A forecast is O(length of the texts).
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/context_parameters.hpp>
#include <automix/context/detail/query_columns.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/query_facts.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// A word, or a pair of words with a blank between, and what it adds to the log odds of a model's score.
struct WordReason {
    std::string word{};
    double log_odds = 0.0;

    friend bool operator==(const WordReason&, const WordReason&) = default;
};

/// The log odds that each kind of fact adds to one model's score, less the mean over the training rows.
struct ContextReasons {
    double score = 0.0;       ///< expected score
    double mean_score = 0.0;  ///< mean of the training rows
    double words = 0.0;
    double length = 0.0;
    double dataset = 0.0;
    double features = 0.0;
    double prior = 0.0;
    std::vector<WordReason> strongest{};  ///< words that add most, first those of the largest absolute value
};

/// Forecasts scores and prices from the facts on a query.
class ContextModel {
 public:
    /// Creates a model that reads nothing and forecasts nothing: it has no models.
    ContextModel() = default;

    /// Creates a model from its parameters, as `fit_context` or a file gives them. Throws `DataError` with the field if
    /// they do not fit together or are out of range.
    explicit ContextModel(ContextParameters parameters);

    /// Returns the forecast for a query. Facts that the model does not read are ignored, and words, labels and features
    /// that it does not know tell nothing. Throws `ArgumentError` if a prior that it reads has not one value for each
    /// model.
    [[nodiscard]] QueryForecast forecast(const QueryFacts& facts) const;

    /// Returns why the forecast of a model's score is what it is, with at most that many words. Throws `ArgumentError`
    /// as `forecast` does and for a model that is not there.
    [[nodiscard]] ContextReasons explain(const QueryFacts& facts, Index model, std::size_t words = 5) const;

    [[nodiscard]] const ContextFields& fields() const noexcept { return parameters_.fields; }
    [[nodiscard]] Index models() const noexcept { return std::ssize(parameters_.outputs) / 3; }
    [[nodiscard]] const ContextParameters& parameters() const noexcept { return parameters_; }
    /// Returns the score of each model that is forecast of a query of which nothing is known.
    [[nodiscard]] std::vector<double> mean_scores() const;

    friend bool operator==(const ContextModel& a, const ContextModel& b) {
        return a.parameters_ == b.parameters_;
    }

 private:
    void require_readable(const QueryFacts& facts) const;
    [[nodiscard]] const float* weights_of(std::size_t column) const noexcept {
        return parameters_.weights.data() + column * varying_.size();
    }

    ContextParameters parameters_{};
    detail::QueryColumns columns_{};
    std::vector<std::size_t> varying_{};  ///< outputs that vary
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/context/detail/context_model_inl.hpp>
#endif
