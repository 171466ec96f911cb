// SPDX-License-Identifier: Apache-2.0
#include "routing/reading_log.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/registry.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>

#include <cmath>
#include <string>
#include <string_view>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

TrainingResult train_named(AnyRouter& router, const std::vector<tables::ConfidenceRow>& rows) {
    const Dataset data = tables::confidence_table(rows);
    const PriceTable prices = resolve_prices(data);
    return router.train({data, prices});
}

const std::vector<tables::ConfidenceRow> gains_low = {{0.0, 0, 1}, {1.0, 1, 1}, {1.0, 1, 1}};

}  // namespace

TEST_CASE("every name makes a router of that name, alone and behind the fixed-answer rule") {
    for (const std::string_view name : router_names) {
        CHECK(make_router(name).name() == name);
        const std::string wrapped = "fixed_answer:" + std::string(name);
        CHECK(make_router(wrapped).name() == wrapped);
        AnyRouter router = make_router(name);
        const TrainingResult result = train_named(router, gains_low);
        // The table holds confidences, and no verdicts to draw.
        CHECK(result.feasible == (name != "fixed_k"));
        if (result.feasible) CHECK(router.next(Evidence(2)).kind == ActionKind::route);
    }
}

TEST_CASE("recipes of other papers are made by name, and share the settings of pomdp") {
    for (const std::string_view name : baseline_names) {
        if (name != "context_only") CHECK(make_router(name).name() == name);
        CHECK_NOTHROW(make_router("fixed_answer:" + std::string(name)));
    }
    CHECK(is_threshold_sweep("frugalgpt"));
    CHECK(is_threshold_sweep("fixed_answer:win_rate"));
    CHECK_FALSE(is_threshold_sweep("context_only"));
    RouterSettings settings;
    settings.pomdp.context = {false, {.text = true}};
    CHECK(context_of("win_rate", settings) == settings.pomdp.context);
    CHECK(context_of("adaptive_consistency", settings) == ContextChoice{false, {}});
    settings.pomdp.objective = Objective::budget(0.5);
    const Dataset data = reading_log::rows(40);
    const PriceTable prices = resolve_prices(data);
    for (const char* name : {"frugalgpt", "win_rate"})
        CHECK_FALSE(make_router(name, settings).train({data, prices}).feasible);
}

TEST_CASE("an unknown name is an error that lists the known ones") {
    for (const char* name :
         {"", "thresholds", "Threshold", "fixed_answer", "fixed_answer:", "fixed_answer:x"}) {
        CHECK_THROWS_AS(make_router(name), ArgumentError);
    }
    CHECK_THROWS_WITH(make_router("pomdq"),
                      ContainsSubstring("unknown router \"pomdq\"") && ContainsSubstring("greedy_pomdp") &&
                          ContainsSubstring("random_mix") && ContainsSubstring("fixed_answer:NAME"));
}

TEST_CASE("a wrapper around itself is refused, however deep") {
    CHECK_THROWS_WITH(make_router("fixed_answer:fixed_answer:threshold"),
                      "fixed_answer wraps no second one, found "
                      "\"fixed_answer:fixed_answer:threshold\"");
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "fixed_answer:";
    CHECK_THROWS_AS(make_router(deep + "threshold"), ArgumentError);
}

TEST_CASE("settings reach the routers") {
    RouterSettings settings;
    settings.one_shot.bins = 0;
    CHECK_THROWS_AS(make_router("fixed_answer:union", settings), ArgumentError);
    CHECK_NOTHROW(make_router("always_small", settings));
    settings.mix = 1.5;
    CHECK_THROWS_WITH(make_router("random_mix", settings),
                      ContainsSubstring("mix: expected a share in [0, 1], found 1.5"));
    settings.mix = std::nan("");
    CHECK_THROWS_AS(make_router("random_mix", settings), ArgumentError);
    settings.mix = 0.25;
    CHECK(to_string(make_router("random_mix", settings).parameters()) == "share 0.25");
}

