// SPDX-License-Identifier: Apache-2.0
#include <automix/mixer/saved_policy.hpp>
#include "live/live.hpp"
#include "routing/reading_log.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>
#include <automix/routing/registry.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Eighty queries, four verdicts that are right at a rate of 0.8 each.
Dataset saved_rows(std::uint64_t seed = 3) {
    Random random(seed);
    Dataset data({"small", "large"});
    for (int i = 0; i < 80; ++i) {
        const bool right = random.bernoulli(0.5);
        std::vector<int> verdicts;
        for (int d = 0; d < 4; ++d) verdicts.push_back(random.bernoulli(0.8) == right ? 1 : 0);
        data.append(
            tables::record("q" + std::to_string(i), {tables::verified(right ? 1.0 : 0.0, verdicts),
                                                     tables::scored(random.bernoulli(0.9) ? 1.0 : 0.0)}));
    }
    return data;
}

AutomixOptions at_prices(double last) {
    AutomixOptions options;
    options.prices.answers = {1.0, last};
    options.prices.draws = {0.125};
    options.evaluation.bootstrap.reset();
    return options;
}

AutomixOptions no_prices() {
    AutomixOptions options;
    options.evaluation.bootstrap.reset();
    return options;
}

Evidence small_answered() {
    Evidence evidence(2);
    evidence.current = 0;
    evidence.models[0].answered = true;
    return evidence;
}

}  // namespace

TEST_CASE("a trained mixer is saved, loaded, evaluated and saved again") {
    const files::Directory directory;
    const std::string path = directory.path("policy.json");
    Automix<AnyRouter> mixer{make_router("pomdp"), at_prices(20.0)};
    CHECK_THROWS_AS(mixer.save(path), NotTrainedError);
    mixer.train(saved_rows());
    REQUIRE(mixer.statistics() != nullptr);
    mixer.save(path);
    const Dataset test = saved_rows(4);
    const double cost = mixer.evaluate(test).report.cost;

    const auto loaded = Automix<AnyRouter>::load(path, no_prices());
    CHECK(loaded.models() == std::vector<std::string>{"small", "large"});
    CHECK(loaded.router().name() == "pomdp");
    CHECK(loaded.next(Evidence(2)) == mixer.next(Evidence(2)));
    CHECK(loaded.next(small_answered()) == mixer.next(small_answered()));
    // The prices of the policy, since neither the options nor the log have any.
    CHECK(loaded.evaluate(test).report.cost == cost);
    loaded.save(directory.path("copy.json"));
    CHECK(files::read(directory.path("copy.json")) == files::read(path));

    const auto plain = Automix<PomdpRouter>::load(path, at_prices(200.0));
    CHECK(plain.evaluate(test).report.cost > cost);
    Dataset others({"small", "huge"});
    others.append(tables::record("x", {tables::verified(0.0, {1, 1, 1, 1}), tables::scored(1.0)}));
    CHECK_THROWS_WITH(loaded.evaluate(others),
                      "trained on the models small, large, but the data has small, huge");
    CHECK_THROWS_AS(Automix<AnyRouter>::load(directory.path("none.json")), DataError);
}

TEST_CASE("a mixer is made of a policy file, and trained anew") {
    const files::Directory directory;
    const std::string path = directory.path("policy.json");
    Automix first{PomdpRouter(), at_prices(20.0)};
    first.train(saved_rows());
    first.save(path);
    Automix mixer(read_policy(path), at_prices(30.0));
    STATIC_REQUIRE(std::is_same_v<decltype(mixer), Automix<PomdpRouter>>);
    CHECK(mixer.next(small_answered()) == first.next(small_answered()));
    mixer.train(saved_rows());
    mixer.save(path);
    CHECK(read_policy(path).router.trained().prices.answers == std::vector<double>{1.0, 30.0});
}

TEST_CASE("a POMDP router that was trained before works in a new mixer, but cannot be saved by it") {
    const files::Directory directory;
    Automix first{PomdpRouter(), at_prices(20.0)};
    first.train(saved_rows());
    const Automix<AnyRouter> mixer{first.router(), no_prices()};
    CHECK(mixer.next(small_answered()) == first.next(small_answered()));
    CHECK(mixer.evaluate(saved_rows(4)).report.cost == first.evaluate(saved_rows(4)).report.cost);
    CHECK_THROWS_WITH(mixer.save(directory.path("p.json")), ContainsSubstring("are not known"));
    CHECK(mixer.statistics() == nullptr);
}

TEST_CASE("other routers cannot be saved, and say so") {
    Automix mixer{make_router("threshold"), no_prices()};
    CHECK_THROWS_WITH(mixer.save("p.json"),
                      "automix: only a policy of the router pomdp can be saved, found \"threshold\"");
    Automix greedy{GreedyPomdpRouter{}, no_prices()};
    CHECK_THROWS_AS(greedy.save("p.json"), ArgumentError);
}

TEST_CASE("a loaded mixer answers live in batches, and explains") {
    const files::Directory directory;
    const std::string path = directory.path("policy.json");
    Automix<AnyRouter> trained{make_router("pomdp"), at_prices(20.0)};
    trained.train(saved_rows());
    trained.save(path);
    const auto loaded = Automix<AnyRouter>::load(path);
    const std::vector<LiveModel> models{live::model_saying("small", "Oslo", 1.0),
                                        live::model_saying("large", "Rome", 20.0)};
    for (const int batch : {1, 8}) {
        AnsweringOptions options;
        options.batch = batch;
        const std::vector<Query> queries{live::query("1"), live::query("2")};
        for (const Automix<AnyRouter>* mixer : {&std::as_const(trained), &loaded}) {
            const auto answers = mixer->answer_all(queries, models, live::verifier(), options);
            for (const LiveAnswer& answer : answers) {
                CHECK_FALSE(answer.failure);
                CHECK(answer.models[0].verdicts.size() <= 4);
                if (batch == 8) CHECK(answer.models[0].verdicts.size() == 4);
                REQUIRE(answer.explanation);
                CHECK_FALSE(answer.explanation->reason.empty());
            }
        }
        options.explain = false;
        CHECK_FALSE(loaded.answer(queries[0], models, live::verifier(), options).explanation);
    }
}

TEST_CASE("the facade trains, evaluates, saves and loads a policy that reads the query") {
    const files::Directory directory;
    const std::string path = directory.path("p.json");
    const Dataset data = reading_log::rows(160);
    Automix mixer{PomdpRouter()};
    REQUIRE(mixer.train(data).feasible);
    REQUIRE(mixer.router().reads().any());
    mixer.save(path);
    const auto loaded = Automix<PomdpRouter>::load(path);
    const Dataset test = reading_log::rows(80, false, 3);
    CHECK(loaded.evaluate(test).report.performance == mixer.evaluate(test).report.performance);
    CHECK(mixer.evaluate(test).report.performance > 0.9);
    // Proofs are routed, and an answer to one costs more than the mean of 30.
    CHECK(*mixer.evaluate(test).routed_price > 35.0);
}
