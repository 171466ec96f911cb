// SPDX-License-Identifier: Apache-2.0
// Reads from statistics the rates that traffic is compared with: the means of scores, verdicts, unreadable verdicts and
// prices of each model. O(cells).
#pragma once

#include <automix/data/statistics.hpp>

#include <vector>

namespace automix {

/// The rates of one model.
struct ModelRates {
    double score = 0.0;
    double price = 0.0;         ///< of an answer
    double verdicts = 0.0;      ///< mean over rows of the share of positives among readable verdicts
    double verdict_rows = 0.0;  ///< number of rows with a readable verdict
    double unparsed = 0.0;      ///< mean share of draws that could not be read
};

struct ReferenceRates {
    double rows = 0.0;
    std::vector<ModelRates> models{};
};

/// Returns the rates in statistics of rows. A model without verdicts has none. Throws `DataError` if there are no rows.
ReferenceRates reference_rates(const Statistics& statistics);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/reference_rates_inl.hpp>
#endif
