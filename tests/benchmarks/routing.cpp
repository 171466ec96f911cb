// SPDX-License-Identifier: Apache-2.0
// The POMDP router: from statistics to a policy for two models at 8 draws and for three at 20, guard and all; and the pass
// over columns that makes the statistics, beside one that only sums the same columns.
#include "benchmarks/suites.hpp"
#include "benchmarks/table.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/training.hpp>
#include <automix/stream/statistics_changes.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace benchmarks {
namespace {

/// A log of models of which all but the last are verified by verdicts that tell right from wrong.
automix::Dataset verified_log(std::size_t models, int draws, int rows) {
    std::vector<std::string> names;
    for (std::size_t m = 0; m < models; ++m) names.push_back("model " + std::to_string(m));
    automix::Dataset data(names);
    automix::Random random(1);
    for (int row = 0; row < rows; ++row) {
        automix::Record record;
        record.id = std::to_string(row);
        record.models.resize(models);
        const double ease = random.uniform();
        for (std::size_t m = 0; m < models; ++m) {
            const double able = 0.3 + 0.6 * static_cast<double>(m) / static_cast<double>(models - 1);
            const bool right = random.bernoulli(std::clamp(able + 0.5 * (ease - 0.5), 0.02, 0.98));
            record.models[m].score = right ? 1.0 : 0.0;
            if (m + 1 == models) break;
            const double level = right ? 1.0 - 0.5 * random.uniform() : 0.6 * random.uniform();
            for (int k = 0; k < draws; ++k)
                record.models[m].verdicts.push_back(random.bernoulli(level) ? automix::Verdict::positive
                                                                            : automix::Verdict::negative);
        }
        data.append(record);
    }
    return data;
}

void time_policy(benchmark::State& state, std::size_t models, int draws) {
    const automix::Dataset data = verified_log(models, draws, 2000);
    automix::Prices prices;
    for (std::size_t m = 0; m < models; ++m) {
        prices.answers.push_back(m + 1 == models ? 50.0 : std::pow(5.0, static_cast<double>(m)));
        prices.draws.push_back(0.125 * prices.answers.back());
    }
    const automix::Statistics statistics = collect_statistics(data, resolve_prices(data, prices));
    automix::PomdpRouter router;
    for (auto _ : state) {
        automix::TrainingResult result = router.train(statistics);
        benchmark::DoNotOptimize(result);
    }
    state.counters["draws"] = draws;
}

/// A model changes its price, and the policy is trained again from the statistics alone.
void time_new_price(benchmark::State& state) {
    const automix::Dataset data = verified_log(2, 8, 2000);
    automix::Prices prices;
    prices.answers = {1.0, 50.0};
    prices.draws = {0.125};
    automix::Statistics statistics = collect_statistics(data, resolve_prices(data, prices));
    automix::PomdpRouter router;
    double price = 50.0;
    for (auto _ : state) {
        price = price == 50.0 ? 40.0 : 50.0;
        set_answer_price(statistics, 1, price);
        automix::TrainingResult result = router.train(statistics);
        benchmark::DoNotOptimize(result);
    }
}

/// Every score once, and every verdict once, as parsed and as positive.
double sum_columns(const automix::Dataset& data) {
    double sum = data.scores(0).sum() + data.scores(1).sum();
    std::size_t parsed = 0;
    std::size_t positive = 0;
    for (automix::Index row = 0; row < data.rows(); ++row) {
        for (const automix::Verdict verdict : data.verdicts(row, 0)) {
            parsed += verdict != automix::Verdict::unparsed ? 1U : 0U;
            positive += verdict == automix::Verdict::positive ? 1U : 0U;
        }
    }
    return sum + static_cast<double>(parsed + positive);
}

}  // namespace

void register_routing(std::size_t rows) {
    const std::string size = std::to_string(rows);
    benchmark::RegisterBenchmark(("statistics/collect/" + size).c_str(), [rows](benchmark::State& state) {
        const automix::Dataset& data = table_of(rows).data;
        const automix::PriceTable prices = resolve_prices(data, table_prices());
        for (auto _ : state) {
            automix::Statistics statistics = collect_statistics(data, prices);
            benchmark::DoNotOptimize(statistics);
        }
    });
    benchmark::RegisterBenchmark(("statistics/sum_columns/" + size).c_str(), [rows](benchmark::State& state) {
        const automix::Dataset& data = table_of(rows).data;
        for (auto _ : state) {
            double sum = sum_columns(data);
            benchmark::DoNotOptimize(sum);
        }
    });
}

void register_policies() {
    benchmark::RegisterBenchmark("policy/two_models/8",
                                 [](benchmark::State& state) { time_policy(state, 2, 8); });
    benchmark::RegisterBenchmark("policy/two_models_at_a_new_price/8", time_new_price);
    benchmark::RegisterBenchmark("policy/three_models/20",
                                 [](benchmark::State& state) { time_policy(state, 3, 20); });
}

}  // namespace benchmarks
