// SPDX-License-Identifier: Apache-2.0
// Calls a model behind an OpenAI-compatible HTTP API (POST BASE_URL/chat/completions), such as OpenAI, llama.cpp or
// vLLM. Replies come whole. They are not streamed, since half an answer decides nothing. A call is repeated here only
// if a kept connection was closed at once without a reply, or if the server refuses `n`. A reply without an answer is a
// `ModelError` that names the cause and has the usage. Safe to call from many threads; copies share their connections.
//     automix::OpenAiModel model({.name = "small", .base_url = "http://127.0.0.1:8080/v1", .model = "automix-mini"});
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/model/splitting_model.hpp>
#include <automix/openai/detail/asked_wait.hpp>
#include <automix/openai/detail/base_url.hpp>
#include <automix/openai/detail/chat_json.hpp>
#include <automix/openai/detail/complaint.hpp>
#include <automix/openai/detail/event_stream.hpp>
#include <automix/openai/detail/http_client.hpp>
#include <automix/openai/detail/reported_usage.hpp>
#include <automix/openai/http_message.hpp>
#include <automix/openai/secret.hpp>
#include <automix/text/reply_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

struct OpenAiOptions {
    std::string name{};        ///< name in messages and reports; empty: `model`
    std::string base_url{};    ///< as in http://127.0.0.1:8080/v1; must be given; may have a query
    std::string model{};       ///< name of the model in the API; must be given
    Secret key{};              ///< empty: none is sent
    std::string key_header{};  ///< header that carries the key; empty: `Authorization: Bearer`
    std::map<std::string, std::string> headers{};  ///< further headers by name
    std::map<std::string, std::string> query{};    ///< fields added to the address
    std::string ca_file{};                         ///< certificates to trust, as in `HttpOptions`
    std::chrono::milliseconds connect_timeout = HttpOptions{}.connect_timeout;
    std::chrono::milliseconds total_timeout = HttpOptions{}.total_timeout;
    std::size_t max_reply_bytes = HttpOptions{}.max_reply_bytes;
    /// The maximum `n` to send, minimum 1. Further samples are drawn by further calls, one after the other; a
    /// `SplittingModel` outside of limits makes several at a time, each of which counts. 1 works everywhere and gives
    /// true usage. A larger `n` pays the prompt once for all samples if the server honours it. llama.cpp refuses an `n`
    /// above its number of slots, and reports the completion tokens of one choice only. A model whose server refuses
    /// `n` asks for one sample a call from then on.
    int samples_per_call = 1;
    std::string extra_body{};  ///< a JSON object of further fields, as in {"top_k":0,"min_p":0}
    std::string max_tokens_field = "max_tokens";  ///< or `max_completion_tokens`
    std::vector<std::string> leave_out{};  ///< of `temperature` and `top_p`, for models that refuse them
    std::string reasoning_effort{};        ///< as the API names it, for example low; empty: not sent
    bool logprobs =
        false;  ///< ask for the log probabilities of the tokens of answers; `extra_body` may ask otherwise
    int top_logprobs = 0;  ///< likeliest tokens to ask for at each place, 0 to 20; 0: none
};

