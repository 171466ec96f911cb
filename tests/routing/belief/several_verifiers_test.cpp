// SPDX-License-Identifier: Apache-2.0
// Policies that may ask several verifiers of one answer: the tree against a recursion over levels, the fit against plain
// loops, and a world whose truth is known, in which some wrong answers are approved by every verifier.
#include "routing/routing_models.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/statistics_json.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report/explanation_text.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/belief_fit.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/json/explanation_json.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/objective.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;

namespace {

/// Queries whose small answers are right, wrong, or wrong in a way that every verifier approves.
struct JudgedWorld {
    static constexpr std::size_t kinds = 3;
    std::array<double, kinds> share{0.55, 0.30, 0.15};
    std::array<double, kinds> large{0.95, 0.85, 0.60};  ///< probability that the large model is right
    /// Of each verifier, self and judge: probability of a positive verdict on an answer of each kind.
    std::array<std::array<double, kinds>, 2> positive{{{0.8, 0.35, 0.9}, {0.95, 0.1, 0.97}}};
    std::array<int, 2> draws{4, 2};
    std::array<double, 2> draw_price{0.2, 0.8};
    double small_price = 1.0;
    double large_price = 12.0;

    [[nodiscard]] Dataset log(std::uint64_t seed, int rows) const {
        Random random(seed);
        Dataset data({"small", "large"});
        for (int row = 0; row < rows; ++row) {
            const double u = random.uniform();
            const std::size_t kind = u < share[0] ? 0 : u < share[0] + share[1] ? 1 : 2;
            Record record;
            record.id = std::to_string(seed) + "-" + std::to_string(row);
            record.models.resize(2);
            ModelRecord& small = record.models[0];
            small.score = kind == 0 ? 1.0 : 0.0;
            small.cost = small_price;
            small.draw_cost = draw_price[0];
            const auto draw = [&](std::size_t verifier) {
                std::vector<Verdict> verdicts;
                for (int i = 0; i < draws[verifier]; ++i)
                    verdicts.push_back(random.bernoulli(positive[verifier][kind]) ? Verdict::positive
                                                                                  : Verdict::negative);
                return verdicts;
            };
            small.verdicts = draw(0);
            small.verifiers.push_back({"judge", draw(1), {}, draw_price[1]});
            record.models[1].score = random.bernoulli(large[kind]) ? 1.0 : 0.0;
            record.models[1].cost = large_price;
            data.append(record);
        }
        return data;
    }

    using Weights = std::array<double, kinds>;  ///< joint probability of what was seen and the kind

    [[nodiscard]] double routed(const Weights& w, double lambda) const {
        double value = 0.0;
        for (std::size_t k = 0; k < kinds; ++k) value += w[k] * (large[k] - lambda * large_price);
        return value;
    }
    [[nodiscard]] static double sum(const Weights& w) { return w[0] + w[1] + w[2]; }
    [[nodiscard]] Weights seen(const Weights& w, std::size_t verifier, bool is_positive) const {
        Weights after = w;
        for (std::size_t k = 0; k < kinds; ++k)
            after[k] *= is_positive ? positive[verifier][k] : 1.0 - positive[verifier][k];
        return after;
    }

    /// Returns the highest score less lambda times the cost that is possible after the small answer.
    [[nodiscard]] double best(const Weights& w, std::array<int, 2> drawn, double lambda,
                              bool only_self = false) const {
        double value = std::max(w[0], routed(w, lambda));
        for (std::size_t v = 0; v < (only_self ? 1U : 2U); ++v) {
            if (drawn[v] == draws[v]) continue;
            std::array<int, 2> more = drawn;
            ++more[v];
            value = std::max(value, best(seen(w, v, true), more, lambda, only_self) +
                                        best(seen(w, v, false), more, lambda, only_self) -
                                        lambda * draw_price[v] * sum(w));
        }
        return value;
    }

