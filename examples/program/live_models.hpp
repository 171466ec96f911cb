// SPDX-License-Identifier: Apache-2.0
// Options, warnings and display of progress for the commands `answer` and `record`, which ask live models.
#pragma once

#include "command.hpp"
#include "live_line.hpp"
#include "solver_watch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/open_models.hpp>
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
    bool run_commands = false;
};

/// Adds `--models`, `--budget`, `--concurrency` and `--run-commands`. Returns the first of these options.
CLI::Option* add_live(CLI::App& command, LiveOptions& options);

/// Returns the model over HTTP. Throws `ArgumentError` for an invalid configuration, and if the program was built
/// without HTTP.
AnyModel http_backend(const ModelConfig& config);

/// Checks the prompts of all queries before any is sent, and writes warnings to standard error. Throws `DataError`
/// naming the field of the models file.
void check_prompts(const LiveOptions& options, const OpenedModels& live, const std::vector<Query>& queries);

/// Writes a warning to standard error if the price of a call differs from the price that the policy over `models` was
/// trained at. Prices by tokens are not compared, since they are known only after a call.
void warn_of_prices(const OpenedModels& live, const std::vector<ModelShape>& models,
                    const RoutingPrices& trained);

/// Writes a warning to standard error for each model that was served under several names.
void warn_of_served(const ServedModels& served);

/// Returns what makes the verifiers that run commands. It refuses them unless the option says to run them.
CommandVerifier command_verifiers(const LiveOptions& options);

/// Returns what makes the signals that run commands. It refuses them unless the option says to run them.
CommandSignal command_signals(const LiveOptions& options);

/// Returns the backend over HTTP of models whose calls end in spite of a stop, until `interrupt`.
ModelBackend finishing_backend(const std::stop_source& interrupt);

/// Returns a number with its noun, in the plural unless it is 1.
std::string counted(std::size_t number, const std::string& singular, const std::string& plural);

/// Says how many calls were charged at their maximum; empty if none was.
std::string unreported_text(const Ledger& ledger);

/// The end of a run by a signal, with what the run says about it.
class Interrupted : public Error {
 public:
    Interrupted(int signal, const std::string& message) : Error(message), signal_(signal) {}

    [[nodiscard]] int signal() const noexcept { return signal_; }

 private:
    int signal_;
};

/// A run of live queries. It turns Ctrl-C, SIGTERM and SIGHUP into a stop, and a second one into an interrupt. If
/// standard error is a terminal, it shows a line of progress there: the number of queries that have ended, their rate,
/// the cost so far and the remaining time.
class LiveRun {
 public:
    /// Takes the ledger that holds the cost, null if there is none, and what interrupts calls under way.
    LiveRun(const Ledger* ledger, std::stop_source interrupt);
    LiveRun(const LiveRun&) = delete;
    LiveRun& operator=(const LiveRun&) = delete;
    ~LiveRun();

    [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }
    /// Throws `Interrupted` with the message if a signal ended the run.
    void require_end(const std::string& message) const;
    /// Shows that `ended` of `queries` queries have ended.
    void show_progress(std::size_t ended, std::size_t queries);

 private:
    void show();

    const Ledger* ledger_;
    std::size_t queries_ = 0;
    std::size_t done_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    LiveLine line_;
    InterruptWatch watch_{2};
    std::stop_source interrupt_;
    std::stop_source stop_;
    std::jthread watcher_;
};

/// Adds `--queries`.
void add_queries(CLI::App& command, std::vector<std::string>& paths);

/// Returns the queries of the files, or of standard input if there are none. Throws as `read_queries`.
std::vector<Query> queries_from(const std::vector<std::string>& paths,
                                References references = References::optional);

}  // namespace automix::program
