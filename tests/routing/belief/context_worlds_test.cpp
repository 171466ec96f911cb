// SPDX-License-Identifier: Apache-2.0
// Policies that read the query, in worlds whose truth is known.
#include "routing/belief/context_world.hpp"
#include "support/catch.hpp"

#include <automix/context/context_fields.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/training.hpp>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

using namespace automix;
using test::TypeIn;
using test::World;

namespace {

constexpr double world_lambda = 0.03;

PomdpRouter world_router(const Dataset& log, bool best = true) {
    PomdpOptions options;
    options.objective = Objective::lambda(world_lambda);
    options.context.best = best;
    PomdpRouter router(options);
    const PriceTable prices = resolve_prices(log);
    router.train({log, prices});
    return router;
}

/// Values of a router and of the best policy, as means over the same fresh queries.
struct WorldValues {
    double reached = 0.0;
    double best = 0.0;

    [[nodiscard]] double regret() const { return best - reached; }
};

WorldValues world_values(const World& world, const PomdpRouter& router, std::uint64_t seed) {
    constexpr int queries = 300;
    Random random(seed);
    WorldValues values;
    for (int i = 0; i < queries; ++i) {
        const World::Query query = world.query(random);
        values.reached += world.value(router, query, world_lambda) / queries;
        values.best += world.best_value(query.type, world_lambda) / queries;
    }
    return values;
}

double variance_of_mean(const Eigen::ArrayXd& values) {
    return (values - values.mean()).square().sum() / static_cast<double>(values.size() * (values.size() - 1));
}

}  // namespace

TEST_CASE("regret shrinks as rows grow, and no value is above the best one", "[property]") {
    const TypeIn type_in = GENERATE(TypeIn::dataset, TypeIn::words);
    const World world = test::three_types(type_in);
    std::vector<double> regrets;
    std::string printed;
    for (const auto& [rows, seeds] : {std::pair{100, 8}, std::pair{1000, 4}, std::pair{10000, 2}}) {
        double regret = 0.0;
        for (int seed = 0; seed < seeds; ++seed) {
            INFO("rows " << rows << ", seed " << seed);
            Random random(static_cast<std::uint64_t>(1000 * rows + seed));
            const PomdpRouter router = world_router(world.log(random, rows));
            const WorldValues values = world_values(world, router, 17);
            CHECK(values.reached <= values.best + 1e-9);
            CHECK(values.reached > 0.2);
            regret += values.regret() / seeds;
        }
        regrets.push_back(regret);
        printed += " " + std::to_string(rows) + " rows: " + std::to_string(regret);
    }
    WARN("regret by " << (type_in == TypeIn::dataset ? "data set:" : "words:") << printed);
    CHECK(regrets[1] < 0.6 * regrets[0]);
    // A data set is known, so little is lost in the end. The log odds of a type are not linear in the number of its words.
    if (type_in == TypeIn::dataset) {
        CHECK(regrets[2] < regrets[1]);
        CHECK(regrets[2] < 0.0003);
    } else {
        CHECK(regrets[2] < 0.6 * regrets[0]);
        CHECK(regrets[2] < 0.005);
    }
}

TEST_CASE("a policy that reads the query gains over one that does not, if there is something to read",
          "[property]") {
    for (const TypeIn type_in : {TypeIn::dataset, TypeIn::words}) {
        const World world = test::three_types(type_in);
        Random random(5);
        const Dataset log = world.log(random, 1000);
        const PomdpRouter reading = world_router(log);
        const PomdpRouter blind = world_router(log, false);
        CHECK(reading.reads().any());
        CHECK_FALSE(blind.reads().any());
        CHECK(world_values(world, reading, 23).reached > world_values(world, blind, 23).reached + 0.01);
    }
}

TEST_CASE("nothing is read of most logs in which there is nothing to read, and nothing is lost on the others",
          "[property]") {
    const World world = test::three_types(TypeIn::nothing);
    int none = 0;
    constexpr int logs = 60;
    double lost = 0.0;
    for (int seed = 0; seed < logs; ++seed) {
        Random random(static_cast<std::uint64_t>(900 + seed));
        const Dataset log = world.log(random, 300);
        const PomdpRouter router = world_router(log);
        none += router.reads().any() ? 0 : 1;
        if (router.reads().any()) {
            lost += (world_values(world, world_router(log, false), 3).reached -
                     world_values(world, router, 3).reached) /
                    logs;
        }
    }
    WARN("none was chosen on " << none << " of " << logs << " logs, mean value lost " << lost);
    CHECK(none >= 48);
    CHECK(lost < 0.001);
}

TEST_CASE("forecasts of score and cost agree with a replay of fresh rows", "[property]") {
    const TypeIn type_in = GENERATE(TypeIn::dataset, TypeIn::words);
    const World world = test::three_types(type_in);
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        INFO("data set " << (type_in == TypeIn::dataset) << ", seed " << seed);
        Random random(40 + seed);
        const PomdpRouter router = world_router(world.log(random, 1000));
        const Dataset fresh = world.log(random, 5000, "fresh");
        const Replay replayed = replay(router, fresh, resolve_prices(fresh));
        const Eigen::ArrayXd cost = replayed.answer_cost + replayed.verification_cost;
        REQUIRE(router.report().held_out);
        const HeldOut held_out = *router.report().held_out;
        const double score_se =
            std::sqrt(held_out.score_se * held_out.score_se + variance_of_mean(replayed.performance));
        const double cost_se = std::sqrt(held_out.cost_se * held_out.cost_se + variance_of_mean(cost));
        CHECK(std::abs(replayed.performance.mean() - held_out.score) < 3.5 * score_se);
        CHECK(std::abs(cost.mean() - held_out.cost) < 3.5 * cost_se);
        const RoutingValue expected = router.report().expected;
        CHECK(std::abs(replayed.performance.mean() - expected.score) < 3.5 * score_se);
        CHECK(std::abs(cost.mean() - expected.cost) < 3.5 * cost_se);
    }
}

TEST_CASE("the order of the rows changes nothing", "[property]") {
    for (const TypeIn type_in : {TypeIn::dataset, TypeIn::words}) {
        const World world = test::three_types(type_in);
        Random random(11);
        const Dataset log = world.log(random, 400);
        std::vector<Index> order(static_cast<std::size_t>(log.rows()));
        std::iota(order.begin(), order.end(), Index{0});
        random.shuffle(order);
        const PomdpRouter one = world_router(log);
        const PomdpRouter other = world_router(log.select_rows(order));
        CHECK(one.reads() == other.reads());
        for (int i = 0; i < 50; ++i) {
            const World::Query query = world.query(random);
            const auto a = one.forecast(query.facts());
            const auto b = other.forecast(query.facts());
            REQUIRE(a.has_value());
            REQUIRE(b.has_value());
            for (std::size_t m = 0; m < 2; ++m) {
                CHECK(a->scores[m] == Approx(b->scores[m]).epsilon(1e-4));
                CHECK(a->answer_prices[m] == Approx(b->answer_prices[m]).epsilon(1e-4));
                CHECK(a->draw_prices[m] == Approx(b->draw_prices[m]).epsilon(1e-4));
            }
            CHECK(world.value(one, query, world_lambda) ==
                  Approx(world.value(other, query, world_lambda)).epsilon(1e-3));
        }
    }
}