    /// Returns the score less lambda times the cost that a router reaches after the small answer.
    [[nodiscard]] double reached(const PomdpRouter& router, const Evidence& evidence, const Weights& w,
                                 double lambda) const {
        const Action action = router.next(evidence);
        if (action.kind == ActionKind::accept) return w[0];
        if (action.kind == ActionKind::route) return routed(w, lambda);
        REQUIRE(action.draws == 1);
        const auto v = as_size(action.verifier);
        double value = -lambda * draw_price[v] * sum(w);
        for (const bool is_positive : {true, false}) {
            Evidence after = evidence;
            VerifierEvidence& known = after.models[0].verifier_at(action.verifier);
            ++known.drawn;
            ++known.parsed;
            known.positive += is_positive ? 1 : 0;
            value += reached(router, after, seen(w, v, is_positive), lambda);
        }
        return value;
    }
};

constexpr double judged_lambda = 0.03;

PomdpRouter judged_router(const Dataset& log, std::vector<std::string> verifiers,
                          double lambda = judged_lambda, const Prices& prices = {}) {
    PomdpOptions options;
    options.objective = Objective::lambda(lambda);
    options.verifiers = std::move(verifiers);
    options.guard = false;
    PomdpRouter router(options);
    const PriceTable table = resolve_prices(log, prices);
    router.train({log, table});
    return router;
}

double value_of(const JudgedWorld& world, const PomdpRouter& router) {
    Evidence evidence(2);
    evidence.current = 0;
    evidence.models[0].answered = true;
    return world.reached(router, evidence, world.share, judged_lambda);
}

/// The value of a belief over two verifiers' levels by recursion, without states, tables or a tree.
struct LevelRecursion {
    const detail::LevelDistribution& levels;
    const RoutingPrices& prices;
    double lambda;
    std::vector<int> batches;

    [[nodiscard]] double value(const Eigen::ArrayXd& w, std::array<int, 2> drawn) const {
        const Eigen::ArrayXd last = levels.scores.col(1).array();
        double best = (w * levels.right.array()).sum();
        best = std::max(best, (w * last).sum() - lambda * prices.answers[1] * w.sum());
        for (std::size_t v = 0; v < 2; ++v) {
            for (const int draws : batches) {
                if (drawn[v] + draws > levels.verifiers[v].draws) continue;
                const double price = v == 0 ? prices.draws[0] : prices.further[0].draw;
                best = std::max(
                    best, after(w, drawn, v, draws) - lambda * (draws * price + prices.round) * w.sum());
            }
        }
        return best;
    }

 private:
    [[nodiscard]] double after(const Eigen::ArrayXd& w, std::array<int, 2> drawn, std::size_t v,
                               int left) const {
        if (left == 0) return value(w, drawn);
        Eigen::ArrayXd rate(w.size());
        const Index first = levels.verifiers[0].levels;
        for (Index g = 0; g < w.size(); ++g) {
            const Index part = v == 0 ? g % first : g / first;
            rate(g) = (static_cast<double>(part) + 0.5) / static_cast<double>(levels.verifiers[v].levels);
        }
        ++drawn[v];
        return after(w * rate, drawn, v, left - 1) + after(w * (1.0 - rate), drawn, v, left - 1);
    }
};

detail::BeliefModel random_judged_belief(Random& random, std::array<int, 2> draws,
                                         std::array<Index, 2> levels) {
    detail::BeliefModel belief;
    belief.mean_scores = Eigen::Vector2d(0.2 + 0.6 * random.uniform(), 0.2 + 0.6 * random.uniform());
    detail::LevelDistribution level;
    for (std::size_t v = 0; v < 2; ++v)
        level.verifiers.push_back({VerificationKind::verdicts, draws[v], levels[v], {}});
    const Index size = levels[0] * levels[1];
    level.weight = test::random_distribution(random, size);
    level.right = Eigen::VectorXd::NullaryExpr(size, [&](Index) { return random.uniform(); });
    level.scores = Eigen::MatrixXd::NullaryExpr(size, 2, [&](Index, Index) { return random.uniform(); });
    belief.verified = {0};
    belief.priors = {level.weight};
    belief.levels = {level};
    return belief;
}

}  // namespace

