// SPDX-License-Identifier: Apache-2.0
// Live models for the commands `answer` and `record`: their options, their warnings, and what is seen while they are at work.
#pragma once

#include "command.hpp"
#include "solver_watch.hpp"

#include <automix/live/config/models_file.hpp>
#include <automix/live/config/query_reader.hpp>
#include <automix/live/query.hpp>
#include <automix/live/served_models.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/routing/belief/prices.hpp>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace automix::program {

struct LiveOptions {
    std::string models{};  ///< path of the models file
    std::optional<double> budget{};
    std::size_t concurrency = 8;
};

/// Adds `--models`, `--budget` and `--concurrency`; the option of the first comes back.
CLI::Option* add_live(CLI::App& command, LiveOptions& options);

/// The model over HTTP. Throws `ArgumentError` for what its configuration has wrong, and if this program was built without HTTP.
AnyModel http_backend(const ModelConfig& config);

/// Checks the prompts of all queries before any is sent, and writes warnings to standard error. Throws `DataError` naming the
/// field of the models file.
void check_prompts(const LiveOptions& options, const std::vector<ModelConfig>& configs,
                   const std::vector<Query>& queries);

/// Says on standard error where a call of a model costs something else than the policy was trained for; what tokens cost is known
/// only of calls that were made.
void warn_of_prices(const std::vector<ModelConfig>& configs, const RoutingPrices& trained);

/// Says on standard error which models were served under several names.
void warn_of_served(const ServedModels& served);

/// Ctrl-C as a stop, and a line of progress on standard error where that is a terminal: how many of how many queries, their rate,
/// the cost so far and the time left.
class LiveRun {
 public:
    /// `ledger` may be null.
    explicit LiveRun(const Ledger* ledger);
    LiveRun(const LiveRun&) = delete;
    LiveRun& operator=(const LiveRun&) = delete;
    ~LiveRun();

    [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }
    /// Takes how many queries have ended, and of how many.
    void show_progress(std::size_t ended, std::size_t queries);

 private:
    void show();

    const Ledger* ledger_;
    std::size_t queries_ = 0;
    std::size_t done_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    LiveLine line_;
    InterruptWatch interrupt_;
    std::stop_source stop_;
    std::jthread watcher_;
};

/// The queries of a file, or of standard input if no path is given. Throws as `parse_queries`.
std::vector<Query> queries_from(const std::optional<std::string>& path,
                                References references = References::optional);

}  // namespace automix::program
