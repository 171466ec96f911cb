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

#include <cstddef>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE Verification verification_of(const LoggedVerifier& verifier, Index row, VerificationKind kind,
                                            int limit) {
    if (kind == VerificationKind::none) return {};
    if (kind == VerificationKind::confidence) return {0, 0, verifier.confidences()(row)};
    Verification sum;
    const auto verdicts = verifier.verdicts(row);
    const std::size_t count = limit > 0 ? as_size(limit) : verdicts.size();
    for (const Verdict verdict : verdicts.first(count)) {
        sum.parsed += static_cast<int>(verdict != Verdict::unparsed);
        sum.positive += static_cast<int>(verdict == Verdict::positive);
    }
    return sum;
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
                              verifier.kind, draw_limit(options, model)});
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
