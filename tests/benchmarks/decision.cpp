// SPDX-License-Identifier: Apache-2.0
// One decision, accept or route, of a trained router on the evidence of a verified answer. As on the Python side the
// evidence is that of the table's first rows, so that neither branches nor memory are the same each time.
#include "benchmarks/suites.hpp"
#include "benchmarks/table.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
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

/// A log of two models of eight verdicts and questions of 100 words, whose prices differ from row to row.
automix::Dataset question_log(std::size_t rows) {
    automix::Random random(1);
    automix::Dataset data({"small", "large"});
    for (std::size_t row = 0; row < rows; ++row) {
        const bool hard = random.bernoulli(0.5);
        std::string question;
        for (int word = 0; word < 100; ++word) {
            question += (hard && word % 10 == 0 ? "hard" : "word") + std::to_string(random.index(500)) + ' ';
        }
        automix::Record record;
        record.id = "q" + std::to_string(row);
        record.models.resize(2);
        automix::ModelRecord& small = record.models[0];
        small.score = random.bernoulli(hard ? 0.3 : 0.8) ? 1.0 : 0.0;
        for (int draw = 0; draw < 8; ++draw) {
            small.verdicts.push_back(random.bernoulli(small.score > 0.5 ? 0.75 : 0.25)
                                         ? automix::Verdict::positive
                                         : automix::Verdict::negative);
        }
        const double length = (hard ? 2.0 : 1.0) * (0.5 + random.uniform());
        small.cost = length;
        small.draw_cost = 0.125 * length;
        record.models[1].score = random.bernoulli(0.9) ? 1.0 : 0.0;
        record.models[1].cost = 50.0 * length;
        automix::QueryFacts facts;
        facts.question = question;
        data.append(record, {}, facts);
    }
    return data;
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

/// Times reading and deciding the first action of each query, and each alone.
void register_context_decisions() {
    constexpr std::size_t rows = 5000;  // more than are remembered
    const auto timed = [](const char* name, bool reads, bool decides) {
        benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
            const automix::Dataset data = question_log(rows);
            automix::PomdpOptions options;
            options.context = {false, {.text = true}};
            automix::PomdpRouter router(options);
            const automix::PriceTable prices = automix::resolve_prices(data);
            router.train(automix::TrainingData{data, prices});
            std::vector<automix::Evidence> evidence(rows, automix::Evidence(2));
            for (std::size_t row = 0; row < rows; ++row)
                automix::read_query(router, data.facts(static_cast<automix::Index>(row)), evidence[row]);
            for (auto _ : state) {
                for (std::size_t row = 0; row < rows; ++row) {
                    if (reads)
                        automix::read_query(router, data.facts(static_cast<automix::Index>(row)),
                                            evidence[row]);
                    if (decides) benchmark::DoNotOptimize(router.next(evidence[row]));
                }
            }
            state.counters["decisions"] = static_cast<double>(rows);
        });
    };
    timed("context/text and policy/5000", true, true);
    timed("context/text alone/5000", true, false);
    timed("context/policy alone/5000", false, true);
}

}  // namespace benchmarks
