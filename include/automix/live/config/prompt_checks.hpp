// SPDX-License-Identifier: Apache-2.0
// What can be wrong between the prompts of a models file and the queries is found by rendering every prompt before the first
// one is sent. O(queries * length of their prompts).
#pragma once

#include <automix/live/config/models_file.hpp>
#include <automix/live/query.hpp>

#include <cstddef>
#include <span>

namespace automix {

/// How many queries have a context that will be cut. A prompt that verifies is rendered with an empty answer, if the model
/// is `verified`. Throws `ArgumentError`, naming the field of the model, for a query whose data set has no prompt although
/// others have (the library's own are for models without any); whose context the prompt leaves out; and which does not fit.
std::size_t check_prompts(const ModelConfig& model, bool verified, std::span<const Query> queries);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/prompt_checks_inl.hpp>
#endif
