// SPDX-License-Identifier: Apache-2.0
// This file defines the statistics on which the POMDP router trains. They are sums for each fold of the rows and each
// cell of evidence. Evidence is the verification of every model but the last at all its draws, by each of its verifiers. The sums are the weight
// (the number of rows), the scores and their products, and the prices. Statistics add up, subtract and scale: parts of
// a log merge, cross-fitting subtracts a fold, and a factor below 1 gives old rows less weight. Adding merges sorted
// cells in O(cells of both). The time of training depends on the number of cells only, not on that of the rows.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/plurality_sums.hpp>
#include <automix/data/verification.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace automix {

/// The sums over the rows of one cell of evidence.
struct EvidenceCell {
    std::vector<Verification> evidence{};  ///< one for each model but the last, then one a further verifier
    double weight = 0.0;                   ///< number of rows
    std::vector<double> scores{};          ///< sums, one per model
    /// Sums of score i times score j: a models x models matrix, row by row.
    std::vector<double> products{};

    EvidenceCell() = default;
    EvidenceCell(std::vector<Verification> key, Index models);

    /// Adds a row of that weight. `row` holds the score of each model.
    void add(const std::vector<double>& row, double row_weight = 1.0);

    /// Adds `factor` times the sums of a cell of the same evidence.
    void add(const EvidenceCell& other, double factor);
};

/// The sums over the rows of a fold, or of several.
struct FoldStatistics {
    std::vector<EvidenceCell> cells{};    ///< ascending in evidence, no two alike
    std::vector<double> answer_prices{};  ///< sums, one per model
    /// Sums of the price of one draw, one per model. A logged confidence counts as one draw at its whole price.
    std::vector<double> draw_prices{};
    std::vector<double> further_draw_prices{};  ///< the same of further verifiers, model by model
    std::vector<PluralitySums> pluralities{};   ///< one for each model but the last, or none

    FoldStatistics() = default;
    /// Makes sums of no rows, over that many models with one verifier each, or over models of these shapes.
    explicit FoldStatistics(Index models)
        : answer_prices(as_size(models), 0.0), draw_prices(as_size(models), 0.0) {}
    explicit FoldStatistics(const std::vector<ModelShape>& models) : FoldStatistics(std::ssize(models)) {
        further_draw_prices.assign(count_further_verifiers(models), 0.0);
    }

    /// Returns the number of rows.
    [[nodiscard]] double weight() const;
    /// Returns the mean score of a model. Requires rows.
    [[nodiscard]] double mean_score(Index model) const;

    /// Returns the cell of that evidence, created if it is new. O(log cells), or O(cells) for a new one.
    EvidenceCell& cell(const std::vector<Verification>& evidence);

    /// Adds `factor` times other sums over the same models.
    void add(const FoldStatistics& other, double factor);

    FoldStatistics& operator+=(const FoldStatistics& other);
    /// Subtracts rows that were added before. Cells without weight after that, up to rounding, are removed.
    FoldStatistics& operator-=(const FoldStatistics& other);
    FoldStatistics& operator*=(double factor);
};

/// The ids of a log that was summed up, in little memory. Two logs share ids if their samples do.
struct LogDigest {
    std::uint64_t ids = 0;                ///< a digest of all ids, whatever their order
    std::vector<std::uint64_t> sample{};  ///< the smallest hashes of ids, ascending; empty: not known

    // NOLINTNEXTLINE(modernize-use-nullptr): there is no pointer
    friend auto operator<=>(const LogDigest&, const LogDigest&) = default;
};

/// The maximum number of hashes in the sample of a log's ids.
inline constexpr std::size_t sampled_ids = 256;

/// Returns the estimated share of the ids of the smaller log that the other one has too; 0 if a sample is not known.
/// Its standard error is below 1 / sqrt(sampled_ids) for logs of like size. O(sampled_ids).
double shared_ids(const LogDigest& one, const LogDigest& other);

/// The choice whether statistics whose logs share ids may be added up.
enum class Overlap { refuse, allow };

/// The sums for each fold over the rows of one stratum, such as a data set.
struct StratumStatistics {
    std::string name{};  ///< not empty
    std::vector<FoldStatistics> folds{};
};

/// The maximum number of strata. More are no strata but ids.
inline constexpr std::size_t max_named_strata = 1000;

/// The sums for each fold of the rows, and their models.
struct Statistics {
    std::vector<ModelShape> models{};  ///< cheapest first
    std::vector<FoldStatistics> folds{};
    /// The same sums by stratum, ascending in name; together they are `folds`, but for pluralities. Empty: not known.
    std::vector<StratumStatistics> strata{};
    std::vector<LogDigest> logs{};  ///< one for each log that was summed up, ascending

    /// Returns the sums of all rows.
    [[nodiscard]] FoldStatistics total() const;

    /// Adds the statistics of other rows. The number of draws becomes the minimum of both. Strata are kept if both have
    /// them. Throws `DataError` if
    /// models, folds or kinds of verification differ, or if logs of both share more than `tolerated_overlap` of their
    /// ids, whose rows would count twice; nothing is changed then.
    Statistics& operator+=(const Statistics& other);
    /// Adds the statistics of other rows, as `+=` does, also if ids are shared and that is allowed.
    Statistics& add(const Statistics& other, Overlap overlap);
    /// Subtracts rows that were added before. Throws as `+=` does.
    Statistics& operator-=(const Statistics& other);
    /// Scales all sums. After a factor of 0.9 every row so far counts for nine tenths of a new one. Throws
    /// `ArgumentError` unless the factor is finite and above 0.
    Statistics& operator*=(double factor);

    /// Throws `DataError` unless the models, their order and their kinds of verification are the same.
    void require_same_models(const Statistics& other) const;

    /// The share of the ids of the smaller log that may be in another one too.
    static constexpr double tolerated_overlap = 0.02;

 private:
    /// Adds the strata of other rows, or subtracts them if `factor` is below 0. None are left unless both have strata.
    void add_strata(const Statistics& other, double factor);

    /// Throws `DataError` if logs of both share ids.
    void require_other_rows(const Statistics& other) const;

    [[noreturn]] static void differ(const std::string& what, const std::string& mine,
                                    const std::string& theirs);

    void require_alike(const Statistics& other) const;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/statistics_inl.hpp>
#endif
