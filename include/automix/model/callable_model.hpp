// SPDX-License-Identifier: Apache-2.0
// Makes a model of any callable: for tests, for models in the process, and for the user's own clients. The callable
// takes a request, or a request and a `std::stop_token`. It returns a whole reply or the text of one sample:
//     CallableModel echo("echo", [](const GenerateRequest& request) { return request.messages.back().text; });
// A callable that returns a text is called once for each sample. Each such call has `samples` 1 and, if the request has
// a seed, the next seed. Calls come from many threads at once if the model is used by many.
#pragma once

#include <automix/model/model_adapter.hpp>

#include <concepts>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

namespace automix {

/// A model that calls a callable. Copies copy the callable.
template <class Callable>
class CallableModel {
    static constexpr bool sees_stop = std::is_invocable_v<Callable&, const GenerateRequest&, std::stop_token>;
    static_assert(
        sees_stop || std::is_invocable_v<Callable&, const GenerateRequest&>,
        "a model's callable takes `const GenerateRequest&`, and may take a `std::stop_token` after it");

 public:
    CallableModel(std::string name, Callable callable)
        : name_(std::move(name)), callable_(std::move(callable)) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Passes on the exceptions of the callable. Throws `ModelError` of kind `cancelled` if a stop is requested between
    /// two samples.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        if constexpr (std::same_as<Result, GenerateReply>) {
            return call(request, stop);
        } else {
            static_assert(std::is_convertible_v<Result, std::string>,
                          "a model's callable gives a `GenerateReply`, or the text of one sample");
            GenerateReply reply;
            GenerateRequest single = request;
            single.samples = 1;
            for (int sample = 0; sample < request.samples; ++sample) {
                if (stop.stop_requested()) {
                    throw ModelError(name_, {.kind = FailureKind::cancelled},
                                     "cancelled after " + std::to_string(sample) + " of " +
                                         std::to_string(request.samples) + " samples");
                }
                reply.completions.push_back({.text = call(single, stop)});
                if (single.sampling.seed) ++*single.sampling.seed;
            }
            return reply;
        }
    }

 private:
    static decltype(auto) invoke(Callable& callable, const GenerateRequest& request,
                                 const std::stop_token& stop) {
        if constexpr (sees_stop) {
            return callable(request, stop);
        } else {
            return callable(request);
        }
    }

    using Result =
        std::remove_cvref_t<decltype(invoke(std::declval<Callable&>(), std::declval<const GenerateRequest&>(),
                                            std::declval<const std::stop_token&>()))>;

    decltype(auto) call(const GenerateRequest& request, const std::stop_token& stop) {
        return invoke(callable_, request, stop);
    }

    std::string name_;
    Callable callable_;
};

}  // namespace automix
