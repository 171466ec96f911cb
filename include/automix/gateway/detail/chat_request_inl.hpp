// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/chat_request.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/validate_facts.hpp>
#include <automix/gateway/chat_request.hpp>
#include <automix/gateway/request_error.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/json_document.hpp>
#include <automix/live/query.hpp>
#include <automix/model/request.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Fields that change neither the answer nor its form.
inline constexpr std::array<std::string_view, 6> idle_fields = {
    "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"};

/// Fields that choose among tools, and mean nothing without any.
inline constexpr std::array<std::string_view, 3> tool_choices = {"tool_choice", "function_call",
                                                                 "parallel_tool_calls"};

template <class Names>
bool stands_in(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Returns true for a value that asks for nothing: null, false, 0, or empty.
inline bool asks_nothing(const nlohmann::json& value) {
    return value.is_null() || value == false || value == 0 || (value.is_structured() && value.empty()) ||
           value == "";
}

class ChatRequestParser : DocumentChecks {
 public:
    explicit ChatRequestParser(const std::string& name) : DocumentChecks(name) {}

    [[nodiscard]] ChatRequest parse(nlohmann::json json) const {
        if (!json.is_object()) fail_expected("", "an object", json);
        ChatRequest request;
        request.model = text(member(json, "", "model"), "model");
        if (request.model.empty()) fail("model", "expected a name, found none");
        read_messages(list(member(json, "", "messages"), "messages", 0, ""), request);
        read_sampling(json, request);
        for (const auto& field : json.items()) read_field(field.key(), field.value(), json, request);
        if (const auto own = json.find("automix"); own != json.end()) {
            read_own(*own, request);
            json.erase(own);
        }
        request.body = std::move(json);
        return request;
    }

 private:
    void read_messages(const nlohmann::json& json, ChatRequest& request) const {
        for (std::size_t i = 0; i < json.size(); ++i) {
            const std::string at = element("messages", i);
            if (!json[i].is_object()) fail_expected(at, "an object", json[i]);
            const std::string role = text(member(json[i], at, "role"), at + ".role");
            Message message;
            if (role == "system" || role == "developer") {
                message.role = Role::system;
            } else if (role == "assistant") {
                message.role = Role::assistant;
            } else if (role == "tool" || role == "function") {
                request.unjudged.push_back(at + ".role");
            } else if (role != "user") {
                fail(at + ".role",
                     "expected system, developer, user, assistant or tool, found " + in_quotes(role));
            }
            read_content(json[i].value("content", nlohmann::json()), at + ".content", message, request);
            for (const auto& field : json[i].items()) {
                if (field.key() != "role" && field.key() != "content" && !asks_nothing(field.value()))
                    request.unjudged.push_back(inside(at, field.key()));
            }
            request.messages.push_back(std::move(message));
        }
        if (!request.unjudged.empty()) return;
        if (json.back().at("role") != "user") {
            request.unjudged.emplace_back("messages");
        } else if (request.messages.back().text.empty()) {
            fail(element("messages", json.size() - 1) + ".content", "expected a text, found none");
        }
    }

    void read_content(const nlohmann::json& json, const std::string& at, Message& message,
                      ChatRequest& request) const {
        if (json.is_null()) return;
        if (json.is_string()) {
            message.text = json.get<std::string>();
            return;
        }
        if (!json.is_array()) fail_expected(at, "a string or an array of parts", json);
        for (std::size_t i = 0; i < json.size(); ++i) {
            const std::string part = element(at, i);
            if (!json[i].is_object()) fail_expected(part, "an object", json[i]);
            if (text(member(json[i], part, "type"), part + ".type") != "text") {
                request.unjudged.push_back(part);
                continue;
            }
            if (i > 0) message.text += '\n';
            message.text += text(member(json[i], part, "text"), part + ".text");
        }
    }

    void read_sampling(const nlohmann::json& json, ChatRequest& request) const {
        const auto with = [&](const char* key, auto use) {
            if (const auto found = json.find(key); found != json.end() && !found->is_null())
                use(*found, std::string(key));
        };
        SamplingChanges& sampling = request.sampling;
        with("temperature", [&](const nlohmann::json& value, const std::string& at) {
            sampling.temperature = finite(value, at);
            require_range(*sampling.temperature, at, 0.0, 2.0);
        });
        with("top_p", [&](const nlohmann::json& value, const std::string& at) {
            sampling.top_p = finite(value, at);
            require_range(*sampling.top_p, at, std::numeric_limits<double>::min(), 1.0);
        });
        for (const char* key : {"max_tokens", "max_completion_tokens"}) {
            with(key, [&](const nlohmann::json& value, const std::string& at) {
                const int most = whole(value, at, 1);
                sampling.max_tokens = std::min(sampling.max_tokens.value_or(most), most);
            });
        }
        with("stop", [&](const nlohmann::json& value, const std::string& at) {
            sampling.stop.emplace();
            if (value.is_string()) sampling.stop->push_back(value.get<std::string>());
            if (value.is_string()) return;
            for (std::size_t i = 0; i < array(value, at).size(); ++i)
                sampling.stop->push_back(text(value[i], element(at, i)));
        });
        with("seed", [&](const nlohmann::json& value, const std::string& at) {
            if (!value.is_number_integer()) fail_expected(at, "a whole number", value);
            sampling.seed = static_cast<std::uint64_t>(value.get<std::int64_t>());
        });
        with("n", [&](const nlohmann::json& value, const std::string& at) {
            constexpr int most = 128;
            request.choices = whole(value, at, 1, most);
            if (request.choices > 1) request.unjudged.push_back(at);
        });
        with("stream",
             [&](const nlohmann::json& value, const std::string& at) { request.stream = flag(value, at); });
        with("stream_options", [&](const nlohmann::json& value, const std::string& at) {
            if (!value.is_object()) fail_expected(at, "an object", value);
            if (value.contains("include_usage"))
                request.include_usage = flag(value["include_usage"], at + ".include_usage");
        });
        with("user",
             [&](const nlohmann::json& value, const std::string& at) { request.user = text(value, at); });
    }

    /// Names a field as one that cannot be judged, unless it is read elsewhere or asks for nothing.
    static void read_field(const std::string& name, const nlohmann::json& value, const nlohmann::json& json,
                           ChatRequest& request) {
        constexpr std::array<std::string_view, 13> read_elsewhere = {
            "model",  "messages", "temperature", "top_p",  "max_tokens",     "max_completion_tokens",
            "stop",   "seed",     "n",           "stream", "stream_options", "user",
            "automix"};
        if (stands_in(read_elsewhere, name) || stands_in(idle_fields, name) || asks_nothing(value)) return;
        const auto has = [&](const char* key) { return json.contains(key) && !asks_nothing(json[key]); };
        if (stands_in(tool_choices, name) && !has("tools") && !has("functions")) return;
        if (name == "response_format" && value.is_object() && value.value("type", nlohmann::json()) == "text")
            return;
        if (name == "modalities" && value == nlohmann::json::array({"text"})) return;
        request.unjudged.push_back(name);
    }

    void read_own(const nlohmann::json& json, ChatRequest& request) const {
        require_keys(json, "automix", std::array{"explain", "dataset", "features"});
        if (json.contains("explain")) request.explain = flag(json["explain"], "automix.explain");
        if (json.contains("dataset")) request.dataset = text(json["dataset"], "automix.dataset");
        if (!json.contains("features")) return;
        const nlohmann::json& features = json["features"];
        if (!features.is_object()) fail_expected("automix.features", "an object", features);
        for (const auto& feature : features.items()) {
            QueryFeature& read = request.features.emplace_back();
            read.name = feature.key();
            const std::string at = inside("automix.features", feature.key());
            if (feature.value().is_string()) {
                read.text = feature.value().get<std::string>();
            } else {
                read.number = finite(feature.value(), at);
            }
        }
        require_valid_facts({.dataset = request.dataset, .features = request.features}, {});
    }
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE ChatRequest parse_chat_request(std::string_view body) {
    const std::string name = "body";
    nlohmann::json json;
    try {
        json = detail::parse_document(body, name);
    } catch (const DataError& error) {
        throw RequestError({}, error.what());
    }
    const std::string unnamed;
    try {
        return detail::ChatRequestParser(unnamed).parse(std::move(json));
    } catch (const DataError& error) {
        throw RequestError({.field = error.place().field}, error.what());
    }
}

AUTOMIX_INLINE Query query_of(const ChatRequest& request, std::string id) {
    Query query{.id = std::move(id), .dataset = request.dataset};
    query.question = request.messages.back().text;
    for (std::size_t i = 0; i + 1 < request.messages.size(); ++i) {
        const Message& message = request.messages[i];
        if (!query.context.empty()) query.context += '\n';
        if (message.role != Role::system)
            query.context += message.role == Role::user ? "user: " : "assistant: ";
        query.context += message.text;
    }
    query.features = request.features;
    query.messages = request.messages;
    query.sampling = request.sampling;
    return query;
}

AUTOMIX_INLINE std::string conversation_of(const ChatRequest& request) {
    std::string first;
    for (const Message& message : request.messages) {
        first += message.text + '\0';
        if (message.role == Role::user) break;
    }
    return request.user + '/' + hexadecimal(hash_text(first));
}

AUTOMIX_INLINE bool is_request_id(std::string_view text) {
    constexpr std::size_t longest = 128;
    constexpr std::string_view further = "._-:";
    return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               further.find(c) != std::string_view::npos;
    });
}

}  // namespace automix