TEST_CASE("an untrained router says so") {
    for (const char* name : {"threshold", "union", "exact", "fixed_answer:exact"}) {
        CHECK_THROWS_AS(make_router(name).next(Evidence(2)), NotTrainedError);
    }
    CHECK(make_router("always_small").next(Evidence(2)) == Action::route(0));
    CHECK(make_router("always_large").next(Evidence(3)) == Action::route(2));
}

TEST_CASE("random mixing asks one of the end models by u") {
    const RandomMixRouter mix(0.25);
    Evidence evidence(3);
    evidence.u = 0.2499;
    CHECK(mix.next(evidence) == Action::route(2));
    evidence.u = 0.25;
    CHECK(mix.next(evidence) == Action::route(0));
    evidence.current = 0;
    CHECK(mix.next(evidence) == Action::accept());
    CHECK(make_router("random_mix").breakpoints().size() == 1);
    CHECK(make_router("threshold").breakpoints().empty());
}

TEST_CASE("routers that decide once are known by name") {
    for (const char* name : {"threshold", "self_consistency", "union", "exact", "fixed_answer:exact"})
        CHECK(is_one_shot(name));
    for (const char* name : {"pomdp", "fixed_k", "always_small", "random_mix", "fixed_answer:pomdp", "none"})
        CHECK_FALSE(is_one_shot(name));
}

TEST_CASE("routers that read the query are known by name, with the facts that they may read") {
    RouterSettings settings;
    settings.pomdp.context = {false, {.features = true}};
    for (const char* name : {"pomdp", "context_only", "pomdp:none", "pomdp:best", "fixed_answer:pomdp:text"})
        CHECK(is_pomdp(name));
    for (const char* name : {"fixed_k", "exact", "pomdp_none", "none", "fixed_answer:union"}) {
        CHECK_FALSE(is_pomdp(name));
        CHECK(context_of(name, settings) == ContextChoice{false, {}});
    }
    CHECK(context_of("pomdp").best);
    CHECK(context_of("pomdp", settings) == settings.pomdp.context);
    CHECK(context_of("context_only", settings) == settings.pomdp.context);
    CHECK(context_of("pomdp:none", settings) == ContextChoice{false, {}});
    CHECK(context_of("pomdp:text+dataset") == ContextChoice{false, {.dataset = true, .text = true}});
    CHECK(context_of("fixed_answer:pomdp:prior") == ContextChoice{false, {.prior = true}});
    for (const char* name : {"pomdp:", "pomdp:words", "pomdp:text+text"})
        CHECK_THROWS_WITH(make_router(name), ContainsSubstring("expected best, none, or some of text"));
}

TEST_CASE("a router that reads the query alone chooses a model and never verifies") {
    const Dataset data = reading_log::rows(200);
    const PriceTable prices = resolve_prices(data);
    AnyRouter router = make_router("context_only");
    REQUIRE(router.train({data, prices}).feasible);
    CHECK(router.reads().any());
    for (int i = 0; i < 20; ++i) {
        const std::string question = reading_log::question(i);
        Evidence evidence(2);
        QueryFacts facts;
        facts.question = question;
        facts.dataset = i % 2 == 0 ? "sums" : "proofs";
        read_query(router, facts, evidence);
        CHECK(router.next(evidence) == Action::route(i % 2));
        evidence.current = 0;
        evidence.models[0].answered = true;
        CHECK(router.next(evidence).kind != ActionKind::verify);
    }
    AnyRouter blind = make_router("pomdp:none");
    REQUIRE(blind.train({data, prices}).feasible);
    CHECK_FALSE(blind.reads().any());
    AnyRouter wrapped = make_router("fixed_answer:pomdp:text");
    REQUIRE(wrapped.train({data, prices}).feasible);
    CHECK(wrapped.reads().text);
    CHECK(replay(wrapped, data, prices).performance.mean() > 0.9);
}
