// SPDX-License-Identifier: Apache-2.0
// Adds the options of every command that trains on one part of a log and tests on the other. The parts follow the records'
// own field, a hash of their ids, or a random order. Prices are settled over both parts together, so that both are judged alike.
#pragma once

#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/split.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace automix::program {

struct SplitOptions {
    std::string train_split = "train";
    std::string test_split = "test";
    std::string split{};
};

/// Holds the share of the queries to train on, chosen by a hash of their ids or at random.
struct SplitRule {
    bool hashed = true;
    double share = 0.0;
    std::string text{};  ///< the rule as given
};

/// Holds the rows to train and to test on, with their prices. Models stand in the order of their mean price on the rows to
/// train on; the prices of the test rows note it if that is not the log's order.
struct PricedSplit {
    Split rows{};
    PriceTable train{};
    PriceTable test{};
};

/// Adds `--split`, `--train-split` and `--test-split`.
void add_split_options(CLI::App& command, SplitOptions& options);

/// Parses the rule of `--split`; returns nothing if there is none. Throws `ArgumentError`.
std::optional<SplitRule> split_rule(const SplitOptions& options);

/// Divides a log by the rule, or by the records' own field if there is none. Throws `DataError` if a part has no rows.
PricedSplit split_log(const Dataset& data, const SplitOptions& options, const std::optional<SplitRule>& rule,
                      std::uint64_t seed, const Prices& prices);

}  // namespace automix::program
