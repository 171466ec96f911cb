// SPDX-License-Identifier: Apache-2.0
// Live models for the commands `answer` and `record`: those of a models file behind HTTP or a recording, one budget over all,
// and what is seen while they are at work.
#pragma once

#include "command.hpp"
#include "solver_watch.hpp"

#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/routing/belief/prices.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
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

/// The models of a file, each behind its price, limits and retries.
struct LiveModels {
    std::vector<ModelConfig> configs{};
    std::shared_ptr<Ledger> ledger{};  ///< null for a recording
    std::vector<LiveModel> models{};
};

/// Puts something around a model; it may be empty.
using Wrap = std::function<AnyModel(AnyModel)>;

/// The models of these names over HTTP, or all of the file where none is named. Throws `DataError` where one is missing, where
/// this program was built without HTTP, and for what a configuration has wrong. Nothing is sent.
LiveModels load_models(const LiveOptions& options, const std::vector<std::string>& names, const Wrap& wrap);

/// The same models, with a recording of their calls in place of HTTP.
LiveModels replayed_models(const LiveOptions& options, const std::vector<std::string>& names,
                           const std::shared_ptr<CallReplay>& replay);

/// Checks the prompts of all queries before any is sent, and says on standard error where contexts will be cut, or where models
/// are not cheapest first. Throws `DataError` naming the field of the models file.
void check_queries(const LiveOptions& options, const std::vector<ModelConfig>& configs,
                   const std::vector<Query>& queries);

/// Says on standard error where a call of a model costs something else than the policy was trained for; what tokens cost is known
/// only of calls that were made.
void warn_of_prices(const std::vector<ModelConfig>& configs, const RoutingPrices& trained);

/// Ctrl-C as a stop, and a line of progress on standard error where that is a terminal: how many of how many queries, their rate,
/// the cost so far and the time left.
class LiveRun {
 public:
    LiveRun(std::size_t queries, const Ledger* ledger);
    LiveRun(const LiveRun&) = delete;
    LiveRun& operator=(const LiveRun&) = delete;
    ~LiveRun();

    [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }
    /// Counts a query that ended.
    void advance();

 private:
    void show();

    std::size_t queries_;
    const Ledger* ledger_;
    std::size_t done_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    LiveLine line_;
    InterruptWatch interrupt_;
    std::stop_source stop_;
    std::jthread watcher_;
};

/// Standard input to its end, or a file where a path is given.
std::string read_input(const std::optional<std::string>& path);

/// The name of the input in messages.
std::string input_name(const std::optional<std::string>& path);

}  // namespace automix::program