class OpenAiModel {
 public:
    /// Throws `ArgumentError`, naming the field, for invalid options. Nothing is sent.
    explicit OpenAiModel(OpenAiOptions options)
        : name_(options.name.empty() ? options.model : std::move(options.name)),
          url_(detail::with_query(detail::chat_url(options.base_url), options.query)),
          key_(std::move(options.key)),
          key_header_(std::move(options.key_header)),
          body_{.model = std::move(options.model),
                .max_tokens_field = std::move(options.max_tokens_field),
                .leave_out = std::move(options.leave_out),
                .extra = detail::parse_extra_body(options.extra_body),
                .logprobs = options.logprobs,
                .top_logprobs = options.top_logprobs},
          samples_per_call_(options.samples_per_call),
          http_(std::make_shared<detail::HttpClient>(HttpOptions{.connect_timeout = options.connect_timeout,
                                                                 .total_timeout = options.total_timeout,
                                                                 .max_reply_bytes = options.max_reply_bytes,
                                                                 .ca_file = std::move(options.ca_file)})) {
        if (body_.model.empty()) throw ArgumentError("model: expected a name, found none");
        if (samples_per_call_ < 1) {
            throw ArgumentError("samples_per_call: expected at least 1, found " +
                                std::to_string(samples_per_call_));
        }
        if (body_.max_tokens_field != "max_tokens" && body_.max_tokens_field != "max_completion_tokens") {
            throw ArgumentError("max_tokens_field: expected max_tokens or max_completion_tokens, found " +
                                in_quotes(body_.max_tokens_field));
        }
        for (const std::string& field : body_.leave_out) {
            if (field != "temperature" && field != "top_p")
                throw ArgumentError("leave_out: expected temperature or top_p, found " + in_quotes(field));
        }
        constexpr int most_top_logprobs = 20;
        if (body_.top_logprobs < 0 || body_.top_logprobs > most_top_logprobs)
            throw ArgumentError("top_logprobs: expected a number from 0 to 20, found " +
                                std::to_string(body_.top_logprobs));
        set_effort(options.reasoning_effort);
        if (!key_header_.empty()) require_header_name("key_header", key_header_);
        for (const auto& [header, value] : options.headers) headers_.push_back(checked_header(header, value));
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Returns one completion for each requested sample, over as many calls as needed, or those of one call for a
    /// partial request. Choices that cannot be used are left out if there are others, and those beyond the requested
    /// number are dropped. A call after the first has the seed of the request plus the number of samples before its
    /// own, so that completions differ. Usage is the sum over the calls, or nothing if one of them reports none. A
    /// sample of a verification may be blank, and is blank if it was declined; an answer may not. A request with a body of
    /// its own is one call, of which the reply keeps the body, blank choices and all. Throws `ModelError`,
    /// with `maybe_billed` if the server may have done the work without reporting a failure. Throws `ArgumentError` for
    /// an invalid request.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request,
                                         const std::stop_token& stop = {}) const {
        validate(request);
        if (request.partial || request.samples == 1 || !request.body.empty()) return call(request, stop);
        return SplittingModel(OneCall{this}, samples_per_call_).generate(request, stop);
    }

 private:
    /// The model as one of which each request is one call.
    struct OneCall {
        const OpenAiModel* self;
        [[nodiscard]] const std::string& name() const noexcept { return self->name_; }
        [[nodiscard]] GenerateReply generate(const GenerateRequest& request,
                                             const std::stop_token& stop = {}) const {
            return self->call(request, stop);
        }
    };

    void set_effort(const std::string& effort) {
        if (effort.empty()) return;
        if (body_.extra.contains("reasoning_effort"))
            throw ArgumentError("reasoning_effort: stands in the extra fields too");
        body_.extra["reasoning_effort"] = effort;
    }

    static void require_header_name(const std::string& field, const std::string& name) {
        constexpr std::string_view further = "!#$%&'*+-.^_`|~";
        const auto allowed = [&](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   further.find(c) != std::string_view::npos;
        };
        if (name.empty() || !std::all_of(name.begin(), name.end(), allowed))
            throw ArgumentError(field + ": expected a name of a header, found " + in_quotes(name));
    }

    /// Returns a header as its line. Throws `ArgumentError`, without the value, if it cannot be sent.
    static std::string checked_header(const std::string& name, const std::string& value) {
        require_header_name("headers", name);
        const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
        if (!std::all_of(value.begin(), value.end(), printable))
            throw ArgumentError("headers: " + name +
                                ": expected printable ASCII characters only, found others");
        return name + (value.empty() ? std::string(";") : ": " + value);
    }

    /// Returns true if a gateway gave up on the server, which may still be at work.
    static bool is_gateway_failure(int status) noexcept {
        return status == 502 || status == 504 || (status >= 520 && status <= 524);
    }

    static bool is_page(const HttpReply& got) { return got.content_type.starts_with("text/html"); }

    static bool is_success(int status) noexcept { return status >= 200 && status < 300; }

    [[nodiscard]] ModelError failed(const HttpError& error) const {
        return {name_, Failure{.kind = kind_of(error.failure()), .maybe_billed = error.maybe_processed()},
                key_.redact(error.what())};
    }

    /// Makes one exchange. Returns one or more completions, up to the requested samples and `samples_per_call`. If the
    /// server refuses several samples at a time, makes a further one, and asks for one at a time from then on.
    [[nodiscard]] GenerateReply call(const GenerateRequest& request, const std::stop_token& stop) const {
        const int most = *takes_samples_ ? samples_per_call_ : 1;
        const auto samples = static_cast<std::size_t>(std::min(request.samples, most));
        const HttpRequest sent{.url = url_,
                               .body = request.body.empty()
                                           ? detail::to_chat_json(request, body_, static_cast<int>(samples),
                                                                  request.sampling.seed)
                                           : detail::given_chat_json(request.body, body_),
                               .key = key_,
                               .key_header = key_header_,
                               .headers = headers_};
        HttpReply got;
        std::optional<HttpError> cut;
        try {
            got = http_->post(sent, stop);
        } catch (const HttpError& error) {
            if (!error.partial()) throw failed(error);
            got = *error.partial();
            cut = error;
        }
        // A reply that was cut is enough if it is a failure, the whole JSON of a success, or a part of a page.
        const detail::ReplyJson body = detail::reply_json(got.body);
        if (cut && is_success(got.status) && !body.is_whole && !is_page(got)) throw failed(*cut);
        if (is_success(got.status)) return read(request, samples, got, body, stop);
        const auto complaint = detail::complaint_of(body.json);
        const auto usage = detail::reported_usage(body.json);
        if (samples > 1 && detail::is_of_fields(got.status) && complaint &&
            detail::refuses_samples(*complaint))
            return call_singly(request, usage, stop);
        throw ModelError(name_,
                         {.kind = detail::kind_of(got.status, complaint.value_or(detail::ChatComplaint{})),
                          .retry_after = detail::wait_after(got, body.json, got.status),
                          .maybe_billed = is_gateway_failure(got.status) || usage,
                          .usage = usage},
                         status_message(got, complaint));
    }

