// SPDX-License-Identifier: Apache-2.0
// The guard on real logs: verdicts that are shuffled between rows tell nothing, and few of them may pass; verdicts that are
// all turned round tell as much as before. Data outside the project.
#include "golden/shared_data.hpp"
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/split.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/training.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

using namespace automix;
using automix_test::has_shared;
using automix_test::shared;

namespace {

struct Setting {
    const char* file;
    const char* small;
    int draws;
};

constexpr std::array<Setting, 5> log_settings{{{"date_cot1", "llama2-13b", 9},
                                               {"date_pot1", "llama2-13b", 9},
                                               {"date_cot1", "gpt-3.5-turbo", 19},
                                               {"date_pot1", "gpt-3.5-turbo", 19},
                                               {"gsm_pot1", "llama2-13b", 9}}};

bool skipped() { return !has_shared("data/date_cot1.jsonl"); }

Dataset read(const Setting& setting) {
    ReadOptions options;
    options.models = {setting.small, "gpt-4"};
    return read_log(shared(std::string("data/") + setting.file + ".jsonl"), options).data;
}

/// The log with the first model's verdicts of row i at row `from(i)`, turned round where asked.
template <class From>
Dataset with_verdicts(const Dataset& data, From from, bool flip) {
    Dataset other(data.model_names());
    for (Index row = 0; row < data.rows(); ++row) {
        Record record = data.record(row);
        const auto verdicts = data.verdicts(from(row), 0);
        record.models[0].verdicts.assign(verdicts.begin(), verdicts.end());
        for (Verdict& verdict : record.models[0].verdicts) {
            if (flip && verdict != Verdict::unparsed)
                verdict = verdict == Verdict::positive ? Verdict::negative : Verdict::positive;
        }
        record.models[0].confidence.reset();
        other.append(record);
    }
    return other;
}

Prices prices(double draw) {
    Prices given;
    given.answers = {1.0, 50.0};
    given.draws = {draw};
    return given;
}

PomdpRouter trained(const Dataset& data, const Setting& setting, double draw) {
    PomdpOptions options;
    options.max_draws = {setting.draws};
    PomdpRouter router(options);
    router.train(TrainingData{data, resolve_prices(data, prices(draw))});
    return router;
}

}  // namespace

TEST_CASE("of 1,000 shuffles of verdicts between rows the guard lets at most 6 in 100 through",
          "[property]") {
    if (skipped()) return;
    int passed = 0;
    for (const Setting& setting : log_settings) {
        const Dataset data = read(setting);
        CHECK(trained(data, setting, 0.125).report().guard.passed);
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            std::vector<Index> order;
            for (Index row = 0; row < data.rows(); ++row) order.push_back(row);
            Random(seed).shuffle(order);
            const Dataset shuffled = with_verdicts(
                data, [&](Index row) { return order[as_size(row)]; }, false);
            passed += trained(shuffled, setting, 0.125).report().guard.passed ? 1 : 0;
        }
    }
    INFO(passed << " of 1000 passed");
    CHECK(passed <= 60);
}

TEST_CASE("with all verdicts turned round the excess on test halves stays at 97 in 100 at least",
          "[property]") {
    if (skipped()) return;
    double upright = 0.0;
    double inverted = 0.0;
    for (const Setting& setting : log_settings) {
        const Dataset data = read(setting);
        const Dataset flipped = with_verdicts(
            data, [](Index row) { return row; }, true);
        for (std::uint64_t half = 0; half < 20; ++half) {
            for (const auto& [log, sum] : {std::pair{&data, &upright}, std::pair{&flipped, &inverted}}) {
                const Split split = split_by_hash(*log, 0.5, half);
                const PomdpRouter router = trained(split.train, setting, 0.125);
                const Report report =
                    evaluate(router, split.test, resolve_prices(split.test, prices(0.125))).report;
                *sum += report.excess.value_or(0.0) / 100.0;
            }
        }
    }
    INFO("excess " << upright << ", turned round " << inverted);
    CHECK(inverted >= 0.97 * upright);
}
