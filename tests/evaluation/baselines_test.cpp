// SPDX-License-Identifier: Apache-2.0
// The oracle by hand and against brute force. All baselines on one table by hand are in evaluate_test.cpp.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>

#include <algorithm>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using tables::record;
using tables::scored;

namespace {

PriceTable prices_of(const Dataset& data) {
    Prices prices;
    prices.answers = {1.0, 10.0};
    return resolve_prices(data, prices);
}

}  // namespace

TEST_CASE("the oracle takes an answer for its score less slope times price, ties to the cheaper model") {
    // At a slope of 1/36 the dearer answer must score 1/4 more.
    Dataset data({"small", "large"});
    data.append(record("a", {scored(0.5), scored(0.875)}));
    data.append(record("b", {scored(0.5), scored(0.625)}));
    data.append(record("c", {scored(1.0), scored(0.0)}));
    const Replay rows = replay_oracle(data, prices_of(data), 1.0 / 36.0);
    CHECK(rows.performance(0) == 0.875);
    CHECK(rows.answer_cost(0) == 10.0);
    CHECK(rows.routed(0) == 1.0);
    CHECK(rows.performance(1) == 0.5);
    CHECK(rows.answer_cost(1) == 1.0);
    CHECK(rows.routed(2) == 0.0);
    CHECK((rows.verification_cost == 0.0).all());
    CHECK((rows.draws == 0.0).all());
}

TEST_CASE("the oracle is the best choice of a model for every row, by brute force") {
    Random random(5);
    int with_slope = 0;
    for (int i = 0; i < 200; ++i) {
        const tables::RandomTable table = tables::random_table(random);
        const Dataset& data = table.data;
        const PriceTable prices = resolve_prices(data, table.prices);
        const Report oracle = evaluate_baselines(data, prices).oracle;
        double small = 0.0;
        double large = 0.0;
        for (const double score : table.small) small += score / static_cast<double>(table.small.size());
        for (const double score : table.large) large += score / static_cast<double>(table.large.size());
        const double slope = std::max(0.0, (large - small) / (table.large_cost - table.small_cost));
        with_slope += slope > 0.0 ? 1 : 0;
        double best_sum = 0.0;
        for (Index row = 0; row < data.rows(); ++row) {
            double best = -1e300;
            for (Index model = 0; model < data.models(); ++model) {
                best = std::max(best, data.scores(model)(row) - slope * prices.answers[as_size(model)](row));
            }
            best_sum += best;
        }
        const double reached = oracle.performance - slope * oracle.cost;
        CHECK_THAT(reached, WithinAbs(best_sum / static_cast<double>(data.rows()), 1e-9));
        CHECK(oracle.verification_cost == 0.0);
        for (const auto& other :
             {evaluate_baselines(data, prices).always_small, evaluate_baselines(data, prices).always_large}) {
            CHECK(reached >= other.performance - slope * other.cost - 1e-9);
        }
    }
    CHECK(with_slope > 50);
}

TEST_CASE("where the large model is not better the oracle takes the best score, ties to the cheaper model") {
    Dataset data({"small", "large"});
    data.append(record("a", {scored(1.0), scored(0.0)}));
    data.append(record("b", {scored(1.0), scored(1.0)}));
    data.append(record("c", {scored(0.25), scored(0.5)}));
    const Report oracle = evaluate_baselines(data, prices_of(data)).oracle;
    CHECK_THAT(oracle.performance, WithinRel(2.5 / 3.0, 1e-12));
    CHECK_THAT(oracle.cost, WithinRel(12.0 / 3.0, 1e-12));
}
