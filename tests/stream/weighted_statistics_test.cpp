// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/stream/seen_rows.hpp>
#include <automix/stream/weighted_statistics.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Rows of two models with two verdicts each and recorded prices.
SeenRows drawn_rows(int rows, std::uint64_t seed) {
    Random random(seed);
    SeenRows seen;
    seen.data = Dataset({"small", "large"});
    for (int row = 0; row < rows; ++row) {
        Record record;
        record.id = "r" + std::to_string(row);
        ModelRecord small;
        small.score = random.uniform();
        small.cost = 1.0 + random.uniform();
        small.draw_cost = 0.25;
        for (int draw = 0; draw < 2; ++draw)
            small.verdicts.push_back(random.bernoulli(0.5) ? Verdict::positive : Verdict::negative);
        ModelRecord large;
        large.score = random.uniform();
        large.cost = 10.0 + random.uniform();
        record.models = {small, large};
        seen.data.append(record);
        seen.weights.push_back(1.0);
        seen.explored.push_back(true);
    }
    return seen;
}

}  // namespace

TEST_CASE("equal weights give the statistics of the log to the bit") {
    SeenRows rows = drawn_rows(50, 1);
    rows.weights.assign(50, 4.0);
    const PriceTable prices = resolve_prices(rows.data);
    const Statistics weighted = weighted_statistics(rows, prices, {});
    const Statistics plain = collect_statistics(rows.data, prices);
    CHECK(weighted.logs == plain.logs);
    for (std::size_t f = 0; f < plain.folds.size(); ++f) {
        CHECK(weighted.folds[f].answer_prices == plain.folds[f].answer_prices);
        REQUIRE(weighted.folds[f].cells.size() == plain.folds[f].cells.size());
        for (std::size_t c = 0; c < plain.folds[f].cells.size(); ++c) {
            CHECK(weighted.folds[f].cells[c].weight == plain.folds[f].cells[c].weight);
            CHECK(weighted.folds[f].cells[c].scores == plain.folds[f].cells[c].scores);
        }
    }
}

TEST_CASE("weighted statistics are sums by weight, scaled to the effective number of rows") {
    SeenRows rows = drawn_rows(40, 2);
    double sum = 0.0;
    double squares = 0.0;
    for (Index row = 0; row < 40; ++row) {
        const double weight = row % 3 == 0 ? 1.0 : row % 3 == 1 ? 4.0 : 10.0;
        rows.weights[as_size(row)] = weight;
        sum += weight;
        squares += weight * weight;
    }
    const PriceTable prices = resolve_prices(rows.data);
    const Statistics weighted = weighted_statistics(rows, prices, {});
    const FoldStatistics total = weighted.total();
    CHECK_THAT(total.weight(), WithinRel(sum * sum / squares, 1e-12));
    CHECK_THAT(total.weight(), WithinRel(effective_rows(rows.weights), 1e-12));
    double score = 0.0;
    double product = 0.0;
    double price = 0.0;
    double both_positive = 0.0;
    for (Index row = 0; row < 40; ++row) {
        const double weight = rows.weights[as_size(row)] / sum;
        score += weight * rows.data.scores(0)(row);
        product += weight * rows.data.scores(0)(row) * rows.data.scores(1)(row);
        price += weight * rows.data.recorded_costs(1)(row);
        if (rows.data.confidences(0)(row) == 1.0) both_positive += weight;
    }
    CHECK_THAT(total.mean_score(0), WithinRel(score, 1e-12));
    CHECK_THAT(total.answer_prices[1] / total.weight(), WithinRel(price, 1e-12));
    double products = 0.0;
    for (const EvidenceCell& cell : total.cells) products += cell.products[1];
    CHECK_THAT(products / total.weight(), WithinRel(product, 1e-12));
    CHECK_THAT(total.cells.back().weight / total.weight(), WithinRel(both_positive, 1e-12));
    CHECK(weighted.logs == collect_statistics(rows.data, prices).logs);
}
