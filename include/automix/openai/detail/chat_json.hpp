// SPDX-License-Identifier: Apache-2.0
// Converts chat completions to and from JSON. A request becomes the body of POST /chat/completions, and a reply becomes
// choices in the order of their `index`. A choice without a text keeps the reason, so that no answer is ever blank
// without one. Unknown fields are ignored. Thinking is kept apart from the text. Log probabilities of tokens are kept. A stream that was not requested is joined
// first.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/json/json_document.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/openai/detail/complaint.hpp>
#include <automix/openai/detail/event_stream.hpp>
#include <automix/openai/detail/log_probabilities.hpp>
#include <automix/openai/detail/reply_document.hpp>
#include <automix/openai/detail/reply_text.hpp>
#include <automix/text/reply_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
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
    std::vector<std::string> leave_out{};         ///< of temperature and top_p, which some models refuse
    nlohmann::json extra = nlohmann::json::object();
    bool logprobs = false;  ///< of answers; further fields that are sent stand for it
    int top_logprobs = 0;   ///< likeliest tokens to report at each place
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
    if (extra.contains("stream") && extra["stream"] != false)
        throw ArgumentError("extra_body: stream: expected false, found " + detail::shown(extra["stream"]));
    for (const char* own : {"max_tokens", "max_completion_tokens"}) {
        if (extra.contains(own)) {
            throw ArgumentError("extra_body: " + std::string(own) +
                                " is set by the request itself; its name is given by max_tokens_field");
        }
    }
    for (const char* own : {"model", "messages", "temperature", "top_p", "n", "stop", "seed"}) {
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
    for (const auto& field : body.leave_out) json.erase(field);
    json["stream"] = false;  // some servers stream unless told not to
    if (samples > 1) json["n"] = samples;
    if (!request.sampling.stop.empty()) json["stop"] = request.sampling.stop;
    if (body.logprobs && request.purpose == Purpose::answer && !json.contains("logprobs")) {
        json["logprobs"] = true;
        if (body.top_logprobs > 0) json["top_logprobs"] = body.top_logprobs;
    }
    // Backends take signed numbers of 64 bits.
    if (seed) json["seed"] = *seed & 0x7FFF'FFFF'FFFF'FFFFU;
    try {
        return json.dump();
    } catch (const nlohmann::json::type_error&) {
        throw ArgumentError("request: expected texts in UTF-8, found other bytes");
    }
}

/// Returns a body that the caller gives, with the fields that are the same in all calls of a model. Its own fields win,
/// but for the name of the model. Throws `ArgumentError` if it is no JSON object.
inline std::string given_chat_json(const std::string& given, const ChatBody& body) {
    nlohmann::json json = nlohmann::json::parse(given, nullptr, false);
    if (!json.is_object()) throw ArgumentError("request: expected a body that is a JSON object");
    for (const auto& field : body.extra.items()) {
        if (!json.contains(field.key())) json[field.key()] = field.value();
    }
    json["model"] = body.model;
    json["stream"] = false;
    json.erase("stream_options");
    return json.dump();
}

/// A choice of a reply: a completion, or the reason why there is none.
struct ChatChoice {
    Completion completion{};
    std::optional<ChatComplaint> complaint{};  ///< the failure that the choice reports
    std::string refusal{};                     ///< what the model says instead of an answer
    std::string blank{};                       ///< why there is no text; empty if there is one
};

struct ChatReply {
    std::vector<ChatChoice> choices{};         ///< may be empty
    std::optional<ChatComplaint> complaint{};  ///< the failure that stands in place of choices
    std::string model{};                       ///< as the server names it; empty: it does not
};

[[noreturn]] inline void fail_reply(const std::string& field, const char* expected,
                                    const nlohmann::json& found) {
    throw DataError(Place{{}, 0, field}, std::string("expected ") + expected + ", found " + shown(found));
}

