// SPDX-License-Identifier: Apache-2.0
// The concept of a language model behind any API. Required members of `model_adapter`:
//     name() const                              convertible to std::string_view
//     GenerateReply generate(const GenerateRequest&)
// `generate` gives as many completions as samples were asked for, or throws: `ModelError` for a call that failed. It is called
// from many threads at once if queries are answered concurrently. Valid: struct Echo below, and any adapter of this
// layer. Invalid: one whose `generate` returns a bare string. Skeleton:
//     struct Echo {
//         std::string name() const { return "echo"; }
//         automix::GenerateReply generate(const automix::GenerateRequest& request) {
//             const automix::Completion said{.text = request.messages.back().text};
//             return {.completions = std::vector(static_cast<std::size_t>(request.samples), said)};
//         }
//     };
// An adapter that can be interrupted has `generate(const GenerateRequest&, std::stop_token)` in addition.
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

/// A model whose calls end early, by a `ModelError` of kind `cancelled`, when a stop is requested.
template <class M>
concept cancellable_model = model_adapter<M> &&
    requires(M& model, const GenerateRequest& request, std::stop_token stop) {
    { model.generate(request, std::move(stop)) } -> std::same_as<GenerateReply>;
};

/// Asks `model`; `stop` interrupts the call if the adapter can be interrupted, and is heeded before it in any case.
/// Throws `ModelError` of kind `cancelled` after a stop, and what the model throws.
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
