// SPDX-License-Identifier: Apache-2.0
// The reliability of what a router believes of answers. For each answer that a router asked for, it compares the probability
// of being right at the moment when the router accepted it or went on with the score. A router that reads queries also
// forecasts each model's score before anything is asked, which is compared on all rows. O(rows * explanation).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/metrics/reliability.hpp>
#include <automix/routing/any_router.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace automix {

/// The source of a forecast of a score.
enum class ForecastSource : std::uint8_t {
    query,       ///< what the query tells before anything is asked
    belief,      ///< the router's probability when it decided on the answer
    confidence,  ///< the share of positive verdicts, of a router that holds no belief
};

struct BeliefReliability {
    std::string model{};
    ForecastSource source = ForecastSource::belief;
    Reliability figures{};
};

/// Returns the reliability for each source and model of which there is a forecast, on at most `max_rows` rows: those with
/// the lowest hashes of their ids. Throws as `replay` does.
std::vector<BeliefReliability> belief_reliability(const AnyRouter& router, const Dataset& data,
                                                  const PriceTable& prices, std::uint64_t seed = 0,
                                                  Index max_rows = 10'000);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/belief_reliability_inl.hpp>
#endif
