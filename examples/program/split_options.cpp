// SPDX-License-Identifier: Apache-2.0
#include "split_options.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/price_order.hpp>
#include <automix/stream/promise.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

/// Divides a log by the records' own field.
Split split_by_names(const Dataset& data, const SplitOptions& options) {
    const auto& names = data.split_names();
    if (std::all_of(names.begin(), names.end(), [](const auto& name) { return name.empty(); })) {
        throw DataError("the log has no split field: give --split hash:SHARE or random:SHARE");
    }
    return split_by_field(data, options.train_split, options.test_split);
}

Split split_by_rule(const Dataset& data, const SplitRule& rule, std::uint64_t seed) {
    Split split =
        rule.hashed ? split_by_hash(data, rule.share, seed) : split_by_share(data, rule.share, seed);
    if (split.train.rows() == 0 || split.test.rows() == 0) {
        throw DataError("--split " + rule.text + " leaves no rows to " +
                        (split.train.rows() == 0 ? "train on" : "test on"));
    }
    return split;
}

/// Returns the row numbers in `data` of the rows of `part`.
std::vector<Index> find_rows(const Dataset& data, const Dataset& part) {
    std::vector<Index> rows;
    for (Index row = 0; row < part.rows(); ++row) rows.push_back(data.find(part.id(row)).value());
    return rows;
}

/// Returns the rows to train on and the calibration rows.
Split divide_for_promise(const Dataset& data, Dataset train, const SplitOptions& options,
                         std::uint64_t seed) {
    Split parts;
    if (options.calibrate_split.empty()) {
        const PromiseSplit rows = rows_for_promise(train, options.calibrate_share, seed);
        parts.test = train.select_rows(rows.calibration);
        parts.train = train.select_rows(rows.train);
    } else {
        parts.test = rows_of_split(data, options.calibrate_split);
        std::vector<Index> rest;
        for (Index row = 0; row < train.rows(); ++row) {
            if (train.split(row) != options.calibrate_split) rest.push_back(row);
        }
        parts.train = std::ssize(rest) == train.rows() ? std::move(train) : train.select_rows(rest);
    }
    if (parts.train.rows() == 0) throw DataError("the calibration rows leave no rows to train on");
    if (parts.test.rows() == 0) throw DataError("no calibration rows");
    return parts;
}

PricedSplit settle_prices(const Dataset& data, Split split, const Prices& prices, Dataset calibration = {}) {
    std::vector<Index> used = find_rows(data, split.train);
    for (const Dataset* const part : {&split.test, &calibration}) {
        const std::vector<Index> more = find_rows(data, *part);
        used.insert(used.end(), more.begin(), more.end());
    }
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    const Dataset both = data.select_rows(used);
    const PriceTable table = resolve_prices(both, prices);
    PriceTable train = table.select_rows(find_rows(both, split.train));
    PriceTable test = table.select_rows(find_rows(both, split.test));
    const std::vector<Index> order = price_order(train);
    std::optional<PricedDataset> calibrated;
    if (calibration.rows() > 0) {
        PriceTable settled = table.select_rows(find_rows(both, calibration));
        calibrated = arrange_models(std::move(calibration), std::move(settled), order);
    }
    PricedDataset trained = arrange_models(std::move(split.train), std::move(train), order);
    PricedDataset tested_on = arrange_models(std::move(split.test), std::move(test), order);
    return {Split{std::move(trained.data), std::move(tested_on.data)}, std::move(trained.prices),
            std::move(tested_on.prices), std::move(calibrated)};
}

}  // namespace

void add_split_options(CLI::App& command, SplitOptions& options) {
    auto* split = command
                      .add_option("--split", options.split,
                                  "Train on a share of the queries: hash:SHARE or random:SHARE")
                      ->type_name("RULE");
    command.add_option("--train-split", options.train_split, "Value of the records' split to train on")
        ->type_name("NAME")
        ->capture_default_str()
        ->excludes(split);
    command.add_option("--test-split", options.test_split, "Value of the records' split to test on")
        ->type_name("NAME")
        ->capture_default_str()
        ->excludes(split);
}

CLI::Option* add_calibration_share(CLI::App& command, SplitOptions& options) {
    auto* share =
        command
            .add_option(
                "--calibrate-share", options.calibrate_share,
                "Share of the queries to train on that prove a promise instead, by a hash of their ids")
            ->type_name("X");
    command
        .add_option("--promise-by", options.promise_by,
                    "Prove a promise for each group of queries by itself: dataset or features.NAME")
        ->type_name("FIELD");
    return share;
}

void add_calibration_options(CLI::App& command, SplitOptions& options) {
    auto* share = add_calibration_share(command, options);
    command
        .add_option("--calibrate-split", options.calibrate_split,
                    "Value of the records' split whose rows prove a promise")
        ->type_name("NAME")
        ->excludes(share);
}

void require_calibration(const Objective& objective, const SplitOptions& options) {
    if (!options.promise_by.empty() && !objective.is_promise())
        throw ArgumentError(
            "--promise-by: only for a promise, such as --objective "
            "promise:quality=0.95,confidence=0.95");
    if (objective.is_promise() == options.calibrates()) return;
    throw ArgumentError(objective.is_promise()
                            ? "--objective " + to_string(objective) +
                                  ": a promise is proven by rows that did not train the policy; give "
                                  "--calibrate-split NAME or --calibrate-share X"
                            : "--calibrate-split and --calibrate-share: only for a promise, such as "
                              "--objective promise:quality=0.95,confidence=0.95");
}

PricedSplit split_calibration(const Dataset& data, Dataset train, const SplitOptions& options,
                              std::uint64_t seed, const Prices& prices) {
    return settle_prices(data, divide_for_promise(data, std::move(train), options, seed), prices);
}

std::optional<SplitRule> split_rule(const SplitOptions& options) {
    const std::string& text = options.split;
    if (text.empty()) return std::nullopt;
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string kind = text.substr(0, colon);
    const auto share = parse_number(std::string_view(text).substr(std::min(colon + 1, text.size())));
    if (!share || (kind != "hash" && kind != "random")) {
        throw ArgumentError("--split: expected hash:SHARE or random:SHARE, found " + in_quotes(text));
    }
    if (!(*share > 0.0 && *share < 1.0)) {
        throw ArgumentError("--split: expected a share between 0 and 1, found " + format_number(*share));
    }
    return SplitRule{kind == "hash", *share, text};
}

PricedSplit split_log(const Dataset& data, const SplitOptions& options, const std::optional<SplitRule>& rule,
                      std::uint64_t seed, const Prices& prices) {
    Split parts = rule ? split_by_rule(data, *rule, seed) : split_by_names(data, options);
    Dataset calibration;
    if (options.calibrates()) {
        Split divided = divide_for_promise(data, std::move(parts.train), options, seed);
        parts.train = std::move(divided.train);
        calibration = std::move(divided.test);
    }
    PricedSplit split = settle_prices(data, std::move(parts), prices, std::move(calibration));
    if (!rule && options.train_split == options.test_split)
        split.test.notes.emplace_back(
            "rows to train on and rows to test on are the same, so the figures say little about new queries");
    return split;
}

}  // namespace automix::program