/// Reads the reason why a choice ended, in the words of several servers. An unknown reason is `other`.
inline FinishReason parse_finish(const nlohmann::json& json) {
    if (!json.is_string()) return FinishReason::other;
    std::string name = json.get<std::string>();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto is = [&](const auto& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (is(std::array{"stop", "eos", "eos_token", "stop_sequence", "end_turn"})) return FinishReason::stop;
    if (is(std::array{"length", "model_length", "max_tokens"})) return FinishReason::length;
    if (is(std::array{"content_filter", "safety", "recitation", "prohibited_content", "refusal"}))
        return FinishReason::content_filter;
    return FinishReason::other;
}

/// Reads the failure that a choice reports, if it does.
inline std::optional<ChatComplaint> parse_choice_failure(const nlohmann::json& choice) {
    if (!optional_member(choice, "error").is_null()) return complaint_of(choice);
    const auto& finish = optional_member(choice, "finish_reason");
    if (finish == "error" || finish == "insufficient_system_resource")
        return ChatComplaint{.message = "finish_reason: " + finish.get<std::string>(),
                             .code = "server_error"};
    return std::nullopt;
}

/// Says why a choice has no text.
inline std::string blank_reason(const nlohmann::json& choice, const nlohmann::json& message,
                                const Completion& completion) {
    const std::string thought = completion.thinking.empty() ? "" : ", only thinking";
    const auto& finish = optional_member(choice, "finish_reason");
    std::string reason = "no text" + thought;
    if (message.is_object() && !optional_member(message, "tool_calls").empty()) reason += ", but tool calls";
    if (finish.is_string()) reason += " (finish_reason " + in_quotes(finish.get<std::string>()) + ")";
    return reason;
}

/// Reads a choice of a reply. Its text may be missing.
inline ChatChoice parse_choice(const nlohmann::json& choice, const std::string& place) {
    if (!choice.is_object()) fail_reply(place, "an object", choice);
    ChatChoice read;
    Completion& completion = read.completion;
    completion.finish = parse_finish(optional_member(choice, "finish_reason"));
    read.complaint = parse_choice_failure(choice);
    const auto& message = optional_member(choice, "message");
    const auto& plain = optional_member(choice, "text");
    if (message.is_object()) {
        for (const char* field : {"reasoning_content", "reasoning"}) {
            const auto& thinking = optional_member(message, field);
            if (thinking.is_string() && completion.thinking.empty()) completion.thinking = thinking;
        }
        if (const auto& refusal = optional_member(message, "refusal"); refusal.is_string())
            read.refusal = refusal;
        read_content(optional_member(message, "content"), place + ".message.content", completion,
                     read.refusal);
    } else if (plain.is_string()) {
        read_content(plain, place + ".text", completion, read.refusal);
    } else if (!read.complaint && completion.finish != FinishReason::content_filter) {
        fail_reply(place + ".message", "an object", message);
    }
    completion.tokens = log_probabilities(optional_member(choice, "logprobs"));
    if (!has_text(answer_text(completion.text))) {
        read.blank = blank_reason(choice, message, completion);
    } else if (optional_member(choice, "finish_reason").is_null()) {
        completion.finish = FinishReason::stop;  // the reply is whole, as its JSON is
    }
    return read;
}

/// Reads the choices of a reply, in the order of their `index`. Leaves out those that cannot be read if any can.
inline std::vector<ChatChoice> parse_choices(const nlohmann::json& choices) {
    std::vector<std::pair<std::uint64_t, ChatChoice>> ordered;
    std::optional<DataError> unreadable;
    for (std::size_t at = 0; at < choices.size(); ++at) {
        const std::string place = "choices[" + std::to_string(at) + "]";
        ChatChoice choice;
        try {
            choice = parse_choice(choices[at], place);
        } catch (const DataError& error) {
            if (!unreadable) unreadable = error;
            continue;
        }
        const auto& index = optional_member(choices[at], "index");
        if (!index.is_null() && !index.is_number_unsigned()) {
            fail_reply(place + ".index", "a whole number of at least 0", index);
        }
        ordered.emplace_back(index.is_null() ? at : index.get<std::uint64_t>(), std::move(choice));
    }
    if (ordered.empty() && unreadable) throw DataError(*unreadable);
    const auto by_index = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::sort(ordered.begin(), ordered.end(), by_index);
    for (std::size_t at = 1; at < ordered.size(); ++at) {
        if (ordered[at - 1].first == ordered[at].first) {
            throw DataError(Place{{}, 0, "choices"},
                            "index " + std::to_string(ordered[at].first) + " stands twice");
        }
    }
    std::vector<ChatChoice> read;
    for (auto& choice : ordered) read.push_back(std::move(choice.second));
    return read;
}

/// Reads the JSON of a body.
inline ReplyJson reply_json(std::string_view body) {
    ReplyJson read = is_event_stream(body) ? StreamJoiner().run(repaired_json(body, LoneHalves::marked))
                                           : reply_document(repaired_json(body));
    read.json = without_list(std::move(read.json));
    if (!read.json.is_object() && !read.unreadable)
        read.unreadable = DataError(Place{{}, 0, "reply"}, "expected an object, found " + shown(read.json));
    return read;
}

/// Reads a reply. Throws `DataError`, naming the field, for JSON that is no chat reply.
inline ChatReply parse_chat_reply(const nlohmann::json& json) {
    ChatReply reply;
    if (const auto& model = detail::optional_member(json, "model"); model.is_string()) reply.model = model;
    const auto& choices = detail::optional_member(json, "choices");
    if (!detail::optional_member(json, "error").is_null() && (!choices.is_array() || choices.empty())) {
        reply.complaint = complaint_of(json).value_or(ChatComplaint{.message = "an error without a message"});
        return reply;
    }
    if (choices.is_null()) reply.complaint = complaint_of(json);
    if (reply.complaint) return reply;
    if (!choices.is_array()) detail::fail_reply("choices", "an array of at least one", choices);
    reply.choices = parse_choices(choices);
    return reply;
}

}  // namespace automix::detail
