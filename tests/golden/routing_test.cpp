// SPDX-License-Identifier: Apache-2.0
// The belief model and the exact solution of the routing POMDP against figures computed by a separate program.
#include "golden/shared_data.hpp"
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/split.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/belief_fit.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/training.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace automix;
using automix_test::has_shared;
using automix_test::shared;
using Catch::Matchers::WithinAbs;
using Json = nlohmann::json;

void require_equal(const Eigen::VectorXd& found, const Json& expected) {
    REQUIRE(found.size() == static_cast<Index>(expected.size()));
    for (Index i = 0; i < found.size(); ++i)
        CHECK_THAT(found(i), WithinAbs(expected[as_size(i)].get<double>(), 1e-9));
}

struct Case {
    Split log;
    PriceTable train_prices;
    PriceTable test_prices;
    FoldStatistics sums;
    detail::BeliefModel belief;
    detail::RoutingTree tree;
    RoutingPrices prices;
    double slope = 0.0;

    Case(const Json& golden, const std::vector<double>& draws) {
        const auto names = golden["models"].get<std::vector<std::string>>();
        log = split_by_field(read_log(shared(golden["file"].get<std::string>())).data.with_models(names));
        Prices given;
        given.answers = golden["costs"].get<std::vector<double>>();
        given.draws = draws;
        train_prices = resolve_prices(log.train, given);
        test_prices = resolve_prices(log.test, given);
        StatisticsOptions options;
        const Json& limit = golden["max_draws"];
        options.max_draws =
            limit.is_array() ? limit.get<std::vector<int>>() : std::vector<int>{limit.get<int>()};
        const Statistics statistics = collect_statistics(log.train, train_prices, options);
        sums = statistics.total();
        belief = detail::fit_belief(sums, statistics.models);
        tree = detail::make_tree(belief, 1e6);
        prices = {given.answers, draws, 0.0};
        slope = (sums.mean_score(std::ssize(names) - 1) - sums.mean_score(0)) /
                (given.answers.back() - given.answers[0]);
    }
};

std::string letter(const detail::CompactAction& choice, bool batches, bool models) {
    switch (choice.kind) {
        case ActionKind::accept:
            return "a";
        case ActionKind::route:
            return "r" + (models && choice.argument == 1 ? std::to_string(choice.argument) : "");
        case ActionKind::verify:
            return "v" + (batches ? std::to_string(choice.argument) : "");
    }
    return "?";
}

std::string line(const RoutingPolicy& policy, Index model, int parsed, bool batches, bool models) {
    std::string text;
    for (int positive = 0; positive <= parsed; ++positive) {
        const detail::CellPolicy& cell =
            policy.cell(policy.layout().root(model), first_count(parsed) + positive);
        text += (positive > 0 ? " " : "") + letter(cell.best, batches, models);
    }
    return text;
}

void require_policy(const RoutingPolicy& policy, Index model, const Json& expected, bool batches,
                    bool models) {
    int parsed = 0;
    for (const auto& row : expected)
        CHECK(line(policy, model, parsed++, batches, models) == row.get<std::string>());
}

Json read_golden() {
    if (!has_shared("golden/routing.json")) return {};
    std::ifstream file(shared("golden/routing.json"));
    return Json::parse(file);
}

template <class Policy>
void require_test(const Case& c, const Policy& policy, const Json& expected) {
    const Replay replayed = replay(policy, c.log.test, c.test_prices);
    CHECK_THAT(replayed.performance.mean(), WithinAbs(expected["performance"].get<double>(), 1e-9));
    CHECK_THAT((replayed.answer_cost + replayed.verification_cost).mean(),
               WithinAbs(expected["cost"].get<double>(), 1e-9));
    CHECK_THAT(replayed.routed.mean(), WithinAbs(expected["routed"].get<double>(), 1e-9));
    CHECK_THAT(replayed.draws.mean(), WithinAbs(expected["draws"].get<double>(), 1e-9));
}

}  // namespace

