// SPDX-License-Identifier: Apache-2.0
// What threads may share. In a program of few units, for the thread sanitizer builds all of those that have such a case.
#include "evaluation/check_same.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/published/fixed_answer.hpp>
#include <automix/routing/published/union.hpp>

#include <cmath>
#include <thread>
#include <vector>

using namespace automix;

TEST_CASE("threads share one trained router, one data set and one evaluator", "[threads]") {
    Random random(8);
    tables::RandomTable table = tables::random_table(random);
    while (table.data.rows() < 30) table = tables::random_table(random);
    const Dataset& data = table.data;
    const PriceTable prices = resolve_prices(data, table.prices);
    AnyRouter trained = AnyRouter::of(FixedAnswerRouter<UnionRouter>());
    trained.train({data, prices});
    const AnyRouter& policy = trained;
    EvaluationOptions options;
    options.bootstrap->resamples = 20;
    const Evaluator evaluator(data, prices, options);
    const Evaluation expected = evaluate(policy, data, prices, options);
    const auto decide = [&] {
        Evidence evidence(data.models());
        evidence.current = 0;
        evidence.models[0].drawn = 1;
        std::vector<Action> actions;
        for (int i = 0; i <= 64; ++i) {
            evidence.models[0].logged_confidence = i / 64.0;
            actions.push_back(policy.next(evidence));
        }
        return actions;
    };
    const std::vector<Action> decisions = decide();

    constexpr std::size_t count = 4;
    std::vector<Evaluation> alone(count);
    std::vector<Evaluation> shared(count);
    std::vector<std::vector<Action>> decided(count);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            for (int repeat = 0; repeat < 3; ++repeat) {
                decided[i] = decide();
                alone[i] = evaluate(policy, data, prices, options);
                shared[i] = evaluator.evaluate(policy);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::size_t i = 0; i < count; ++i) {
        CHECK(decided[i] == decisions);
        check_same(alone[i], expected);
        check_same(shared[i], expected);
    }
}