TEST_CASE("the tree of two verifiers has the value of a recursion over their levels") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        INFO("seed " << seed);
        Random random(seed);
        const std::array<int, 2> draws{1 + static_cast<int>(random.index(3)),
                                       1 + static_cast<int>(random.index(2))};
        const detail::BeliefModel belief = random_judged_belief(random, draws, {4, 3});
        RoutingPrices prices = test::random_prices(random, 2);
        prices.further = {{0.3 * random.uniform(), 1.0}};
        detail::SolveRule rule;
        rule.lambda = 0.3 * random.uniform() * random.uniform();
        if (random.bernoulli(0.5)) {
            prices.round = 0.1 * random.uniform();
            rule.batches = {1, 2};
        }
        const detail::RoutingTree tree = detail::make_tree(belief, 1e6);
        REQUIRE(tree.layout->cells() == first_count(draws[0] + 1) * first_count(draws[1] + 1));
        const detail::BackwardInduction solved(tree, prices, rule);
        const double found =
            detail::net_value(solved.value_from(0), rule.lambda, prices) + rule.lambda * prices.answers[0];
        const LevelRecursion expected{belief.levels[0], prices, rule.lambda, rule.batches};
        REQUIRE_THAT(found, WithinAbs(expected.value(belief.levels[0].weight.array(), {0, 0}), 1e-12));
    }
}

TEST_CASE("the states of two verifiers, and the probabilities of their next draws") {
    // Levels of the first: 1/4, 3/4, of the second too; both are alike: weights 1/2, 0, 0, 1/2.
    detail::BeliefModel belief;
    belief.mean_scores = Eigen::Vector2d(0.5, 0.8);
    detail::LevelDistribution level;
    level.verifiers = {{VerificationKind::verdicts, 1, 2, {}}, {VerificationKind::verdicts, 1, 2, {}}};
    level.weight = Eigen::Vector4d(0.5, 0.0, 0.0, 0.5);
    level.right = Eigen::Vector4d(0.2, 0.5, 0.5, 0.8);
    level.scores = Eigen::MatrixXd::Constant(4, 2, 0.8);
    belief.verified = {0};
    belief.priors = {level.weight};
    belief.levels = {level};
    const detail::RoutingTree tree = detail::make_tree(belief, 1e6);
    const detail::CascadeModel& model = tree.layout->models().front();
    REQUIRE(model.states() == 9);
    ModelEvidence known;
    known.answered = true;
    CHECK(model.state(known) == 0);
    known.verifier_at(1) = {1, 1, 1, {}, 0, 0};
    CHECK(model.state(known) == 6);
    known.drawn = known.parsed = 1;
    CHECK(model.state(known) == 7);
    CHECK(tree.probability(0, 0) == Approx(0.5));
    CHECK(tree.probability(0, 1) == Approx(0.5));
    // A positive verdict of the second: the first one's level is 3/4 with probability 3/4, so 5/8 for the next.
    CHECK(tree.probability(6, 0) == Approx(0.625));
    CHECK(tree.probability(2, 1) == Approx(0.625));
    // One of each: (3/4 * 1/4) twice.
    CHECK(tree.current(7) == Approx(0.5));
    CHECK(tree.current(8) == Approx((0.0625 * 0.2 + 0.5625 * 0.8) / 0.625));
}

