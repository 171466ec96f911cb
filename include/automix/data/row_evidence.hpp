// SPDX-License-Identifier: Apache-2.0
// This file reduces the logged verification of each row to what a belief reads, row by row. Statistics are sums over
// such rows. O(rows * draws).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/data/verification.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace automix {

namespace detail {

/// Returns the verification of an answer that is verified in this way, at `limit` leading verdicts, or at all logged ones
/// if `limit` is not above 0.
Verification verification_of(const Dataset& data, Index row, Index model, VerificationKind kind, int limit);

}  // namespace detail

/// The verification of every row, at all draws that count.
class RowEvidence {
 public:
    RowEvidence() = default;
    /// Reduces the rows of a log whose models have these shapes. Throws `ArgumentError` for options that do not fit.
    RowEvidence(const Dataset& data, const std::vector<ModelShape>& shapes, const StatisticsOptions& options);

    /// Returns the verification of each model but the last on a row.
    [[nodiscard]] std::span<const Verification> at(Index row) const {
        return {rows_.data() + as_size(row) * models_, models_};
    }

 private:
    std::size_t models_ = 0;  ///< without the last
    std::vector<Verification> rows_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/row_evidence_inl.hpp>
#endif
