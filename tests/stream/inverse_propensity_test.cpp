// SPDX-License-Identifier: Apache-2.0
#include "stream/traffic.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/inverse_propensity.hpp>
#include <automix/stream/seen_rows.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// The result of many thinnings of one log.
struct Thinned {
    double bias = 0.0;        ///< mean error
    double bias_error = 0.0;  ///< its standard error
    double coverage = 0.0;    ///< share of the intervals that hold the mean of the log
};

/// Serves requests drawn from a log by one policy, explores a share, and estimates the mean of values of each row. The
/// probability that a row is seen whole is `whole`, which is 1 for those that the policy saw whole by itself.
Thinned thin(const Eigen::ArrayXd& values, const std::vector<double>& whole, int requests, int repetitions,
             std::uint64_t seed) {
    Random random(seed);
    const auto rows = static_cast<std::uint64_t>(values.size());
    const double truth = values.mean();
    std::vector<double> errors;
    int covered = 0;
    std::vector<double> seen;
    std::vector<double> weights;
    for (int repetition = 0; repetition < repetitions; ++repetition) {
        seen.clear();
        weights.clear();
        for (int request = 0; request < requests; ++request) {
            const auto row = static_cast<Index>(random.index(rows));
            const double probability = whole[as_size(row)];
            if (!random.bernoulli(probability)) continue;
            seen.push_back(values(row));
            weights.push_back(1.0 / probability);
        }
        const WeightedMean mean =
            weighted_mean(Eigen::Map<const Eigen::ArrayXd>(seen.data(), std::ssize(seen)), weights);
        errors.push_back(mean.mean - truth);
        covered += mean.low <= truth && truth <= mean.high ? 1 : 0;
    }
    const Eigen::Map<const Eigen::ArrayXd> all(errors.data(), std::ssize(errors));
    const double spread = std::sqrt((all - all.mean()).square().sum() / (repetitions - 1.0));
    return {all.mean(), spread / std::sqrt(static_cast<double>(repetitions)),
            static_cast<double>(covered) / repetitions};
}

/// Returns the probability with which each row is seen whole if that policy serves, and a share is explored.
std::vector<double> whole_probabilities(const PomdpRouter& policy, const Dataset& data,
                                        const PriceTable& prices, double exploration) {
    traffic::Gateway gateway(policy, data, prices);
    std::vector<double> probabilities;
    for (Index row = 0; row < data.rows(); ++row) {
        // Weights of requests that were explored are the inverse of what the reader of the log takes them to be.
        const SeenRows seen = seen_rows({gateway.serve(row, exploration, true)}, policy.models());
        probabilities.push_back(1.0 / seen.weights.front());
    }
    return probabilities;
}

/// Checks estimates of three policies on traffic that each of two policies has served.
void check_estimates(const Dataset& data, const PriceTable& prices, int repetitions) {
    std::vector<PomdpRouter> policies;
    for (const Objective& objective : {Objective::base(), Objective::lambda(0.0), Objective::quality(0.95)}) {
        PomdpOptions options;
        options.max_draws = {1};  // a policy that routes has seen everything by itself
        options.objective = objective;
        options.context = ContextChoice{.best = false};
        options.signals = false;
        policies.emplace_back(options);
        REQUIRE(policies.back().train({data, prices}).feasible);
    }
    std::uint64_t seed = 1;
    for (const std::size_t served : {std::size_t{0}, std::size_t{2}}) {
        const std::vector<double> whole = whole_probabilities(policies[served], data, prices, 0.2);
        for (const PomdpRouter& policy : policies) {
            const Replay replayed = replay(policy, data, prices);
            const Eigen::ArrayXd costs = replayed.answer_cost + replayed.verification_cost;
            for (const Eigen::ArrayXd& values : {replayed.performance, costs}) {
                if ((values - values.mean()).abs().maxCoeff() < 1e-12)
                    continue;  // a model alone at one price
                const Thinned thinned = thin(values, whole, 2000, repetitions, ++seed);
                INFO("served by " << served << ", bias " << thinned.bias << " +- " << thinned.bias_error
                                  << ", coverage " << thinned.coverage);
                CHECK(std::abs(thinned.bias) < 3.0 * thinned.bias_error);
                CHECK(thinned.coverage > 0.93);
                CHECK(thinned.coverage < 0.97);
            }
        }
    }
}

}  // namespace

