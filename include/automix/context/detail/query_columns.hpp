// SPDX-License-Identifier: Apache-2.0
// This file turns the facts on a query into the columns that a forecast is linear in. Terms have sublinear TF-IDF
// weights, (1 + log count) (1 + log((1 + rows) / (1 + rows of the term))), scaled to length 1 over the query's known
// terms. A label is 1, and a number is standardised. O(length of the texts).
#pragma once

#include <automix/context/context_parameters.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/query_facts.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// The seeds of the words of the two texts.
inline constexpr std::uint64_t question_seed = 1;
inline constexpr std::uint64_t context_seed = 2;

/// A column of a query, by its number, and its value.
struct QueryColumn {
    std::uint32_t column = 0;
    float value = 0.0F;

    friend bool operator==(const QueryColumn&, const QueryColumn&) = default;
};

/// Returns the number of a source before it is standardised; NaN if the query has none.
double raw_number(const ContextNumber& number, const QueryFacts& facts, std::size_t question_words);

/// The columns of a space: where each term, label and number stands.
class QueryColumns {
 public:
    QueryColumns() = default;

    /// Requires valid parameters. Reads all of them but outputs and weights.
    explicit QueryColumns(const ContextParameters& parameters);

    [[nodiscard]] std::size_t size() const noexcept { return columns_; }
    [[nodiscard]] std::size_t terms() const noexcept { return term_weights_.size(); }

    /// Returns the kind of fact that a column belongs to.
    [[nodiscard]] ContextFact fact(std::size_t column) const { return facts_[column]; }

    /// Sets `row` to the query's columns that are not 0, in increasing order.
    void read(const ContextParameters& parameters, const QueryFacts& facts,
              std::vector<QueryColumn>& row) const;

    /// Returns the column of a term's hash; `size()` if there is none.
    [[nodiscard]] std::size_t find_term(std::uint64_t hash) const;

 private:
    struct Slot {
        std::uint32_t column = 0;
        std::uint32_t number = 0;  ///< number of the term plus 1; 0 for none
    };

    [[nodiscard]] std::size_t slot_of(std::uint32_t column) const noexcept {
        return (column * std::size_t{0x9E3779B1U}) & (slots_.size() - 1);
    }

    std::size_t columns_ = 0;
    int hash_bits_ = 0;
    std::vector<Slot> slots_;
    std::vector<float> term_weights_;
    std::vector<ContextFact> facts_;
};

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/context/detail/query_columns_inl.hpp>
#endif
