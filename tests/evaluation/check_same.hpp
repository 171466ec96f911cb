// SPDX-License-Identifier: Apache-2.0
// Evaluations that have to be the same, to the bit.
#pragma once

#include "support/catch.hpp"

#include <automix/evaluation/evaluate.hpp>

/// Equal to the last bit.
inline void check_same(const automix::Evaluation& a, const automix::Evaluation& b) {
    CHECK(a.report.performance == b.report.performance);
    CHECK(a.report.cost == b.report.cost);
    CHECK(a.report.routed == b.report.routed);
    CHECK(a.report.draws == b.report.draws);
    CHECK(a.report.ibc.value_or(-1.0) == b.report.ibc.value_or(-1.0));
    CHECK(a.report.undefined() == b.report.undefined());
    CHECK(a.baselines.oracle.cost == b.baselines.oracle.cost);
    CHECK(a.baselines.random_mix.cost == b.baselines.random_mix.cost);
    CHECK(a.datasets.size() == b.datasets.size());
    REQUIRE(a.intervals.has_value());
    REQUIRE(b.intervals.has_value());
    CHECK(a.intervals->resamples == b.intervals->resamples);
    CHECK(a.intervals->performance.low == b.intervals->performance.low);
    CHECK(a.intervals->cost.high == b.intervals->cost.high);
    CHECK(a.intervals->ibc_lift.has_value() == b.intervals->ibc_lift.has_value());
    CHECK(a.intervals->undefined_resamples == b.intervals->undefined_resamples);
}
