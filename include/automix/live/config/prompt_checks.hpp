// SPDX-License-Identifier: Apache-2.0
// Checks the prompts of a models file against the queries by rendering every prompt before the first one is sent.
// O(queries * length of their prompts).
#pragma once

#include <automix/live/config/models_file.hpp>
#include <automix/live/query.hpp>

#include <cstddef>
#include <span>

namespace automix {

/// Returns the number of queries with a context that will be cut. A verification prompt is rendered with an empty
/// answer, if the model is `verified`. Throws `ArgumentError`, naming the field of the model, if the data set of a
/// query has no prompt although others have. Throws the same if a prompt leaves out the context of a query or does not
/// fit. The library's own prompts serve models that have none.
std::size_t check_prompts(const ModelConfig& model, bool verified, std::span<const Query> queries);

/// Returns the same of the verification prompts of a model that judges answers of others. Throws as `check_prompts`.
std::size_t check_judge_prompts(const ModelConfig& judge, std::span<const Query> queries);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/prompt_checks_inl.hpp>
#endif
