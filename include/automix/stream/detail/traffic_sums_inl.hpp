// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/traffic_sums.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/learn.hpp>
#include <automix/stream/request_record.hpp>
#include <automix/stream/seen_rows.hpp>
#include <automix/stream/traffic_sums.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Adds the rows of one weight.
inline void add_rows(WeightedSums& sums, const SeenRows& rows, const std::vector<Index>& members,
                     double weight, const PriceTable& prices, const StatisticsOptions& options) {
    const auto count = static_cast<double>(members.size());
    WeightedSums part{.rows = std::ssize(members), .weights = count, .squares = count};
    part.statistics =
        collect_statistics(rows.data.select_rows(members), prices.select_rows(members), options);
    part *= weight;
    sums += part;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE WeightedSums& WeightedSums::operator+=(const WeightedSums& other) {
    if (!other.statistics) return *this;
    if (statistics) {
        statistics->add(*other.statistics, Overlap::allow);
    } else {
        statistics = other.statistics;
    }
    rows += other.rows;
    weights += other.weights;
    squares += other.squares;
    return *this;
}

AUTOMIX_INLINE WeightedSums& WeightedSums::operator*=(double factor) {
    if (statistics && factor != 1.0) *statistics *= factor;
    weights *= factor;
    squares *= factor * factor;
    return *this;
}

AUTOMIX_INLINE TrafficSums& TrafficSums::operator+=(const TrafficSums& other) {
    by_policy += other.by_policy;
    explored += other.explored;
    unexplorable += other.unexplorable;
    missed += other.missed;
    drawn += other.drawn;
    finished += other.finished;
    return *this;
}

AUTOMIX_INLINE WeightedSums TrafficSums::rows() const {
    WeightedSums all = by_policy;
    if (finished > 0) {
        WeightedSums scaled = explored;
        scaled *= static_cast<double>(drawn) / static_cast<double>(finished);
        all += scaled;
    }
    // Of requests that could not be explored, those seen whole stand for the others only if there are no others.
    if (missed == 0) all += unexplorable;
    return all;
}

AUTOMIX_INLINE TrafficSums traffic_sums(const std::vector<RequestRecord>& requests, const PomdpRouter& policy,
                                        const Statistics& statistics) {
    const std::vector<ModelShape> models = policy.models();
    TrafficSums sums;
    std::vector<RequestRecord> whole;
    for (const RequestRecord& request : requests) {
        sums.drawn += request.exploring || request.explored ? 1 : 0;
        sums.finished += request.explored ? 1 : 0;
        if (is_seen_whole(request, models)) {
            whole.push_back(request);
        } else if (request.exploration == 0.0 && !detail::has_failed(request)) {
            ++sums.missed;
        }
    }
    const StatisticsOptions options = learning_options(policy, statistics);
    for (const bool explorable : {true, false}) {
        std::vector<RequestRecord> chosen;
        for (const RequestRecord& request : whole) {
            if ((request.exploration > 0.0) == explorable) chosen.push_back(request);
        }
        if (chosen.empty()) continue;
        const SeenRows rows = seen_rows(chosen, models);
        std::map<double, std::vector<Index>> classes;  // rows of each weight
        for (Index row = 0; row < rows.data.rows(); ++row) classes[rows.weights[as_size(row)]].push_back(row);
        const PriceTable prices = constant_prices(policy.trained().prices, models, rows.data);
        for (const auto& [weight, members] : classes) {
            WeightedSums& to = !explorable     ? sums.unexplorable
                               : weight == 1.0 ? sums.by_policy
                                               : sums.explored;
            detail::add_rows(to, rows, members, weight, prices, options);
        }
    }
    return sums;
}

AUTOMIX_INLINE void require_summable(const PomdpRouter& policy) {
    if (!policy.reads().any() && policy.signals().empty()) return;
    throw ArgumentError("the policy reads " + (policy.reads().any() ? to_string(policy.reads()) : "signals") +
                        ", of which sums of traffic hold nothing; let it learn from the logs");
}

AUTOMIX_INLINE LearnedPolicy learn(const PomdpRouter& before, const Statistics& statistics,
                                   const TrafficSums& traffic, const LearnOptions& options) {
    detail::validate_learning(options);
    require_summable(before);
    if (options.prices == RequestPrices::measured)
        throw ArgumentError("prices: sums of traffic are at the policy's own prices");
    WeightedSums rows = traffic.rows();
    LearnedPolicy learned;
    learned.effective_rows = rows.effective_rows();
    detail::require_rows(learned.effective_rows, std::to_string(rows.rows), {}, options);
    rows *= rows.weights / rows.squares;
    learned.statistics = *std::move(rows.statistics);
    if (!options.fresh) detail::add_older(learned, statistics, options);
    PomdpOptions settings = before.options();
    settings.progress = options.progress;
    learned.router = PomdpRouter(std::move(settings));
    learned.training = learned.router.train(learned.statistics);
    if (!learned.training.feasible) throw DataError("pomdp: " + learned.training.reason);
    return learned;
}

}  // namespace automix
