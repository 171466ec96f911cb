// SPDX-License-Identifier: Apache-2.0
// What calls of a model cost: a price for each answer and each verdict, a price for each token, or both together. Units are
// the user's own, the same for all models.
#pragma once

#include <automix/core/price.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <cstddef>

namespace automix {

struct ModelPrice {
    double call = 0.0;                    ///< of one answer
    double verification = 0.0;            ///< of one verdict
    double prompt_per_million = 0.0;      ///< of a million tokens of prompt
    double completion_per_million = 0.0;  ///< of a million tokens of completion

    friend bool operator==(const ModelPrice&, const ModelPrice&) = default;
};

/// Throws `ArgumentError`, naming the field, if a price is none.
inline void validate(const ModelPrice& price) {
    require_price(price.call, "price.call");
    require_price(price.verification, "price.verification");
    require_price(price.prompt_per_million, "price.prompt_per_million");
    require_price(price.completion_per_million, "price.completion_per_million");
}

/// True if a token costs anything, so that a reply without usage cannot be settled.
inline bool charges_tokens(const ModelPrice& price) noexcept {
    return price.prompt_per_million > 0.0 || price.completion_per_million > 0.0;
}

/// The price of a call that used these tokens.
inline double cost_of(const ModelPrice& price, const GenerateRequest& request, const Usage& usage) noexcept {
    const double sample = request.purpose == Purpose::answer ? price.call : price.verification;
    return sample * request.samples +
           1e-6 * (price.prompt_per_million * static_cast<double>(usage.prompt_tokens) +
                   price.completion_per_million * static_cast<double>(usage.completion_tokens));
}

/// The most that a call can cost: each byte of the prompt a token, once for each sample in case the samples are drawn by a call
/// each, and each completion at its full length.
inline double worst_case(const ModelPrice& price, const GenerateRequest& request) noexcept {
    std::size_t bytes = 0;
    for (const auto& message : request.messages) bytes += message.text.size();
    return cost_of(price, request,
                   {.prompt_tokens = static_cast<std::int64_t>(bytes) * request.samples,
                    .completion_tokens = std::int64_t{request.sampling.max_tokens} * request.samples});
}

}  // namespace automix
