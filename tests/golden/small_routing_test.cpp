// SPDX-License-Identifier: Apache-2.0
// The POMDP router on a log of eight rows with two verdicts each, against a program of its own: EM in plain loops, and the
// best of all policies by enumeration. It needs no data outside the project.
#include "routing/em_oracle.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

/// Verdicts of the small model, and the scores of both models.
struct VerdictRow {
    std::vector<int> verdicts;
    double small;
    double large;
};

const std::vector<VerdictRow> verdict_rows = {{{1, 1}, 1.0, 1.0}, {{1, 1}, 1.0, 1.0}, {{1, 0}, 1.0, 1.0},
                                              {{1, 1}, 1.0, 0.0}, {{0, 0}, 0.0, 1.0}, {{0, 1}, 0.0, 1.0},
                                              {{0, 0}, 0.0, 1.0}, {{1, 0}, 0.0, 1.0}};

constexpr double small_price = 1.0;
constexpr double large_price = 10.0;
constexpr double verdict_price = 0.05;

Dataset verdict_log() {
    Dataset data({"small", "large"});
    for (std::size_t i = 0; i < verdict_rows.size(); ++i) {
        const VerdictRow& row = verdict_rows[i];
        data.append(tables::record("r" + std::to_string(i),
                                   {tables::verified(row.small, row.verdicts), tables::scored(row.large)}));
    }
    return data;
}

test::EmOracle verdict_oracle() {
    std::vector<test::OracleRow> rows;
    for (const VerdictRow& row : verdict_rows)
        rows.push_back({2, row.verdicts[0] + row.verdicts[1], row.small, row.large});
    return test::EmOracle(rows);
}

/// What to do at each (drawn, positive), numbered by drawn (drawn + 1) / 2 + positive: accept, route or verify.
using Enumerated = std::array<ActionKind, 6>;

struct Expectation {
    double score = 0.0;
    double cost = 0.0;
};

/// The expectation of a policy, level by level and verdict by verdict.
void follow(const test::EmOracle& belief, const Enumerated& policy, std::size_t g, int drawn, int positive,
            double probability, Expectation& sum) {
    switch (policy[static_cast<std::size_t>(drawn * (drawn + 1) / 2 + positive)]) {
        case ActionKind::accept:
            sum.score += probability * static_cast<double>(belief.right[g]);
            return;
        case ActionKind::route:
            sum.score += probability * static_cast<double>(belief.large_score[g]);
            sum.cost += probability * large_price;
            return;
        case ActionKind::verify:
            break;
    }
    const auto rate = static_cast<double>(test::EmOracle::rate(g));
    sum.cost += probability * verdict_price;
    follow(belief, policy, g, drawn + 1, positive, probability * (1.0 - rate), sum);
    follow(belief, policy, g, drawn + 1, positive + 1, probability * rate, sum);
}

Expectation expectation_of(const test::EmOracle& belief, const Enumerated& policy) {
    Expectation sum{0.0, small_price};
    for (std::size_t g = 0; g < test::EmOracle::levels; ++g)
        follow(belief, policy, g, 0, 0, static_cast<double>(belief.weight[g]), sum);
    return sum;
}

/// All policies that ask the small model first: three actions before the second verdict, two after it.
std::vector<Enumerated> enumerate_policies() {
    constexpr std::array<ActionKind, 3> actions = {ActionKind::accept, ActionKind::route, ActionKind::verify};
    std::vector<Enumerated> all;
    for (std::size_t number = 0; number < 27 * 8; ++number) {
        Enumerated policy{};
        std::size_t left = number;
        for (std::size_t state = 0; state < 6; ++state) {
            const std::size_t choices = state < 3 ? 3 : 2;
            policy[state] = actions[left % choices];
            left /= choices;
        }
        all.push_back(policy);
    }
    return all;
}