TEST_CASE("a weighted mean and its standard error by hand") {
    // Weights 1, 1, 2 of the values 0, 1, 1: mean 3/4; errors -3/4, 1/4, 1/4, times their weights -3/4, 1/4, 1/2.
    Eigen::ArrayXd values(3);
    values << 0.0, 1.0, 1.0;
    const std::vector<double> weights = {1.0, 1.0, 2.0};
    const WeightedMean mean = weighted_mean(values, weights);
    CHECK(mean.mean == 0.75);
    const double se = std::sqrt(1.5 * (9.0 + 1.0 + 4.0) / 16.0) / 4.0;
    CHECK_THAT(mean.se, WithinRel(se, 1e-14));
    CHECK_THAT(mean.low, WithinAbs(0.75 - 1.959963984540054 * se, 1e-12));
    CHECK_THAT(mean.high, WithinAbs(0.75 + 1.959963984540054 * se, 1e-12));
    // With equal weights it is the mean of a sample.
    const WeightedMean plain = weighted_mean(values, std::vector<double>(3, 5.0), 0.9);
    CHECK_THAT(plain.mean, WithinRel(2.0 / 3.0, 1e-14));
    CHECK_THAT(plain.se, WithinRel(std::sqrt((4.0 / 9.0 + 1.0 / 9.0 + 1.0 / 9.0) / 2.0 / 3.0), 1e-14));
    CHECK_THAT(normal_bound(0.9), WithinAbs(1.6448536269514722, 1e-12));
    CHECK_THROWS_AS(weighted_mean(values, std::vector<double>(2, 1.0)), ArgumentError);
    CHECK_THROWS_AS(weighted_mean(values.head(1), std::vector<double>(1, 1.0)), ArgumentError);
    CHECK_THROWS_AS(normal_bound(1.0), ArgumentError);
}

TEST_CASE("estimates from traffic with actions thinned at random have no bias and right intervals",
          "[property]") {
    const std::string log = std::string(AUTOMIX_EXAMPLES_DIR) + "/data/moves.jsonl";
    ReadOptions options;
    options.models = {"automix-mini", "automix-large"};
    const Dataset data = read_dataset(log, options);
    {
        PomdpOptions served;
        served.max_draws = {1};
        served.context = ContextChoice{.best = false};
        PomdpRouter policy(served);
        const PriceTable prices = resolve_prices(data);
        REQUIRE(policy.train({data, prices}).feasible);
        const std::vector<double> whole = whole_probabilities(policy, data, prices, 0.2);
        const auto certain = std::count(whole.begin(), whole.end(), 1.0);
        CHECK(certain > 50);
        CHECK(certain < 450);
    }
    check_estimates(data, resolve_prices(data), 2000);
}

TEST_CASE("estimates on logs of today's models have no bias and right intervals", "[shared]") {
    // Costs with a heavy tail, as those of claude-sonnet-4 in these logs, need more rows than are seen here.
    const std::string field = std::string(AUTOMIX_SHARED_DIR) + "/data/field/";
    const std::vector<std::pair<std::string, std::vector<std::string>>> logs = {
        {"reasoning_gym.jsonl", {"gemma-3-27b", "llama-4-maverick"}},
        {"mbpp_judge.jsonl", {"claude-haiku-4-5", "claude-opus-4-8"}}};
    for (const auto& [log, models] : logs) {
        if (!std::filesystem::exists(field + log)) {
            std::cout << "skipped: no " << field << log << '\n';
            return;
        }
        ReadOptions options;
        options.models = models;
        const Dataset data = read_dataset(field + log, options, {});
        INFO(log);
        const bool recorded = !std::isnan(data.recorded_draw_costs(0)(0));
        check_estimates(data, resolve_prices(data, recorded ? Prices{} : Prices{.draws = {1e-5}}), 2000);
    }
}
