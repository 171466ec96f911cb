// SPDX-License-Identifier: Apache-2.0
// Compares what training estimated on held-out rows with what a test found. O(1).
#pragma once

#include <automix/evaluation/evaluate.hpp>
#include <automix/routing/training.hpp>

#include <string>

namespace automix {

/// Returns a sentence if the test contradicts the estimate: score or cost differ by more than three standard errors of
/// the difference. Returns nothing otherwise, or if the test has no intervals.
std::string contradiction(const HeldOut& estimated, const Evaluation& test);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/held_out_check_inl.hpp>
#endif