PomdpRouter trained_on_rows(const Objective& objective, const PriceTable& prices, const Dataset& data) {
    PomdpOptions options;
    options.objective = objective;
    options.guard = false;
    PomdpRouter router(options);
    router.train(TrainingData{data, prices});
    return router;
}

}  // namespace

TEST_CASE("eight rows: the POMDP router is the best of all policies, at every lambda") {
    const Dataset data = verdict_log();
    const PriceTable prices = resolve_prices(data, {{small_price, large_price}, {}, {verdict_price}});
    const test::EmOracle belief = verdict_oracle();
    const std::vector<Enumerated> policies = enumerate_policies();
    int verifying = 0;
    for (const double lambda : {0.0, 0.01, 0.02, 0.03, 0.04, 0.06, 0.1}) {
        INFO("lambda " << lambda);
        // Always-large costs no answer of the small model; its mean score is 7/8.
        double best = 7.0 / 8.0 - lambda * large_price;
        for (const Enumerated& policy : policies) {
            const Expectation found = expectation_of(belief, policy);
            best = std::max(best, found.score - lambda * found.cost);
        }
        const PomdpRouter router = trained_on_rows(Objective::lambda(lambda), prices, data);
        const RoutingValue& value = router.report().expected;
        CHECK_THAT(value.score - lambda * value.cost, WithinAbs(best, 1e-12));
        verifying += value.draws > 0.0 ? 1 : 0;
    }
    CHECK(verifying > 0);
}

TEST_CASE("eight rows: the base slope, and the policy's own value for it") {
    const Dataset data = verdict_log();
    const PriceTable prices = resolve_prices(data, {{small_price, large_price}, {}, {verdict_price}});
    const PomdpRouter router = trained_on_rows(Objective::base(), prices, data);
    // (7/8 - 4/8) / (10 - 1)
    CHECK_THAT(*router.report().base_slope, WithinAbs(1.0 / 24.0, 1e-15));
    CHECK_THAT(router.report().lambda, WithinAbs(1.0 / 24.0, 1e-15));
    // The table, read as an enumerated policy, has the value that the router reports.
    Enumerated policy{};
    Evidence evidence(2);
    CHECK(router.next(evidence) == Action::route(0));
    evidence.current = 0;
    evidence.models[0].answered = true;
    for (int drawn = 0; drawn <= 2; ++drawn) {
        for (int positive = 0; positive <= drawn; ++positive) {
            evidence.models[0].drawn = evidence.models[0].parsed = drawn;
            evidence.models[0].positive = positive;
            policy[static_cast<std::size_t>(drawn * (drawn + 1) / 2 + positive)] = router.next(evidence).kind;
        }
    }
    const Expectation expected = expectation_of(verdict_oracle(), policy);
    CHECK_THAT(router.report().expected.score, WithinAbs(expected.score, 1e-12));
    CHECK_THAT(router.report().expected.cost, WithinAbs(expected.cost, 1e-12));
    // The replay of the log, row by row by hand.
    double score = 0.0;
    double cost = 0.0;
    for (const VerdictRow& row : verdict_rows) {
        cost += small_price / 8.0;
        int drawn = 0;
        int positive = 0;
        const auto action = [&] {
            return policy[static_cast<std::size_t>(drawn * (drawn + 1) / 2 + positive)];
        };
        while (action() == ActionKind::verify) {
            positive += row.verdicts[static_cast<std::size_t>(drawn)];
            ++drawn;
            cost += verdict_price / 8.0;
        }
        const bool routed = action() == ActionKind::route;
        score += (routed ? row.large : row.small) / 8.0;
        cost += routed ? large_price / 8.0 : 0.0;
    }
    const Replay replayed = replay(router, data, prices);
    CHECK_THAT(replayed.performance.mean(), WithinAbs(score, 1e-12));
    CHECK_THAT((replayed.answer_cost + replayed.verification_cost).mean(), WithinAbs(cost, 1e-12));
}
