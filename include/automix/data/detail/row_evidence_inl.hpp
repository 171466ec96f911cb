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

AUTOMIX_INLINE Verification verification_of(const Dataset& data, Index row, Index model,
                                            VerificationKind kind, int limit) {
    if (kind == VerificationKind::none) return {};
    if (kind == VerificationKind::confidence) return {0, 0, data.confidences(model)(row)};
    Verification sum;
    const auto verdicts = data.verdicts(row, model);
    const std::size_t count = limit > 0 ? as_size(limit) : verdicts.size();
    for (const Verdict verdict : verdicts.first(count)) {
        sum.parsed += static_cast<int>(verdict != Verdict::unparsed);
        sum.positive += static_cast<int>(verdict == Verdict::positive);
    }
    return sum;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE RowEvidence::RowEvidence(const Dataset& data, const std::vector<ModelShape>& shapes,
                                        const StatisticsOptions& options)
    : models_(shapes.size() - 1) {
    validate(options, data.models());
    rows_.reserve(as_size(data.rows()) * models_);
    for (Index row = 0; row < data.rows(); ++row) {
        for (Index model = 0; model + 1 < data.models(); ++model)
            rows_.push_back(detail::verification_of(data, row, model, shapes[as_size(model)].kind,
                                                    detail::draw_limit(options, model)));
    }
}

}  // namespace automix
