// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/gateway.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/gateway/chat_reply.hpp>
#include <automix/gateway/gateway.hpp>
#include <automix/gateway/model_choice.hpp>
#include <automix/gateway/seen_models.hpp>
#include <automix/gateway/shadow.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/json_document.hpp>
#include <automix/json/object_text.hpp>
#include <automix/live/json/answer_json.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/model/sampling_changes.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace automix::detail {

/// Counts a request as long as it is under way.
class InFlight {
 public:
    explicit InFlight(std::atomic<std::size_t>& count) : count_(count), number_(++count) {}
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ~InFlight() { --count_; }

    /// Returns the number of requests under way, with this one.
    [[nodiscard]] std::size_t number() const noexcept { return number_; }

 private:
    std::atomic<std::size_t>& count_;
    std::size_t number_;
};

inline double seconds_since_1970() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Returns how a client is told that a call failed.
inline RequestFailure failure_by_kind(FailureKind kind) {
    const std::string code(to_string(kind));
    switch (kind) {
        case FailureKind::rate_limited:
            return {.status = 429, .type = "requests", .code = code};
        case FailureKind::quota:
        case FailureKind::budget:
            return {.status = 429, .type = "insufficient_quota", .code = code};
        case FailureKind::timeout:
            return {.status = 504, .type = "api_error", .code = code};
        case FailureKind::connection:
        case FailureKind::server:
        case FailureKind::bad_reply:
        case FailureKind::no_answer:
        case FailureKind::authentication:  // the gateway's own key
            return {.status = 502, .type = "api_error", .code = code};
        case FailureKind::token_limit:
        case FailureKind::content_filter:
        case FailureKind::bad_request:
            return {.status = 400, .code = code};
        case FailureKind::cancelled:
            return {.status = 499, .type = "api_error", .code = code};
        case FailureKind::missing_recording:
        case FailureKind::other:
            break;
    }
    return {.status = 500, .type = "api_error", .code = code};
}

/// Returns the usage of all calls that report theirs.
inline std::optional<Usage> usage_of(const LiveAnswer& answer) {
    std::optional<Usage> sum;
    for (const ModelShare& share : answer.models) {
        add_usage(sum, share.usage);
        share.for_each_verifier([&](const VerifierShare& said) { add_usage(sum, said.verification_usage); });
    }
    return sum;
}

/// Returns the models and judges with a further ledger that pays their calls; as they are for none.
inline OpenedModels metered(OpenedModels opened, const std::shared_ptr<Ledger>& ledger) {
    if (!ledger) return opened;
    for (std::size_t m = 0; m < opened.models.size(); ++m)
        opened.models[m].model = MeteredModel(opened.models[m].model, opened.configs[m].price, ledger);
    for (FurtherVerifier& verifier : opened.further) {
        for (const ModelConfig& judge : opened.judges) {
            if (verifier.judge && judge.name == verifier.judge->name())
                verifier.judge = MeteredModel(*verifier.judge, judge.price, ledger);
        }
    }
    return opened;
}

/// Reads the body of a score.
class FeedbackParser : DocumentChecks {
 public:
    explicit FeedbackParser(const std::string& name) : DocumentChecks(name) {}

