// SPDX-License-Identifier: Apache-2.0
// Logs for the tests of promises and budgets: a known world, and halves of real ones.
#pragma once

#include "routing/tables.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/split.hpp>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace promise_logs {

using namespace automix;

/// A small model that is right on 0.65 of the queries, a large one on 0.85, and four verdicts that tell much.
inline Dataset world(Index rows, std::uint64_t seed) {
    Random random(seed);
    Dataset data({"small", "large"});
    for (Index row = 0; row < rows; ++row) {
        const bool right = random.bernoulli(0.65);
        std::vector<int> verdicts;
        for (int draw = 0; draw < 4; ++draw)
            verdicts.push_back(random.bernoulli(right ? 0.85 : 0.25) ? 1 : 0);
        const bool large = random.bernoulli(right ? 0.93 : 0.7);
        data.append(tables::record("w" + std::to_string(row), {tables::verified(right ? 1.0 : 0.0, verdicts),
                                                               tables::scored(large ? 1.0 : 0.0)}));
    }
    return data;
}

/// Rows to train on, and rows to draw logs or streams from.
struct Halves {
    Dataset train{};
    PriceTable train_prices{};
    Dataset rest{};
    PriceTable rest_prices{};
};

inline Halves price(Split split, const Prices& prices) {
    Halves halves;
    halves.train_prices = resolve_prices(split.train, prices);
    halves.rest_prices = resolve_prices(split.test, prices);
    halves.train = std::move(split.train);
    halves.rest = std::move(split.test);
    return halves;
}

inline Halves known_world() { return price({world(600, 1), world(20000, 2)}, {{1.0, 10.0}, {}, {0.2}, {}}); }

/// A shared log, with the models of it that are routed, and whether their policies read the query.
struct SharedLog {
    std::string name;
    std::vector<Index> models;
    Prices prices;
    bool facts;
};

/// Reads a shared log and divides it by a hash; nothing if it is not there.
inline std::optional<Halves> shared_halves(const SharedLog& log) {
    const std::string path = std::string(AUTOMIX_SHARED_DIR) + "/data/" + log.name;
    if (!std::filesystem::exists(path)) {
        std::cout << "skipped: no " << path << '\n';
        return std::nullopt;
    }
    ReadOptions options;
    options.keep_facts = log.facts;
    const Dataset all = read_dataset(path, options);
    std::vector<Index> rows;
    for (Index row = 0; row < all.rows(); ++row) rows.push_back(row);
    return price(split_by_hash(all.select(rows, log.models), 0.5), log.prices);
}

}  // namespace promise_logs
