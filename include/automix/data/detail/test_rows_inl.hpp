// SPDX-License-Identifier: Apache-2.0
// Definitions of data/test_rows.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/detail/model_place.hpp>
#include <automix/data/test_rows.hpp>

#include <cmath>
#include <vector>

namespace automix {

AUTOMIX_INLINE void require_verification_of(const Dataset& train, const Dataset& test,
                                            const std::vector<int>& max_draws) {
    StatisticsOptions options;
    options.max_draws = max_draws;
    for (Index model = 0; model + 1 < train.models(); ++model) {
        if (detail::draw_limit(options, model) == 0 || !train.verified(model)) continue;
        const bool by_verdicts = train.draw_counts(model).first > 0;
        const bool by_confidence = train.draw_counts(model).second == 0;
        const Column confidences = test.confidences(model);
        for (Index row = 0; row < test.rows(); ++row) {
            const bool none = test.verdicts(row, model).empty();
            const auto place = [&] { return detail::model_place(test, model, row); };
            if (std::isnan(confidences(row)))
                throw DataError(place(),
                                "neither verdicts nor a confidence, which all rows to train on have");
            if (none && by_verdicts)
                throw DataError(place(),
                                "a confidence without verdicts, while the rows to train on have verdicts");
            if (!none && by_confidence)
                throw DataError(place(), "verdicts, while the rows to train on have a confidence alone");
        }
    }
}

}  // namespace automix
