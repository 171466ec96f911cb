// SPDX-License-Identifier: Apache-2.0
// Defines the concept of a language model behind any API. Required members of `model_adapter`:
//     name() const                              convertible to std::string_view
//     GenerateReply generate(const GenerateRequest&)
// `generate` returns one completion for each requested sample. It throws `ModelError` if the call fails. Calls come
// from many threads at once if queries are answered concurrently. Valid: struct Echo below, and any adapter of this
// layer. Invalid: a type whose `generate` returns a bare string. Skeleton:
//     struct Echo {
//         std::string name() const { return "echo"; }
//         automix::GenerateReply generate(const automix::GenerateRequest& request) {
//             const automix::Completion said{.text = request.messages.back().text};
//             return {.completions = std::vector(static_cast<std::size_t>(request.samples), said)};
//         }
//     };
// An adapter that can be interrupted also has `generate(const GenerateRequest&, std::stop_token)`.
#pragma once

#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <concepts>
#include <stop_token>
#include <string_view>
#include <utility>

namespace automix {

template <class M>
concept model_adapter = requires(M& model, const GenerateRequest& request) {
    { std::as_const(model).name() } -> std::convertible_to<std::string_view>;
    { model.generate(request) } -> std::same_as<GenerateReply>;
};

/// A model whose calls end early, with a `ModelError` of kind `cancelled`, when a stop is requested.
template <class M>
concept cancellable_model = model_adapter<M> &&
    requires(M& model, const GenerateRequest& request, std::stop_token stop) {
    { model.generate(request, std::move(stop)) } -> std::same_as<GenerateReply>;
};

/// Asks `model`. `stop` is checked before the call, and interrupts it if the adapter can be interrupted. Passes on the
/// exceptions of the model. Throws `ModelError` of kind `cancelled` after a stop.
template <model_adapter Model>
GenerateReply generate(Model& model, const GenerateRequest& request, const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw ModelError(model.name(), Failure{.kind = FailureKind::cancelled}, "cancelled before the call");
    }
    if constexpr (cancellable_model<Model>) {
        return model.generate(request, stop);
    } else {
        return model.generate(request);
    }
}

}  // namespace automix
