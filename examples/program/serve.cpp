// SPDX-License-Identifier: Apache-2.0
// Implements `automix serve`: a saved policy behind an endpoint in the form of OpenAI's API.
#include "command.hpp"
#include "live_models.hpp"

#include <automix/core/error.hpp>

#ifdef AUTOMIX_PROGRAM_GATEWAY
#include <automix/core/format.hpp>
#include <automix/gateway/gateway.hpp>
#include <automix/gateway/gateway_server.hpp>
#include <automix/gateway/shared_learning.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/live/served_models.hpp>
#include <automix/openai/secret.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#ifdef __unix__
#include <sys/resource.h>
#endif
#endif

#include <memory>
#include <optional>
#include <string>

namespace automix::program {
namespace {

struct ServeOptions {
    LiveOptions live{.concurrency = 256};
    std::string policy{};
    std::string host = "127.0.0.1";
    int port = 8080;
    std::string api_key_env{};
    std::string per{};
    std::string budget_file{};
    std::optional<double> pace{};
    std::string log{};
    bool log_text = false;
    double explore = 0.0;
    std::optional<double> explore_budget{};
    std::string shadow{};
    std::string unverified{};
    std::size_t sessions = 0;
    double timeout_seconds = 120.0;
    double max_body_mib = 16.0;
    bool fail = false;
    bool reload = false;
    std::string share{};
    double merge_seconds = 5.0;
    std::uint64_t seed = 0;
};

constexpr const char* serve_help =
    R"(Clients of OpenAI's API set their base_url to http://HOST:PORT/v1 and ask for a model:
  automix               the policy as it was trained
  automix:quality=0.95  the same policy for another objective; also automix:budget=X and automix:lambda=X
  NAME                  a model of the models file, without verification
A host other than this machine's loopback needs --api-key-env; the gateway speaks no TLS, which is for a proxy in
front of it. SIGTERM and Ctrl-C take no further requests and wait for those under way; a second one interrupts
them. SIGHUP opens the log again, as after a rotation, and reads the policy again; the latter is also done at a
change of its file with --reload. A policy that cannot be taken is refused, and the old one stays. Gateways that are given the same --share and --policy learn together from
what their logs show, and serve what they have learnt. See examples/gateway.md.
)";

#ifdef AUTOMIX_PROGRAM_GATEWAY

volatile std::sig_atomic_t stops_asked = 0;
volatile std::sig_atomic_t reloads_asked = 0;

extern "C" void note_stop(int) { stops_asked = stops_asked + 1; }
extern "C" void note_reload(int) { reloads_asked = reloads_asked + 1; }

void watch_signals() {
    std::signal(SIGINT, note_stop);
    std::signal(SIGTERM, note_stop);
#ifdef SIGHUP
    std::signal(SIGHUP, note_reload);
    std::signal(SIGPIPE, SIG_IGN);
#endif
}

/// Lets the program have as many connections as the system allows it.
void raise_file_limit() {
#ifdef __unix__
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
#endif
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

void warn(const std::string& message) {
    std::fprintf(stderr, "automix: warning: %s\n", printable(message).c_str());
}

/// A policy file that is read again when it changes.
class PolicyWatch {
 public:
    explicit PolicyWatch(std::string path) : path_(std::move(path)), seen_(time()) {}

    /// Returns true if the file has changed since the last call.
    bool changed() {
        const auto now = time();
        return std::exchange(seen_, now) != now;
    }

 private:
    [[nodiscard]] std::filesystem::file_time_type time() const {
        std::error_code missing;
        const auto found = std::filesystem::last_write_time(path_, missing);
        return missing ? seen_ : found;
    }

    std::string path_;
    std::filesystem::file_time_type seen_{};
};

void take_policy(Gateway& gateway, const std::string& path) {
    try {
        gateway.use(load_policy(path));
        std::fprintf(stderr, "automix: took the policy %s\n", gateway.policy()->digest().c_str());
    } catch (const Error& error) {
        warn("the policy is refused, and the old one stays: " + std::string(error.what()));
    }
}

void reopen_log(Gateway& gateway) {
    try {
        gateway.reopen_log();
    } catch (const Error& error) {
        warn("the log cannot be opened again: " + std::string(error.what()));
    }
}

/// Learns with other gateways from time to time. Without a folder it does nothing.
class Merging {
 public:
    Merging(const ServeOptions& options, const LoadedPolicy& policy)
        : every_(options.merge_seconds), next_(Clock::now() + every_) {
        if (!options.share.empty()) learning_.emplace(options.share, policy, options.log, warn);
    }

    [[nodiscard]] bool enabled() const noexcept { return learning_.has_value(); }

    void add(const RequestLine& line) { learning_->add(line); }

    /// Merges if it is time, or at any time at the end, and takes what was learnt.
    void look(Gateway& gateway, bool at_end = false) {
        if (!learning_ || (!at_end && Clock::now() < next_)) return;
        try {
            if (auto next = learning_->merge()) {
                gateway.use(std::move(*next));
                std::fprintf(stderr, "automix: learnt the policy %s\n", gateway.policy()->digest().c_str());
            }
            complaint_.clear();
        } catch (const Error& error) {
            const std::string complaint =
                "nothing is learnt, and the old policy stays: " + std::string(error.what());
            if (std::exchange(complaint_, complaint) != complaint) warn(complaint);
        }
        next_ = Clock::now() + every_;
    }

 private:
    using Clock = std::chrono::steady_clock;

    std::optional<SharedLearning> learning_{};
    std::chrono::duration<double> every_;
    std::chrono::time_point<Clock, std::chrono::duration<double>> next_;
    std::string complaint_{};  ///< the last one
};

/// Returns all models of the file, and those of its verifiers that may be run.
OpenedModels open_all(const ServeOptions& options, const std::shared_ptr<ServedModels>& served) {
    OpenOptions opening{.verifiers = std::vector<std::string>{}, .command = command_verifiers(options.live)};
    for (const VerifierConfig& verifier : read_models_file(options.live.models).verifiers) {
        if (options.live.run_commands || verifier.command.empty())
            opening.verifiers->push_back(verifier.name);
    }
    opening.wrap = [served](AnyModel model) { return note_served(std::move(model), served); };
    return open_models(options.live.models, options.live.budget, http_backend, opening);
}

/// Writes a warning for prices other than the policy was trained at.
void warn_of_trained_prices(OpenedModels opened, const LoadedPolicy& policy) {
    const std::vector<ModelShape>& models = policy.file.router.trained().models;
    std::vector<ModelConfig> configs;
    for (const ModelShape& model : models) {
        for (const ModelConfig& config : opened.configs) {
            if (config.name == model.name) configs.push_back(config);
        }
    }
    if (configs.size() != models.size()) return;  // the gateway says which model is not there
    opened.configs = std::move(configs);
    warn_of_prices(opened, models, policy.file.router.trained().prices);
}

GatewayOptions gateway_options(const ServeOptions& options) {
    GatewayOptions gateway;
    if (!options.api_key_env.empty()) gateway.key = Secret::from_environment(options.api_key_env).reveal();
    gateway.concurrency = options.live.concurrency;
    gateway.timeout =
        std::chrono::milliseconds(std::max(1LL, static_cast<long long>(1000.0 * options.timeout_seconds)));
    if (!options.per.empty()) gateway.period = parse_period(options.per);
    gateway.budget_file = options.budget_file;
    gateway.pace = options.pace;
    gateway.unverified = options.unverified;
    gateway.sessions = options.sessions;
    gateway.seed = options.seed;
    gateway.on_failure = options.fail ? OnFailure::fail : OnFailure::keep_answer;
    gateway.log = options.log;
    gateway.log_text = options.log_text;
    gateway.explore = options.explore;
    gateway.explore_budget = options.explore_budget;
    gateway.warn = warn;
    return gateway;
}

void require_consistent(const ServeOptions& options) {
    if (!is_loopback(options.host) && options.api_key_env.empty())
        throw ArgumentError("--host: " + in_quotes(options.host) + " is open to others; give --api-key-env");
    if (!options.per.empty() && !options.live.budget && !options.explore_budget)
        throw ArgumentError("--per: give --budget or --explore-budget, of which it is the period");
    if (!options.budget_file.empty() && !options.live.budget)
        throw ArgumentError("--budget-file: give --budget, which it shares");
    if (options.explore > 0.0 && options.log.empty())
        throw ArgumentError("--explore: give --log, where what is seen is kept");
    if (options.log_text && options.log.empty()) throw ArgumentError("--log-text: give --log");
    if (!options.share.empty() && options.log.empty())
        throw ArgumentError("--share: give --log, from which the gateway learns");
    if (!options.share.empty() && options.reload)
        throw ArgumentError("--share: the policy is learnt, so give no --reload");
}

std::string run(const ServeOptions& options) {
    require_consistent(options);
    watch_signals();
    raise_file_limit();
    const auto served = std::make_shared<ServedModels>();
    OpenedModels opened = open_all(options, served);
    PolicyWatch file(options.policy);
    LoadedPolicy policy = load_policy(options.policy);
    warn_of_trained_prices(opened, policy);
    std::optional<LoadedPolicy> shadow;
    if (!options.shadow.empty()) shadow = load_policy(options.shadow);
    Merging merging(options, policy);
    GatewayOptions settings = gateway_options(options);
    if (merging.enabled()) settings.logged = [&merging](const RequestLine& line) { merging.add(line); };
    Gateway gateway(std::move(opened), std::move(policy), std::move(settings), std::move(shadow));
    constexpr double mebibyte = 1024.0 * 1024.0;
    GatewayServer server(gateway,
                         {.host = options.host,
                          .port = options.port,
                          .max_body_bytes = static_cast<std::size_t>(options.max_body_mib * mebibyte)});
    std::jthread serving([&server] { server.run(); });
    write_output("serving " + joined(gateway.policy()->names()) + " by the policy " +
                 gateway.policy()->digest() + " at http://" + options.host + ":" +
                 std::to_string(server.port()) + "/v1\n");
    constexpr std::chrono::milliseconds look{100};
    constexpr int looks_a_second = 10;
    int reloads_done = 0;
    for (int looks = 1; stops_asked == 0; ++looks) {
        std::this_thread::sleep_for(look);
        const bool hung_up = std::exchange(reloads_done, reloads_asked) != reloads_done;
        if (hung_up) reopen_log(gateway);
        const bool changed = options.reload && looks % looks_a_second == 0 && file.changed();
        if (hung_up || changed) {
            if (merging.enabled()) {
                warn("SIGHUP reads no policy, as it is learnt by --share");
            } else {
                take_policy(gateway, options.policy);
            }
        }
        merging.look(gateway);
    }
    std::fputs("automix: stops once the requests under way have ended; a second signal interrupts them\n",
               stderr);
    std::jthread interrupter([&server, look](const std::stop_token& ended) {
        while (stops_asked < 2 && !ended.stop_requested()) std::this_thread::sleep_for(look);
        if (!ended.stop_requested()) server.interrupt();
    });
    server.stop();
    serving.join();
    merging.look(gateway, true);
    warn_of_served(*served);
    return {};
}

#else

std::string run(const ServeOptions&) {
    throw ArgumentError(
        "this program was built without cpp-httplib, so it cannot serve; install its development files "
        "(Debian: "
        "libcpp-httplib-dev) and build again");
}

#endif

}  // namespace

void add_serve(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<ServeOptions>();
    CLI::App* command =
        app.add_subcommand("serve", "Serve a saved policy to clients of OpenAI's API, over live models");
    command->footer(std::string(serve_help) + exit_codes);
    command->add_option("--policy", options->policy, "Policy of `automix train`")->required()->type_name("F");
    add_live(*command, options->live)->required();
    command->add_option("--host", options->host, "Address to listen at")
        ->type_name("HOST")
        ->capture_default_str();
    command->add_option("--port", options->port, "Port to listen at; 0: any that is free")
        ->check(CLI::Range(0, 65'535))
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--api-key-env", options->api_key_env, "Variable with the key that clients must send")
        ->type_name("NAME");
    command->add_option("--per", options->per, "Period after which budgets are whole again (UTC)")
        ->check(CLI::IsMember({"hour", "day", "week"}).description(""))
        ->type_name("hour|day|week");
    command
        ->add_option("--budget-file", options->budget_file,
                     "Share the budget with the other gateways that are given this file")
        ->type_name("FILE");
    command
        ->add_option("--pace", options->pace,
                     "Mean cost of a request for the policy, kept over the stream of requests")
        ->check(CLI::Validator(finite_not_negative, ""))
        ->type_name("X");
    command->add_option("--log", options->log, "Append a line for each request to this file")
        ->type_name("FILE");
    command->add_flag("--log-text", options->log_text, "Log questions, contexts and answers too");
    command
        ->add_option("--explore", options->explore,
                     "Share of requests of which all models are asked afterwards, in the background")
        ->check(CLI::Range(0.0, 0.99))
        ->type_name("P")
        ->capture_default_str();
    command->add_option("--explore-budget", options->explore_budget, "Most to spend on that in a period")
        ->check(CLI::Validator(finite_not_negative, ""))
        ->type_name("X");
    command->add_option("--shadow", options->shadow, "Policy whose agreement is counted, without acting")
        ->type_name("F");
    command
        ->add_option("--unverified", options->unverified,
                     "Model for requests with tools, images and the like; the policy's last one by default")
        ->type_name("NAME");
    command
        ->add_option("--sessions", options->sessions,
                     "Conversations to remember, each of which keeps its model's level; 0: none")
        ->check(CLI::Range(0, 10'000'000))
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--timeout", options->timeout_seconds, "Seconds for one answer")
        ->check(CLI::Range(0.001, 86'400.0))
        ->type_name("S")
        ->capture_default_str();
    command->add_option("--max-body", options->max_body_mib, "Largest body of a request, in MiB")
        ->check(CLI::Range(0.001, 1024.0))
        ->type_name("MIB")
        ->capture_default_str();
    command
        ->add_option_function<std::string>(
            "--on-failure", [options](const std::string& text) { options->fail = text == "fail"; },
            "Where a call fails: ask the next model or keep the answer so far, or fail the request")
        ->check(CLI::IsMember({"keep", "fail"}).description(""))
        ->type_name("keep|fail")
        ->default_str("keep");
    command->add_flag("--reload", options->reload, "Take the policy again whenever its file changes");
    command
        ->add_option("--share", options->share,
                     "Learn together with the other gateways that are given this folder")
        ->type_name("DIR");
    command
        ->add_option("--merge-every", options->merge_seconds, "Seconds between two merges of what was learnt")
        ->check(CLI::Range(0.1, 86'400.0))
        ->type_name("S")
        ->capture_default_str();
    add_seed(*command, options->seed, "Seed of the hash of ids");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
