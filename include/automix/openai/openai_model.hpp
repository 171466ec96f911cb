// SPDX-License-Identifier: Apache-2.0
// Calls a model behind an OpenAI-compatible HTTP API (POST BASE_URL/chat/completions), such as OpenAI, llama.cpp or
// vLLM. Replies come whole. They are not streamed, since half an answer decides nothing. No call is repeated here. Safe
// to call from many threads; copies share their connections.
//     automix::OpenAiModel model({.name = "small", .base_url = "http://127.0.0.1:8080/v1", .model = "automix-mini"});
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/openai/detail/base_url.hpp>
#include <automix/openai/detail/chat_json.hpp>
#include <automix/openai/detail/http_client.hpp>
#include <automix/openai/http_message.hpp>
#include <automix/openai/secret.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

struct OpenAiOptions {
    std::string name{};      ///< name in messages and reports; empty: `model`
    std::string base_url{};  ///< as in http://127.0.0.1:8080/v1; must be given
    std::string model{};     ///< name of the model in the API; must be given
    Secret key{};            ///< empty: none is sent
    std::chrono::milliseconds connect_timeout = HttpOptions{}.connect_timeout;
    std::chrono::milliseconds total_timeout = HttpOptions{}.total_timeout;
    std::size_t max_reply_bytes = HttpOptions{}.max_reply_bytes;
    /// The maximum `n` to send, minimum 1. Further samples are drawn by further calls, one after the other. 1 works
    /// everywhere and gives true usage. A larger `n` pays the prompt once for all samples if the server honours it.
    /// llama.cpp refuses an `n` above its number of slots, and reports the completion tokens of one choice only.
    int samples_per_call = 1;
    std::string extra_body{};  ///< a JSON object of further fields, as in {"top_k":0,"min_p":0}
    std::string max_tokens_field = "max_tokens";  ///< or `max_completion_tokens`
};

class OpenAiModel {
 public:
    /// Throws `ArgumentError`, naming the field, for invalid options. Nothing is sent.
    explicit OpenAiModel(OpenAiOptions options)
        : name_(options.name.empty() ? options.model : std::move(options.name)),
          url_(detail::checked_base_url(std::move(options.base_url)) + "/chat/completions"),
          key_(std::move(options.key)),
          body_{.model = std::move(options.model),
                .max_tokens_field = std::move(options.max_tokens_field),
                .extra = detail::parse_extra_body(options.extra_body)},
          samples_per_call_(options.samples_per_call),
          http_(
              std::make_shared<detail::HttpClient>(HttpOptions{.connect_timeout = options.connect_timeout,
                                                               .total_timeout = options.total_timeout,
                                                               .max_reply_bytes = options.max_reply_bytes})) {
        if (body_.model.empty()) throw ArgumentError("model: expected a name, found none");
        if (samples_per_call_ < 1) {
            throw ArgumentError("samples_per_call: expected at least 1, found " +
                                std::to_string(samples_per_call_));
        }
        if (body_.max_tokens_field != "max_tokens" && body_.max_tokens_field != "max_completion_tokens") {
            throw ArgumentError("max_tokens_field: expected max_tokens or max_completion_tokens, found " +
                                in_quotes(body_.max_tokens_field));
        }
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Returns one completion for each requested sample, over as many calls as needed. A call after the first has the
    /// seed of the request plus the number of samples drawn before it, so that completions differ. Usage is the sum
    /// over the calls, or nothing if one of them reports none. Throws `ModelError`, with `maybe_billed` if the server
    /// may have done the work without reporting a failure. Throws `ArgumentError` for an invalid request.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request,
                                         const std::stop_token& stop = {}) const {
        validate(request);
        GenerateReply reply;
        reply.usage = Usage{};
        const auto wanted = static_cast<std::size_t>(request.samples);
        while (reply.completions.size() < wanted) {
            const std::size_t drawn = reply.completions.size();
            const auto samples = std::min(wanted - drawn, static_cast<std::size_t>(samples_per_call_));
            auto part = call(request, samples, drawn, stop);
            std::move(part.completions.begin(), part.completions.end(),
                      std::back_inserter(reply.completions));
            if (reply.usage && part.usage) {
                reply.usage->prompt_tokens += part.usage->prompt_tokens;
                reply.usage->completion_tokens += part.usage->completion_tokens;
            } else {
                reply.usage.reset();
            }
        }
        return reply;
    }

