// SPDX-License-Identifier: Apache-2.0
// Sums pass and means are found, in columns of one kind at a time, over many logs of random scores and weights.
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/detail/sums_check.hpp>
#include <automix/data/statistics.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

using namespace automix;
using automix::detail::SumsCheck;
using Kind = SumsCheck::Kind;

namespace {

/// The part of the statistics that holds means.
enum class Means { none, scores, all_scores, cross_products, prices };

/// Cells of two models with weights from 1 to `heaviest`. Scores are 0 or 1, or fractions that are `low` on average.
std::optional<SumsCheck::Finding> check(std::uint64_t seed, std::size_t cells, int heaviest, double low,
                                        bool binary, Means means) {
    Random random(seed);
    SumsCheck sums(2);
    for (std::size_t c = 0; c < cells; ++c) {
        const int weight = 1 + static_cast<int>(random.uniform() * heaviest);
        const double share = random.uniform();
        EvidenceCell cell({}, 2);
        std::vector<double> answers(2, 0.0);
        for (int row = 0; row < weight; ++row) {
            const double small =
                binary ? (random.bernoulli(share) ? 1.0 : 0.0) : 2.0 * low * random.uniform();
            const double large = binary ? (random.bernoulli(0.8) ? 1.0 : 0.0) : 1.9 * low * random.uniform();
            cell.add({small, large});
            answers[0] += 0.01 * (0.5 + random.uniform());
            answers[1] += 0.5;
        }
        if (means == Means::scores || means == Means::all_scores) {
            for (double& score : cell.scores) score /= weight;
        }
        if (means == Means::all_scores) {
            for (double& product : cell.products) product /= weight;
        }
        if (means == Means::cross_products) cell.products[1] = cell.products[2] = cell.products[1] / weight;
        if (means == Means::prices) {
            for (double& price : answers) price /= weight;
        }
        sums.add_cell(cell, c);
        sums.add_prices(weight, answers, {0.1 * weight, 0.0}, c);
    }
    return sums.finding();
}

}  // namespace

TEST_CASE("sums of any scores pass as sums", "[property]") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        CAPTURE(seed);
        for (const bool binary : {true, false}) {
            for (const double low : {0.5, 0.1, 0.01}) {
                CHECK_FALSE(check(seed, 45, 60, low, binary, Means::none));
                CHECK_FALSE(check(seed, 200, 4, low, binary, Means::none));
                CHECK_FALSE(check(seed, 6, 1000, low, binary, Means::none));
            }
        }
    }
}

TEST_CASE("means in place of sums are found, with their column", "[property]") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        CAPTURE(seed);
        const auto binary = check(seed, 45, 60, 0.5, true, Means::all_scores);
        REQUIRE(binary);
        CHECK(binary->kind == Kind::score);
        const auto fractions = check(seed, 45, 60, 0.5, false, Means::all_scores);
        REQUIRE(fractions);
        CHECK(fractions->kind == Kind::score);
        const auto products = check(seed, 45, 60, 0.5, false, Means::cross_products);
        REQUIRE(products);
        CHECK(products->kind == Kind::product);
        CHECK(products->model == 0);
        CHECK(products->other == 1);
        const auto prices = check(seed, 45, 60, 0.5, true, Means::prices);
        REQUIRE(prices);
        CHECK(prices->kind == Kind::answer_price);
    }
}
