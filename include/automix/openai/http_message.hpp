// SPDX-License-Identifier: Apache-2.0
// Defines a request to an HTTP server, its reply and its failure. A reply of any status counts as a reply. A failure is
// an exchange without a reply.
#pragma once

#include <automix/core/error.hpp>
#include <automix/openai/secret.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// The limits of each exchange, and whom to trust.
struct HttpOptions {
    std::chrono::milliseconds connect_timeout{10'000};    ///< for name, connection and TLS, minimum 1 ms
    std::chrono::milliseconds total_timeout{120'000};     ///< until the last byte of the reply, minimum 1 ms
    std::size_t max_reply_bytes = std::size_t{8} << 20U;  ///< of head and decoded body together, minimum 1
    /// File of the certificates to trust, in PEM. Empty: that of the environment variable CURL_CA_BUNDLE or
    /// SSL_CERT_FILE, else curl's own.
    std::string ca_file{};
};

struct HttpRequest {
    std::string url{};
    std::string body{};
    Secret key{};                        ///< empty: none is sent
    std::string key_header{};            ///< header that carries the key; empty: `Authorization: Bearer`
    std::vector<std::string> headers{};  ///< further headers, each `Name: value`
};

struct HttpReply {
    int status = 0;
    std::string content_type{};  ///< as it was sent, or empty
    std::string location{};      ///< of a redirect, which is not followed
    std::optional<std::chrono::milliseconds>
        retry_after{};  ///< wait that the server asks for, maximum one day
    std::optional<std::chrono::milliseconds>
        limit_reset{};  ///< time until a limit of requests or tokens is lifted, maximum one day
    std::string body{};
};

enum class HttpFailure : std::uint8_t {
    unreachable,  ///< no connection: name, refusal, TLS
    broken,       ///< the connection ended
    not_http,     ///< the reply is no HTTP of version 1.0 or later
    timeout,
    too_large,  ///< the reply passed the limit and was cut off
    cancelled,
};

/// An exchange without a reply, or with a reply that ended early.
class HttpError : public Error {
 public:
    HttpError(HttpFailure failure, bool maybe_processed, const std::string& message,
              std::optional<HttpReply> partial = std::nullopt)
        : Error(message),
          failure_(failure),
          maybe_processed_(maybe_processed),
          partial_(std::move(partial)) {}

    [[nodiscard]] HttpFailure failure() const noexcept { return failure_; }

    /// Returns true if any part of the request was sent, so that the server may have acted on it.
    [[nodiscard]] bool maybe_processed() const noexcept { return maybe_processed_; }

    /// Returns the reply whose head came whole, with what came of its body. There is none after a stop, or if the reply
    /// is too large.
    [[nodiscard]] const std::optional<HttpReply>& partial() const noexcept { return partial_; }

 private:
    HttpFailure failure_;
    bool maybe_processed_;
    std::optional<HttpReply> partial_;
};

}  // namespace automix
