// SPDX-License-Identifier: Apache-2.0
// Splits a request for many samples into several smaller calls, and asks again for samples that a call leaves out. Put
// it outside of retries, limits, meter and recorder. Then each call is retried, counted, paid and recorded separately,
// and a failure does not lose earlier samples. On demand it keeps replies of a request of which another call failed,
// and serves them when the request comes again.
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
#include <deque>
#include <memory>
#include <mutex>
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
    /// thread-safe. `most_kept` is the maximum number of replies to keep of requests that failed; copies share them.
    /// The cost of a kept reply counts in the failure, and is the `earlier_cost` of the request that it serves. So a
    /// meter must be inside. Throws `ArgumentError` if one of the first two is below 1.
    SplittingModel(Model model, int samples_per_call, int parallel = 1, std::size_t most_kept = 0)
        : model_(std::move(model)),
          most_(samples_per_call),
          parallel_(parallel),
          kept_(std::make_shared<Kept>(most_kept)) {
        if (most_ < 1)
            throw ArgumentError("samples_per_call: expected at least 1, found " + std::to_string(most_));
        if (parallel_ < 1)
            throw ArgumentError("parallel: expected at least 1, found " + std::to_string(parallel_));
    }

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }

    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Returns all samples with the sum of their costs. The usage is summed too, if every call reports it. A call after
    /// the first has the seed of the request plus the number of samples before its own. If a call brings fewer samples
    /// than it was asked for, the rest are requested in calls of that size. Passes on the failures of the model, with
    /// the cost and the usage of all calls. An exception of another type becomes a `ModelError` of kind `other`. A
    /// request with a body of its own is one call.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        validate(request);
        if (!request.body.empty()) return automix::generate(model_, request, stop);
        std::vector<Part> done;
        std::vector<Part> parts;
        split(parts, 0, request.samples, most_);
        while (!parts.empty()) {
            ask(parts, request, stop);
            std::vector<Part> rest;
            for (Part& part : parts) {
                if (part.reply) {
                    const int found = static_cast<int>(part.reply->completions.size());
                    split(rest, part.first + found, part.first + part.samples, found);
                }
                done.push_back(std::move(part));
            }
            if (std::any_of(done.begin(), done.end(),
                            [](const Part& part) { return part.error.has_value(); }))
                fail(done, request);
            parts = std::move(rest);
        }
        GenerateReply reply = sum(done).reply;
        reply.completions.resize(static_cast<std::size_t>(request.samples));
        for (Part& part : done) {
            std::vector<Completion>& came = part.reply->completions;
            std::move(came.begin(), came.end(), reply.completions.begin() + part.first);
        }
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

    /// The costs and usages of calls together.
    struct Sum {
        GenerateReply reply{.usage = Usage{}};
        bool billed = false;
    };

    /// The last replies of requests of which another call failed.
    class Kept {
     public:
        explicit Kept(std::size_t most) : most_(most) {}

        void add(GenerateRequest request, GenerateReply reply) {
            const std::lock_guard lock(mutex_);
            if (most_ == 0) return;
            if (replies_.size() == most_) replies_.pop_front();
            reply.earlier_cost = reply.cost;
            replies_.emplace_back(std::move(request), std::move(reply));
        }

        std::optional<GenerateReply> take(const GenerateRequest& request) {
            const std::lock_guard lock(mutex_);
            const auto found = std::find_if(replies_.begin(), replies_.end(),
                                            [&](const auto& kept) { return kept.first == request; });
            if (found == replies_.end()) return std::nullopt;
            std::optional<GenerateReply> reply = std::move(found->second);
            replies_.erase(found);
            return reply;
        }

     private:
        std::size_t most_;
        std::mutex mutex_;
        std::deque<std::pair<GenerateRequest, GenerateReply>> replies_;
    };

    static void split(std::vector<Part>& parts, int first, int end, int most) {
        for (; first < end; first += most) parts.push_back({first, std::min(most, end - first), {}, {}});
    }

    static GenerateRequest request_of(const Part& part, const GenerateRequest& request) {
        GenerateRequest single = request;
        single.samples = part.samples;
        single.partial = true;
        if (single.sampling.seed) *single.sampling.seed += static_cast<std::uint64_t>(part.first);
        return single;
    }

    void ask(std::vector<Part>& parts, const GenerateRequest& request, const std::stop_token& stop) {
        std::atomic<bool> failed = false;
        for_each_concurrently(parts.size(), static_cast<std::size_t>(parallel_), {}, [&](std::size_t i) {
            const GenerateRequest single = request_of(parts[i], request);
            parts[i].reply = kept_->take(single);
            if (failed || parts[i].reply) return;
            try {
                GenerateReply reply = automix::generate(model_, single, stop);
                require_completions(model_.name(), single, reply);
                parts[i].reply = std::move(reply);
            } catch (const ModelError& error) {
                parts[i].error = error;
                failed = true;
            } catch (...) {
                parts[i].error = handled_error(model_.name(), {});
                failed = true;
            }
        });
    }

    /// Returns the costs and usages of calls, failed ones included.
    static Sum sum(const std::vector<Part>& parts) {
        Sum all;
        GenerateReply& reply = all.reply;
        for (const Part& part : parts) {
            if (part.error) {
                const Failure& failure = part.error->failure();
                reply.cost += failure.cost;
                if (failure.usage) {
                    add(reply.usage, failure.usage);
                } else if (failure.maybe_billed) {
                    reply.usage.reset();
                }
                all.billed = all.billed || failure.maybe_billed;
            } else if (part.reply) {
                reply.cost += part.reply->cost;
                reply.earlier_cost += part.reply->earlier_cost;
                add(reply.usage, part.reply->usage);
                if (!part.reply->served_model.empty()) reply.served_model = part.reply->served_model;
                all.billed = true;
            }
        }
        return all;
    }

    /// Keeps the replies of a request that failed. Throws its first error, with the costs and usages of all calls.
    [[noreturn]] void fail(std::vector<Part>& parts, const GenerateRequest& request) {
        const auto failed =
            std::find_if(parts.begin(), parts.end(), [](const Part& part) { return part.error.has_value(); });
        const Sum all = sum(parts);
        Failure failure = failed->error->failure();
        failure.cost = all.reply.cost - all.reply.earlier_cost;
        failure.maybe_billed = all.billed || all.reply.usage != Usage{};
        failure.usage = all.reply.usage == Usage{} ? std::nullopt : all.reply.usage;
        for (Part& part : parts) {
            if (part.reply) kept_->add(request_of(part, request), *std::move(part.reply));
        }
        throw ModelError(*failed->error, failure);
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
    std::shared_ptr<Kept> kept_;
};

}  // namespace automix
