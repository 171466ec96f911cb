// SPDX-License-Identifier: Apache-2.0
// Serves a policy as one model in the form of OpenAI's API: chat completions, the list of models, health, metrics and
// feedback. It knows nothing of HTTP servers: a request comes in as its parts, and a reply goes out as its parts;
// gateway_server.hpp puts a server in front. Safe to use from many threads.
//     automix::Gateway gateway(automix::open_models("models.json"), automix::load_policy("policy.json"), {});
//     const automix::GatewayReply reply = gateway.handle({.method = "POST", .path = "/v1/chat/completions", .body = text});
#pragma once

#include <automix/gateway/api_key.hpp>
#include <automix/gateway/budget_lease.hpp>
#include <automix/gateway/budget_period.hpp>
#include <automix/gateway/chat_request.hpp>
#include <automix/gateway/explorer.hpp>
#include <automix/gateway/gateway_metrics.hpp>
#include <automix/gateway/gateway_options.hpp>
#include <automix/gateway/pacing.hpp>
#include <automix/gateway/request_error.hpp>
#include <automix/gateway/served_policy.hpp>
#include <automix/gateway/sessions.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/query.hpp>
#include <automix/model/ledger.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/request_writer.hpp>
#include <automix/stream/request_record.hpp>

#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace automix {

/// A request to the gateway, without what it does not read.
struct GatewayRequest {
    std::string method{};
    std::string path{};
    std::string body{};
    std::string authorization{};  ///< the header of that name
    std::string request_id{};     ///< the header `X-Request-Id`; empty or invalid: one is made
    bool explain = false;         ///< true if there is a header `X-Automix-Explain: 1`
};

struct GatewayReply {
    int status = 200;
    std::string content_type = "application/json";
    std::string body{};
    std::string request_id{};
    std::optional<int> retry_after{};  ///< seconds
};

class Gateway {
 public:
    /// Takes all models that clients may name, and the policy over some of them. `shadow` is a policy whose agreement is
    /// counted. Throws as `ServedPolicy` and `Pacing`, `ArgumentError` for invalid options, and `DataError` if the log cannot be
    /// appended to.
    Gateway(OpenedModels models, LoadedPolicy policy, GatewayOptions options,
            std::optional<LoadedPolicy> shadow = {});
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;
    ~Gateway() = default;

    /// Returns the reply to a request. Failures are replies too, and nothing is thrown. After a stop the calls for the
    /// request are cancelled.
    [[nodiscard]] GatewayReply handle(const GatewayRequest& request, const std::stop_token& stop = {});

    /// Returns true if a header `Authorization` lets its client in.
    [[nodiscard]] bool admits(const std::string& authorization) const noexcept {
        return key_.admits(authorization);
    }

    /// Returns the reply to what is no request that a handler sees, such as a body that is too large.
    [[nodiscard]] GatewayReply refuse(int status) const;

    /// Opens the log anew, which may be another file by now, as after a rotation. Does nothing without a log. Throws
    /// `DataError` if it cannot be opened.
    void reopen_log();

    /// Takes another policy for the requests that come from now on. Throws as `ServedPolicy`, and as `Pacing` if there is a
    /// pace; the policy then stays.
    void use(LoadedPolicy policy);

    /// Says that no further requests are wanted. Those under way go on.
    void close() noexcept { draining_ = true; }

    /// Closes the gateway and ends exploration, after the explorations under way.
    void drain();

    /// Interrupts the calls of exploration.
    void interrupt() { explorer_.interrupt(); }

    [[nodiscard]] bool draining() const noexcept { return draining_; }

    /// Returns the metrics in Prometheus' text format.
    [[nodiscard]] std::string metrics_text();

    [[nodiscard]] const GatewayMetrics& metrics() const noexcept { return metrics_; }

    /// Returns the policy in use.
    [[nodiscard]] std::shared_ptr<const ServedPolicy> policy() const;

    [[nodiscard]] const GatewayOptions& options() const noexcept { return options_; }

 private:
    using Clock = std::chrono::steady_clock;

    /// A chat completion under way.
    struct Chat {
        ChatRequest request{};
        std::string id{};
        bool explain = false;
        Clock::time_point start{};
        double time = 0.0;  ///< seconds since 1970-01-01
        std::stop_token stop{};
    };

    GatewayReply route(const GatewayRequest& request, const std::string& id, const std::stop_token& stop);
    GatewayReply chat(const GatewayRequest& request, const std::string& id, const std::stop_token& stop);
    /// Answers by a policy. A turn of pacing is ended at what the answer cost.
    GatewayReply answer(const Chat& chat, const std::shared_ptr<const ServedPolicy>& policy,
                        const std::optional<Pacing::Turn>& turn = {});
    GatewayReply answer_at_pace(const Chat& chat);
    GatewayReply pass(const Chat& chat, const std::string& model);
    GatewayReply feedback(const std::string& body);
    [[nodiscard]] static GatewayReply reply_of(std::string completion, const Chat& chat);
    [[nodiscard]] GatewayReply error_reply(const RequestError& error) const;

    void start_at_level(const Chat& chat, const ServedPolicy& policy, Query& query);
    void note_level(const Chat& chat, const ServedPolicy& policy, const Query& query,
                    const LiveAnswer& answer);
    void count(const ServedPolicy& policy, const LiveAnswer& answer);
    void log_or_explore(const Query& query, const LiveAnswer& answer,
                        const std::shared_ptr<const ServedPolicy>& policy, RequestRecord record);
    /// Writes a line to the log. Returns false if there is none, or if that fails.
    bool append(const RequestLine& line);
    [[nodiscard]] std::string logged_error(const LiveFailure& failure) const;
    void finish(const Exploration& exploration);
    void warn(const std::string& message) const;
    void keep_budget();

    [[nodiscard]] RequestRecord record_of(const Chat& chat) const;
    [[nodiscard]] RequestError failure_of(const LiveFailure& failure, const Chat& chat) const;
    [[nodiscard]] std::string new_id();

    GatewayOptions options_;
    OpenedModels models_;
    std::vector<std::string> names_;
    ApiKey key_;
    std::shared_ptr<Ledger> explore_ledger_;
    BudgetPeriod period_;
    std::unique_ptr<BudgetLease> lease_;
    GatewayMetrics metrics_;
    Sessions sessions_;
    std::int64_t started_;  ///< seconds since 1970-01-01
    std::uint64_t id_seed_;
    std::atomic<std::uint64_t> ids_{0};
    std::atomic<std::size_t> in_flight_{0};
    std::atomic<bool> draining_{false};
    mutable std::mutex mutex_;
    std::shared_ptr<const ServedPolicy> policy_;
    std::shared_ptr<const ServedPolicy> shadow_;
    std::unique_ptr<Pacing> pacing_;
    std::unique_ptr<RequestLog> log_;
    Explorer explorer_;  ///< the first to go
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/gateway_inl.hpp>
#endif
