// SPDX-License-Identifier: Apache-2.0
#include "live_models.hpp"

#include "verifier_command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/model/finishing_model.hpp>
#include <automix/model/model_price.hpp>

#ifdef AUTOMIX_PROGRAM_OPENAI
#include <automix/openai/configured_models.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <utility>

namespace automix::program {

CLI::Option* add_live(CLI::App& command, LiveOptions& options) {
    CLI::Option* models =
        command.add_option("--models", options.models, "Models file: where models are, prices, prompts")
            ->type_name("FILE");
    command
        .add_option("--budget", options.budget,
                    "Most to spend in this run; a call that might exceed it is refused")
        ->check(CLI::Validator(finite_not_negative, ""))
        ->type_name("X");
    command.add_option("--concurrency", options.concurrency, "Queries at a time")
        ->check(CLI::Range(1, 10'000))
        ->type_name("N")
        ->capture_default_str();
    command.add_flag("--run-commands", options.run_commands,
                     "Run the commands of verifiers and signals in the models file");
    return models;
}

AnyModel http_backend(const ModelConfig& config) {
#ifdef AUTOMIX_PROGRAM_OPENAI
    return openai_backend(config);
#else
    throw ArgumentError(config.name +
                        ": this program was built without libcurl, so models cannot be asked over HTTP; "
                        "install libcurl's development files and build again, or use --replay");
#endif
}

void check_prompts(const LiveOptions& options, const OpenedModels& live, const std::vector<Query>& queries) {
    for (const std::string& warning : check_queries(options.models, live.configs, queries, live.judges))
        std::fprintf(stderr, "automix: warning: %s\n", printable(warning).c_str());
}

void warn_of_served(const ServedModels& served) {
    for (const std::string& warning : served.warnings())
        std::fprintf(stderr, "automix: warning: %s\n", printable(warning).c_str());
}

void warn_of_prices(const OpenedModels& live, const std::vector<ModelShape>& models,
                    const RoutingPrices& trained) {
    constexpr double tolerance = 1e-6;
    const auto warn = [](const ModelConfig& config, const std::string& what, double price, double expected) {
        if (std::abs(price - expected) <= tolerance * std::max(price, expected)) return;
        std::fprintf(stderr, "automix: warning: %s of %s costs %s, but %s when the policy was trained\n",
                     printable(what).c_str(), printable(in_quotes(config.name)).c_str(),
                     format_number(price).c_str(), format_number(expected).c_str());
    };
    // Finds the model that a verifier asks; null for a command.
    const auto asked = [&](const ModelConfig& answering, const std::string& verifier) -> const ModelConfig* {
        if (verifier == self_verifier) return &answering;
        const auto further =
            std::find_if(live.further.begin(), live.further.end(),
                         [&](const FurtherVerifier& other) { return other.name == verifier; });
        if (further == live.further.end() || !further->judge) return nullptr;
        return &*std::find_if(live.judges.begin(), live.judges.end(),
                              [&](const ModelConfig& judge) { return judge.name == further->judge->name(); });
    };
    std::size_t place = 0;  // in the prices of further verifiers
    for (std::size_t m = 0; m < models.size(); ++m) {
        const ModelConfig& config = live.configs[m];
        if (!charges_tokens(config.price)) warn(config, "an answer", config.price.call, trained.answers[m]);
        for (Index v = 0; m + 1 < models.size() && v < models[m].verifier_count(); ++v) {
            const VerifierShape shape = models[m].verifier_shape(v);
            const std::string& name = shape.name;
            const double expected = v == 0 ? trained.draws[m] : trained.further[place++].draw;
            const ModelConfig* const verifier = asked(config, name);
            if (shape.draws == 0 || verifier == nullptr || charges_tokens(verifier->price)) continue;
            warn(*verifier, name == self_verifier ? "a verdict" : "a verdict of " + in_quotes(name),
                 verifier->price.verification, expected);
        }
    }
}

CommandVerifier command_verifiers(const LiveOptions& options) {
    if (options.run_commands) return command_verifier;
    return [](const VerifierConfig&) -> AnyVerifier {
        throw ArgumentError("a command is run only if --run-commands is given");
    };
}

CommandSignal command_signals(const LiveOptions& options) {
    if (options.run_commands) return command_signal;
    return [](const SignalConfig& config) -> AnySignal {
        throw ArgumentError("signals: " + in_quotes(config.name) +
                            ": a command is run only if --run-commands is given");
    };
}

ModelBackend finishing_backend(const std::stop_source& interrupt) {
    return [interrupt](const ModelConfig& config) {
        return AnyModel(FinishingModel(http_backend(config), interrupt.get_token()));
    };
}

std::string counted(std::size_t number, const std::string& singular, const std::string& plural) {
    return std::to_string(number) + ' ' + (number == 1 ? singular : plural);
}

std::string unreported_text(const Ledger& ledger) {
    if (ledger.unreported() == 0) return {};
    return counted(ledger.unreported(), "call does", "calls do") +
           " not say how many tokens were used, or not credibly; each is charged at its maximum";
}

LiveRun::LiveRun(const Ledger* ledger, std::stop_source interrupt)
    : ledger_(ledger), interrupt_(std::move(interrupt)), watcher_([this](const std::stop_token& ended) {
          constexpr std::chrono::milliseconds pause{50};
          for (; !ended.stop_requested(); std::this_thread::sleep_for(pause)) {
              if (watch_.interruptions() > 0 && stop_.request_stop())
                  std::fputs(
                      "automix: stops once the calls under way have ended; a second signal interrupts them\n",
                      stderr);
              if (watch_.interruptions() > 1) interrupt_.request_stop();
              show();
          }
      }) {}

void LiveRun::require_end(const std::string& message) const {
    if (watch_.interrupted()) throw Interrupted(watch_.signal(), message);
}

LiveRun::~LiveRun() = default;

void LiveRun::show_progress(std::size_t ended, std::size_t queries) {
    const std::lock_guard lock(mutex_);
    done_ = ended;
    queries_ = queries;
}

void LiveRun::show() {
    constexpr std::size_t bar_width = 20;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const std::lock_guard lock(mutex_);
    if (!line_.is_due(seconds) || queries_ == 0) return;
    const std::size_t filled = bar_width * done_ / queries_;
    const double rate = static_cast<double>(done_) / seconds;
    std::string text = "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] " +
                       std::to_string(done_) + "/" + std::to_string(queries_) + "  " + format_fixed(rate, 1) +
                       "/s";
    if (ledger_ != nullptr) text += "  cost " + cost_text(ledger_->spent());
    if (done_ > 0) text += "  " + format_fixed(static_cast<double>(queries_ - done_) / rate, 0) + " s left";
    line_.show(text, seconds);
}

void add_queries(CLI::App& command, std::vector<std::string>& paths) {
    command
        .add_option("--queries", paths,
                    "Queries, in files that are read as one; standard input where it is left out")
        ->type_name("FILE");
}

std::vector<Query> queries_from(const std::vector<std::string>& paths, References references) {
    if (!paths.empty()) return read_queries(paths, references);
    const std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    return parse_queries(text, "standard input", references);
}

}  // namespace automix::program
