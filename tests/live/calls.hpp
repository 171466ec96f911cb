// SPDX-License-Identifier: Apache-2.0
// Requests and recorded calls for tests of recordings.
#pragma once

#include <automix/live/json/call_json.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <string>
#include <vector>

namespace calls {

inline automix::GenerateRequest asking(const std::string& text, int samples = 1) {
    return {.messages = {{automix::Role::user, text}}, .sampling = {.max_tokens = 8}, .samples = samples};
}

inline automix::RecordedCall call(const std::string& model, const automix::GenerateRequest& request,
                                  const std::vector<std::string>& texts, double cost = 0.0) {
    automix::RecordedCall made{model, request, {}};
    for (const std::string& text : texts) made.reply.completions.push_back({.text = text});
    made.request.samples = static_cast<int>(texts.size());
    made.reply.cost = cost;
    return made;
}

inline std::vector<std::string> texts_of(const automix::GenerateReply& reply) {
    std::vector<std::string> all;
    for (const automix::Completion& completion : reply.completions) all.push_back(completion.text);
    return all;
}

}  // namespace calls
