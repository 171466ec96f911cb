// SPDX-License-Identifier: Apache-2.0
// Splits a request for many samples into several smaller calls, one after the other. Put it outside of retries, limits,
// meter and recorder. Then each call is retried, counted, paid and recorded separately, and a failure does not lose
// earlier samples.
#pragma once

#include <automix/core/error.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <stop_token>
#include <string>
#include <utility>

namespace automix {

template <model_adapter Model>
class SplittingModel {
 public:
    /// Throws `ArgumentError` for less than one sample a call.
    SplittingModel(Model model, int samples_per_call) : model_(std::move(model)), most_(samples_per_call) {
        if (most_ < 1)
            throw ArgumentError("samples_per_call: expected at least 1, found " + std::to_string(most_));
    }

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }

    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Returns all samples with the sum of their costs. The usage is summed too, if every call reports it. A call after
    /// the first has the seed of the request plus the number of samples before it. Passes on the exceptions of the
    /// model. A `ModelError` has the cost of all calls.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        if (request.samples <= most_) return automix::generate(model_, request, stop);
        GenerateReply reply{.usage = Usage{}};
        for (int drawn = 0; drawn < request.samples; drawn += most_) {
            GenerateRequest part = request;
            part.samples = std::min(most_, request.samples - drawn);
            if (part.sampling.seed) *part.sampling.seed += static_cast<std::uint64_t>(drawn);
            add(reply, call(part, reply.cost, stop));
        }
        return reply;
    }

 private:
    GenerateReply call(const GenerateRequest& part, double paid, const std::stop_token& stop) {
        try {
            return automix::generate(model_, part, stop);
        } catch (const ModelError& error) {
            Failure failure = error.failure();
            failure.cost += paid;
            throw ModelError(error, failure);
        }
    }

    static void add(GenerateReply& reply, GenerateReply part) {
        std::move(part.completions.begin(), part.completions.end(), std::back_inserter(reply.completions));
        reply.cost += part.cost;
        if (reply.usage && part.usage) {
            reply.usage->prompt_tokens += part.usage->prompt_tokens;
            reply.usage->completion_tokens += part.usage->completion_tokens;
        } else {
            reply.usage.reset();
        }
    }

    Model model_;
    int most_;
};

}  // namespace automix