TEST_CASE("the joint levels of two verifiers are those of plain loops") {
    struct Row {
        std::array<std::array<int, 2>, 2> seen;  // parsed and positive of each verifier
        double small, large;
    };
    const std::vector<Row> rows = {{{{{2, 2}, {1, 1}}}, 1.0, 1.0},
                                   {{{{2, 0}, {1, 0}}}, 0.0, 1.0},
                                   {{{{2, 2}, {1, 0}}}, 0.0, 0.5},
                                   {{{{2, 1}, {1, 1}}}, 0.25, 0.0}};
    ModelShape shape{"small", VerificationKind::verdicts, 2};
    shape.further = {{"judge", VerificationKind::verdicts, 1}};
    const std::vector<ModelShape> models{shape, {"large"}};
    FoldStatistics sums(models);
    for (const Row& row : rows)
        sums.cell({Verification{row.seen[0][0], row.seen[0][1], 0.0},
                   Verification{row.seen[1][0], row.seen[1][1], 0.0}})
            .add({row.small, row.large});
    const detail::LevelDistribution found = detail::fit_levels(sums, models, 0);
    REQUIRE(found.levels() == 400);

    constexpr std::size_t grid = 20;
    const auto rate = [](std::size_t g) { return (static_cast<long double>(g) + 0.5L) / grid; };
    const auto likelihood = [&](const std::array<int, 2>& seen, std::size_t g) {
        long double product = 1.0L;
        for (int i = 0; i < seen[0]; ++i) product *= i < seen[1] ? rate(g) : 1.0L - rate(g);
        return product;
    };
    std::array<std::vector<long double>, 2> joint;  // right, wrong
    for (const bool right : {true, false}) {
        const auto rows_of = [&](const Row& row) {
            return right ? static_cast<long double>(row.small) : 1.0L - static_cast<long double>(row.small);
        };
        std::array<std::vector<long double>, 2> alone;
        for (std::size_t v = 0; v < 2; ++v) {
            std::vector<long double> prior(grid);
            for (std::size_t g = 0; g < grid; ++g) prior[g] = right ? rate(g) : 1.0L - rate(g);
            std::vector<long double> q(grid);
            for (std::size_t g = 0; g < grid; ++g) q[g] = prior[g] / 20.0L + 1.0L / 40.0L;
            for (int step = 0; step < 50; ++step) {
                std::vector<long double> next = prior;
                for (const Row& row : rows) {
                    long double all = 0.0L;
                    for (std::size_t g = 0; g < grid; ++g) all += q[g] * likelihood(row.seen[v], g);
                    for (std::size_t g = 0; g < grid; ++g)
                        next[g] += rows_of(row) * q[g] * likelihood(row.seen[v], g) / all;
                }
                long double total = 0.0L;
                for (const long double value : next) total += value;
                for (std::size_t g = 0; g < grid; ++g) q[g] = next[g] / total;
            }
            alone[v] = q;
        }
        std::vector<long double> q(grid * grid);
        for (std::size_t g = 0; g < q.size(); ++g) q[g] = alone[0][g % grid] * alone[1][g / grid];
        const std::vector<long double> product = q;
        for (int step = 0; step < 50; ++step) {
            std::vector<long double> next(q.size());
            for (std::size_t g = 0; g < q.size(); ++g) next[g] = 40.0L * product[g];
            for (const Row& row : rows) {
                std::vector<long double> part(q.size());
                long double all = 0.0L;
                for (std::size_t g = 0; g < q.size(); ++g) {
                    part[g] = q[g] * likelihood(row.seen[0], g % grid) * likelihood(row.seen[1], g / grid);
                    all += part[g];
                }
                for (std::size_t g = 0; g < q.size(); ++g) next[g] += rows_of(row) * part[g] / all;
            }
            long double total = 0.0L;
            for (const long double value : next) total += value;
            for (std::size_t g = 0; g < q.size(); ++g) q[g] = next[g] / total;
        }
        joint[right ? 0 : 1] = q;
    }
    const long double pi = (1.25L + 1.0L) / 6.0L;
    for (std::size_t g = 0; g < 400; ++g) {
        INFO("level " << g);
        const long double weight = pi * joint[0][g] + (1.0L - pi) * joint[1][g];
        const auto at = static_cast<Index>(g);
        CHECK_THAT(found.weight(at), WithinAbs(static_cast<double>(weight), 1e-14));
        CHECK_THAT(found.right(at), WithinAbs(static_cast<double>(pi * joint[0][g] / weight), 1e-12));
    }
}

TEST_CASE("regret with two verifiers shrinks as rows grow, and blind spots are seen", "[property]") {
    const JudgedWorld world;
    const double best = world.best(world.share, {0, 0}, judged_lambda);
    const double without_judge = world.best(world.share, {0, 0}, judged_lambda, true);
    REQUIRE(best > without_judge + 0.01);
    std::vector<double> regrets;
    for (const auto& [rows, seeds] : {std::pair{100, 8}, std::pair{1000, 4}, std::pair{10000, 2}}) {
        double regret = 0.0;
        for (int seed = 0; seed < seeds; ++seed) {
            const Dataset log = world.log(static_cast<std::uint64_t>(100 * rows + seed), rows);
            const double value = value_of(world, judged_router(log, {"judge"}));
            CHECK(value <= best + 1e-12);
            regret += (best - value) / seeds;
        }
        regrets.push_back(regret);
    }
    WARN("regret at 100, 1,000 and 10,000 rows: " << regrets[0] << ", " << regrets[1] << ", " << regrets[2]
                                                  << " of a best value of " << best);
    CHECK(regrets[1] < regrets[0] + 1e-3);
    CHECK(regrets[2] < 0.002);
    // The judge is worth more than what the estimate of its levels loses.
    CHECK(best - regrets[2] > without_judge);
    // Answers that all verdicts approve are still wrong at the rate of the world.
    const PomdpRouter router = judged_router(world.log(7, 10000), {"judge"});
    const detail::RoutingTree& tree = *router.trained().tree;
    ModelEvidence approved;
    approved.answered = true;
    approved.drawn = approved.parsed = approved.positive = 4;
    approved.verifier_at(1) = {2, 2, 2, {}, 0, 0};
    std::array<double, 3> weight{};
    for (std::size_t k = 0; k < 3; ++k)
        weight[k] = world.share[k] * std::pow(world.positive[0][k], 4) * std::pow(world.positive[1][k], 2);
    const double right = weight[0] / (weight[0] + weight[1] + weight[2]);
    REQUIRE(right < 0.75);
    CHECK_THAT(tree.current(tree.layout->models().front().state(approved)), WithinAbs(right, 0.03));
}