TEST_CASE("two models: belief, values, policies and replays are the golden ones") {
    const Json golden = read_golden();
    if (golden.is_null()) return;
    for (const auto& expected : golden["two_models"]) {
        for (const auto& priced : expected["prices"]) {
            const double draw = priced["draw_cost"];
            const Case c(expected, {draw});
            CHECK(static_cast<int>(c.log.train.rows()) == expected["rows"][0].get<int>());
            require_equal(c.belief.levels[0].weight, expected["w"]);
            require_equal(c.belief.levels[0].right, expected["rho"]);
            require_equal(c.belief.levels[0].scores.col(1), expected["l"]);
            CHECK_THAT(c.slope, WithinAbs(expected["base_slope"].get<double>(), 1e-12));

            detail::RoutingSolution solution = detail::solve_routing(c.tree, c.prices, {c.slope, {1}});
            CHECK_THAT(solution.value.score - c.slope * solution.value.cost,
                       WithinAbs(priced["value"].get<double>(), 1e-9));
            CHECK_THAT(solution.value.score, WithinAbs(priced["expected_performance"].get<double>(), 1e-9));
            CHECK_THAT(solution.value.cost, WithinAbs(priced["expected_cost"].get<double>(), 1e-9));
            require_policy(solution.policy, 0, priced["policy"], false, false);
            require_test(c, solution.policy, priced["test"]);

            const Json& ibc = priced["max_ibc"];
            PomdpOptions options;
            options.objective = Objective::max_ibc();
            options.max_draws = {expected["max_draws"].get<int>()};
            options.guard = false;
            PomdpRouter router(options);
            router.train(TrainingData{c.log.train, c.train_prices});
            CHECK_THAT(router.report().lambda, WithinAbs(ibc["lambda"].get<double>(), 1e-9));
            CHECK_THAT(router.report().expected.cost, WithinAbs(ibc["expected_cost"].get<double>(), 1e-9));
            require_policy(router.mixture().front().policy, 0, ibc["policy"], false, false);
            require_test(c, router, ibc["test"]);

            const Json& batches = priced["batches"];
            RoutingPrices rounds = c.prices;
            rounds.round = batches["round_cost"];
            solution = detail::solve_routing(c.tree, rounds, {c.slope, {1, 2, 4, 8}});
            CHECK_THAT(
                solution.value.score - c.slope * (solution.value.cost + rounds.round * solution.value.rounds),
                WithinAbs(batches["value"].get<double>(), 1e-9));
            CHECK_THAT(solution.value.score, WithinAbs(batches["expected_performance"].get<double>(), 1e-9));
            CHECK_THAT(solution.value.cost, WithinAbs(batches["expected_cost"].get<double>(), 1e-9));
            require_policy(solution.policy, 0, batches["policy"], true, false);
        }
    }
}

TEST_CASE("three models: coupling, values, policies and expectations are the golden ones") {
    const Json golden = read_golden();
    if (golden.is_null()) return;
    for (const auto& expected : golden["three_models"]) {
        const Case c(expected, expected["draw_cost"].get<std::vector<double>>());
        require_equal(c.belief.priors[0], expected["joint_margin_0"]);
        require_equal(c.belief.priors[1], expected["joint_margin_1"]);
        const Eigen::ArrayXXd joint = c.belief.priors[0].asDiagonal() * c.belief.transitions[0];
        CHECK_THAT(-(joint * joint.log()).sum(), WithinAbs(expected["joint_entropy"].get<double>(), 1e-9));
        const detail::RoutingSolution solution = detail::solve_routing(c.tree, c.prices, {c.slope});
        const detail::SolveRule rule{c.slope, {1}};
        const detail::BackwardInduction sweep(c.tree, c.prices, rule);
        for (int first = 0; first < 3; ++first) {
            const RoutingValue value = sweep.value_from(first);
            CHECK_THAT(value.score - c.slope * value.cost,
                       WithinAbs(expected["value_by_first_model"][as_size(first)].get<double>(), 1e-9));
        }
        CHECK_THAT(sweep.value_from(0).score,
                   WithinAbs(expected["expected_performance_from_0"].get<double>(), 1e-9));
        CHECK_THAT(sweep.value_from(0).cost, WithinAbs(expected["expected_cost_from_0"].get<double>(), 1e-9));
        CHECK(c.log.train.model_names()[as_size(solution.policy.first_model())] ==
              expected["first_model"].get<std::string>());
        require_policy(solution.policy, 0, expected["policy_model_0"], false, true);
        require_policy(solution.policy, 1, expected["policy_model_1_first"], false, true);
    }
}