    /// Makes the call after one that was refused for its several samples, and adds the usage that the refusal reports.
    [[nodiscard]] GenerateReply call_singly(const GenerateRequest& request,
                                            const std::optional<Usage>& refused,
                                            const std::stop_token& stop) const {
        *takes_samples_ = false;
        const auto add = [&](std::optional<Usage>& usage) {
            if (!usage || !refused) return;
            usage->prompt_tokens += refused->prompt_tokens;
            usage->completion_tokens += refused->completion_tokens;
        };
        try {
            GenerateReply reply = call(request, stop);
            add(reply.usage);
            return reply;
        } catch (const ModelError& error) {
            Failure failure = error.failure();
            if (!failure.maybe_billed && !failure.usage && refused) failure.usage = Usage{};
            add(failure.usage);
            failure.maybe_billed = failure.maybe_billed || refused;
            throw ModelError(error, failure);
        }
    }

    [[nodiscard]] GenerateReply read(const GenerateRequest& request, std::size_t samples,
                                     const HttpReply& got, const detail::ReplyJson& body,
                                     const std::stop_token& stop) const {
        // A page comes again however often it is requested, so the address is at fault.
        if (is_page(got)) {
            throw ModelError(name_, {.kind = FailureKind::bad_request, .maybe_billed = true},
                             "expected JSON, found a page; check base_url; found " + shown(got));
        }
        // A stream that ended early tells only what was used up to some moment.
        const std::optional<Usage> usage = body.is_whole ? detail::reported_usage(body.json) : std::nullopt;
        detail::ChatReply parsed;
        try {
            if (body.unreadable) throw DataError(*body.unreadable);
            parsed = detail::parse_chat_reply(body.json);
        } catch (const DataError& error) {
            throw ModelError(name_,
                             {.kind = FailureKind::bad_reply,
                              .maybe_billed = true,
                              .usage = usage,
                              .is_deliberate = body.is_whole},
                             "unusable reply: " + quoted(error.what()) + "; found " + shown(got));
        }
        if (parsed.complaint) {
            if (samples > 1 && detail::is_of_fields(detail::status_of(*parsed.complaint)) &&
                detail::refuses_samples(*parsed.complaint))
                return call_singly(request, usage, stop);
            throw complained(*parsed.complaint, usage, got, body.json);
        }
        if (parsed.choices.empty())
            throw unanswered(FailureKind::no_answer, usage, "no answer: choices: found an empty array");
        GenerateReply reply{.usage = usage, .served_model = key_.redact(parsed.model)};
        if (!request.body.empty()) {
            reply.body = body.json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
            reply.completions.push_back(std::move(parsed.choices.front().completion));
            return reply;
        }
        const auto failed =
            std::stable_partition(parsed.choices.begin(), parsed.choices.end(),
                                  [](const detail::ChatChoice& choice) { return !choice.complaint; });
        if (failed == parsed.choices.begin()) throw complained(*failed->complaint, usage, got, body.json);
        parsed.choices.erase(failed, parsed.choices.end());
        if (parsed.choices.size() > samples) parsed.choices.resize(samples);
        for (auto& choice : parsed.choices) {
            if (request.purpose == Purpose::answer) {
                require_answer(request, choice, usage);
                choice.completion.text = answer_text(choice.completion.text);
            } else if (has_text(choice.refusal) || choice.completion.finish == FinishReason::content_filter) {
                choice.completion.text.clear();
                choice.completion.finish = FinishReason::content_filter;
            }
            reply.completions.push_back(std::move(choice.completion));
        }
        return reply;
    }

    [[nodiscard]] ModelError unanswered(FailureKind kind, const std::optional<Usage>& usage,
                                        const std::string& message) const {
        return {name_, Failure{.kind = kind, .maybe_billed = true, .usage = usage}, message};
    }

