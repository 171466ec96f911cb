// SPDX-License-Identifier: Apache-2.0
// Writes replies in the form of OpenAI's API: chat completions, the same as server-sent events, lists of models, and
// errors.
//     const std::string reply = automix::completion_text(completion);
//     const std::string events = automix::event_stream(nlohmann::ordered_json::parse(reply), true);
#pragma once

#include <automix/gateway/request_error.hpp>
#include <automix/model/reply.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// The content of a chat completion.
struct ChatCompletion {
    std::string id{};          ///< of the request
    std::string model{};       ///< the one that answered
    std::int64_t created = 0;  ///< seconds since 1970-01-01
    std::string text{};
    FinishReason finish = FinishReason::stop;
    std::optional<Usage> usage{};  ///< of all calls for the request; nothing: not reported
    std::string automix = "{}";    ///< the object `automix`, as JSON
};

/// Returns a chat completion of one choice, as JSON on one line. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string completion_text(const ChatCompletion& completion);

/// Returns a whole chat completion, also one of a backend, as server-sent events: for each choice its role, its content
/// with tool calls, and its end. The last event of a choice has the object `automix`. With `include_usage`, an event
/// without choices has the usage.
[[nodiscard]] std::string event_stream(const nlohmann::ordered_json& completion, bool include_usage);

/// Returns `{"error":{"message","type","param","code"}}`.
[[nodiscard]] nlohmann::ordered_json error_json(const RequestFailure& failure, const std::string& message);

/// Returns the list of models by that names.
[[nodiscard]] nlohmann::ordered_json models_json(const std::vector<std::string>& names, std::int64_t created);

/// Returns JSON on one line. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_line(const nlohmann::ordered_json& json);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/chat_reply_inl.hpp>
#endif
