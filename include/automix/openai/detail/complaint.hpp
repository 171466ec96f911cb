// SPDX-License-Identifier: Apache-2.0
// Reads the error message of a server, in the forms of several servers, and tells the kind of the failure from it and
// from the status.
#pragma once

#include <automix/core/error.hpp>
#include <automix/json/json_document.hpp>
#include <automix/model/model_error.hpp>
#include <automix/text/ascii.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

/// Returns the member of an object, or null if there is none.
inline const nlohmann::json& optional_member(const nlohmann::json& object, const char* name) {
    static const nlohmann::json none;
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
}

/// The error message in a reply.
struct ChatComplaint {
    std::string message{};
    std::string code{};   ///< `error.code`, if it is a text, and none of a status
    std::string type{};   ///< `error.type`
    std::string field{};  ///< `error.param`, the field of the request that is refused
    int status = 0;       ///< `error.code` or `error.status`, if it is a status of HTTP; 0: not given
};

/// Returns a status of HTTP in a number or in a text of digits, or 0.
inline int status_in(const nlohmann::json& json) {
    constexpr int least = 400;
    constexpr int most = 599;
    int status = 0;
    if (json.is_number_unsigned() && json.get<std::uint64_t>() <= most) status = json.get<int>();
    if (json.is_string() && json.get_ref<const std::string&>().size() == 3) {
        const auto& digits = json.get_ref<const std::string&>();
        if (std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
            status = std::stoi(digits);
    }
    return status >= least && status <= most ? status : 0;
}

/// Returns the text of a message, which may be a list of objects with `msg` and `loc`.
inline std::string message_text(const nlohmann::json& json) {
    if (json.is_string()) return json.get<std::string>();
    std::string text;
    if (!json.is_array()) return text;
    for (const auto& entry : json) {
        if (!entry.is_object() || !optional_member(entry, "msg").is_string()) continue;
        text += text.empty() ? "" : "; ";
        if (const auto& place = optional_member(entry, "loc"); place.is_array()) {
            for (const auto& part : place)
                text += (part.is_string() ? part.get<std::string>() : part.dump()) + " ";
        }
        text += entry["msg"].get<std::string>();
    }
    return text;
}

/// Returns the message of an object, in one of the usual fields: `error.message`, `error`, `message` or `detail`. There
/// is none if it has none of these.
inline std::optional<ChatComplaint> complaint_of(const nlohmann::json& json) {
    if (!json.is_object()) return std::nullopt;
    const auto& error = optional_member(json, "error");
    const auto& inner = error.is_object() ? error : json;
    ChatComplaint complaint;
    for (const char* field : {"code", "status"}) {
        const auto& code = optional_member(inner, field);
        if (complaint.status == 0) complaint.status = status_in(code);
        if (code.is_string() && status_in(code) == 0 && complaint.code.empty()) complaint.code = code;
    }
    if (const auto& type = optional_member(inner, "type"); type.is_string()) complaint.type = type;
    if (const auto& field = optional_member(inner, "param"); field.is_string()) complaint.field = field;
    for (const auto* text : {&error, &optional_member(inner, "message"), &optional_member(inner, "detail")}) {
        complaint.message = message_text(*text);
        if (!complaint.message.empty()) return complaint;
    }
    return std::nullopt;
}

/// Returns the object of a reply or an error that stands alone in a list, as Google sends it, else the document itself.
inline nlohmann::json without_list(nlohmann::json json) {
    const bool listed = json.is_array() && json.size() == 1 && json[0].is_object() &&
                        (json[0].contains("error") || json[0].contains("choices"));
    return listed ? nlohmann::json(std::move(json[0])) : json;
}

/// Returns true if a complaint says that the server does not take the field `n` of the request: by its name, or by a
/// word for several choices in a message that allows one or none.
inline bool refuses_samples(const ChatComplaint& complaint) {
    if (complaint.field == "n") return true;
    const std::string& text = complaint.message;
    const std::string lower = ascii_lower(text);
    const auto says = [&](std::initializer_list<std::string_view> words) {
        return std::any_of(words.begin(), words.end(),
                           [&](std::string_view word) { return lower.find(word) != std::string::npos; });
    };
    if (!says({"token"}) &&
        says({"only one", "only 1", "single", "multiple", "more than one", "more than 1", "several",
              "number of"}) &&
        says({"choice", "completion", "sample", "candidate", "sequences", "generations"}))
        return true;
    const auto in_word = [&](std::size_t at) {
        const char c = at < text.size() ? text[at] : ' ';
        return c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
               (c >= 'A' && c <= 'Z');
    };
    for (std::size_t at = text.find('n'); at != std::string::npos; at = text.find('n', at + 1)) {
        if (!(at > 0 && in_word(at - 1)) && !in_word(at + 1)) return true;
    }
    return false;
}

/// Returns true for statuses of a request with a field that the server does not take; 0: none is given.
constexpr bool is_of_fields(int status) noexcept {
    return status == 0 || status == 400 || status == 422 || status == 501;
}

/// Returns true if a complaint's code or type has one of these words in it.
template <std::size_t Count>
bool names_any(const ChatComplaint& complaint, const std::array<std::string_view, Count>& words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return complaint.code.find(word) != std::string::npos ||
               complaint.type.find(word) != std::string::npos;
    });
}

/// Words of codes that say that the account has no credit left.
inline constexpr std::array<std::string_view, 7> no_credit = {
    "insufficient_quota", "billing",        "insufficient_balance",  "insufficient_credit",
    "payment_required",   "credit_balance", "exceeded_current_quota"};

/// Returns the status of HTTP for a failure that is reported without one, by the words of its code; 0: unknown.
inline int status_of(const ChatComplaint& complaint) {
    if (complaint.status != 0) return complaint.status;
    if (names_any(complaint, no_credit)) return 402;
    using Words = std::array<std::string_view, 3>;
    if (names_any(complaint, Words{"rate_limit", "too_many_requests", "RateLimit"})) return 429;
    if (names_any(complaint, Words{"api_key", "authentication", "permission"})) return 401;
    if (names_any(complaint, Words{"not_found", "NotFound", "model_not"})) return 404;
    if (names_any(complaint, Words{"overloaded", "server_error", "unavailable"})) return 503;
    if (names_any(complaint, Words{"invalid_request", "BadRequest", "context_length"})) return 400;
    return 0;
}

/// Returns the kind of a failure with this status, minimum 300.
inline FailureKind kind_of(int status, const ChatComplaint& complaint) {
    if (status == 402 || ((status == 429 || status == 403) && names_any(complaint, no_credit)))
        return FailureKind::quota;
    if (names_any(complaint, std::array<std::string_view, 1>{"content_filter"}))
        return FailureKind::content_filter;
    if (status == 401 || status == 403) return FailureKind::authentication;
    if (status == 429) return FailureKind::rate_limited;
    // 409 and 425 ask to come again, as 408 does; 498 is a server without room.
    if (status == 408 || status == 409 || status == 425 || status == 498 || status >= 500)
        return FailureKind::server;
    return FailureKind::bad_request;
}

}  // namespace automix::detail
