// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/query_routes.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/log_walk.hpp>
#include <automix/evaluation/query_routes.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the strata of the forecasts, without any run yet, and sets the stratum of each row.
inline std::vector<RouteGroup> make_strata(const std::vector<double>& forecasts, int strata,
                                           std::vector<std::size_t>& stratum_of) {
    std::vector<double> sorted = forecasts;
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> bounds;  // lowest forecast of each stratum but the first
    for (int k = 1; k < strata; ++k) {
        const double bound =
            sorted[sorted.size() * static_cast<std::size_t>(k) / static_cast<std::size_t>(strata)];
        if (bound > sorted.front() && (bounds.empty() || bound > bounds.back())) bounds.push_back(bound);
    }
    std::vector<RouteGroup> groups(bounds.size() + 1);
    stratum_of.resize(forecasts.size());
    for (std::size_t row = 0; row < forecasts.size(); ++row) {
        const double forecast = forecasts[row];
        stratum_of[row] = static_cast<std::size_t>(std::upper_bound(bounds.begin(), bounds.end(), forecast) -
                                                   bounds.begin());
        RouteGroup& group = groups[stratum_of[row]];
        group.low = group.rows == 0 ? forecast : std::min(group.low, forecast);
        group.high = group.rows == 0 ? forecast : std::max(group.high, forecast);
        ++group.rows;
    }
    return groups;
}

inline void add_run(RouteGroup& group, const LoggedRun& run) {
    group.score += run.weight * run.score;
    group.cost += run.weight * run.outcome.cost();
    group.accepted[as_size(run.outcome.model)] += run.weight;
}

inline void divide_by_rows(RouteGroup& group) {
    const auto rows = static_cast<double>(group.rows);
    group.score /= rows;
    group.cost /= rows;
    for (double& share : group.accepted) share /= rows;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE QueryRoutes follow_queries(const AnyRouter& router, const Dataset& data,
                                          const PriceTable& prices, std::uint64_t seed, int strata) {
    if (strata < 1) throw ArgumentError("strata: expected at least 1, found " + std::to_string(strata));
    if (data.rows() == 0) throw DataError("no rows to follow");
    QueryRoutes routes;
    routes.payments.resize(as_size(data.models()));
    routes.all.rows = data.rows();
    routes.datasets.resize(data.dataset_names().size());
    for (std::size_t i = 0; i < routes.datasets.size(); ++i)
        routes.datasets[i].name = data.dataset_names()[i];
    for (Index row = 0; row < data.rows(); ++row) ++routes.datasets[as_size(data.dataset_number(row))].rows;
    std::vector<std::size_t> stratum_of;
    std::vector<double> forecasts;
    for (Index row = 0; router.reads().any() && row < data.rows(); ++row) {
        const QueryForecast forecast = router.forecast(data.facts(row)).value();
        if (forecast.scores.empty()) break;  // of a policy that reads the group alone
        forecasts.push_back(forecast.scores.front());
    }
    if (!forecasts.empty()) {
        routes.strata = detail::make_strata(forecasts, strata, stratum_of);
    }
    const auto for_each_group = [&](auto use) {
        use(routes.all);
        for (auto* groups : {&routes.datasets, &routes.strata}) {
            for (RouteGroup& group : *groups) use(group);
        }
    };
    for_each_group([&](RouteGroup& group) { group.accepted.resize(as_size(data.models())); });
    walk_log(
        router, data, prices, all_rows(data), seed, [](auto&&...) {},
        [&](const LoggedRun& run) {
            detail::add_run(routes.all, run);
            detail::add_run(routes.datasets[as_size(data.dataset_number(run.row))], run);
            if (!stratum_of.empty()) detail::add_run(routes.strata[stratum_of[as_size(run.row)]], run);
            for (std::size_t m = 0; m < run.payments.size(); ++m) {
                routes.payments[m].answer += run.weight * run.payments[m].answer;
                routes.payments[m].verification += run.weight * run.payments[m].verification;
                routes.payments[m].draws += run.weight * run.payments[m].draws;
            }
        });
    for_each_group(detail::divide_by_rows);
    const auto rows = static_cast<double>(data.rows());
    for (ModelPayment& payment : routes.payments)
        payment = {payment.answer / rows, payment.verification / rows, payment.draws / rows};
    return routes;
}

}  // namespace automix
