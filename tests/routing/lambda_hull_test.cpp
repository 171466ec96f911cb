// SPDX-License-Identifier: Apache-2.0
// The hull of all lambdas, of points by hand and of random ones against every lambda at which two of them tie; and the curves
// of the routers that are made with it.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/fixed_k.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/lambda_hull.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/detail/candidate_hull.hpp>
#include <automix/routing/published/detail/confidence_cells.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>
#include <automix/routing/published/simple_pomdp.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/registry.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using tables::record;
using tables::scored;
using tables::verified;

namespace {

double net(const OperatingPoint& point, double lambda) { return point.performance - lambda * point.cost; }

/// The best of the points, the cheapest of equals.
OperatingPoint best(const std::vector<OperatingPoint>& points, double lambda) {
    OperatingPoint found = points.front();
    for (const OperatingPoint& point : points) {
        if (net(point, lambda) > net(found, lambda) + 1e-13) found = point;
    }
    return found;
}

std::vector<HullSolution<OperatingPoint>> hull_of(std::vector<OperatingPoint> points) {
    std::sort(points.begin(), points.end(), [](const OperatingPoint& a, const OperatingPoint& b) {
        return a.cost != b.cost ? a.cost < b.cost : a.performance > b.performance;
    });
    const auto solve = [&](double lambda) { return best(points, lambda); };
    return LambdaHull(solve, [](const OperatingPoint& point) { return point; }).all(points.front());
}

std::vector<OperatingPoint> random_points(Random& random) {
    std::vector<OperatingPoint> points;
    for (std::uint64_t i = 2 + random.index(20); i > 0; --i)
        points.push_back({random.uniform(), random.uniform()});
    return points;
}

/// Two models; the small one has six verdicts a row.
Dataset noisy_log(Random& random, int rows) {
    Dataset data({"small", "large"});
    for (int i = 0; i < rows; ++i) {
        const double right = random.bernoulli(0.5) ? 1.0 : 0.0;
        std::vector<int> draws(6);
        for (int& draw : draws) draw = random.bernoulli(0.3 + 0.4 * right) ? 1 : 0;
        data.append(record("r" + std::to_string(i),
                           {verified(right, draws), scored(random.bernoulli(0.9) ? 1.0 : 0.0)}));
    }
    return data;
}

}  // namespace

TEST_CASE("the hull goes from the cheapest to the best and leaves out what is below") {
    const auto hull = hull_of({{0.2, 1.0}, {0.6, 2.0}, {0.65, 4.0}, {0.8, 5.0}, {0.7, 9.0}, {0.3, 2.0}});
    REQUIRE(hull.size() == 3);
    CHECK(hull[0].solution.performance == 0.2);
    CHECK(hull[1].solution.performance == 0.6);
    CHECK(hull[2].solution.performance == 0.8);
    CHECK_THAT(hull[0].lambda, WithinAbs(0.4, 1e-12));
    CHECK_THAT(hull[1].lambda, WithinAbs(0.2 / 3.0, 1e-12));
    CHECK(hull[2].lambda == 0.0);
    CHECK(hull_of({{0.5, 1.0}, {0.4, 3.0}}).size() == 1);
    // Of equal costs, as where all models are free, the best alone is left, at a lambda that is finite.
    const auto best_of_all = [](double) { return OperatingPoint{0.9, 0.0}; };
    const auto free = LambdaHull(best_of_all, [](const OperatingPoint& p) { return p; }).all({0.3, 0.0});
    REQUIRE(free.size() == 1);
    CHECK(free[0].solution.performance == 0.9);
    CHECK(free[0].lambda == 0.0);
}

TEST_CASE("of random points the hull holds the best for every lambda", "[property]") {
    Random random(11);
    for (int run = 0; run < 2000; ++run) {
        const std::vector<OperatingPoint> points = random_points(random);
        const auto hull = hull_of(points);
        for (std::size_t i = 0; i + 1 < hull.size(); ++i) {
            REQUIRE(hull[i].solution.cost < hull[i + 1].solution.cost);
            REQUIRE(hull[i].solution.performance < hull[i + 1].solution.performance);
            REQUIRE((i == 0 || hull[i].lambda < hull[i - 1].lambda));
        }
        for (int k = 0; k < 20; ++k) {
            const double lambda = k == 0 ? 0.0 : 3.0 * random.uniform();
            double found = net(hull.front().solution, lambda);
            for (const auto& [at, solution] : hull) found = std::max(found, net(solution, lambda));
            REQUIRE_THAT(found, WithinAbs(net(best(points, lambda), lambda), 1e-10));
        }
        // The same by the hull of candidates.
        const std::vector<std::size_t> numbers = upper_hull(points);
        REQUIRE(numbers.size() == hull.size());
        for (std::size_t i = 0; i < hull.size(); ++i)
            REQUIRE(points[numbers[i]].cost == hull[i].solution.cost);
    }
}

