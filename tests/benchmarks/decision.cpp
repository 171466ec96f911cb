// SPDX-License-Identifier: Apache-2.0
// One decision, accept or route, of a trained router on the evidence of a verified answer. As on the Python side the
// evidence is that of the table's first rows, so that neither branches nor memory are the same each time.
#include "benchmarks/suites.hpp"
#include "benchmarks/table.hpp"

#include <automix/mixer/automix.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <vector>

namespace benchmarks {
namespace {

constexpr std::size_t max_decisions = 1000;

/// The small model has answered and drawn all its verdicts.
std::vector<automix::Evidence> verified_answers(std::size_t rows) {
    std::vector<automix::Evidence> all(rows, automix::Evidence(2));
    for (std::size_t i = 0; i < rows; ++i) {
        const TableRow row = table_row(i);
        all[i].current = 0;
        automix::ModelEvidence& small = all[i].models[0];
        small.answered = true;
        small.drawn = small.parsed = static_cast<int>(row.verdicts.size());
        small.positive = static_cast<int>(row.positives());
    }
    return all;
}

}  // namespace

void register_decisions(std::size_t rows) {
    register_routers("decide", rows, []<class Router>(benchmark::State& state, std::size_t size) {
        automix::Automix mixer{Router{}, {table_prices(), {}}};
        mixer.train(table_of(size).data);
        const Router& router = mixer.router();
        const auto evidence = verified_answers(std::min(size, max_decisions));
        std::size_t routed = 0;
        for (auto _ : state) {
            routed = 0;
            for (const automix::Evidence& query : evidence) {
                routed += router.next(query).kind == automix::ActionKind::route ? 1U : 0U;
            }
            benchmark::DoNotOptimize(routed);
        }
        const auto decisions = static_cast<double>(evidence.size());
        state.counters["decisions"] = decisions;
        state.counters["routed"] = static_cast<double>(routed);
    });
}

}  // namespace benchmarks
