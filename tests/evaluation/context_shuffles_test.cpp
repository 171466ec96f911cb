// SPDX-License-Identifier: Apache-2.0
// Facts on queries that are shuffled between the rows of a real log tell nothing, and are seldom read. Its twin on logs
// of a known world is in routing/belief/context_worlds_test.cpp.
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/training.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace automix;

namespace {

/// Returns a log whose rows have the facts of other rows.
Dataset shuffled(const Dataset& log, std::uint64_t seed) {
    Random random(seed);
    std::vector<Index> from(as_size(log.rows()));
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<Index>(i);
    random.shuffle(from);
    Dataset data(log.model_names());
    for (Index row = 0; row < log.rows(); ++row) {
        const QueryFacts facts = log.facts(from[as_size(row)]);
        Record record = log.record(row);
        record.dataset = std::string(facts.dataset);
        data.append(record, {}, facts);
    }
    return data;
}

}  // namespace

TEST_CASE("shuffled facts are seldom read: shuffles of 300 rows of nine data sets", "[shared]") {
    const std::string path = std::string(AUTOMIX_SHARED_DIR) + "/data/field/mix_k4.jsonl";
    if (!std::filesystem::exists(path)) {
        std::cout << "skipped: no " << path << '\n';
        return;
    }
    ReadOptions options;
    options.keep_facts = true;
    const Dataset all = read_dataset(path, options);
    std::vector<Index> rows;
    for (Index row = 0; row < all.rows(); row += all.rows() / 300) rows.push_back(row);
    const std::vector<Index> pair{0, 1};
    const Dataset log = all.select(rows, pair);
    PomdpRouter router;
    const auto reads = [&](const Dataset& data) {
        const PriceTable prices = resolve_prices(data);
        router.train({data, prices});
        return router.reads().any();
    };
    CHECK(reads(log));
    std::uint64_t shuffles = 40;
    if (const char* more = std::getenv("AUTOMIX_SHUFFLES")) shuffles = std::strtoull(more, nullptr, 10);
    int none = 0;
    for (std::uint64_t seed = 0; seed < shuffles; ++seed) none += reads(shuffled(log, seed)) ? 0 : 1;
    const auto n = static_cast<double>(shuffles);
    CAPTURE(none, shuffles);
    std::cout << none << " of " << shuffles << " shuffles read nothing\n";
    // Nine in ten are wanted; a share of them has a standard deviation of 0.3 / sqrt(n).
    CHECK(none >= 0.9 * n - 0.32 * std::sqrt(n));
}
