// SPDX-License-Identifier: Apache-2.0
// Definitions of live/json/call_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/json/json_document.hpp>
#include <automix/live/json/call_json.hpp>
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

namespace automix::detail {

/// The names of roles, indexed by `Role`.
inline constexpr std::array<std::string_view, 3> role_names = {"system", "user", "assistant"};

AUTOMIX_INLINE nlohmann::ordered_json request_json(const GenerateRequest& request) {
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

AUTOMIX_INLINE RecordedCall CallParser::parse(const nlohmann::json& json) const {
    require_keys(
        json, "",
        std::array{"schema", "model", "request", "samples", "completions", "usage", "cost", "served_model"});
    require_schema(json, "", calls_schema);
    RecordedCall call;
    call.model = text(member(json, "", "model"), "model");
    call.request = request(member(json, "", "request"));
    call.request.samples = whole(member(json, "", "samples"), "samples", 1);
    const nlohmann::json& completions =
        list(member(json, "", "completions"), "completions", as_size(call.request.samples), " completions");
    for (std::size_t i = 0; i < completions.size(); ++i) {
        const std::string at = element("completions", i);
        require_keys(completions[i], at, std::array{"text", "finish", "thinking", "tokens"});
        Completion& completion = call.reply.completions.emplace_back();
        completion.text = text(member(completions[i], at, "text"), at + ".text");
        completion.finish = static_cast<FinishReason>(
            choice(member(completions[i], at, "finish"), at + ".finish", finish_names));
        if (completions[i].contains("thinking"))
            completion.thinking = text(completions[i]["thinking"], at + ".thinking");
        if (completions[i].contains("tokens"))
            completion.tokens = completion_tokens(completions[i]["tokens"], at + ".tokens");
    }
    if (const nlohmann::json& usage = member(json, "", "usage"); !usage.is_null()) {
        require_keys(usage, "usage", std::array{"prompt_tokens", "completion_tokens"});
        call.reply.usage = Usage{tokens(usage, "prompt_tokens"), tokens(usage, "completion_tokens")};
    }
    call.reply.cost = finite(member(json, "", "cost"), "cost");
    if (!(call.reply.cost >= 0.0)) fail_expected("cost", "a number of at least 0", json.at("cost"));
    if (json.contains("served_model")) call.reply.served_model = text(json["served_model"], "served_model");
    return call;
}

AUTOMIX_INLINE std::int64_t CallParser::tokens(const nlohmann::json& usage, const char* key) const {
    const nlohmann::json& count = member(usage, "usage", key);
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    if (!count.is_number_unsigned() || count.get<std::uint64_t>() > most)
        fail_expected(inside("usage", key), "a whole number of at least 0", count);
    return count.get<std::int64_t>();
}

AUTOMIX_INLINE double CallParser::log_probability(const nlohmann::json& token, const std::string& at) const {
    const nlohmann::json& found = member(token, at, "logprob");
    const double value = finite(found, inside(at, "logprob"));
    if (value > 0.0) fail_expected(inside(at, "logprob"), "a number of at most 0", found);
    return value;
}

AUTOMIX_INLINE std::vector<CompletionToken> CallParser::completion_tokens(const nlohmann::json& json,
                                                                          const std::string& field) const {
    std::vector<CompletionToken> tokens;
    for (const nlohmann::json& found : list(json, field, 0, " token")) {
        const std::string at = element(field, tokens.size());
        require_keys(found, at, std::array{"text", "logprob", "top"});
        CompletionToken& token = tokens.emplace_back();
        token.text = text(member(found, at, "text"), at + ".text");
        token.log_probability = log_probability(found, at);
        if (!found.contains("top")) continue;
        for (const nlohmann::json& other : list(found["top"], at + ".top", 0, " token")) {
            const std::string of_other = element(at + ".top", token.alternatives.size());
            require_keys(other, of_other, std::array{"text", "logprob"});
            token.alternatives.push_back({text(member(other, of_other, "text"), of_other + ".text"),
                                          log_probability(other, of_other)});
        }
    }
    return tokens;
}

/// Returns a token, or another one in its place, without alternatives.
inline nlohmann::ordered_json token_json(const std::string& text, double log_probability) {
    return {{"text", text}, {"logprob", log_probability}};
}

AUTOMIX_INLINE GenerateRequest CallParser::request(const nlohmann::json& json) const {
    require_keys(json, "request",
                 std::array{"messages", "temperature", "top_p", "max_tokens", "stop", "seed"});
    const auto field = [&](const char* key) -> const nlohmann::json& { return member(json, "request", key); };
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

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const RecordedCall& call) {
    nlohmann::ordered_json completions = nlohmann::ordered_json::array();
    for (const Completion& completion : call.reply.completions) {
        auto& json = completions.emplace_back(
            nlohmann::ordered_json{{"text", completion.text}, {"finish", to_string(completion.finish)}});
        if (!completion.thinking.empty()) json["thinking"] = completion.thinking;
        for (const CompletionToken& token : completion.tokens) {
            nlohmann::ordered_json& entry =
                json["tokens"].emplace_back(detail::token_json(token.text, token.log_probability));
            for (const TokenAlternative& other : token.alternatives)
                entry["top"].push_back(detail::token_json(other.text, other.log_probability));
        }
    }
    nlohmann::ordered_json usage = nullptr;
    if (call.reply.usage) {
        usage = {{"prompt_tokens", call.reply.usage->prompt_tokens},
                 {"completion_tokens", call.reply.usage->completion_tokens}};
    }
    nlohmann::ordered_json json{{"schema", calls_schema},
                                {"model", call.model},
                                {"request", detail::request_json(call.request)},
                                {"samples", call.request.samples},
                                {"completions", std::move(completions)},
                                {"usage", std::move(usage)},
                                {"cost", call.reply.cost}};
    if (!call.reply.served_model.empty()) json["served_model"] = call.reply.served_model;
    return json;
}

AUTOMIX_INLINE RecordedCall parse_call(const nlohmann::json& json, const std::string& name) {
    return detail::CallParser(name).parse(json);
}

AUTOMIX_INLINE std::string call_line(const RecordedCall& call) {
    return to_json(call).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

AUTOMIX_INLINE RecordedCall parse_call_line(std::string_view line, const std::string& name) {
    return parse_call(detail::parse_document(line, name), name);
}

AUTOMIX_INLINE bool names_calls_schema(std::string_view line) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    return json.is_object() && json.contains("schema") && json["schema"] == calls_schema;
}

AUTOMIX_INLINE bool is_whole_json(std::string_view line) { return detail::is_whole_json(line); }

AUTOMIX_INLINE std::string detail::call_key(const std::string& model, const GenerateRequest& request) {
    nlohmann::json json = request_json(request);
    json["model"] = model;
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace automix
