// SPDX-License-Identifier: Apache-2.0
// Summaries of context: scores of data sets by hand, and the word that tells the type of a query.
#include "evaluation/by_confidence.hpp"
#include "routing/belief/context_world.hpp"
#include "routing/reading_log.hpp"
#include "support/catch.hpp"

#include <automix/evaluation/context_summary.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

TEST_CASE("of a router that reads nothing there are the scores of each data set") {
    const ContextSummary summary = summarise_context(nullptr, by_hand::queries());
    CHECK_FALSE(summary.reads.any());
    CHECK(summary.models.empty());
    REQUIRE(summary.datasets.size() == 2);
    CHECK(summary.datasets[0].dataset == "a");
    CHECK(summary.datasets[0].rows == 2);
    CHECK(summary.datasets[0].scores == std::vector<double>{0.5, 1.0});
    CHECK(summary.datasets[1].scores == std::vector<double>{0.5, 0.75});
    CHECK(summary.datasets[0].forecasts.empty());
}

TEST_CASE("the words that tell the type of a query are those that move the forecast") {
    test::World world;
    world.types = {{0.95, 0.95, 0.7, 1.0}, {0.1, 0.9, 0.9, 1.0}};
    world.type_in = test::TypeIn::words;
    const Dataset data = generated(world, 600, 3);
    const PomdpRouter router = reading_log::text_router(data, false);
    const ContextSummary summary = summarise_context(&router, data, 4);
    CHECK(summary.reads.text);
    CHECK(summary.rows == data.rows());
    REQUIRE(summary.models.size() == 2);
    const ModelContext& small = summary.models.front();
    CHECK(small.model == data.model_names().front());
    CHECK_THAT(small.score, WithinAbs(data.scores(0).mean(), 1e-12));
    REQUIRE(!small.words.empty());
    CHECK(small.words.size() <= 4);
    for (const WordEffect& word : small.words) {
        CHECK(word.rows >= 3);
        // A word that raises the forecast stands in queries with higher scores, and the other way round.
        CHECK((word.log_odds > 0.0) == (word.score > small.score));
    }
    CHECK(
        std::is_sorted(small.words.begin(), small.words.end(), [](const WordEffect& a, const WordEffect& b) {
            return std::abs(a.log_odds) * static_cast<double>(a.rows) >
                   std::abs(b.log_odds) * static_cast<double>(b.rows);
        }));
}
