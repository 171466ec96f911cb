// SPDX-License-Identifier: Apache-2.0
// Defines the request to a model: a chat, its sampling, and the number of samples. It holds everything on which a
// backend's reply depends, so that it can be the key of a recording.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

enum class Role : std::uint8_t { system, user, assistant };

struct Message {
    Role role = Role::user;
    std::string text{};

    friend bool operator==(const Message&, const Message&) = default;
};

/// The purpose of a call. It decides which price is paid and is not sent to the model.
enum class Purpose : std::uint8_t { answer, verification };

/// The sampling of replies.
struct Sampling {
    double temperature = 0.0;         ///< minimum 0; 0: the likeliest token each time
    double top_p = 1.0;               ///< in (0, 1]
    int max_tokens = 0;               ///< of each reply; must be given, minimum 1
    std::vector<std::string> stop{};  ///< texts that end a reply
    std::optional<std::uint64_t> seed{};

    friend bool operator==(const Sampling&, const Sampling&) = default;
};

struct GenerateRequest {
    std::vector<Message> messages{};  ///< one or more
    Sampling sampling{};
    int samples = 1;  ///< number of replies to draw, minimum 1
    Purpose purpose = Purpose::answer;
    /// Fewer completions will do, at least one; the caller asks for the rest. Not sent to the model.
    bool partial = false;
    /// A body in the form of the backend's API to send in place of messages and sampling; empty: none. These still say
    /// what the call may cost. Such a call is not recorded.
    std::string body{};

    friend bool operator==(const GenerateRequest&, const GenerateRequest&) = default;
};

/// Throws `ArgumentError`, naming the field, if the sampling is not valid for any model.
inline void validate(const Sampling& sampling) {
    const auto require = [](bool holds, const char* field, const char* expected, double found) {
        if (!holds) {
            throw ArgumentError(std::string(field) + ": expected " + expected + ", found " +
                                format_number(found));
        }
    };
    require(sampling.temperature >= 0.0 && std::isfinite(sampling.temperature), "temperature",
            "a finite number of at least 0", sampling.temperature);
    require(sampling.top_p > 0.0 && sampling.top_p <= 1.0, "top_p", "a number in (0, 1]", sampling.top_p);
    require(sampling.max_tokens >= 1, "max_tokens", "at least 1", sampling.max_tokens);
}

/// Throws `ArgumentError`, naming the field, if the request is not valid for any model.
inline void validate(const GenerateRequest& request) {
    if (request.messages.empty()) throw ArgumentError("messages: expected at least one, found none");
    if (request.samples < 1) {
        throw ArgumentError("samples: expected at least 1, found " + std::to_string(request.samples));
    }
    validate(request.sampling);
}

}  // namespace automix