TEST_CASE("the curve of fixed_k holds what training finds for any lambda", "[property]") {
    Random random(5);
    for (int run = 0; run < 30; ++run) {
        const Dataset data = noisy_log(random, 40);
        const PriceTable prices = resolve_prices(data, {{1.0, 10.0}, {}, {0.1 + 0.5 * random.uniform()}});
        const std::vector<FixedKRouter> curve = FixedKRouter().curve({data, prices});
        REQUIRE(!curve.empty());
        for (int k = 0; k < 10; ++k) {
            FixedKRouter trained({Objective::lambda(0.2 * random.uniform()), {}});
            trained.train({data, prices});
            const std::string parameters = to_string(trained.parameters());
            const auto same = [&](const FixedKRouter& router) {
                return to_string(router.parameters()) == parameters;
            };
            CHECK(std::any_of(curve.begin(), curve.end(), same));
        }
    }
}

TEST_CASE("the curve of a one-shot router holds its best candidate for any lambda") {
    Random random(6);
    const Dataset data = noisy_log(random, 60);
    const PriceTable prices = resolve_prices(data, {{1.0, 10.0}, {}, {0.1}});
    const detail::ConfidenceCells cells = detail::collect_cells({data, prices}, true);
    const auto check = [&](auto drawn_family) {
        using Family = decltype(drawn_family);
        INFO(Family::name);
        std::vector<OperatingPoint> all;
        const auto note = [&](const Candidate& candidate, const auto&) { all.push_back(candidate.point); };
        CandidateSearch search(cells, CostRange{}, note);
        Family::search(search, 8);
        const auto selections = detail::best_selections<Family>(cells, CostRange{}, 8);
        REQUIRE(!selections.empty());
        for (int k = 0; k <= 100; ++k) {
            const double lambda = 0.002 * k;
            double found = -1e9;
            double highest = -1e9;
            for (const Selection& selection : selections)
                found = std::max(found, net(selection.figures.point, lambda));
            for (const OperatingPoint& point : all) highest = std::max(highest, net(point, lambda));
            CHECK_THAT(found, WithinAbs(highest, 1e-12));
        }
        for (const Selection& selection : selections) {
            // The rule is that of the point.
            CandidateSearch again(cells, CostRange{});
            again.consider(Family::name, selection.rule);
            CHECK_THAT(again.best()->figures.point.cost, WithinAbs(selection.figures.point.cost, 1e-12));
        }
    };
    check(ThresholdFamily{});
    check(TripleThresholdFamily{});
    check(GreedyPomdpFamily{});
    check(SimplePomdpFamily{});
    check(ExactFamily{});
    CHECK(detail::best_selections<TripleThresholdFamily>(cells, CostRange{}, 8, 3).size() == 3);
    CHECK(detail::best_selections<ThresholdFamily>(cells, CostRange{0.0, 0.5}, 8).empty());
}

TEST_CASE("any router has a curve: one policy where it knows of no lambda, none where nothing is feasible") {
    Random random(7);
    const Dataset data = noisy_log(random, 60);
    const PriceTable prices = resolve_prices(data, {{1.0, 10.0}, {}, {0.1}});
    for (const auto name : router_names) {
        INFO(name);
        const auto curve = make_router(name).curve({data, prices});
        CHECK(!curve.empty());
        for (const AnyRouter& router : curve) CHECK(router.next(Evidence(2)).kind == ActionKind::route);
    }
    CHECK(make_router("always_large").curve({data, prices}).size() == 1);
    CHECK(make_router("pomdp").curve({data, prices}).size() > 3);
    CHECK(make_router("fixed_answer:pomdp").curve({data, prices}).front().name() == "fixed_answer:pomdp");
    RouterSettings narrow;
    narrow.one_shot.cost_range = {0.0, 0.5};
    CHECK(make_router("threshold", narrow).curve({data, prices}).empty());

    Dataset unverified({"small", "large"});
    unverified.append(record("a", {tables::confident(0.0, 0.5), scored(1.0)}));
    const PriceTable some = resolve_prices(unverified);
    FixedKRouter fixed;
    CHECK(fixed.curve({unverified, some}).empty());
    const TrainingResult result = fixed.train({unverified, some});
    CHECK_FALSE(result.feasible);
    CHECK(result.reason == "model \"small\" has no verdicts to draw");
}