    [[nodiscard]] LateScore parse(const nlohmann::json& json) const {
        require_keys(json, "", std::array{"id", "score", "model"});
        LateScore score;
        score.id = text(member(json, "", "id"), "id");
        score.score = finite(member(json, "", "score"), "score");
        require_range(score.score, "score", 0.0, 1.0);
        if (json.contains("model") && !json["model"].is_null()) score.model = text(json["model"], "model");
        score.time = seconds_since_1970();
        validate(score);
        return score;
    }
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE Gateway::Gateway(OpenedModels models, LoadedPolicy policy, GatewayOptions options,
                                std::optional<LoadedPolicy> shadow)
    : options_((validate(options), std::move(options))),
      models_(std::move(models)),
      names_(detail::names_of(models_.models)),
      key_(options_.key),
      explore_ledger_(options_.explore_budget ? std::make_shared<Ledger>(options_.explore_budget) : nullptr),
      period_(options_.period,
              [&] {
                  std::vector<std::shared_ptr<Ledger>> ledgers;
                  if (models_.ledger) ledgers.push_back(models_.ledger);
                  if (explore_ledger_) ledgers.push_back(explore_ledger_);
                  return ledgers;
              }()),
      lease_(options_.budget_file.empty()
                 ? nullptr
                 : std::make_unique<BudgetLease>(options_.budget_file, models_.ledger, period_.number())),
      sessions_(options_.sessions),
      started_(static_cast<std::int64_t>(detail::seconds_since_1970())),
      id_seed_(std::uint64_t{std::random_device{}()} << 32U | std::random_device{}()),
      policy_(std::make_shared<const ServedPolicy>(std::move(policy), models_, options_)),
      shadow_(shadow ? std::make_shared<const ServedPolicy>(*std::move(shadow), models_, options_) : nullptr),
      pacing_(options_.pace
                  ? std::make_unique<Pacing>(*policy_, *options_.pace,
                                             options_.log.empty() ? std::string() : options_.log + ".pace",
                                             options_.warn)
                  : nullptr),
      log_(options_.log.empty() ? nullptr : std::make_unique<RequestLog>(options_.log)),
      explorer_(options_.explore > 0.0 ? options_.explore_threads : 0, options_.explore_queue,
                detail::metered(models_, explore_ledger_),
                [this](const Exploration& exploration) { finish(exploration); }) {
    if (options_.unverified.empty()) options_.unverified = policy_->names().back();
    for (const std::string& name : names_) {
        if (name == policy_model)
            throw ArgumentError("models: " + in_quotes(name) +
                                " is the name of the policy; name the model otherwise");
    }
    if (std::find(names_.begin(), names_.end(), options_.unverified) == names_.end())
        throw ArgumentError("unverified: there is no model " + in_quotes(options_.unverified) +
                            "; known are " + joined(names_));
    metrics_.set("automix_policy_info", {{"digest", policy_->digest()}}, 1.0);
}

AUTOMIX_INLINE std::shared_ptr<const ServedPolicy> Gateway::policy() const {
    const std::lock_guard lock(mutex_);
    return policy_;
}

AUTOMIX_INLINE void Gateway::use(LoadedPolicy policy) {
    try {
        auto next = std::make_shared<const ServedPolicy>(std::move(policy), models_, options_);
        const std::string digest = next->digest();
        if (pacing_) pacing_->use(*next);
        {
            const std::lock_guard lock(mutex_);
            std::swap(policy_, next);
        }
        metrics_.clear("automix_policy_info");
        metrics_.set("automix_policy_info", {{"digest", digest}}, 1.0);
        metrics_.add("automix_policy_loads_total", {{"outcome", "taken"}});
    } catch (const Error&) {
        metrics_.add("automix_policy_loads_total", {{"outcome", "refused"}});
        throw;
    }
}

AUTOMIX_INLINE void Gateway::drain() {
    close();
    explorer_.stop();
}

AUTOMIX_INLINE void Gateway::keep_budget() {
    period_.roll();
    if (lease_) lease_->keep(period_.number());
}

AUTOMIX_INLINE std::string Gateway::metrics_text() {
    period_.roll();
    if (models_.ledger) {
        for (const auto& [model, spent] : models_.ledger->spending()) {
            if (spent == ModelSpending{}) continue;
            metrics_.set("automix_cost_total", {{"model", model}, {"kind", "answers"}}, spent.answers);
            metrics_.set("automix_cost_total", {{"model", model}, {"kind", "verification"}},
                         spent.verification);
        }
        if (models_.ledger->budget())
            metrics_.set("automix_budget_left", {{"of", "all"}}, models_.ledger->remaining());
    }
    if (pacing_) metrics_.set("automix_lambda", {}, pacing_->lambda());
    if (explore_ledger_)
        metrics_.set("automix_budget_left", {{"of", "exploration"}}, explore_ledger_->remaining());
    metrics_.set("automix_requests_in_flight", {}, static_cast<double>(in_flight_.load()));
    return metrics_.text();
}

AUTOMIX_INLINE GatewayReply Gateway::error_reply(const RequestError& error) const {
    const RequestFailure& failure = error.failure();
    return {.status = failure.status,
            .body = json_line(error_json(failure, error.what())),
            .retry_after = failure.retry_after};
}

AUTOMIX_INLINE GatewayReply Gateway::refuse(int status) const {
    const std::string reason = status == 413   ? "the body is larger than the gateway takes"
                               : status == 414 ? "the address is too long"
                               : status == 404 ? "there is nothing at this address"
                               : status == 408 ? "the request did not come in time"
                                               : "the request cannot be read";
    return error_reply(
        RequestError({.status = status, .code = status == 404 ? "not_found" : "unreadable"}, reason));
}

AUTOMIX_INLINE GatewayReply Gateway::handle(const GatewayRequest& request, const std::stop_token& stop) {
    const std::string id = is_request_id(request.request_id) ? request.request_id : new_id();
    GatewayReply reply;
    try {
        reply = route(request, id, stop);
    } catch (const RequestError& error) {
        const std::string& code = error.failure().code;
        metrics_.add("automix_failures_total", {{"kind", code.empty() ? "invalid_request" : code}});
        reply = error_reply(error);
    } catch (const std::exception& error) {
        metrics_.add("automix_failures_total", {{"kind", "internal"}});
        reply =
            error_reply(RequestError({.status = 500, .type = "api_error", .code = "internal"}, error.what()));
    }
    reply.request_id = id;
    return reply;
}

AUTOMIX_INLINE GatewayReply Gateway::route(const GatewayRequest& request, const std::string& id,
                                           const std::stop_token& stop) {
    std::string_view path = request.path;
    constexpr std::string_view version = "/v1";
    if (path.starts_with("/v1/")) path.remove_prefix(version.size());
    const auto require_method = [&](std::string_view method) {
        if (request.method != method)
            throw RequestError({.status = 405, .code = "method_not_allowed"},
                               "expected " + std::string(method) + ", found " + in_quotes(request.method));
    };
    if (path == "/health") {
        require_method("GET");
        return {.status = draining_ ? 503 : 200,
                .body = draining_ ? R"({"status":"draining"})" : R"({"status":"ok"})"};
    }
    if (!key_.admits(request.authorization))
        throw RequestError({.status = 401, .code = "invalid_api_key"},
                           "expected the gateway's key in the header Authorization: Bearer");
    if (path == "/metrics") {
        require_method("GET");
        return {.content_type = "text/plain; version=0.0.4", .body = metrics_text()};
    }
    constexpr std::string_view models = "/models";
    if (path == models || path.starts_with("/models/")) {
        require_method("GET");
        std::vector<std::string> names{std::string(policy_model)};
        names.insert(names.end(), names_.begin(), names_.end());
        if (path == models) return {.body = json_line(models_json(names, started_))};
        const std::string name(path.substr(models.size() + 1));
        (void)parse_model_choice(name, names_);
        return {.body = json_line(models_json({name}, started_)["data"][0])};
    }
    if (path == "/chat/completions") {
        require_method("POST");
        return chat(request, id, stop);
    }
    if (path == "/feedback") {
        require_method("POST");
        return feedback(request.body);
    }
    throw RequestError(
        {.status = 404, .code = "not_found"},
        "there is no " + in_quotes(request.path) +
            "; known are /v1/chat/completions, /v1/models, /v1/feedback, /health and /metrics");
}

AUTOMIX_INLINE void Gateway::reopen_log() {
    if (log_) log_->reopen();
}

AUTOMIX_INLINE GatewayReply Gateway::feedback(const std::string& body) {
    if (!log_)
        throw RequestError({.status = 404, .code = "no_log"},
                           "the gateway keeps no log that a score could join");
    try {
        const std::string name;
        LateScore score = detail::FeedbackParser(name).parse(detail::parse_document(body, name));
        if (score.model && std::find(names_.begin(), names_.end(), *score.model) == names_.end())
            throw DataError(Place{{}, 0, "model"},
                            "there is no model " + in_quotes(*score.model) + "; known are " + joined(names_));
        // The id of a completion is that of its request behind this word.
        constexpr std::string_view of_completion = "chatcmpl-";
        if (score.id.starts_with(of_completion)) score.id.erase(0, of_completion.size());
        log_->append(score);
        if (options_.logged) options_.logged(score);
    } catch (const DataError& error) {
        if (error.place().file == log_->path())
            throw RequestError({.status = 500, .type = "api_error", .code = "log"},
                               "the log cannot be written");
        throw RequestError({.field = error.place().field}, error.what());
    }
    metrics_.add("automix_feedback_total");
    return {.body = R"({"status":"ok"})"};
}

AUTOMIX_INLINE GatewayReply Gateway::chat(const GatewayRequest& request, const std::string& id,
                                          const std::stop_token& stop) {
    const detail::InFlight slot(in_flight_);
    if (slot.number() > options_.concurrency)
        throw RequestError(
            {.status = 429, .type = "requests", .code = "rate_limit_exceeded", .retry_after = 1},
            "the gateway is busy with " + std::to_string(options_.concurrency) + " requests");
    Chat chat{.id = id, .start = Clock::now(), .time = detail::seconds_since_1970(), .stop = stop};
    chat.request = parse_chat_request(request.body);
    chat.explain = request.explain || chat.request.explain;
    const ModelChoice choice = parse_model_choice(chat.request.model, names_);
    keep_budget();
    const auto count_as = [&](std::string_view kind) {
        metrics_.add("automix_requests_total", {{"kind", kind}});
    };
    GatewayReply reply;
    if (const auto* const name = std::get_if<std::string>(&choice)) {
        count_as("model");
        reply = pass(chat, *name);
    } else if (!chat.request.unjudged.empty()) {
        count_as("unverified");
        reply = pass(chat, options_.unverified);
    } else if (const auto* const objective = std::get_if<Objective>(&choice)) {
        count_as("objective");
        reply = answer(chat, policy()->variant(*objective));
    } else {
        count_as("policy");
        reply = pacing_ ? answer_at_pace(chat) : answer(chat, policy());
    }
    metrics_.observe(std::chrono::duration<double>(Clock::now() - chat.start).count());
    return reply;
}

AUTOMIX_INLINE void Gateway::start_at_level(const Chat& chat, const ServedPolicy& policy, Query& query) {
    if (!sessions_.enabled()) return;
    const auto level = sessions_.find(conversation_of(chat.request));
    if (!level) return;
    const auto& names = policy.names();
    const auto place = std::find(names.begin(), names.end(), level->model);
    if (place == names.end()) return;
    const std::optional<double> forecast = policy.first_score(query);
    // The policy forecasts more of the first model now than in the turn that left it.
    if (forecast && level->forecast && *forecast > *level->forecast) return;
    query.first_model = place - names.begin();
}

AUTOMIX_INLINE void Gateway::note_level(const Chat& chat, const ServedPolicy& policy, const Query& query,
                                        const LiveAnswer& answer) {
    if (!sessions_.enabled() || answer.failed() || answer.degraded || answer.model <= query.first_model)
        return;
    sessions_.note(conversation_of(chat.request),
                   {policy.names()[as_size(answer.model)], policy.first_score(query)});
}

AUTOMIX_INLINE void Gateway::count(const ServedPolicy& policy, const LiveAnswer& answer) {
    for (std::size_t m = 0; m < answer.models.size(); ++m) {
        answer.models[m].for_each_verifier([&](const VerifierShare& said) {
            if (!said.verdicts.empty())
                metrics_.add("automix_draws_total",
                             {{"model", policy.names()[m]}, {"verifier", said.verifier}},
                             static_cast<double>(said.verdicts.size()));
        });
    }
    if (answer.failed()) return;
    metrics_.add("automix_answers_total", {{"model", policy.names()[as_size(answer.model)]}});
    if (answer.degraded) metrics_.add("automix_degraded_total");
}

AUTOMIX_INLINE RequestRecord Gateway::record_of(const Chat& chat) const {
    RequestRecord record{.id = chat.id, .time = chat.time, .model = chat.request.model};
    record.dataset = chat.request.dataset;
    record.features = chat.request.features;
    record.latency = std::chrono::duration<double>(Clock::now() - chat.start).count();
    return record;
}

AUTOMIX_INLINE GatewayReply Gateway::answer_at_pace(const Chat& chat) {
    const Pacing::Turn turn = pacing_->begin(policy()->uniform(chat.id));
    return answer(chat, turn.policy, turn);
}

AUTOMIX_INLINE GatewayReply Gateway::answer(const Chat& chat,
                                            const std::shared_ptr<const ServedPolicy>& policy,
                                            const std::optional<Pacing::Turn>& turn) {
    Query query = query_of(chat.request, chat.id);
    start_at_level(chat, *policy, query);
    const LiveAnswer answer = policy->answer(query, chat.explain, chat.stop);
    if (turn) pacing_->end(*turn, answer.cost());
    note_level(chat, *policy, query, answer);
    count(*policy, answer);
    RequestRecord record = record_of(chat);
    record.policy = policy->digest();
    for (std::size_t m = 0; m < answer.models.size(); ++m) {
        if (answer.models[m].answer) record.route.push_back(policy->names()[m]);
    }
    if (!answer.failed()) record.answered = policy->names()[as_size(answer.model)];
    record.degraded = answer.degraded;
    if (answer.failure) record.error = logged_error(*answer.failure);
    if (options_.log_text) {
        record.question = query.question;
        if (!query.context.empty()) record.context = query.context;
    }
    if (shadow_) {
        const std::string_view outcome = to_string(shadow_outcome(*shadow_, query, answer));
        metrics_.add("automix_shadow_total", {{"outcome", outcome}});
    }
    log_or_explore(query, answer, policy, std::move(record));
    if (answer.failed()) throw failure_of(*answer.failure, chat);
    detail::ObjectText own;
    own.add_text("id", chat.id).add_text("policy", policy->digest());
    const nlohmann::ordered_json evidence = evidence_json(answer, policy->names());
    for (const auto& seen : evidence.items()) own.add_json(seen.key(), json_line(seen.value()));
    own.add_json("cost", json_line(cost_json(answer, policy->names())));
    own.add_number("last_model_alone", policy->last_alone(query));
    own.add_flag("degraded", answer.degraded);
    if (turn) own.add_number("lambda", turn->lambda);
    if (answer.degraded) own.add_json("error", json_line(failure_json(answer)));
    if (chat.explain) {
        own.add_json("explanation",
                     answer.explanation ? json_line(to_json(*answer.explanation, policy->names())) : "null");
    }
    return reply_of(completion_text({.id = chat.id,
                                     .model = policy->names()[as_size(answer.model)],
                                     .created = static_cast<std::int64_t>(chat.time),
                                     .text = answer.text,
                                     .finish = answer.finish.value_or(FinishReason::stop),
                                     .usage = detail::usage_of(answer),
                                     .automix = own.finish()}),
                    chat);
}

AUTOMIX_INLINE void Gateway::log_or_explore(const Query& query, const LiveAnswer& answer,
                                            const std::shared_ptr<const ServedPolicy>& policy,
                                            RequestRecord record) {
    record.models = seen_models(answer.models, answer.models, policy->names(), {.texts = options_.log_text});
    const bool may_explore = options_.explore > 0.0 && log_ && !answer.failed() && !draining_ &&
                             explorer_.has_room() && (!explore_ledger_ || explore_ledger_->remaining() > 0.0);
    if (may_explore) {
        record.exploration = options_.explore;
        constexpr std::uint64_t apart = 0x6F31'96E2'5A0C'4D1BU;
        record.exploring = uniform_of(query.id, options_.explore_seed ^ apart) < options_.explore;
    }
    // The line comes first, so that the log knows of an exploration that never ends.
    if (append(record) && record.exploring)
        explorer_.add({.policy = policy, .query = query, .by_policy = answer.models});
}

AUTOMIX_INLINE void Gateway::finish(const Exploration& exploration) {
    metrics_.add("automix_explored_total");
    metrics_.add("automix_exploration_cost_total", {}, exploration.cost);
    append(ExplorationRecord{
        .id = exploration.query.id,
        .time = detail::seconds_since_1970(),
        .models = seen_models(exploration.shares, exploration.by_policy, exploration.policy->names(),
                              {.exploration = options_.explore, .texts = options_.log_text})});
}

AUTOMIX_INLINE std::string Gateway::logged_error(const LiveFailure& failure) const {
    // A server's message may repeat the prompt.
    if (options_.log_text) return failure.message;
    return std::string(to_string(failure.kind.value_or(FailureKind::other)));
}

AUTOMIX_INLINE bool Gateway::append(const RequestLine& line) {
    if (!log_) return false;
    try {
        std::visit([&](const auto& one) { log_->append(one); }, line);
        if (options_.logged) options_.logged(line);
        return true;
    } catch (const std::exception& error) {
        metrics_.add("automix_log_errors_total");
        warn(std::string("a request could not be logged: ") + error.what());
        return false;
    }
}

AUTOMIX_INLINE void Gateway::warn(const std::string& message) const {
    if (options_.warn) options_.warn(message);
}

AUTOMIX_INLINE GatewayReply Gateway::pass(const Chat& chat, const std::string& model) {
    const auto place = as_size(std::find(names_.begin(), names_.end(), model) - names_.begin());
    const LiveModel& asked = models_.models[place];
    const bool judged = chat.request.unjudged.empty();
    GenerateRequest request{.messages = chat.request.messages,
                            .sampling = changed(asked.sampling, chat.request.sampling),
                            .samples = chat.request.choices,
                            .partial = chat.request.choices > 1,
                            .body = chat.request.body.dump()};
    // Tools and images cost tokens too, though messages cannot hold them.
    if (!judged) request.messages = {{Role::user, request.body}};
    RequestRecord record = record_of(chat);
    record.unverified = true;
    record.route = {model};
    GenerateReply reply;
    try {
        reply = asked.model.generate(request, chat.stop);
    } catch (const ModelError& error) {
        const LiveFailure failure{error.kind(), error.what(), error.failure().retry_after};
        record = record_of(chat);
        record.unverified = true;
        record.error = logged_error(failure);
        append(record);
        throw failure_of(failure, chat);
    }
    record.latency = std::chrono::duration<double>(Clock::now() - chat.start).count();
    record.answered = model;
    RequestModel& seen = record.models.emplace_back();
    seen.name = model;
    seen.cost = reply.cost;
    if (options_.log_text && !reply.completions.empty()) seen.answer = reply.completions.front().text;
    append(record);
    metrics_.add("automix_answers_total", {{"model", model}});
    std::string own = detail::ObjectText()
                          .add_text("id", chat.id)
                          .add_json("cost", detail::ObjectText().add_number("total", reply.cost).finish())
                          .add_flag("unverified", true)
                          .finish();
    if (reply.body.empty()) {
        return reply_of(completion_text({.id = chat.id,
                                         .model = model,
                                         .created = static_cast<std::int64_t>(chat.time),
                                         .text = reply.completions.front().text,
                                         .finish = reply.completions.front().finish,
                                         .usage = reply.usage,
                                         .automix = std::move(own)}),
                        chat);
    }
    auto completion = nlohmann::ordered_json::parse(reply.body);
    completion["id"] = "chatcmpl-" + chat.id;
    completion["model"] = model;
    completion["automix"] = nlohmann::ordered_json::parse(own);
    return reply_of(json_line(completion), chat);
}

AUTOMIX_INLINE GatewayReply Gateway::reply_of(std::string completion, const Chat& chat) {
    if (!chat.request.stream) return {.body = std::move(completion)};
    return {.content_type = "text/event-stream",
            .body = event_stream(nlohmann::ordered_json::parse(completion), chat.request.include_usage)};
}

AUTOMIX_INLINE RequestError Gateway::failure_of(const LiveFailure& failure, const Chat& chat) const {
    RequestFailure told = detail::failure_by_kind(failure.kind.value_or(FailureKind::other));
    if (failure.retry_after) told.retry_after = static_cast<int>((failure.retry_after->count() + 999) / 1000);
    if (failure.kind == FailureKind::budget) {
        if (const auto left = period_.seconds_left(); left > 0) told.retry_after = static_cast<int>(left);
    }
    if (failure.kind == FailureKind::cancelled) {
        if (Clock::now() - chat.start >= options_.timeout) {
            return {{.status = 504, .type = "api_error", .code = "timeout"},
                    "no answer within " + std::to_string(options_.timeout.count()) + " ms"};
        }
        if (draining_) return {{.status = 503, .type = "api_error", .code = "stopping"}, "the gateway stops"};
    }
    return {told, failure.message};
}

AUTOMIX_INLINE std::string Gateway::new_id() {
    const std::uint64_t number = ++ids_;
    return hexadecimal(mix_bits(id_seed_ ^ number)) + hexadecimal(mix_bits(mix_bits(id_seed_) + number));
}

}  // namespace automix