TEST_CASE("forecasts of score and cost with two verifiers agree with replay", "[property]") {
    const JudgedWorld world;
    const PomdpRouter router = judged_router(world.log(1, 10000), {"judge"});
    const Dataset test = world.log(2, 20000);
    const Replay replayed = replay(router, test, resolve_prices(test));
    const RoutingValue forecast = router.report().expected;
    const Eigen::ArrayXd cost = replayed.answer_cost + replayed.verification_cost;
    const auto error = [](const Eigen::ArrayXd& values) {
        return std::sqrt((values - values.mean()).square().mean() / static_cast<double>(values.size()));
    };
    // The forecast is itself an estimate from half as many rows.
    CHECK_THAT(forecast.score,
               WithinAbs(replayed.performance.mean(), 3.0 * 1.75 * error(replayed.performance)));
    CHECK_THAT(forecast.cost, WithinAbs(cost.mean(), 3.0 * 1.75 * error(cost)));
    CHECK_THAT(forecast.draws, WithinAbs(replayed.draws.mean(), 3.0 * 1.75 * error(replayed.draws)));
    // Rows by statistics give what replay gives, up to the order of draws.
    const PomdpRouter on_test = judged_router(test, {"judge"});
    const auto& held_out = on_test.report().held_out;
    REQUIRE(held_out);
    CHECK_THAT(held_out->score, WithinAbs(replayed.performance.mean(), 0.01));
}

TEST_CASE("an explanation has the belief over the levels of each verifier") {
    const JudgedWorld world;
    const PomdpRouter router = judged_router(world.log(3, 400), {"judge"});
    Evidence evidence(2);
    evidence.current = 0;
    ModelEvidence& small = evidence.models[0];
    small.answered = true;
    small.drawn = small.parsed = 2;
    small.positive = 1;
    small.verifier_at(1) = {1, 1, 1, {}, 0, 0};
    const Explanation found = router.explainer()(evidence);
    REQUIRE(found.verifier_beliefs.size() == 2);
    // Bayes' rule over the joint levels, by plain loops.
    const detail::LevelDistribution& joint = router.trained().tree->belief->levels.front();
    std::array<std::vector<double>, 2> expected{std::vector<double>(20, 0.0), std::vector<double>(20, 0.0)};
    double all = 0.0;
    for (std::size_t g = 0; g < 400; ++g) {
        const double self = (static_cast<double>(g % 20) + 0.5) / 20.0;
        const double judge = (static_cast<double>(g / 20) + 0.5) / 20.0;
        const double weight = joint.weight(static_cast<Index>(g)) * self * (1.0 - self) * judge;
        expected[0][g % 20] += weight;
        expected[1][g / 20] += weight;
        all += weight;
    }
    const std::array<std::string, 2> names{"self", "judge"};
    for (std::size_t v = 0; v < 2; ++v) {
        CHECK(found.verifier_beliefs[v].verifier == names[v]);
        REQUIRE(found.verifier_beliefs[v].belief.size() == 20);
        REQUIRE(found.verifier_beliefs[v].levels.size() == 20);
        for (std::size_t g = 0; g < 20; ++g)
            CHECK_THAT(found.verifier_beliefs[v].belief[g], WithinAbs(expected[v][g] / all, 1e-12));
    }
    CHECK(found.belief == found.verifier_beliefs.front().belief);
    CHECK(found.levels == found.verifier_beliefs.front().levels);
    const std::string text = to_text(found, {"small", "large"});
    CHECK_THAT(text, Contains("rate of positive verdicts of self, 0 to 1: [") &&
                         Contains("rate of positive verdicts of judge, 0 to 1: ["));
    CHECK(to_json(found, {"small", "large"})["verifier_beliefs"][1]["verifier"] == "judge");
}

