// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/reference_rates.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/stream/reference_rates.hpp>

#include <algorithm>
#include <cstddef>

namespace automix {

AUTOMIX_INLINE ReferenceRates reference_rates(const Statistics& statistics) {
    const FoldStatistics total = statistics.total();
    ReferenceRates rates;
    rates.rows = total.weight();
    if (!(rates.rows > 0.0)) throw DataError("statistics: no rows to compare with");
    for (std::size_t m = 0; m < statistics.models.size(); ++m) {
        ModelRates& model = rates.models.emplace_back();
        model.score = total.mean_score(static_cast<Index>(m));
        model.price = total.answer_prices[m] / rates.rows;
        if (statistics.models[m].kind != VerificationKind::verdicts) continue;
        const double draws = statistics.models[m].draws;
        double unparsed = 0.0;
        for (const EvidenceCell& cell : total.cells) {
            const Verification& seen = cell.evidence[m];
            unparsed += cell.weight * std::max(0.0, 1.0 - seen.parsed / draws);
            if (seen.parsed == 0) continue;
            model.verdict_rows += cell.weight;
            model.verdicts += cell.weight * seen.positive / seen.parsed;
        }
        if (model.verdict_rows > 0.0) model.verdicts /= model.verdict_rows;
        model.unparsed = std::clamp(unparsed / rates.rows, 0.0, 1.0);
    }
    return rates;
}

}  // namespace automix
