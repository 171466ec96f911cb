// SPDX-License-Identifier: Apache-2.0
// Finds the wait that a failed reply asks for in its body: `retryDelay` of Gemini, `retry_after` and its like, the
// headers that OpenRouter passes on, and the sentence of the message.
#pragma once

#include <automix/openai/detail/complaint.hpp>
#include <automix/openai/detail/retry_after.hpp>
#include <automix/openai/http_message.hpp>
#include <automix/text/ascii.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

/// Returns the wait in a value: a number of `unit` milliseconds, a time as a text, or an object of seconds and nanos.
inline Wait wait_in(const nlohmann::json& value, std::time_t now, double unit) {
    constexpr double second = 1e3;
    if (value.is_string()) return parse_wait(value.get<std::string>(), now, unit);
    if (value.is_number()) return parse_wait(value.dump(), now, unit);
    if (!value.is_object()) return std::nullopt;
    const Wait seconds = wait_in(optional_member(value, "seconds"), now, second);
    const auto& nanos = optional_member(value, "nanos");
    const auto further = nanos.is_number() ? wait_of(1e-6 * nanos.get<double>()) : Wait();
    if (!seconds) return further;
    return *seconds + further.value_or(std::chrono::milliseconds(0));
}

/// Returns the wait in the fields of an object that hold one.
inline Wait wait_of_fields(const nlohmann::json& object, std::time_t now) {
    constexpr std::array<std::pair<const char*, double>, 10> fields = {{{"retry_after_ms", 1.0},
                                                                        {"retryAfterMs", 1.0},
                                                                        {"retry_after", 1e3},
                                                                        {"retryAfter", 1e3},
                                                                        {"retry-after", 1e3},
                                                                        {"retry_after_seconds", 1e3},
                                                                        {"retryAfterSeconds", 1e3},
                                                                        {"retryDelay", 1e3},
                                                                        {"retry_delay", 1e3},
                                                                        {"retry_in", 1e3}}};
    if (!object.is_object()) return std::nullopt;
    for (const auto& [field, unit] : fields) {
        if (const Wait wait = wait_in(optional_member(object, field), now, unit)) return wait;
    }
    return std::nullopt;
}

/// Returns the wait in headers that a reply repeats as a field.
inline Wait wait_of_headers(const nlohmann::json& headers, std::time_t now) {
    if (!headers.is_object()) return std::nullopt;
    WaitHeaders waits;
    for (const auto& [name, value] : headers.items())
        waits.add(ascii_lower(name), value.is_string() ? value.get<std::string>() : value.dump(), now);
    const Wait stated = waits.stated();
    return stated ? stated : waits.reset();
}

/// Returns the wait that the JSON of a failed reply asks for.
inline Wait asked_wait(const nlohmann::json& reply, std::time_t now) {
    if (!reply.is_object()) return std::nullopt;
    const auto& error = optional_member(reply, "error");
    for (const auto* object : {&error, &reply}) {
        if (!object->is_object()) continue;
        if (const Wait wait = wait_of_fields(*object, now)) return wait;
        if (const auto& details = optional_member(*object, "details"); details.is_array()) {
            for (const auto& detail : details) {
                if (const Wait wait = wait_of_fields(detail, now)) return wait;
            }
        }
        if (const auto& metadata = optional_member(*object, "metadata"); metadata.is_object()) {
            if (const Wait wait = wait_of_fields(metadata, now)) return wait;
            if (const Wait wait = wait_of_headers(optional_member(metadata, "headers"), now)) return wait;
            if (const Wait wait = stated_wait(message_text(optional_member(metadata, "raw")))) return wait;
        }
    }
    const auto complaint = complaint_of(reply);
    return complaint ? stated_wait(complaint->message) : std::nullopt;
}

/// Returns the wait that a failed reply asks for: in a header, else in its JSON or plain text. Else it is the time until a
/// limit is lifted, unless the status tells that the server itself failed.
inline Wait wait_after(const HttpReply& got, const nlohmann::json& json, int status) {
    if (got.retry_after) return got.retry_after;
    if (const Wait wait = asked_wait(json, std::time(nullptr))) return wait;
    constexpr std::size_t longest_sentence = 1000;
    if (json.is_null() && !got.content_type.starts_with("text/html")) {
        if (const Wait wait = stated_wait(std::string_view(got.body).substr(0, longest_sentence)))
            return wait;
    }
    constexpr int server_failure = 500;
    return status < server_failure ? got.limit_reset : std::nullopt;
}

}  // namespace automix::detail
