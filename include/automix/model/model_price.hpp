// SPDX-License-Identifier: Apache-2.0
// Defines the price of calls of a model: for each answer and each verdict, for each token, or for both. The user
// chooses the unit, which is the same for all models.
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

/// Throws `ArgumentError`, naming the field, if a price is not valid.
inline void validate(const ModelPrice& price) {
    require_price(price.call, "price.call");
    require_price(price.verification, "price.verification");
    require_price(price.prompt_per_million, "price.prompt_per_million");
    require_price(price.completion_per_million, "price.completion_per_million");
}

/// Returns true if tokens have a price, so that a reply without usage cannot be settled.
inline bool charges_tokens(const ModelPrice& price) noexcept {
    return price.prompt_per_million > 0.0 || price.completion_per_million > 0.0;
}

/// Returns the price of a call that used these tokens.
inline double cost_of(const ModelPrice& price, const GenerateRequest& request, const Usage& usage) noexcept {
    const double sample = request.purpose == Purpose::answer ? price.call : price.verification;
    return sample * request.samples +
           1e-6 * (price.prompt_per_million * static_cast<double>(usage.prompt_tokens) +
                   price.completion_per_million * static_cast<double>(usage.completion_tokens));
}

/// Returns the maximum price of a call. Each byte of the prompt counts as a token, and each completion has its full
/// length. The prompt counts once for each sample, in case each sample takes a call.
inline double worst_case(const ModelPrice& price, const GenerateRequest& request) noexcept {
    std::size_t bytes = 0;
    for (const auto& message : request.messages) bytes += message.text.size();
    return cost_of(price, request,
                   {.prompt_tokens = static_cast<std::int64_t>(bytes) * request.samples,
                    .completion_tokens = std::int64_t{request.sampling.max_tokens} * request.samples});
}

}  // namespace automix
