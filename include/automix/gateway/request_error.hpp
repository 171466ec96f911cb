// SPDX-License-Identifier: Apache-2.0
// Defines why a request to the gateway has no answer: the HTTP status, and type, code and field as OpenAI's clients know
// them.
#pragma once

#include <automix/core/error.hpp>

#include <optional>
#include <string>

namespace automix {

/// The failure of a request in the terms of OpenAI's API.
struct RequestFailure {
    int status = 400;
    std::string type = "invalid_request_error";
    std::string code{};                ///< empty: none
    std::string field{};               ///< the field of the request that is wrong; empty: none
    std::optional<int> retry_after{};  ///< seconds after which the request may be repeated
};

/// A request that is refused or that failed.
class RequestError : public Error {
 public:
    RequestError(RequestFailure failure, const std::string& message)
        : Error(message), failure_(std::move(failure)) {}

    [[nodiscard]] const RequestFailure& failure() const noexcept { return failure_; }

 private:
    RequestFailure failure_;
};

}  // namespace automix
