// SPDX-License-Identifier: Apache-2.0
// Defines the error of a failed call of a model: its kind, whether and when a retry makes sense, and what it used and
// cost.
#pragma once

#include <automix/core/error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace automix {

enum class FailureKind : std::uint8_t {
    connection,         ///< no connection, or it broke
    timeout,            ///< no reply in time
    rate_limited,       ///< the backend asks to slow down (429)
    quota,              ///< the account has no credit left (402, or a 429 that says so)
    server,             ///< the backend failed (5xx)
    bad_reply,          ///< the reply cannot be read or is incomplete
    no_answer,          ///< the reply holds no text
    token_limit,        ///< `max_tokens` were used up before any text
    content_filter,     ///< the backend or the model declines the content
    authentication,     ///< key missing or refused (401, 403)
    bad_request,        ///< the backend refuses the request (other 4xx, redirects)
    budget,             ///< the call might exceed the rest of the budget
    cancelled,          ///< the caller asked to stop
    missing_recording,  ///< a replay does not hold the request
    other,              ///< an exception of another type
};

/// Returns the name of a kind as in reports: `connection`, `rate_limited`, ...
constexpr std::string_view to_string(FailureKind kind) noexcept {
    switch (kind) {
        case FailureKind::connection:
            return "connection";
        case FailureKind::timeout:
            return "timeout";
        case FailureKind::rate_limited:
            return "rate_limited";
        case FailureKind::quota:
            return "quota";
        case FailureKind::server:
            return "server";
        case FailureKind::bad_reply:
            return "bad_reply";
        case FailureKind::no_answer:
            return "no_answer";
        case FailureKind::token_limit:
            return "token_limit";
        case FailureKind::content_filter:
            return "content_filter";
        case FailureKind::authentication:
            return "authentication";
        case FailureKind::bad_request:
            return "bad_request";
        case FailureKind::budget:
            return "budget";
        case FailureKind::cancelled:
            return "cancelled";
        case FailureKind::missing_recording:
            return "missing_recording";
        case FailureKind::other:
            return "other";
    }
    return "unknown";
}

/// Returns true if the same request may succeed when it is repeated.
constexpr bool is_retryable(FailureKind kind) noexcept {
    return kind == FailureKind::connection || kind == FailureKind::timeout ||
           kind == FailureKind::rate_limited || kind == FailureKind::server ||
           kind == FailureKind::bad_reply || kind == FailureKind::no_answer;
}

/// Returns true if another model may answer where a call of one failed so. It may not if the caller stopped, if the
/// budget is gone, if a recording is replayed, or after an exception that says nothing of the call. A model without
/// credit or with a wrong key is one of many, as each may have its own account.
constexpr bool may_ask_another(FailureKind kind) noexcept {
    return kind != FailureKind::budget && kind != FailureKind::cancelled &&
           kind != FailureKind::missing_recording && kind != FailureKind::other;
}

/// The details of a failure besides its message.
struct Failure {
    FailureKind kind = FailureKind::bad_reply;
    std::optional<std::chrono::milliseconds> retry_after{};  ///< wait that the backend asks for
    bool maybe_billed = false;     ///< the backend may have done the work all the same
    double cost = 0.0;             ///< cost of the call with earlier attempts
    std::optional<Usage> usage{};  ///< tokens that the backend reports for the failed call
    /// The reply came whole, though it cannot be used. At a temperature of 0 the same request brings it again.
    bool is_deliberate = false;
};

/// Returns true if repeating this request makes sense. At a temperature of 0 a model that gave no answer gives none
/// again.
inline bool is_retryable(const Failure& failure, const GenerateRequest& request) noexcept {
    const bool comes_again = failure.kind == FailureKind::no_answer || failure.is_deliberate;
    return is_retryable(failure.kind) && (!comes_again || request.sampling.temperature > 0.0);
}

/// A failed call. The message starts with the model's name.
class ModelError : public Error {
 public:
    ModelError(std::string_view model, Failure failure, const std::string& message)
        : Error(std::string(model) + ": " + message), failure_(failure) {}

    /// Makes an error with the same message and other details.
    ModelError(const ModelError& error, Failure failure) : Error(error.what()), failure_(failure) {}

    [[nodiscard]] const Failure& failure() const noexcept { return failure_; }
    [[nodiscard]] FailureKind kind() const noexcept { return failure_.kind; }
    [[nodiscard]] bool retryable() const noexcept { return is_retryable(failure_.kind); }

 private:
    Failure failure_;
};

/// Returns the exception that is being handled as a failure of kind `other`, so that what the call cost is not lost.
/// A `ModelError` keeps its kind. Requires that an exception is being handled.
inline ModelError handled_error(std::string_view model, Failure failure) {
    failure.kind = FailureKind::other;
    try {
        throw;
    } catch (const ModelError& error) {
        failure.kind = error.kind();
        return {error, failure};
    } catch (const std::exception& error) {
        return {model, failure, error.what()};
    } catch (...) {
        return {model, failure, "an exception of an unknown type"};
    }
}

}  // namespace automix