TEST_CASE("the order of verifiers follows from their prices") {
    JudgedWorld world;
    world.positive = {{{0.85, 0.2, 0.2}, {0.85, 0.2, 0.2}}};
    world.draws = {2, 2};
    const Dataset log = world.log(5, 4000);
    const auto first_asked = [&](double self, double judge) {
        Prices prices;
        prices.answers = {1.0, 12.0};
        prices.draws = {self};
        prices.verifiers = {{"judge", judge}};
        const PomdpRouter router = judged_router(log, {"judge"}, judged_lambda, prices);
        Evidence evidence(2);
        evidence.current = 0;
        evidence.models[0].answered = true;
        return router.next(evidence);
    };
    CHECK(first_asked(0.1, 0.4) == Action::verify(1, 0));
    CHECK(first_asked(0.4, 0.1) == Action::verify(1, 1));
}

TEST_CASE("a policy of two verifiers survives its file, and refuses other logs") {
    const JudgedWorld world;
    const Dataset log = world.log(3, 400);
    PomdpRouter router = judged_router(log, {"judge"});
    const Statistics statistics = router.collect({log, resolve_prices(log)});
    REQUIRE(statistics.models.front().further ==
            std::vector<VerifierShape>{{"judge", VerificationKind::verdicts, 2}});
    CHECK(parse_statistics(to_statistics_text(statistics), "s").models == statistics.models);
    const std::string text = to_policy_text(router, statistics);
    const PolicyFile read = parse_policy(text, "p");
    CHECK(to_policy_text(read.router, read.statistics) == text);
    const PriceTable prices = resolve_prices(log);
    CHECK((replay(read.router, log, prices).performance == replay(router, log, prices).performance).all());

    Statistics sum = statistics;
    const Dataset more = world.log(4, 400);
    const Statistics others = router.collect({more, resolve_prices(more)});
    sum += others;
    CHECK(sum.total().weight() == 800.0);
    CHECK(sum.total().further_draw_prices.front() == Approx(800.0 * 0.8));
    sum -= others;
    CHECK(sum.total().weight() == Approx(400.0));
    PomdpRouter self_alone = judged_router(log, {});
    const Statistics of_self = self_alone.collect({log, prices});
    CHECK_THROWS_WITH(sum += of_self, Contains("verifiers of model \"small\" differ: self, judge and self"));

    Dataset without({"small", "large"});
    Record record = log.record(0);
    record.models[0].verifiers.clear();
    without.append(record);
    CHECK_THROWS_WITH(replay(router, without, resolve_prices(without)),
                      Contains("the policy asks the verifier \"judge\", which the log does not have"));
    Dataset renamed = log;
    renamed.name_first_verifier("other");
    CHECK_THROWS_WITH(replay(self_alone, renamed, prices),
                      Contains("trained on verdicts of \"self\", and those of the log are of \"other\""));
    CHECK_THROWS_WITH(judged_router(log, {"judg"}),
                      Contains("no \"judg\" among the further verifiers of the log; "
                               "it has judge"));
}

TEST_CASE("verdicts that cannot be parsed use up the draws of their verifier alone") {
    JudgedWorld world;
    Dataset data({"small", "large"});
    const Dataset log = world.log(6, 600);
    for (Index row = 0; row < log.rows(); ++row) {
        Record record = log.record(row);
        for (ModelRecord& model : record.models) model.confidence.reset();
        for (VerifierRecord& verifier : record.models[0].verifiers) {
            verifier.confidence.reset();
            if (row % 2 == 0) verifier.verdicts.assign(2, Verdict::unparsed);
        }
        data.append(record);
    }
    const PomdpRouter router = judged_router(data, {"judge"});
    const PriceTable prices = resolve_prices(data);
    const Replay replayed = replay(router, data, prices);
    CHECK(router.trained().prices.further.front().draws_per_verdict == Approx(2.0));
    // Rows by statistics, over all orders of the draws, agree with one order on average.
    const RoutingValue expected = router.report().expected;
    CHECK_THAT(expected.draws, WithinAbs(replayed.draws.mean(), 0.5));
    CHECK(replayed.draws.maxCoeff() <= 6.0);
}
