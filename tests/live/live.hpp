// SPDX-License-Identifier: Apache-2.0
// Live models made of callables for tests of what answers by them.
#pragma once

#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/self_verifier.hpp>

#include <string>
#include <utility>

namespace live {

/// A reply that says the same in every sample, at a price each.
inline automix::GenerateReply saying(const automix::GenerateRequest& request, const std::string& text,
                                     double price) {
    automix::GenerateReply reply;
    reply.completions.assign(static_cast<std::size_t>(request.samples), {.text = text});
    reply.cost = price * request.samples;
    return reply;
}

inline bool verifies(const automix::GenerateRequest& request) {
    return request.purpose == automix::Purpose::verification;
}

/// A model whose prompts read `context|question`.
template <class Callable>
automix::LiveModel model(const std::string& name, Callable callable) {
    return {.model = automix::CallableModel(name, std::move(callable)),
            .sampling = {.max_tokens = 8},
            .prompt = automix::PromptTemplate::for_answer("{context}|{question}")};
}

/// A model that gives this answer at this price, and verdicts of its own at an eighth of it.
inline automix::LiveModel model_saying(const std::string& name, const std::string& answer, double price,
                                       const std::string& verdict = "Verdict: correct") {
    return model(name, [=](const automix::GenerateRequest& request) {
        return verifies(request) ? saying(request, verdict, 0.125 * price) : saying(request, answer, price);
    });
}

/// A model of which calls for that purpose fail.
inline automix::LiveModel failing_model(const std::string& name, const std::string& answer, double price,
                                        automix::Purpose at, const automix::Failure& failure) {
    return model(name, [=](const automix::GenerateRequest& request) {
        if (request.purpose == at) throw automix::ModelError(name, failure, "out of order");
        return saying(request, verifies(request) ? "Verdict: correct" : answer, price);
    });
}

/// A verifier whose prompts read `context|question|answer`.
inline automix::SelfVerifier verifier() {
    return automix::SelfVerifier(
        {.prompt = automix::PromptTemplate::for_verification("{context}|{question}|{answer}"),
         .sampling = {.temperature = 0.7, .max_tokens = 8}});
}

inline automix::Query query(const std::string& id) {
    return {.id = id, .question = "q " + id, .context = "c " + id};
}

}  // namespace live
