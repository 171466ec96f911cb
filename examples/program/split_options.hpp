// SPDX-License-Identifier: Apache-2.0
// Adds the options of every command that trains on one part of a log and tests on the other. The parts follow the records'
// own field, a hash of their ids, or a random order. Prices are settled over both parts together, so that both are judged alike.
#pragma once

#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/split.hpp>
#include <automix/routing/objective.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace automix::program {

struct SplitOptions {
    std::string train_split = "train";
    std::string test_split = "test";
    std::string split{};
    std::string calibrate_split{};  ///< value of the records' split that calibrates a promise
    double calibrate_share = 0.0;   ///< share of the rows to train on that calibrates one instead; 0: none
    std::string promise_by{};       ///< groups of queries that each have a promise of their own; empty: none

    [[nodiscard]] bool calibrates() const noexcept {
        return !calibrate_split.empty() || calibrate_share != 0.0;
    }
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
    std::optional<PricedDataset>
        calibration{};  ///< rows that calibrate a promise, taken from those to train on
};

/// Adds `--split`, `--train-split` and `--test-split`.
void add_split_options(CLI::App& command, SplitOptions& options);

/// Adds `--calibrate-share` and `--promise-by`, and returns the first.
CLI::Option* add_calibration_share(CLI::App& command, SplitOptions& options);

/// Adds `--calibrate-split`, `--calibrate-share` and `--promise-by`.
void add_calibration_options(CLI::App& command, SplitOptions& options);

/// Throws `ArgumentError` if a promise has no calibration rows, or another objective has these or groups.
void require_calibration(const Objective& objective, const SplitOptions& options);

/// Divides rows to train on into these and calibration rows, and settles the prices of both together. Throws `DataError`
/// if a part has no rows.
PricedSplit split_calibration(const Dataset& data, Dataset train, const SplitOptions& options,
                              std::uint64_t seed, const Prices& prices);

/// Parses the rule of `--split`; returns nothing if there is none. Throws `ArgumentError`.
std::optional<SplitRule> split_rule(const SplitOptions& options);

/// Divides a log by the rule, or by the records' own field if there is none. Throws `DataError` if a part has no rows.
PricedSplit split_log(const Dataset& data, const SplitOptions& options, const std::optional<SplitRule>& rule,
                      std::uint64_t seed, const Prices& prices);

}  // namespace automix::program
