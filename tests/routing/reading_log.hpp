// SPDX-License-Identifier: Apache-2.0
// A log whose questions tell what verdicts do not: the small model is right on sums and wrong on proofs, and proofs cost
// twice as much.
#pragma once

#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/training.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace reading_log {

/// Returns the question of row `i`: every other one is a proof.
inline std::string question(int i) {
    return (i % 2 == 0 ? "add the sum " : "show the proof ") + std::to_string(i);
}

/// Returns that many rows of two models with two verdicts, which tell little; without questions if `blank`.
inline automix::Dataset rows(int count, bool blank = false, std::uint64_t seed = 11) {
    using namespace automix;
    Random random(seed);
    Dataset data({"small", "large"});
    for (int i = 0; i < count; ++i) {
        const bool proof = i % 2 == 1;
        Record row;
        row.id = "q" + std::to_string(i);
        row.dataset = proof ? "proofs" : "sums";
        row.models.resize(2);
        row.models[0].score = random.bernoulli(proof ? 0.1 : 0.95) ? 1.0 : 0.0;
        row.models[1].score = random.bernoulli(0.95) ? 1.0 : 0.0;
        for (int draw = 0; draw < 2; ++draw) {
            row.models[0].verdicts.push_back(
                random.bernoulli(0.45 + 0.1 * row.models[0].score) ? Verdict::positive : Verdict::negative);
        }
        const double length = (proof ? 2.0 : 1.0) * (0.9 + 0.2 * random.uniform());
        row.models[0].cost = length;
        row.models[0].draw_cost = 0.1 * length;
        row.models[1].cost = 20.0 * length;
        const std::string text = question(i);
        QueryFacts facts;
        if (!blank) facts.question = text;
        data.append(row, {}, facts);
    }
    return data;
}

/// Returns a router that was trained on a log and reads its questions.
inline automix::PomdpRouter text_router(const automix::Dataset& data, bool guard = true) {
    automix::PomdpOptions options;
    options.context = {false, {.text = true}};
    options.guard = guard;
    automix::PomdpRouter router(options);
    const automix::PriceTable prices = automix::resolve_prices(data);
    REQUIRE(router.train(automix::TrainingData{data, prices}).feasible);
    return router;
}

}  // namespace reading_log
