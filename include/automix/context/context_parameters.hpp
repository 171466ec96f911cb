// SPDX-License-Identifier: Apache-2.0
// This file defines the parameters of a forecast: all that a file needs to hold so that a query is forecast again.
// A query's facts become columns: hashed words and pairs of words, labels (data sets and short texts), and numbers.
// Each forecast that depends on the query is linear in them.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/core/numerics.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace automix {

/// A word or a pair of neighbouring words, by its hash.
struct ContextTerm {
    std::uint32_t column = 0;  ///< hash, below 2^hash_bits
    std::uint32_t rows = 0;    ///< training rows in whose text it occurs

    friend bool operator==(const ContextTerm&, const ContextTerm&) = default;
};

/// A label that a query has or has not: its data set, or a short text of the caller.
struct ContextLabel {
    std::string feature{};  ///< name of the feature; empty for the data set
    std::string value{};

    // NOLINTNEXTLINE(modernize-use-nullptr): there is no pointer
    friend auto operator<=>(const ContextLabel&, const ContextLabel&) = default;
    friend bool operator==(const ContextLabel&, const ContextLabel&) = default;
};

/// The source of a number.
enum class ContextNumberSource { question_length, context_length, feature, prior };

/// A number that a query has: its value less the mean, over the deviation, with the value kept within the range of
/// the training rows. A query without it has the mean. Lengths are log(1 + words) of the question and log(1 + bytes) of
/// the text that it is about, priors are log odds.
struct ContextNumber {
    ContextNumberSource source = ContextNumberSource::question_length;
    std::string feature{};  ///< name of the feature; empty for all others
    Index model = 0;        ///< number of the model of a prior; 0 for all others
    double mean = 0.0;
    double deviation = 1.0;
    double low = 0.0;  ///< range of the training rows
    double high = 0.0;

    friend bool operator==(const ContextNumber&, const ContextNumber&) = default;
};

/// The kinds of facts that reasons tell apart.
enum class ContextFact : std::size_t { words, length, dataset, features, prior };
inline constexpr std::size_t context_facts = 5;

/// The forecast of one score or price.
struct ContextOutput {
    double constant = 0.0;   ///< mean of the training rows; the forecast for every query unless `varies`
    bool varies = false;     ///< it depends on the query
    double intercept = 0.0;  ///< log odds of a score or log of a price where all columns are 0
    double low = 0.0;        ///< the forecast stays within these bounds
    double high = 0.0;
    std::array<double, context_facts>
        means{};  ///< what each kind of fact adds in the mean of the training rows

    friend bool operator==(const ContextOutput&, const ContextOutput&) = default;
};

/// The parameters of a forecast. Columns are all terms, then all labels, then all numbers.
struct ContextParameters {
    ContextFields fields{};
    bool context_words = false;  ///< the words of the text that a question is about are read too
    int hash_bits = 20;
    Index rows = 0;                      ///< training rows
    std::vector<ContextTerm> terms{};    ///< in increasing order of column
    std::vector<ContextLabel> labels{};  ///< in increasing order
    std::vector<ContextNumber> numbers{};
    std::vector<ContextOutput> outputs{};  ///< scores of all models, then answer prices, then draw prices
    std::vector<float> weights{};          ///< columns x outputs that vary, row by row

    friend bool operator==(const ContextParameters&, const ContextParameters&) = default;
};

}  // namespace automix
