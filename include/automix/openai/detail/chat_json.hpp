// SPDX-License-Identifier: Apache-2.0
// Converts chat completions to and from JSON. A request becomes the body of POST /chat/completions, and a reply becomes
// completions in the order of their `index`. Replies are read strictly: a missing text is an error and never a blank
// answer. Unknown fields are ignored, and `usage` counts only if it can be true. Streamed replies are not read.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/json/json_document.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// The part of a chat request that is the same in all calls of a model.
struct ChatBody {
    std::string model{};
    std::string max_tokens_field = "max_tokens";  ///< some models want `max_completion_tokens`
    nlohmann::json extra = nlohmann::json::object();
};

/// Returns the fields of `text`, a JSON object, to send with each request; none if it is empty. Throws `ArgumentError`
/// if it is no object or sets a field that the request itself sets.
inline nlohmann::json parse_extra_body(std::string_view text) {
    if (text.empty()) return nlohmann::json::object();
    nlohmann::json extra;
    try {
        extra = detail::parse_document(text, "extra_body");
    } catch (const DataError& error) {
        throw ArgumentError(error.what());
    }
    if (!extra.is_object()) {
        throw ArgumentError("extra_body: expected an object, found " + detail::shown(extra));
    }
    for (const char* own : {"model", "messages", "max_tokens", "max_completion_tokens", "temperature",
                            "top_p", "n", "stop", "seed", "stream"}) {
        if (extra.contains(own)) {
            throw ArgumentError("extra_body: " + std::string(own) + " is set by the request itself");
        }
    }
    return extra;
}

/// Returns the body that asks for `samples` completions. Throws `ArgumentError` for a text that is not UTF-8.
inline std::string to_chat_json(const GenerateRequest& request, const ChatBody& body, int samples,
                                std::optional<std::uint64_t> seed) {
    constexpr auto name_of = [](Role role) {
        return role == Role::system ? "system" : role == Role::user ? "user" : "assistant";
    };
    nlohmann::json json = body.extra;
    json["model"] = body.model;
    auto& messages = json["messages"] = nlohmann::json::array();
    for (const auto& message : request.messages) {
        messages.push_back({{"role", name_of(message.role)}, {"content", message.text}});
    }
    json[body.max_tokens_field] = request.sampling.max_tokens;
    json["temperature"] = request.sampling.temperature;
    json["top_p"] = request.sampling.top_p;
    if (samples > 1) json["n"] = samples;
    if (!request.sampling.stop.empty()) json["stop"] = request.sampling.stop;
    // Backends take signed numbers of 64 bits.
    if (seed) json["seed"] = *seed & 0x7FFF'FFFF'FFFF'FFFFU;
    try {
        return json.dump();
    } catch (const nlohmann::json::type_error&) {
        throw ArgumentError("request: expected texts in UTF-8, found other bytes");
    }
}

struct ChatReply {
    std::vector<Completion> completions{};  ///< one or more
    std::optional<Usage> usage{};
};

/// Returns the member of an object, or null if there is none.
inline const nlohmann::json& member(const nlohmann::json& object, const char* name) {
    static const nlohmann::json none;
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
}

[[noreturn]] inline void fail_reply(const std::string& field, const char* expected,
                                    const nlohmann::json& found) {
    throw DataError(Place{{}, 0, field}, std::string("expected ") + expected + ", found " + shown(found));
}

/// Returns a number of tokens that can be added up, or nothing for a negative, broken or too large number.
inline std::optional<std::int64_t> token_count(const nlohmann::json& json) {
    constexpr std::uint64_t most = 1'000'000'000'000;
    if (!json.is_number_unsigned()) return std::nullopt;
    const auto count = json.get<std::uint64_t>();
    return count <= most ? std::optional(static_cast<std::int64_t>(count)) : std::nullopt;
}

/// Returns the usage of a reply, if it can be true. A usage without prompt tokens cannot.
inline std::optional<Usage> parse_usage(const nlohmann::json& json) {
    if (!json.is_object()) return std::nullopt;
    const auto prompt = token_count(member(json, "prompt_tokens"));
    const auto completion = token_count(member(json, "completion_tokens"));
    if (!prompt || !completion || *prompt == 0) return std::nullopt;
    return Usage{.prompt_tokens = *prompt, .completion_tokens = *completion};
}

