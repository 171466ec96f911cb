// SPDX-License-Identifier: Apache-2.0
// The subjects of the benchmark program, and the routers that they time. Benchmarks are named SUBJECT/NAME/ROWS, those of
// policies from statistics SUBJECT/NAME/DRAWS, those of the live path SUBJECT/NAME/DRAWS or /QUERIES AT A TIME.
#pragma once

#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>
#include <automix/routing/published/simple_pomdp.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/published/union.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>

namespace benchmarks {

void register_training(std::size_t rows);
void register_decisions(std::size_t rows);
/// Registers the first decision of a policy that reads questions of 100 words: reading, the policy, and both.
void register_context_decisions();
void register_routing(std::size_t rows);
void register_policies();
void register_reading();
void register_live();
void register_large();

/// Registers `time.template operator()<Router>(state, rows)` for each router of the published family, for `exact` and
/// for `pomdp`.
template <class Time>
void register_routers(const std::string& subject, std::size_t rows, Time time) {
    const auto add = [&]<class... Routers>() {
        (benchmark::RegisterBenchmark(
             (subject + '/' + Routers::name() + '/' + std::to_string(rows)).c_str(),
             [=](benchmark::State& state) { time.template operator()<Routers>(state, rows); }),
         ...);
    };
    using namespace automix;
    add.template
    operator()<UnionRouter, SimplePomdpRouter, GreedyPomdpRouter, DoubleThresholdRouter, ThresholdRouter,
               TripleThresholdRouter, SelfConsistencyRouter, ExactRouter, PomdpRouter>();
}

}  // namespace benchmarks