    /// Returns the failure that a reply of status 200 reports. A request that was refused costs nothing unless usage is
    /// reported.
    [[nodiscard]] ModelError complained(const detail::ChatComplaint& complaint,
                                        const std::optional<Usage>& usage, const HttpReply& got,
                                        const nlohmann::json& json) const {
        const int status = detail::status_of(complaint);
        const bool refused = status >= 400 && status < 500;
        return {name_,
                Failure{.kind = status == 0 ? FailureKind::bad_reply : detail::kind_of(status, complaint),
                        .retry_after = detail::wait_after(got, json, status),
                        .maybe_billed = !refused || usage.has_value(),
                        .usage = usage},
                "error in the reply" + (status == 0 ? "" : " (" + std::to_string(status) + ")") + ": " +
                    quoted(complaint.message)};
    }

    /// Throws `ModelError` if an answer was declined or is blank.
    void require_answer(const GenerateRequest& request, const detail::ChatChoice& choice,
                        const std::optional<Usage>& usage) const {
        if (has_text(choice.refusal)) {
            throw unanswered(FailureKind::content_filter, usage,
                             "the model refused to answer: " + quoted(choice.refusal));
        }
        if (choice.completion.finish == FinishReason::content_filter)
            throw unanswered(FailureKind::content_filter, usage, "the backend declined the content");
        if (choice.blank.empty()) return;
        if (choice.completion.finish == FinishReason::length) {
            throw unanswered(FailureKind::token_limit, usage,
                             "no answer within max_tokens, " + std::to_string(request.sampling.max_tokens) +
                                 ": " + choice.blank);
        }
        throw unanswered(FailureKind::no_answer, usage, "no answer: " + quoted(choice.blank));
    }

    static FailureKind kind_of(HttpFailure failure) noexcept {
        switch (failure) {
            case HttpFailure::timeout:
                return FailureKind::timeout;
            case HttpFailure::too_large:
                return FailureKind::bad_reply;
            case HttpFailure::cancelled:
                return FailureKind::cancelled;
            case HttpFailure::not_http:
                return FailureKind::bad_request;
            case HttpFailure::unreachable:
            case HttpFailure::broken:
                break;
        }
        return FailureKind::connection;
    }

    [[nodiscard]] std::string status_message(const HttpReply& got,
                                             const std::optional<detail::ChatComplaint>& complaint) const {
        const std::string status = "status " + std::to_string(got.status);
        if (got.status < 400) {
            if (got.location.empty()) return status + ": redirect without an address; check base_url";
            const std::string host = detail::host_of(got.location);
            return status + ": redirect to " + (host.empty() ? "another path" : quoted(host)) + " refused";
        }
        if (complaint) return status + ": " + quoted(complaint->message);
        return got.body.empty() ? status : status + ": " + shown(got);
    }

    /// Returns an unreadable reply as text for a message.
    [[nodiscard]] std::string shown(const HttpReply& got) const {
        if (got.body.empty()) return "an empty body";
        const std::string type = got.content_type.empty() ? "no content type" : quoted(got.content_type);
        return type + ", " + in_quotes(quoted(got.body), shown_bytes);
    }

    /// Returns a text of the server for a message: without the key, in printable characters, and cut if it is long.
    [[nodiscard]] std::string quoted(const std::string& text) const {
        // The rest of a long text is not examined. If the cut splits a key, the first part of the key is removed too.
        constexpr std::size_t longest_byte = 3;  // as in %2F
        const std::size_t key = longest_byte * key_.reveal().size();
        const bool long_text = text.size() > shown_bytes + key;
        std::string printable = key_.redact(text.substr(0, shown_bytes + key));
        if (long_text) printable.resize(printable.size() - std::min(printable.size(), key));
        const bool cut = long_text || printable.size() > shown_bytes;
        if (printable.size() > shown_bytes) printable.resize(shown_bytes);
        for (char& c : printable) {
            if (static_cast<unsigned char>(c) < 0x20U || static_cast<unsigned char>(c) >= 0x7FU) c = '?';
        }
        return printable + (cut ? "..." : "");
    }

    static constexpr std::size_t shown_bytes = 200;

    std::string name_;
    std::string url_;
    Secret key_;
    std::string key_header_;
    std::vector<std::string> headers_{};
    detail::ChatBody body_;
    int samples_per_call_;
    std::shared_ptr<std::atomic<bool>> takes_samples_ = std::make_shared<std::atomic<bool>>(true);
    std::shared_ptr<detail::HttpClient> http_;
};

static_assert(cancellable_model<OpenAiModel>);

}  // namespace automix
