// SPDX-License-Identifier: Apache-2.0
// Counts where a router sends queries: whose answer is accepted, by data set and by stratum of what the router forecasts
// of the query. It also adds up what each model is paid for answers and draws. Strata are quantiles of the forecast of the
// first model's score. O(rows * draws).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/log_walk.hpp>
#include <automix/routing/any_router.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace automix {

/// Queries that are alike in something: means per query.
struct RouteGroup {
    std::string name{};  ///< name of the data set; empty for a stratum
    double low = 0.0;    ///< of a stratum: lowest and highest forecast score in it
    double high = 0.0;
    Index rows = 0;
    double score = 0.0;
    double cost = 0.0;
    std::vector<double> accepted{};  ///< share of the queries whose accepted answer is that of each model
};

struct QueryRoutes {
    std::vector<ModelPayment> payments{};  ///< of each model, means per query over all rows
    RouteGroup all{};
    std::vector<RouteGroup>
        datasets{};                    ///< in order of appearance, with the unnamed rows under an empty name
    std::vector<RouteGroup> strata{};  ///< ascending; none if the router does not read queries
};

/// Follows every row to its end. Makes `strata` strata of about equal size, fewer if forecasts are equal. Throws as
/// `replay` does, `DataError` if there are no rows, and `ArgumentError` for less than one stratum.
QueryRoutes follow_queries(const AnyRouter& router, const Dataset& data, const PriceTable& prices,
                           std::uint64_t seed = 0, int strata = 5);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/query_routes_inl.hpp>
#endif
