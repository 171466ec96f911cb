// SPDX-License-Identifier: Apache-2.0
// This file defines the facts on a query that are known before anything is asked: its texts, its data set, features of
// the caller, and the caller's own probability that each model is right. A router with context forecasts scores and
// prices from them. A query's facts are views; a column of facts owns the texts of all rows.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/detail/columns.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// The maximum length of the text of a feature, in bytes.
inline constexpr std::size_t maximum_feature_bytes = 256;

/// A fact on a query that the caller knows before anything is asked: a number, or a short text.
struct QueryFeature {
    std::string name{};
    double number = 0.0;
    std::optional<std::string> text{};  ///< in place of the number

    friend bool operator==(const QueryFeature&, const QueryFeature&) = default;
};

/// The facts on one query. The members are views of memory that the caller owns.
struct QueryFacts {
    std::string_view question{};
    std::string_view context{};
    std::string_view dataset{};
    std::span<const QueryFeature> features{};  ///< names differ
    std::span<const double>
        prior{};  ///< probability that each model is right, as the caller sees it; or empty
};

namespace detail {

/// The facts of many queries, their data sets excepted.
class FactColumns {
 public:
    void append(const QueryFacts& facts) {
        questions_.append(facts.question);
        contexts_.append(facts.context);
        features_.append(facts.features);
        priors_.append(facts.prior);
    }
    /// Returns the facts of a row, whose data set has that name.
    [[nodiscard]] QueryFacts at(Index row, std::string_view dataset) const {
        return {text(questions_[row]), text(contexts_[row]), dataset, features_[row], priors_[row]};
    }
    void reserve(std::size_t rows) {
        questions_.reserve(rows);
        contexts_.reserve(rows);
        features_.reserve(rows);
        priors_.reserve(rows);
    }

 private:
    static std::string_view text(std::span<const char> characters) {
        return {characters.data(), characters.size()};
    }

    RaggedColumn<char> questions_;
    RaggedColumn<char> contexts_;
    RaggedColumn<QueryFeature> features_;
    RaggedColumn<double> priors_;
};

}  // namespace detail

}  // namespace automix
