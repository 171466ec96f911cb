// SPDX-License-Identifier: Apache-2.0
// This file reduces the logged verification of each row to what a belief reads, row by row. Statistics are sums over
// such rows. O(rows * draws).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/logged_verifier.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/data/verification.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace automix {

namespace detail {

/// Returns what a verifier says of the answer in a row, if it judges in this way, at `limit` leading verdicts, or at all
/// logged ones if `limit` is not above 0.
Verification verification_of(const LoggedVerifier& verifier, Index row, VerificationKind kind, int limit);

/// Returns what the verifiers say of a row: as a cell of evidence of models of these shapes holds it.
class EvidenceReader {
 public:
    EvidenceReader(const Dataset& data, const std::vector<ModelShape>& shapes,
                   const StatisticsOptions& options);

    /// Returns the number of verifications in a row.
    [[nodiscard]] std::size_t size() const noexcept { return parts_.size(); }
    /// Returns the maximum number of verdicts that count, for each verification; -1 for a logged confidence.
    [[nodiscard]] std::vector<int> counted_draws() const;

    /// Reads the verifications of a row into `to`, which holds `size` of them.
    void read(Index row, Verification* to) const {
        for (const Part& part : parts_) *to++ = verification_of(part.verifier, row, part.kind, part.limit);
    }

 private:
    struct Part {
        LoggedVerifier verifier;
        VerificationKind kind = VerificationKind::none;
        int limit = 0;
    };

    std::vector<Part> parts_;
};

}  // namespace detail

/// The verification of every row, at all draws that count.
class RowEvidence {
 public:
    RowEvidence() = default;
    /// Reduces the rows of a log whose models have these shapes. Throws `ArgumentError` for options that do not fit.
    RowEvidence(const Dataset& data, const std::vector<ModelShape>& shapes, const StatisticsOptions& options);

    /// Returns the verifications of a row, in the order of a cell of evidence.
    [[nodiscard]] std::span<const Verification> at(Index row) const {
        return {rows_.data() + as_size(row) * size_, size_};
    }

 private:
    std::size_t size_ = 0;  ///< verifications of a row
    std::vector<Verification> rows_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/row_evidence_inl.hpp>
#endif
