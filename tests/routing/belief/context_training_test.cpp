// SPDX-License-Identifier: Apache-2.0
#include "routing/belief/context_world.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/context/context_fields.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/detail/context_training.hpp>
#include <automix/routing/belief/detail/guard.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/training.hpp>

#include <Eigen/Core>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

static_assert(query_reading_router<PomdpRouter>);
static_assert(query_reading_router<AnyRouter>);
static_assert(!query_reading_router<AlwaysLargeRouter>);

/// Two rows with these facts on both queries.
Dataset facts_table(const std::string& first, const std::string& second, const QueryFacts& facts) {
    Dataset data({"small", "large"});
    data.append(tables::record("a", {tables::verified(0.0, {0}), tables::scored(1.0)}, first), {}, facts);
    data.append(tables::record("b", {tables::verified(1.0, {1}), tables::scored(1.0)}, second), {}, facts);
    return data;
}

ContextChoice given(bool dataset, bool text, bool features = false, bool prior = false) {
    return {false, {dataset, text, features, prior}};
}

/// Returns a router that was trained on a log of a world.
PomdpRouter trained_on(const Dataset& log, const ContextChoice& choice) {
    PomdpOptions options;
    options.context = choice;
    PomdpRouter router(options);
    const PriceTable prices = resolve_prices(log);
    router.train({log, prices});
    return router;
}

}  // namespace

TEST_CASE("the choice of facts is written and read") {
    CHECK(to_string(ContextChoice{}) == "best");
    CHECK(parse_context_choice("best") == ContextChoice{});
    CHECK(parse_context_choice("none") == given(false, false));
    CHECK(parse_context_choice("dataset+text") == given(true, true));
    CHECK(to_string(given(true, true)) == "text+dataset");
    CHECK(parse_context_choice(to_string(given(true, false, true, true))) == given(true, false, true, true));
    CHECK_FALSE(parse_context_choice("best+text").has_value());
    CHECK_FALSE(parse_context_choice("words").has_value());
}

TEST_CASE("the contexts to try are those that the log has facts for, poorer ones first") {
    QueryFacts asked;
    asked.question = "How many?";
    const ContextFields dataset{true, false, false, false};
    const ContextFields text{false, true, false, false};
    const ContextFields both{true, true, false, false};
    CHECK(detail::contexts_to_try({}, facts_table("one", "two", asked)) ==
          std::vector<ContextFields>{dataset, both});
    CHECK(detail::contexts_to_try({}, facts_table("one", "one", asked)) == std::vector<ContextFields>{text});
    CHECK(detail::contexts_to_try({}, facts_table("one", "two", {})) == std::vector<ContextFields>{dataset});
    CHECK(detail::contexts_to_try({}, facts_table("one", "one", {})).empty());
    CHECK(detail::contexts_to_try(given(false, false), facts_table("one", "two", asked)).empty());
    CHECK(detail::contexts_to_try(given(true, true), facts_table("one", "two", asked)) ==
          std::vector<ContextFields>{both});
}

TEST_CASE("facts that the user asks for and the log lacks are an error that names them") {
    const Dataset bare = facts_table("one", "two", {});
    CHECK_THROWS_WITH(detail::contexts_to_try(given(false, true), bare),
                      ContainsSubstring("context text") && ContainsSubstring("question"));
    CHECK_THROWS_WITH(detail::contexts_to_try(given(false, false, true), bare),
                      ContainsSubstring("context features"));
    CHECK_THROWS_WITH(detail::contexts_to_try(given(false, false, false, true), bare),
                      ContainsSubstring("context prior"));
    PomdpOptions options;
    options.context = given(false, true);
    PomdpRouter router(options);
    const PriceTable prices = resolve_prices(bare);
    CHECK_THROWS_AS(router.train({bare, prices}), DataError);
    CHECK_FALSE(router.reads().any());
}

TEST_CASE("a control of mean 0 takes its share out of the standard error") {
    // Values 1, 1, 1, 0: sqrt(0.75 / (4 * 2)).
    CHECK(detail::controlled_error({1.0, 1.0, 1.0, 0.0}, {}) == Approx(std::sqrt(0.75 / 8.0)));
    // The control explains all that differs from row to row.
    const Eigen::ArrayXd control = Eigen::Array4d(1.0, -1.0, 1.0, -1.0);
    const std::vector<double> noisy{1.2, -0.8, 1.2, -0.8};
    CHECK(detail::controlled_error(noisy, {}) == Approx(std::sqrt(4.0 / 8.0)));
    CHECK(detail::controlled_error(noisy, control) == Approx(0.0).margin(1e-12));
}

TEST_CASE("training chooses the facts that tell the type of a query, and reports what all were worth",
          "[property]") {
    Random random(8);
    const Dataset by_dataset = test::three_types(test::TypeIn::dataset).log(random, 400);
    const PomdpRouter first = trained_on(by_dataset, {});
    REQUIRE(first.report().contexts.size() == 3);
    CHECK_FALSE(first.report().contexts[0].fields.any());
    CHECK(first.report().contexts[1].chosen);
    CHECK(to_string(first.reads()) == "dataset");
    CHECK(first.report().contexts[1].mean > first.report().contexts[0].mean);

    const Dataset by_words = test::three_types(test::TypeIn::words).log(random, 400);
    const PomdpRouter second = trained_on(by_words, {});
    REQUIRE(second.report().contexts.size() == 2);
    CHECK(to_string(second.reads()) == "text");
    CHECK(second.report().contexts[1].chosen);
    CHECK_FALSE(second.report().contexts[0].chosen);
}

