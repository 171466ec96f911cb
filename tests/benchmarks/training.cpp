// SPDX-License-Identifier: Apache-2.0
// Training from columns in memory: `Automix::train` as a user calls it, prices and all. The table has its categories
// set, as the Python table has them.
#include "benchmarks/suites.hpp"
#include "benchmarks/table.hpp"

#include <automix/mixer/automix.hpp>
#include <automix/routing/training.hpp>

namespace benchmarks {

void register_training(std::size_t rows) {
    register_routers("train", rows, []<class Router>(benchmark::State& state, std::size_t size) {
        const Table& table = table_of(size);
        automix::Automix mixer{Router{}, {table_prices(), {}}};
        automix::TrainingResult result;
        for (auto _ : state) {
            result = mixer.train(table.data);
            benchmark::DoNotOptimize(result);
        }
        state.SetLabel("checksum " + std::to_string(table.checksum));
        state.counters["ibc_lift"] = result.ibc_lift.value_or(0.0);
    });
}

}  // namespace benchmarks
