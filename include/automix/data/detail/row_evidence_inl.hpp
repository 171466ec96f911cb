// SPDX-License-Identifier: Apache-2.0
// Definitions of data/row_evidence.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/row_evidence.hpp>
#include <automix/data/verification.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace automix::detail {

/// Returns how many verdicts were parsed and how many are positive. Eight at a time are counted in one word: bit 7 of a
/// byte is set if the verdict was not parsed, bit 0 if it was not or is positive.
inline Verification count_verdicts(std::span<const Verdict> verdicts) noexcept {
    constexpr std::uint64_t lowest_bits = 0x0101010101010101U;
    constexpr std::size_t bytes = sizeof(std::uint64_t);
    constexpr unsigned highest_byte = 56;
    std::size_t unparsed = 0;
    std::size_t odd = 0;
    for (std::size_t at = 0; at < verdicts.size(); at += bytes) {
        std::uint64_t word = 0;
        std::memcpy(&word, verdicts.data() + at, std::min(bytes, verdicts.size() - at));
        unparsed += ((word >> 7U & lowest_bits) * lowest_bits) >> highest_byte;
        odd += ((word & lowest_bits) * lowest_bits) >> highest_byte;
    }
    return {static_cast<int>(verdicts.size() - unparsed), static_cast<int>(odd - unparsed), 0.0};
}

AUTOMIX_INLINE Verification verification_of(const LoggedVerifier& verifier, Index row, VerificationKind kind,
                                            int limit) {
    if (kind == VerificationKind::none) return {};
    if (kind == VerificationKind::confidence) return {0, 0, verifier.confidences()(row)};
    const auto verdicts = verifier.verdicts(row);
    return count_verdicts(verdicts.first(limit > 0 ? as_size(limit) : verdicts.size()));
}

AUTOMIX_INLINE EvidenceReader::EvidenceReader(const Dataset& data, const std::vector<ModelShape>& shapes,
                                              const StatisticsOptions& options) {
    validate(options, data.models());
    for (Index model = 0; model + 1 < data.models(); ++model)
        parts_.push_back(
            {LoggedVerifier(data, model), shapes[as_size(model)].kind, draw_limit(options, model)});
    for (Index model = 0; model + 1 < data.models(); ++model) {
        for (const VerifierShape& verifier : shapes[as_size(model)].further)
            parts_.push_back({LoggedVerifier(data, model, data.find_verifier(model, verifier.name).value()),
                              verifier.kind,
                              draw_limit(options, model) > 0 ? verifier.draws : all_logged_draws});
    }
}

AUTOMIX_INLINE std::vector<int> EvidenceReader::counted_draws() const {
    std::vector<int> draws;
    for (const Part& part : parts_) {
        if (part.kind == VerificationKind::confidence) {
            draws.push_back(-1);
        } else if (part.kind == VerificationKind::none) {
            draws.push_back(0);
        } else {
            draws.push_back(part.limit > 0 ? part.limit
                                           : static_cast<int>(part.verifier.draw_counts().second));
        }
    }
    return draws;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE RowEvidence::RowEvidence(const Dataset& data, const std::vector<ModelShape>& shapes,
                                        const StatisticsOptions& options) {
    const detail::EvidenceReader reader(data, shapes, options);
    size_ = reader.size();
    rows_.resize(as_size(data.rows()) * size_);
    for (Index row = 0; row < data.rows(); ++row) reader.read(row, rows_.data() + as_size(row) * size_);
}

}  // namespace automix
