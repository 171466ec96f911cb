// SPDX-License-Identifier: Apache-2.0
// Splits a request for many samples into several smaller calls, and asks again for samples that a call leaves out. Put
// it outside of retries, limits, meter and recorder. Then each call is retried, counted, paid and recorded separately,
// and a failure does not lose earlier samples.
#pragma once

#include <automix/core/concurrent.hpp>
#include <automix/core/error.hpp>
#include <automix/model/completion_check.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace automix {

template <model_adapter Model>
class SplittingModel {
 public:
    /// Takes the maximum number of samples a call, and of calls of one request at a time. Above 1 the model must be
    /// thread-safe. Throws `ArgumentError` if one is below 1.
    SplittingModel(Model model, int samples_per_call, int parallel = 1)
        : model_(std::move(model)), most_(samples_per_call), parallel_(parallel) {
        if (most_ < 1)
            throw ArgumentError("samples_per_call: expected at least 1, found " + std::to_string(most_));
        if (parallel_ < 1)
            throw ArgumentError("parallel: expected at least 1, found " + std::to_string(parallel_));
    }

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }

    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Returns all samples with the sum of their costs. The usage is summed too, if every call reports it. A call after
    /// the first has the seed of the request plus the number of samples before its own. If a call brings fewer samples
    /// than it was asked for, the rest are requested in calls of that size. Passes on the exceptions of the model. A
    /// `ModelError` has the cost and the usage of all calls.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        validate(request);
        std::vector<Completion> completions(static_cast<std::size_t>(request.samples));
        GenerateReply reply{.usage = Usage{}};
        std::vector<Part> parts;
        split(parts, 0, request.samples, most_);
        while (!parts.empty()) {
            ask(parts, request, stop);
            collect(parts, reply);
            std::vector<Part> rest;
            for (Part& part : parts) {
                std::vector<Completion>& came = part.reply->completions;
                const int found = static_cast<int>(came.size());
                std::move(came.begin(), came.end(), completions.begin() + part.first);
                split(rest, part.first + found, part.first + part.samples, found);
            }
            parts = std::move(rest);
        }
        reply.completions = std::move(completions);
        return reply;
    }

 private:
    /// The samples of one call, and its outcome: a reply or an error, or neither if it was not made.
    struct Part {
        int first = 0;
        int samples = 0;
        std::optional<GenerateReply> reply{};
        std::optional<ModelError> error{};
    };

    static void split(std::vector<Part>& parts, int first, int end, int most) {
        for (; first < end; first += most) parts.push_back({first, std::min(most, end - first), {}, {}});
    }

    void ask(std::vector<Part>& parts, const GenerateRequest& request, const std::stop_token& stop) {
        std::atomic<bool> failed = false;
        for_each_concurrently(parts.size(), static_cast<std::size_t>(parallel_), {}, [&](std::size_t i) {
            if (failed) return;
            GenerateRequest single = request;
            single.samples = parts[i].samples;
            single.partial = true;
            if (single.sampling.seed) *single.sampling.seed += static_cast<std::uint64_t>(parts[i].first);
            try {
                GenerateReply reply = automix::generate(model_, single, stop);
                require_completions(model_.name(), single, reply);
                parts[i].reply = std::move(reply);
            } catch (const ModelError& error) {
                parts[i].error = error;
                failed = true;
            }
        });
    }

    /// Adds the costs and usages of calls to the reply. Throws the first error, with those of all calls.
    static void collect(const std::vector<Part>& parts, GenerateReply& reply) {
        bool billed = false;
        std::optional<ModelError> failed;
        for (const Part& part : parts) {
            if (part.error) {
                const Failure& failure = part.error->failure();
                reply.cost += failure.cost;
                if (failure.usage) {
                    add(reply.usage, failure.usage);
                } else if (failure.maybe_billed) {
                    reply.usage.reset();
                }
                billed = billed || failure.maybe_billed;
                if (!failed) failed = part.error;
            } else if (part.reply) {
                reply.cost += part.reply->cost;
                add(reply.usage, part.reply->usage);
                if (!part.reply->served_model.empty()) reply.served_model = part.reply->served_model;
                billed = true;
            }
        }
        if (!failed) return;
        Failure failure = failed->failure();
        failure.cost = reply.cost;
        failure.maybe_billed = billed || reply.usage != Usage{};
        failure.usage = reply.usage == Usage{} ? std::nullopt : reply.usage;
        throw ModelError(*failed, failure);
    }

    static void add(std::optional<Usage>& sum, const std::optional<Usage>& usage) {
        if (sum && usage) {
            sum->prompt_tokens += usage->prompt_tokens;
            sum->completion_tokens += usage->completion_tokens;
        } else {
            sum.reset();
        }
    }

    Model model_;
    int most_;
    int parallel_;
};

}  // namespace automix
