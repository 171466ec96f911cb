// SPDX-License-Identifier: Apache-2.0
// This file has what verifiers say of a model's answers as columns: verdicts, confidences and prices of a draw. Rows
// lack any of the further verifiers. Appending a row is O(draws + names) amortised; a new name takes O(rows).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/detail/columns.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// The columns of one verifier.
struct VerifierColumns {
    std::vector<double> draw_cost, confidence;  ///< NaN in rows without one
    RaggedColumn<Verdict> verdicts;
    std::pair<Index, Index> draw_counts{std::numeric_limits<Index>::max(), 0};  ///< minimum and maximum
    Index unverified = 0;  ///< number of rows without verdicts and confidence

    /// Adds a row of a `ModelRecord` or a `VerifierRecord`. Verdicts take the place of a confidence.
    template <class Row>
    void append(const Row& row) {
        constexpr double missing = std::numeric_limits<double>::quiet_NaN();
        draw_cost.push_back(row.draw_cost.value_or(missing));
        confidence.push_back(row.verdicts.empty() ? row.confidence.value_or(missing)
                                                  : positive_share(row.verdicts));
        verdicts.append(row.verdicts);
        count_last();
    }

    [[nodiscard]] VerifierColumns select(std::span<const Index> rows) const {
        VerifierColumns chosen;
        chosen.draw_cost = gather(draw_cost, rows);
        chosen.confidence = gather(confidence, rows);
        chosen.verdicts.reserve(rows.size());
        for (const Index row : rows) {
            chosen.verdicts.append(verdicts[row]);
            chosen.count_last();
        }
        return chosen;
    }

    /// Fills in a row as it was appended. If verdicts are logged, its confidence is the share of positives.
    template <class Row>
    void fill(Row& record, Index row) const {
        const auto known = [&](const std::vector<double>& values) {
            const double value = values[as_size(row)];
            return std::isnan(value) ? std::nullopt : std::optional(value);
        };
        record.verdicts.assign(verdicts[row].begin(), verdicts[row].end());
        record.confidence = known(confidence);
        record.draw_cost = known(draw_cost);
    }

    void reserve(std::size_t rows) {
        draw_cost.reserve(rows);
        confidence.reserve(rows);
        verdicts.reserve(rows);
    }

 private:
    /// Updates the counts of draws and of rows without verification by the last row.
    void count_last() {
        const Index row = verdicts.rows() - 1;
        const auto drawn = std::ssize(verdicts[row]);
        draw_counts = {std::min(draw_counts.first, drawn), std::max(draw_counts.second, drawn)};
        if (std::isnan(confidence[as_size(row)])) ++unverified;
    }
};

/// The columns of the further verifiers of a model.
class FurtherVerifiers {
 public:
    /// Adds a row. Requires names that differ and are not empty.
    void append(std::span<const VerifierRecord> verifiers) {
        for (const VerifierRecord& verifier : verifiers) {
            columns_
                .column(verifier.name,
                        [&] {
                            VerifierColumns absent;
                            for (Index row = 0; row < rows_; ++row) absent.append(VerifierRecord{});
                            return absent;
                        })
                .append(verifier);
        }
        ++rows_;
        for (VerifierColumns& column : columns_.columns()) {
            if (column.verdicts.rows() < rows_) column.append(VerifierRecord{});
        }
    }

    /// Returns what verifiers say of the answer in a row, in the order of `names`.
    [[nodiscard]] std::vector<VerifierRecord> operator[](Index row) const {
        std::vector<VerifierRecord> verifiers;
        for (std::size_t i = 0; i < names().size(); ++i) {
            VerifierRecord verifier{names()[i], {}, {}, {}};
            columns_.columns()[i].fill(verifier, row);
            if (verifier.confidence || verifier.draw_cost) verifiers.push_back(std::move(verifier));
        }
        return verifiers;
    }

    /// Returns the columns of the given rows, of the same names.
    [[nodiscard]] FurtherVerifiers select(std::span<const Index> rows) const {
        FurtherVerifiers chosen;
        chosen.columns_ = columns_.map([&](const VerifierColumns& column) { return column.select(rows); });
        chosen.rows_ = std::ssize(rows);
        return chosen;
    }

    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return columns_.names(); }
    [[nodiscard]] std::optional<Index> find(std::string_view name) const { return columns_.find(name); }
    [[nodiscard]] const VerifierColumns& at(Index verifier) const { return columns_[verifier]; }

 private:
    NamedColumns<VerifierColumns> columns_;
    Index rows_ = 0;
};

}  // namespace automix::detail