 private:
    /// Returns true if a gateway gave up on the server, which may still be at work.
    static bool is_gateway_failure(int status) noexcept {
        return status == 502 || status == 504 || (status >= 520 && status <= 524);
    }

    /// Makes one exchange. Returns one or more completions, up to `samples`.
    detail::ChatReply call(const GenerateRequest& request, std::size_t samples, std::size_t drawn,
                           const std::stop_token& stop) const {
        // The samples of earlier calls are paid for even if this call fails.
        const auto failed = [&](Failure failure, const std::string& message) {
            failure.maybe_billed = failure.maybe_billed || drawn > 0;
            return ModelError(name_, failure, message);
        };
        auto seed = request.sampling.seed;
        if (seed) *seed += drawn;
        const HttpRequest sent{.url = url_,
                               .body = detail::to_chat_json(request, body_, static_cast<int>(samples), seed),
                               .bearer = key_};
        HttpReply got;
        try {
            got = http_->post(sent, stop);
        } catch (const HttpError& error) {
            throw failed({.kind = kind_of(error.failure()), .maybe_billed = error.maybe_processed()},
                         key_.redact(error.what()));
        }
        if (got.status < 200 || got.status >= 300) {
            const auto complaint = detail::parse_complaint(got.body);
            throw failed({.kind = kind_of(got.status, complaint),
                          .retry_after = got.retry_after,
                          .maybe_billed = is_gateway_failure(got.status)},
                         status_message(got, complaint));
        }

        detail::ChatReply reply;
        try {
            reply = detail::parse_chat_reply(got.body);
        } catch (const DataError& error) {
            throw failed({.kind = FailureKind::bad_reply, .maybe_billed = true},
                         "unusable reply: " + quoted(error.what()) + "; found " + shown(got));
        }
        if (reply.completions.size() > samples) {
            throw failed({.kind = FailureKind::bad_reply, .maybe_billed = true},
                         "unusable reply: expected at most " + std::to_string(samples) + " choices, found " +
                             std::to_string(reply.completions.size()));
        }
        for (const auto& completion : reply.completions) {
            if (completion.finish == FinishReason::content_filter) {
                throw failed({.kind = FailureKind::content_filter, .maybe_billed = true},
                             "the backend declined the content");
            }
        }
        return reply;
    }

    static FailureKind kind_of(HttpFailure failure) noexcept {
        switch (failure) {
            case HttpFailure::timeout:
                return FailureKind::timeout;
            case HttpFailure::too_large:
                return FailureKind::bad_reply;
            case HttpFailure::cancelled:
                return FailureKind::cancelled;
            case HttpFailure::unreachable:
            case HttpFailure::broken:
                break;
        }
        return FailureKind::connection;
    }

    static FailureKind kind_of(int status, const std::optional<detail::ChatComplaint>& complaint) noexcept {
        if (status == 401 || status == 403) return FailureKind::authentication;
        if (status == 429) return FailureKind::rate_limited;
        if (status == 408 || status >= 500) return FailureKind::server;
        if (complaint && complaint->code == "content_filter") return FailureKind::content_filter;
        return FailureKind::bad_request;
    }

    [[nodiscard]] std::string status_message(const HttpReply& got,
                                             const std::optional<detail::ChatComplaint>& complaint) const {
        const std::string status = "status " + std::to_string(got.status);
        if (got.status < 400) {
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
        const std::size_t key = key_.reveal().size();
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
    detail::ChatBody body_;
    int samples_per_call_;
    std::shared_ptr<detail::HttpClient> http_;
};

static_assert(cancellable_model<OpenAiModel>);

}  // namespace automix