TEST_CASE("facts that the user asks for are read whatever they are worth", "[property]") {
    Random random(9);
    const Dataset log = test::three_types(test::TypeIn::nothing).log(random, 200);
    const PomdpRouter router = trained_on(log, given(true, true));
    REQUIRE(router.report().contexts.size() == 2);
    CHECK(router.report().contexts[1].chosen);
    CHECK(to_string(router.reads()) == "text+dataset");
    CHECK_FALSE(trained_on(log, given(false, false)).reads().any());
}

TEST_CASE("statistics, maximum IBC and pluralities read no facts") {
    Random random(10);
    const Dataset log = test::three_types(test::TypeIn::dataset).log(random, 200);
    const PriceTable prices = resolve_prices(log);
    PomdpRouter router;
    router.train(router.collect({log, prices}));
    CHECK_FALSE(router.reads().any());
    CHECK(router.report().contexts.empty());
    PomdpOptions options;
    options.objective = Objective::max_ibc();
    PomdpRouter ibc(options);
    ibc.train({log, prices});
    CHECK_FALSE(ibc.reads().any());
}

TEST_CASE("a log without facts gives the policy without context, to the last bit", "[property]") {
    Random random(12);
    const Dataset log = test::three_types(test::TypeIn::dataset).log(random, 200);
    Dataset bare(log.model_names());
    for (Index row = 0; row < log.rows(); ++row) {
        Record record = log.record(row);
        record.dataset.clear();
        bare.append(record);
    }
    const PomdpRouter one = trained_on(bare, {});
    const PomdpRouter other = trained_on(bare, given(false, false));
    const PomdpRouter plain = trained_on(log, given(false, false));
    CHECK(one.report().expected.score == other.report().expected.score);
    CHECK(one.report().expected.score == plain.report().expected.score);
    CHECK(one.policy_for(0.5).cells() == other.policy_for(0.5).cells());
    CHECK(one.policy_for(0.5).cells() == plain.policy_for(0.5).cells());
}

TEST_CASE("a router behind AnyRouter reads the query as the router itself does", "[property]") {
    Random random(13);
    const Dataset log = test::three_types(test::TypeIn::dataset).log(random, 400);
    const PriceTable prices = resolve_prices(log);
    const PomdpRouter router = trained_on(log, {});
    const AnyRouter any = AnyRouter::of(router);
    CHECK(any.reads() == router.reads());
    CHECK(any.reads().dataset);
    CHECK(any.forecast(log.facts(0)) == router.forecast(log.facts(0)));
    REQUIRE(any.forecast(log.facts(0)).has_value());

    const Replay one = replay(router, log, prices);
    const Replay other = replay(any, log, prices);
    CHECK((one.performance == other.performance).all());
    CHECK((one.answer_cost == other.answer_cost).all());
    CHECK((one.verification_cost == other.verification_cost).all());
    // Queries start at different models.
    CHECK(one.routed.minCoeff() == 0.0);
    CHECK(one.routed.maxCoeff() == 1.0);

    CHECK_THROWS_WITH(router.next(Evidence(2)), ContainsSubstring("forecast is not known"));
    Evidence evidence(2);
    read_query(any, log.facts(1), evidence);
    CHECK(evidence.forecast == router.forecast(log.facts(1)));
    CHECK(any.next(evidence) == router.next(evidence));
    read_query(AnyRouter::of(AlwaysLargeRouter()), log.facts(1), evidence);
    CHECK_FALSE(evidence.forecast.has_value());
    CHECK_FALSE(AnyRouter::of(AlwaysLargeRouter()).reads().any());
}

TEST_CASE("budgets and quality targets are met by policies that read the query", "[property]") {
    const test::World world = test::three_types(test::TypeIn::dataset);
    Random random(14);
    const Dataset log = world.log(random, 600);
    const PriceTable prices = resolve_prices(log);
    PomdpOptions options;
    options.objective = Objective::budget(5.0);
    PomdpRouter budget(options);
    budget.train({log, prices});
    REQUIRE(budget.reads().any());
    CHECK(budget.report().expected.cost == Approx(5.0).epsilon(0.02));
    const Replay spent = replay(budget, log, prices);
    CHECK((spent.answer_cost + spent.verification_cost).mean() == Approx(5.0).epsilon(0.1));

    options.objective = Objective::quality(0.95);
    PomdpRouter quality(options);
    quality.train({log, prices});
    REQUIRE(quality.reads().any());
    CHECK(replay(quality, log, prices).performance.mean() > 0.95 * log.scores(1).mean() - 0.01);
}

TEST_CASE("a curve of policies that read the query spends more at each step", "[property]") {
    const test::World world = test::three_types(test::TypeIn::dataset);
    Random random(15);
    const Dataset log = world.log(random, 400);
    const PriceTable prices = resolve_prices(log);
    double before = 0.0;
    const std::vector<PomdpRouter> curve = PomdpRouter().curve({log, prices});
    REQUIRE(curve.size() > 10);
    for (const PomdpRouter& router : curve) {
        CHECK(router.reads().dataset);
        const Replay replayed = replay(router, log, prices);
        const double cost = (replayed.answer_cost + replayed.verification_cost).mean();
        CHECK(cost > before - 0.1);
        before = cost;
    }
}
