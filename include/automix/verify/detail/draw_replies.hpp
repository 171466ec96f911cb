// SPDX-License-Identifier: Apache-2.0
// Draws one round of sampled replies to a prompt, with a single call for all of them.
#pragma once

#include <automix/core/random.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verifier.hpp>

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

/// Returns the seed of a round, a hash of the user's seed, the prompt and the number of earlier draws. So rounds on an
/// answer differ, and a repeated run has the same requests. The seed is below 2^31, which every backend accepts.
constexpr std::uint64_t round_seed(std::uint64_t seed, std::string_view prompt, int first) noexcept {
    return hash_text(prompt, seed ^ mix_bits(static_cast<std::uint64_t>(first))) >> 33U;
}

/// Draws `range.count` replies to the prompt, a single user message. The caller reads the verdicts. If `sampling` has a
/// seed, the request has the seed of the round. Throws `ArgumentError` for a bad range or sampling, and `ModelError` of
/// kind `bad_reply` for a wrong number of replies. Passes on the exceptions of the model.
template <model_adapter Model>
Verdicts draw_replies(Model& model, RenderedPrompt prompt, const Sampling& sampling, const DrawRange& range,
                      const std::stop_token& stop) {
    validate(range);
    GenerateRequest request{.messages = {Message{Role::user, std::move(prompt.text)}},
                            .sampling = sampling,
                            .samples = range.count,
                            .purpose = Purpose::verification};
    validate(request);
    if (sampling.seed) {
        request.sampling.seed = round_seed(*sampling.seed, request.messages.front().text, range.first);
    }
    GenerateReply reply = generate(model, request, stop);
    if (reply.completions.size() != static_cast<std::size_t>(range.count)) {
        throw ModelError(model.name(),
                         Failure{.kind = FailureKind::bad_reply, .maybe_billed = true, .cost = reply.cost},
                         "asked for " + std::to_string(range.count) + " samples, got " +
                             std::to_string(reply.completions.size()));
    }
    Verdicts drawn{.cut_bytes = prompt.cut_bytes, .cost = reply.cost};
    drawn.replies.reserve(reply.completions.size());
    for (auto& completion : reply.completions) {
        drawn.cut_replies += completion.finish == FinishReason::length ? 1 : 0;
        drawn.declined_replies += completion.finish == FinishReason::content_filter ? 1 : 0;
        drawn.replies.push_back(std::move(completion.text));
    }
    return drawn;
}

}  // namespace automix::detail
