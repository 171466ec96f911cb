// SPDX-License-Identifier: Apache-2.0
// Calls of models as JSON, a line each in a recording of the schema `automix-calls/1`:
//     {"schema":"automix-calls/1","model":"small","request":{"messages":[{"role":"user","content":".."},..],"temperature":0.7,
//      "top_p":1.0,"max_tokens":64,"stop":[..],"seed":7 or null},"samples":2,"completions":[{"text":"..","finish":"stop"},..],
//      "usage":{"prompt_tokens":812,"completion_tokens":9} or null,"cost":0.5}
// The request without its number of samples is what a call is known by. No key of an API is part of a request.
#pragma once

#include <automix/core/error.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/json_document.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

inline constexpr std::string_view calls_schema = "automix-calls/1";

/// A call that brought a reply.
struct RecordedCall {
    std::string model{};
    GenerateRequest request{};
    GenerateReply reply{};
};

namespace detail {

/// Names of roles, by `Role`, and of reasons to end, by `FinishReason`.
inline constexpr std::array<std::string_view, 3> role_names = {"system", "user", "assistant"};
inline constexpr std::array<std::string_view, 4> finish_names = {"stop", "length", "content_filter", "other"};

/// All that a reply depends on, but the number of samples.
inline nlohmann::ordered_json request_json(const GenerateRequest& request) {
    nlohmann::ordered_json messages = nlohmann::ordered_json::array();
    for (const Message& message : request.messages) {
        messages.push_back(
            {{"role", role_names[static_cast<std::size_t>(message.role)]}, {"content", message.text}});
    }
    const Sampling& sampling = request.sampling;
    return {
        {"messages", std::move(messages)},
        {"temperature", sampling.temperature},
        {"top_p", sampling.top_p},
        {"max_tokens", sampling.max_tokens},
        {"stop", sampling.stop},
        {"seed", sampling.seed ? nlohmann::ordered_json(*sampling.seed) : nlohmann::ordered_json(nullptr)}};
}

class CallParser : DocumentChecks {
 public:
    explicit CallParser(const std::string& name) : DocumentChecks(name) {}

    [[nodiscard]] RecordedCall parse(const nlohmann::json& json) const {
        require_keys(json, "",
                     std::array{"schema", "model", "request", "samples", "completions", "usage", "cost"});
        require_schema(json, "", calls_schema);
        RecordedCall call;
        call.model = text(member(json, "", "model"), "model");
        call.request = request(member(json, "", "request"));
        call.request.samples = whole(member(json, "", "samples"), "samples", 1);
        const nlohmann::json& completions =
            list(member(json, "", "completions"), "completions",
                 static_cast<std::size_t>(call.request.samples), " completions");
        for (std::size_t i = 0; i < completions.size(); ++i) {
            const std::string at = element("completions", i);
            require_keys(completions[i], at, std::array{"text", "finish"});
            call.reply.completions.push_back(
                {text(member(completions[i], at, "text"), at + ".text"),
                 static_cast<FinishReason>(
                     choice(member(completions[i], at, "finish"), at + ".finish", finish_names))});
        }
        if (const nlohmann::json& usage = member(json, "", "usage"); !usage.is_null()) {
            require_keys(usage, "usage", std::array{"prompt_tokens", "completion_tokens"});
            call.reply.usage = Usage{tokens(usage, "prompt_tokens"), tokens(usage, "completion_tokens")};
        }
        call.reply.cost = finite(member(json, "", "cost"), "cost");
        if (!(call.reply.cost >= 0.0)) fail_expected("cost", "a number of at least 0", json.at("cost"));
        return call;
    }

 private:
    [[nodiscard]] std::int64_t tokens(const nlohmann::json& usage, const char* key) const {
        const nlohmann::json& count = member(usage, "usage", key);
        constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
        if (!count.is_number_unsigned() || count.get<std::uint64_t>() > most)
            fail_expected(inside("usage", key), "a whole number of at least 0", count);
        return count.get<std::int64_t>();
    }

    [[nodiscard]] GenerateRequest request(const nlohmann::json& json) const {
        require_keys(json, "request",
                     std::array{"messages", "temperature", "top_p", "max_tokens", "stop", "seed"});
        const auto field = [&](const char* key) -> const nlohmann::json& {
            return member(json, "request", key);
        };
        GenerateRequest request;
        const nlohmann::json& messages = list(field("messages"), "request.messages", 0, "");
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const std::string at = element("request.messages", i);
            require_keys(messages[i], at, std::array{"role", "content"});
            request.messages.push_back(
                {static_cast<Role>(choice(member(messages[i], at, "role"), at + ".role", role_names)),
                 text(member(messages[i], at, "content"), at + ".content")});
        }
        Sampling& sampling = request.sampling;
        sampling.temperature = finite(field("temperature"), "request.temperature");
        sampling.top_p = finite(field("top_p"), "request.top_p");
        sampling.max_tokens = whole(field("max_tokens"), "request.max_tokens", 1);
        const nlohmann::json& stops = array(field("stop"), "request.stop");
        for (std::size_t i = 0; i < stops.size(); ++i)
            sampling.stop.push_back(text(stops[i], element("request.stop", i)));
        if (const nlohmann::json& seed = field("seed"); !seed.is_null()) {
            if (!seed.is_number_unsigned())
                fail_expected("request.seed", "a whole number of at least 0 or null", seed);
            sampling.seed = seed.get<std::uint64_t>();
        }
        return request;
    }
};

}  // namespace detail

/// A call as the object of its line.
inline nlohmann::ordered_json to_json(const RecordedCall& call) {
    nlohmann::ordered_json completions = nlohmann::ordered_json::array();
    for (const Completion& completion : call.reply.completions) {
        completions.push_back(
            {{"text", completion.text},
             {"finish", detail::finish_names[static_cast<std::size_t>(completion.finish)]}});
    }
    nlohmann::ordered_json usage = nullptr;
    if (call.reply.usage) {
        usage = {{"prompt_tokens", call.reply.usage->prompt_tokens},
                 {"completion_tokens", call.reply.usage->completion_tokens}};
    }
    return {{"schema", calls_schema},
            {"model", call.model},
            {"request", detail::request_json(call.request)},
            {"samples", call.request.samples},
            {"completions", std::move(completions)},
            {"usage", std::move(usage)},
            {"cost", call.reply.cost}};
}

/// A call from a JSON value, which messages call `name`. Throws `DataError` naming the field for whatever is wrong.
[[nodiscard]] inline RecordedCall parse_call(const nlohmann::json& json, const std::string& name) {
    return detail::CallParser(name).parse(json);
}

}  // namespace automix
