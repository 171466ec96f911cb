// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/chat_reply.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/gateway/chat_reply.hpp>
#include <automix/gateway/request_error.hpp>
#include <automix/json/object_text.hpp>
#include <automix/model/reply.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns an event of a chat completion without choices.
inline nlohmann::ordered_json chunk_of(const nlohmann::ordered_json& completion) {
    nlohmann::ordered_json chunk{{"object", "chat.completion.chunk"}};
    for (const char* key : {"id", "created", "model", "system_fingerprint"}) {
        if (completion.contains(key)) chunk[key] = completion[key];
    }
    chunk["choices"] = nlohmann::ordered_json::array();
    return chunk;
}

/// Returns the changes that bring a whole message, beside its role.
inline nlohmann::ordered_json delta_of(const nlohmann::ordered_json& message) {
    nlohmann::ordered_json delta = nlohmann::ordered_json::object();
    for (const auto& field : message.items()) {
        if (field.key() != "role" && !field.value().is_null()) delta[field.key()] = field.value();
    }
    if (delta.contains("tool_calls") && delta["tool_calls"].is_array()) {
        for (std::size_t i = 0; i < delta["tool_calls"].size(); ++i) {
            if (delta["tool_calls"][i].is_object()) delta["tool_calls"][i]["index"] = i;
        }
    }
    return delta;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string json_line(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

AUTOMIX_INLINE std::string completion_text(const ChatCompletion& completion) {
    // The API has no name for other reasons.
    const FinishReason finish =
        completion.finish == FinishReason::other ? FinishReason::stop : completion.finish;
    using detail::ObjectText;
    const std::string message = ObjectText()
                                    .add_text("role", "assistant")
                                    .add_text("content", completion.text)
                                    .add_json("refusal", "null")
                                    .finish();
    const std::string choice = ObjectText()
                                   .add_count("index", 0)
                                   .add_json("message", message)
                                   .add_json("logprobs", "null")
                                   .add_text("finish_reason", to_string(finish))
                                   .finish();
    std::string usage = "null";
    if (completion.usage) {
        usage = ObjectText()
                    .add_count("prompt_tokens", completion.usage->prompt_tokens)
                    .add_count("completion_tokens", completion.usage->completion_tokens)
                    .add_count("total_tokens",
                               completion.usage->prompt_tokens + completion.usage->completion_tokens)
                    .finish();
    }
    return ObjectText()
        .add_text("id", "chatcmpl-" + completion.id)
        .add_text("object", "chat.completion")
        .add_count("created", completion.created)
        .add_text("model", completion.model)
        .add_json("choices", "[" + choice + "]")
        .add_json("usage", usage)
        .add_json("automix", completion.automix)
        .finish();
}

AUTOMIX_INLINE std::string event_stream(const nlohmann::ordered_json& completion, bool include_usage) {
    std::string events;
    const auto add = [&](nlohmann::ordered_json chunk) {
        if (include_usage && !chunk.contains("usage")) chunk["usage"] = nullptr;
        events += "data: " + json_line(chunk) + "\n\n";
    };
    const auto add_delta = [&](const nlohmann::ordered_json& index, nlohmann::ordered_json delta,
                               const nlohmann::ordered_json& finish) {
        nlohmann::ordered_json chunk = detail::chunk_of(completion);
        chunk["choices"].push_back(
            {{"index", index}, {"delta", std::move(delta)}, {"finish_reason", finish}});
        if (!finish.is_null() && completion.contains("automix")) chunk["automix"] = completion["automix"];
        add(std::move(chunk));
    };
    for (const nlohmann::ordered_json& choice :
         completion.value("choices", nlohmann::ordered_json::array())) {
        const nlohmann::ordered_json index = choice.value("index", nlohmann::ordered_json(0));
        const auto message = choice.value("message", nlohmann::ordered_json::object());
        add_delta(index, {{"role", "assistant"}, {"content", ""}}, nullptr);
        add_delta(index, detail::delta_of(message), nullptr);
        add_delta(index, nlohmann::ordered_json::object(),
                  choice.value("finish_reason", nlohmann::ordered_json("stop")));
    }
    if (include_usage) {
        nlohmann::ordered_json chunk = detail::chunk_of(completion);
        chunk["usage"] = completion.value("usage", nlohmann::ordered_json(nullptr));
        add(std::move(chunk));
    }
    return events + "data: [DONE]\n\n";
}

AUTOMIX_INLINE nlohmann::ordered_json error_json(const RequestFailure& failure, const std::string& message) {
    const auto or_null = [](const std::string& text) {
        return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
    };
    return {{"error",
             {{"message", message},
              {"type", failure.type},
              {"param", or_null(failure.field)},
              {"code", or_null(failure.code)}}}};
}

AUTOMIX_INLINE nlohmann::ordered_json models_json(const std::vector<std::string>& names,
                                                  std::int64_t created) {
    nlohmann::ordered_json data = nlohmann::ordered_json::array();
    for (const std::string& name : names)
        data.push_back({{"id", name}, {"object", "model"}, {"created", created}, {"owned_by", "automix"}});
    return {{"object", "list"}, {"data", std::move(data)}};
}

}  // namespace automix
