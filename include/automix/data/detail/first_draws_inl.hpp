// SPDX-License-Identifier: Apache-2.0
// Definitions of data/first_draws.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/first_draws.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace automix {

AUTOMIX_INLINE Dataset first_draws(const Dataset& data, int draws) {
    if (draws < 1) throw ArgumentError("draws: expected at least 1, found " + std::to_string(draws));
    Dataset cut(data.model_names());
    cut.reserve(as_size(data.rows()));
    for (Index row = 0; row < data.rows(); ++row) {
        Record record = data.record(row);
        const auto cut_verdicts = [draws](auto& verified) {
            if (verified.verdicts.empty()) return;
            verified.verdicts.resize(std::min(verified.verdicts.size(), static_cast<std::size_t>(draws)));
            verified.confidence.reset();
        };
        for (ModelRecord& model : record.models) {
            cut_verdicts(model);
            for (VerifierRecord& verifier : model.verifiers) cut_verdicts(verifier);
        }
        cut.append(record, data.place(row), data.facts(row));
    }
    return cut;
}

AUTOMIX_INLINE PriceTable first_draws(const PriceTable& prices, const Dataset& data, int draws) {
    require_prices_for(data, prices);
    PriceTable cut = prices;
    for (Index model = 0; model < data.models(); ++model) {
        const auto m = as_size(model);
        if (data.draw_counts(model).second == 0) continue;
        Eigen::ArrayXd together(data.rows());
        for (Index row = 0; row < data.rows(); ++row) {
            const Index logged = std::ssize(data.verdicts(row, model));
            const bool whole = logged <= draws;
            together(row) = whole ? prices.verifications[m](row) : draws * prices.draws[m](row);
        }
        cut.verifications[m] = PriceColumn(std::move(together));
    }
    return cut;
}

}  // namespace automix
