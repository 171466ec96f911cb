// SPDX-License-Identifier: Apache-2.0
// This file checks before any training that the rows to test on hold what a policy needs that is trained on other rows.
// O(rows * models).
#pragma once

#include <automix/data/dataset.hpp>

#include <vector>

namespace automix {

/// Throws `DataError` with file, line and model for a row to test on whose answer is not verified, or by another kind
/// of evidence, if all rows to train on have verdicts or all have a confidence. `max_draws` is as in
/// `StatisticsOptions`; a model with limit 0 is not verified. Both must have the same models.
void require_verification_of(const Dataset& train, const Dataset& test,
                             const std::vector<int>& max_draws = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/test_rows_inl.hpp>
#endif
