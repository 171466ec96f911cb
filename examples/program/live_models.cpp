// SPDX-License-Identifier: Apache-2.0
#include "live_models.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/file/file.hpp>
#include <automix/json/field_line.hpp>
#include <automix/live/config/prompt_checks.hpp>
#include <automix/model/splitting_model.hpp>

#ifdef AUTOMIX_PROGRAM_OPENAI
#include <automix/openai/openai_model.hpp>
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
    return models;
}

namespace {

/// The model over HTTP. Throws `ArgumentError` for what its configuration has wrong.
AnyModel http_backend(const ModelConfig& config) {
#ifdef AUTOMIX_PROGRAM_OPENAI
    OpenAiOptions options;
    options.name = config.name;
    options.base_url = config.base_url;
    options.model = config.model;
    if (!config.api_key_env.empty()) options.key = Secret::from_environment(config.api_key_env);
    if (config.timeout) options.total_timeout = *config.timeout;
    if (config.connect_timeout) options.connect_timeout = *config.connect_timeout;
    options.samples_per_call = config.samples_per_call;
    options.extra_body = config.extra;
    return OpenAiModel(std::move(options));
#else
    throw ArgumentError(config.name +
                        ": this program was built without libcurl, so models cannot be asked over HTTP; "
                        "install libcurl's development files and build again, or use --replay");
#endif
}

/// What a backend refuses of its configuration as an error of the field that it comes from.
[[noreturn]] void fail_config(const std::string& path, const ModelConfig& config,
                              const std::string& message) {
    const std::vector<ModelConfig> all = read_models(path);
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](const ModelConfig& other) { return other.name == config.name; });
    std::string field = "models[" + std::to_string(at - all.begin()) + "]";
    for (const auto& [start, name] :
         {std::pair{"base_url", ".base_url"}, std::pair{"extra", ".extra"},
          std::pair{"environment", ".api_key_env"}, std::pair{"prompts", ".prompts"},
          std::pair{"max_prompt_bytes", ".max_prompt_bytes"}}) {
        if (message.starts_with(start)) field += name;
    }
    const std::size_t colon = message.find(": ");
    const bool repeats = colon != std::string::npos && field.ends_with("." + message.substr(0, colon));
    throw DataError(Place{path, detail::line_of_field(detail::read_file(path), field), field},
                    repeats ? message.substr(colon + 2) : message);
}

/// The configurations of these names, or all.
std::vector<ModelConfig> read_configs(const std::string& path, const std::vector<std::string>& names) {
    std::vector<ModelConfig> all = read_models(path);
    if (names.empty()) return all;
    std::vector<ModelConfig> chosen;
    for (const std::string& name : names) {
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const ModelConfig& config) { return config.name == name; });
        if (found == all.end())
            throw DataError(Place{path, detail::line_of_field(detail::read_file(path), "models"), "models"},
                            "lacks " + in_quotes(name) + ", which the policy is for");
        chosen.push_back(*found);
    }
    return chosen;
}

}  // namespace

LiveModels load_models(const LiveOptions& options, const std::vector<std::string>& names, const Wrap& wrap) {
    LiveModels live{.configs = read_configs(options.models, names),
                    .ledger = std::make_shared<Ledger>(options.budget)};
    for (const ModelConfig& config : live.configs) {
        try {
            AnyModel model = guarded(http_backend(config), config, live.ledger);
            if (wrap) model = wrap(std::move(model));
            live.models.push_back(
                live_model(SplittingModel(std::move(model), config.samples_per_call), config));
        } catch (const ArgumentError& error) {
            fail_config(options.models, config, error.what());
        }
    }
    return live;
}

LiveModels replayed_models(const LiveOptions& options, const std::vector<std::string>& names,
                           const std::shared_ptr<CallReplay>& replay) {
    LiveModels live{.configs = read_configs(options.models, names)};
    for (const ModelConfig& config : live.configs)
        live.models.push_back(
            live_model(SplittingModel(ReplayModel(config.name, replay), config.samples_per_call), config));
    return live;
}

void check_queries(const LiveOptions& options, const std::vector<ModelConfig>& configs,
                   const std::vector<Query>& queries) {
    for (std::size_t m = 0; m < configs.size(); ++m) {
        const ModelConfig& config = configs[m];
        const bool is_last = m + 1 == configs.size();
        try {
            if (const std::size_t cut = check_prompts(config, !is_last, queries); cut > 0) {
                std::fprintf(
                    stderr,
                    "automix: warning: %s: max_prompt_bytes cuts the contexts of %zu of %zu queries\n",
                    printable(in_quotes(config.name)).c_str(), cut, queries.size());
            }
        } catch (const ArgumentError& error) {
            fail_config(options.models, config, error.what());
        }
        if (!is_last && !charges_tokens(config.price) && !charges_tokens(configs[m + 1].price) &&
            config.price.call > configs[m + 1].price.call) {
            std::fprintf(
                stderr, "automix: warning: %s costs more than the model after it; the cheapest comes first\n",
                printable(in_quotes(config.name)).c_str());
        }
    }
}

void warn_of_prices(const std::vector<ModelConfig>& configs, const RoutingPrices& trained) {
    constexpr double tolerance = 1e-6;
    const auto warn = [](const ModelConfig& config, const char* what, double price, double expected) {
        if (std::abs(price - expected) <= tolerance * std::max(price, expected)) return;
        std::fprintf(stderr, "automix: warning: %s of %s costs %s, but %s when the policy was trained\n",
                     what, printable(in_quotes(config.name)).c_str(), format_number(price).c_str(),
                     format_number(expected).c_str());
    };
    for (std::size_t m = 0; m < configs.size(); ++m) {
        if (charges_tokens(configs[m].price)) continue;
        warn(configs[m], "an answer", configs[m].price.call, trained.answers[m]);
        if (m + 1 < configs.size())
            warn(configs[m], "a verdict", configs[m].price.verification, trained.draws[m]);
    }
}

LiveRun::LiveRun(std::size_t queries, const Ledger* ledger)
    : queries_(queries), ledger_(ledger), watcher_([this](const std::stop_token& ended) {
          constexpr std::chrono::milliseconds pause{50};
          for (; !ended.stop_requested(); std::this_thread::sleep_for(pause)) {
              if (interrupt_.interrupted()) stop_.request_stop();
              show();
          }
      }) {}

LiveRun::~LiveRun() = default;

void LiveRun::advance() {
    const std::lock_guard lock(mutex_);
    ++done_;
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
    if (ledger_ != nullptr) text += "  cost " + format_fixed(ledger_->spent(), 2);
    if (done_ > 0) text += "  " + format_fixed(static_cast<double>(queries_ - done_) / rate, 0) + " s left";
    line_.show(text, seconds);
}

std::string read_input(const std::optional<std::string>& path) {
    if (path) return detail::read_file(*path);
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

std::string input_name(const std::optional<std::string>& path) { return path.value_or("standard input"); }

}  // namespace automix::program
