// SPDX-License-Identifier: Apache-2.0
// Definitions of data/row_evidence.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/detail/collect_statistics_inl.hpp>
#include <automix/data/row_evidence.hpp>

#include <cstddef>
#include <vector>

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
