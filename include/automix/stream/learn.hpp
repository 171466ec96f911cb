// SPDX-License-Identifier: Apache-2.0
// Learns from traffic: adds the requests that were seen whole, by their weights, to the statistics of a policy, and
// trains it again with its own objective. Old rows may be forgotten by a factor. What a query tells is learnt from the
// rows of the requests alone, since statistics hold no texts; the belief is learnt from all. On requests of which
// everything was seen, and without older statistics, that is the training on their log.
//     const automix::LearnedPolicy next = automix::learn(policy.router, policy.statistics, rows, {.forget = 0.9});
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/training.hpp>
#include <automix/stream/seen_rows.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// The prices that a policy is trained at: those that it had, or those measured from the requests.
enum class RequestPrices : std::uint8_t { old, measured };

struct LearnOptions {
    double forget = 1.0;  ///< the weight of each row so far, beside that of a new one; above 0 and at most 1
    bool fresh = false;   ///< leave the older statistics out
    std::optional<RequestPrices>
        prices{};                ///< nothing: the old ones, or measured ones without older statistics
    double min_rows = 25.0;      ///< effective rows below which nothing is learnt
    ProgressHandler progress{};  ///< told which facts on queries are being tried
};

/// A policy that has learnt from traffic.
struct LearnedPolicy {
    PomdpRouter router{};
    Statistics statistics{};  ///< those that it was trained on
    TrainingResult training{};
    double effective_rows = 0.0;  ///< effective number of new rows
    double old_rows = 0.0;        ///< weight of the older rows, after forgetting
    Index context_rows = 0;       ///< rows that taught what a query tells; 0 if none was tried
    RequestPrices prices = RequestPrices::old;
    std::vector<std::string> notes{};  ///< on what was learnt from what, for the user
};

/// Returns the policy that a trained one becomes by these rows. `statistics` are those of the policy. Throws `DataError`
/// for too few rows, for rows that are in the statistics already, and if prices are to be measured and are not logged.
/// Throws `ArgumentError` for options that make no sense.
LearnedPolicy learn(const PomdpRouter& before, const Statistics& statistics, const SeenRows& rows,
                    const LearnOptions& options = {});

/// Returns the options by which rows are collected that join these statistics of a policy.
StatisticsOptions learning_options(const PomdpRouter& before, const Statistics& statistics);

/// Returns the prices of a policy over models of these shapes as constant prices of a log.
PriceTable constant_prices(const RoutingPrices& prices, const std::vector<ModelShape>& models,
                           const Dataset& data);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/learn_inl.hpp>
#endif
