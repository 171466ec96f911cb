// SPDX-License-Identifier: Apache-2.0
// Reads the body of a request for a chat completion in the form of OpenAI's API. Fields whose effect verification cannot
// judge (tools, images, several choices, formats of the answer, fields that are not known) are not refused: they are
// named in `unjudged`, and the body then goes to one model as it is. Errors name the field.
//     const automix::ChatRequest request = automix::parse_chat_request(body);
//     const automix::Query query = automix::query_of(request, "request-1");
#pragma once

#include <automix/data/query_facts.hpp>
#include <automix/live/query.hpp>
#include <automix/model/request.hpp>
#include <automix/model/sampling_changes.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

struct ChatRequest {
    std::string model{};              ///< as the client names it
    std::vector<Message> messages{};  ///< of texts alone
    SamplingChanges sampling{};
    int choices = 1;                       ///< `n`
    bool stream = false;                   ///< the answer is wanted as server-sent events
    bool include_usage = false;            ///< a last event has the usage
    std::string user{};                    ///< as the client names its user; empty: not named
    bool explain = false;                  ///< from `automix.explain`
    std::string dataset{};                 ///< from `automix.dataset`
    std::vector<QueryFeature> features{};  ///< from `automix.features`
    std::vector<std::string> unjudged{};   ///< fields that verification cannot judge; empty: none
    nlohmann::json body{};                 ///< the body as it came, without the field `automix`
};

/// Returns the request in a body. Throws `RequestError` of status 400, naming the field, if anything is wrong.
[[nodiscard]] ChatRequest parse_chat_request(std::string_view body);

/// Returns the query for policy, context and verifier: the last message of the user is the question, and system prompt
/// and earlier turns are the context. Models get the messages unchanged. Requires that nothing is unjudged.
[[nodiscard]] Query query_of(const ChatRequest& request, std::string id);

/// Returns the key of the conversation: the client's `user` if it is named, and a hash of the first turns. Requires
/// messages.
[[nodiscard]] std::string conversation_of(const ChatRequest& request);

/// Returns true for an id that a client may give its request: 1 to 128 letters, digits and `.`, `_`, `-`, `:`.
[[nodiscard]] bool is_request_id(std::string_view text);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/chat_request_inl.hpp>
#endif
