// SPDX-License-Identifier: Apache-2.0
// Reads and writes calls of models as JSON. Each call is one line in a recording of the schema `automix-calls/1`:
//     {"schema":"automix-calls/1","model":"small","request":{"messages":[{"role":"user","content":".."},..],
//      "temperature":0.7,"top_p":1.0,"max_tokens":64,"stop":[..],"seed":7 or null},"samples":2,
//      "completions":[{"text":"..","finish":"stop","thinking":"..",
//        "tokens":[{"text":"B","logprob":-0.1,"top":[{"text":"B","logprob":-0.1},..]},..]},..],
//      "usage":{"prompt_tokens":812,"completion_tokens":9} or null,"cost":0.5,"served_model":"mini-0401"}
// `thinking`, `tokens` with their log probabilities, `top` and `served_model` stand there only if the backend reports them. The request without its number of samples identifies a call. No key of an API is part of a request.
#pragma once

#include <automix/json/document_checks.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
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

/// Returns the parts of a request on which the reply depends, without the number of samples.
nlohmann::ordered_json request_json(const GenerateRequest& request);

class CallParser : DocumentChecks {
 public:
    explicit CallParser(const std::string& name) : DocumentChecks(name) {}

    [[nodiscard]] RecordedCall parse(const nlohmann::json& json) const;

 private:
    [[nodiscard]] std::int64_t tokens(const nlohmann::json& usage, const char* key) const;

    [[nodiscard]] GenerateRequest request(const nlohmann::json& json) const;

    [[nodiscard]] double log_probability(const nlohmann::json& token, const std::string& at) const;

    [[nodiscard]] std::vector<CompletionToken> completion_tokens(const nlohmann::json& json,
                                                                 const std::string& field) const;
};

}  // namespace detail

/// Returns a call as the JSON object of its line.
nlohmann::ordered_json to_json(const RecordedCall& call);

/// Returns the line of a call, with its line end. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string call_line(const RecordedCall& call);

/// Returns the call in a line. Messages refer to the line as `name`. Throws `DataError`, naming the field, if anything
/// is wrong.
[[nodiscard]] RecordedCall parse_call_line(std::string_view line, const std::string& name);

/// Returns true for a line that names the schema of calls. The rest of the line is not checked.
[[nodiscard]] bool names_calls_schema(std::string_view line);

/// Returns true for a line of complete JSON, which was not cut off.
[[nodiscard]] bool is_whole_json(std::string_view line);

namespace detail {

/// Returns the text that identifies calls of a model. It holds everything on which a reply depends, without the number
/// of samples.
[[nodiscard]] std::string call_key(const std::string& model, const GenerateRequest& request);

}  // namespace detail

/// Returns the call in a JSON value. Messages refer to it as `name`. Throws `DataError`, naming the field, if anything
/// is wrong.
[[nodiscard]] RecordedCall parse_call(const nlohmann::json& json, const std::string& name);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/json/detail/call_json_inl.hpp>
#endif
