// SPDX-License-Identifier: Apache-2.0
// The live path against callables and a server on loopback: what the loop, the prompts, the evidence and the explanation of a query take apart from
// its calls, for two models at 8 draws; and how near to the ideal rate queries come of which many wait at a time.
#include "benchmarks/suites.hpp"

#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/training.hpp>
#include <automix/verify/self_verifier.hpp>

#ifdef AUTOMIX_BENCHMARK_OPENAI
#include "support/fault_server.hpp"

#include <automix/openai/openai_model.hpp>
#endif

#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace benchmarks {
namespace {

constexpr int draws = 8;

/// Verdicts that tell right from wrong, and a large model that is mostly right.
automix::Dataset training_log() {
    automix::Dataset data({"small", "large"});
    automix::Random random(1);
    for (int row = 0; row < 1000; ++row) {
        automix::Record record;
        record.id = std::to_string(row);
        record.models.resize(2);
        const bool right = random.bernoulli(0.5);
        record.models[0].score = right ? 1.0 : 0.0;
        record.models[1].score = random.bernoulli(0.9) ? 1.0 : 0.0;
        for (int k = 0; k < draws; ++k)
            record.models[0].verdicts.push_back(random.bernoulli(right ? 0.75 : 0.35)
                                                    ? automix::Verdict::positive
                                                    : automix::Verdict::negative);
        data.append(record);
    }
    return data;
}

automix::PomdpRouter trained_router() {
    const automix::Dataset data = training_log();
    automix::Prices prices;
    prices.answers = {1.0, 50.0};
    prices.draws = {0.02};
    automix::PomdpRouter router;
    router.train(automix::TrainingData{data, resolve_prices(data, prices)});
    return router;
}

/// Says a verdict by turns, after `pause`.
std::vector<automix::LiveModel> callable_models(std::chrono::microseconds pause) {
    std::vector<automix::LiveModel> models;
    for (const char* name : {"small", "large"}) {
        models.push_back({.model = automix::CallableModel(
                              name,
                              [pause](const automix::GenerateRequest& request) {
                                  if (pause.count() > 0) std::this_thread::sleep_for(pause);
                                  const std::size_t turn = request.messages.front().text.size();
                                  automix::GenerateReply reply;
                                  for (int i = 0; i < request.samples; ++i)
                                      reply.completions.push_back({.text = turn % 2 == 0
                                                                               ? " Verdict: correct"
                                                                               : " Verdict: incorrect"});
                                  return reply;
                              }),
                          .sampling = {.max_tokens = 64}});
    }
    return models;
}

automix::SelfVerifier verifier() {
    return automix::SelfVerifier({.sampling = {.temperature = 0.7, .max_tokens = 64}});
}

std::vector<automix::Query> queries(std::size_t count) {
    std::vector<automix::Query> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back({.id = std::to_string(i),
                       .question = "Where is the map, and since when?",
                       .context = std::string(1000 + i % 7, 'c')});
    }
    return all;
}

/// One query after the other, with explanations, by one thread.
void time_overhead(benchmark::State& state) {
    const automix::PomdpRouter router = trained_router();
    const automix::Answerer answerer(router, callable_models({}), verifier());
    const std::vector<automix::Query> asked = queries(100);
    std::size_t drawn = 0;
    std::size_t answered = 0;
    for (auto _ : state) {
        const automix::LiveAnswer answer = answerer.answer(asked[answered++ % asked.size()]);
        drawn += answer.models.front().verdicts.size();
    }
    state.counters["draws"] = static_cast<double>(drawn) / static_cast<double>(answered);
}

constexpr std::chrono::milliseconds call{50};

/// 200 queries at a time of models whose calls take 50 milliseconds.
void time_in_flight(benchmark::State& state, const std::vector<automix::LiveModel>& models) {
    struct Once {
        [[nodiscard]] automix::Action next(const automix::Evidence& evidence) const {
            return evidence.started() ? automix::Action::accept() : automix::Action::route(0);
        }
    };
    constexpr std::size_t concurrency = 200;
    constexpr std::size_t rounds = 20;
    const Once router;
    const automix::Answerer answerer(router, models, verifier(), {.concurrency = concurrency});
    const std::vector<automix::Query> asked = queries(concurrency * rounds);
    double share = 0.0;
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        const auto answers = answerer.answer_all(asked);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        share += rounds * std::chrono::duration<double>(call).count() / taken.count();
    }
    state.counters["of_ideal"] = share / static_cast<double>(state.iterations());
}

#ifdef AUTOMIX_BENCHMARK_OPENAI
/// The same over HTTP, from a server on loopback that answers after that time.
void time_http_in_flight(benchmark::State& state) {
    FaultServer server([](const ReceivedRequest& request) {
        ServerReply reply = chat_reply(request);
        reply.delay = call;
        return reply;
    });
    automix::OpenAiOptions options;
    options.base_url = server.base_url();
    options.model = "small";
    time_in_flight(state, {{.model = automix::OpenAiModel(options), .sampling = {.max_tokens = 64}}});
}
#endif

}  // namespace

void register_live() {
    benchmark::RegisterBenchmark(("live/overhead/" + std::to_string(draws)).c_str(), time_overhead)
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark(
        "live/in_flight/200", [](benchmark::State& state) { time_in_flight(state, callable_models(call)); })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
#ifdef AUTOMIX_BENCHMARK_OPENAI
    benchmark::RegisterBenchmark("live/http_in_flight/200", time_http_in_flight)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
#endif
}

}  // namespace benchmarks