inline FinishReason parse_finish(const nlohmann::json& json, const std::string& field) {
    if (json.is_null()) return FinishReason::other;
    if (!json.is_string()) fail_reply(field, "a text or null", json);
    const auto& name = json.get_ref<const std::string&>();
    if (name == "stop") return FinishReason::stop;
    if (name == "length") return FinishReason::length;
    return name == "content_filter" ? FinishReason::content_filter : FinishReason::other;
}

/// Reads a choice. It may lack its text if it was filtered, or refused by the model.
inline Completion parse_choice(const nlohmann::json& choice, const std::string& place) {
    if (!choice.is_object()) fail_reply(place, "an object", choice);
    Completion completion;
    completion.finish = parse_finish(member(choice, "finish_reason"), place + ".finish_reason");
    const auto& message = member(choice, "message");
    if (message.is_object() && member(message, "refusal").is_string() &&
        member(message, "content").is_null()) {
        completion.finish = FinishReason::content_filter;
    }
    if (completion.finish == FinishReason::content_filter) return completion;
    if (!message.is_object()) fail_reply(place + ".message", "an object", message);
    const auto& content = member(message, "content");
    if (!content.is_string()) fail_reply(place + ".message.content", "a text", content);
    completion.text = content.get<std::string>();
    return completion;
}

/// Reads a reply. A filtered choice becomes a completion of `FinishReason::content_filter` without text. Throws
/// `DataError`, naming the field, for a body that is no chat reply.
inline ChatReply parse_chat_reply(std::string_view body) {
    const auto json = detail::parse_document(body, "reply");
    if (!json.is_object()) detail::fail_reply("reply", "an object", json);
    const auto& choices = detail::member(json, "choices");
    if (!choices.is_array() || choices.empty()) {
        detail::fail_reply("choices", "an array of at least one", choices);
    }

    std::vector<std::pair<std::uint64_t, Completion>> ordered;
    for (std::size_t at = 0; at < choices.size(); ++at) {
        const std::string place = "choices[" + std::to_string(at) + "]";
        auto completion = detail::parse_choice(choices[at], place);
        const auto& index = detail::member(choices[at], "index");
        if (!index.is_null() && !index.is_number_unsigned()) {
            detail::fail_reply(place + ".index", "a whole number of at least 0", index);
        }
        ordered.emplace_back(index.is_null() ? at : index.get<std::uint64_t>(), std::move(completion));
    }
    const auto by_index = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::sort(ordered.begin(), ordered.end(), by_index);
    for (std::size_t at = 1; at < ordered.size(); ++at) {
        if (ordered[at - 1].first == ordered[at].first) {
            throw DataError(Place{{}, 0, "choices"},
                            "index " + std::to_string(ordered[at].first) + " stands twice");
        }
    }

    ChatReply reply{.usage = detail::parse_usage(detail::member(json, "usage"))};
    for (auto& choice : ordered) reply.completions.push_back(std::move(choice.second));
    return reply;
}

/// The error message in a body, in one of the usual fields: `error.message`, `error`, `message` or `detail`. There is
/// none if the body is not JSON or has none of these.
struct ChatComplaint {
    std::string message{};
    std::string code{};  ///< `error.code`, if it is a text
};

inline std::optional<ChatComplaint> parse_complaint(std::string_view body) {
    try {
        const auto json = detail::parse_document(body, "reply");
        if (!json.is_object()) return std::nullopt;
        const auto& error = detail::member(json, "error");
        const auto& inner = error.is_object() ? error : json;
        ChatComplaint complaint;
        if (const auto& code = detail::member(inner, "code"); code.is_string()) {
            complaint.code = code.get<std::string>();
        }
        for (const auto* text :
             {&error, &detail::member(inner, "message"), &detail::member(inner, "detail")}) {
            if (!text->is_string()) continue;
            complaint.message = text->get<std::string>();
            return complaint;
        }
    } catch (const DataError&) {  // not JSON: the caller quotes it as it is
    }
    return std::nullopt;
}

}  // namespace automix::detail
