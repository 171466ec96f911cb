// SPDX-License-Identifier: Apache-2.0
// Live, from a log by id, and replayed by columns: the same policy decides, draws and pays the same in all three.
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/live/answering.hpp>
#include "live/recorded_models.hpp"
#include "support/catch.hpp"

#include <automix/core/plurality.hpp>
#include <automix/core/random.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/split.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/evaluation/report/explanation_text.hpp>
#include <automix/live/config/query_reader.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/log_answers.hpp>
#include <automix/live/query.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/training.hpp>
#include <automix/text/normalise.hpp>
#include <automix/verify/agreement_verifier.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/self_verifier.hpp>
#include <automix/verify/verdict_rules.hpp>
#include <automix/verify/verifier.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

using namespace automix;

namespace {

const std::string mini = "automix-mini";
const std::string base = "automix-base";
const std::string large = "automix-large";

Split rows_of(const recorded::Task& task, const std::vector<std::string>& names, bool samples = false) {
    ReadOptions options;
    options.models = names;
    options.keep_samples = samples;
    return split_by_field(read_log(task.path(), options).data);
}

/// The queries of a task by id.
std::map<std::string, Query> queries_of(const recorded::Task& task) {
    std::map<std::string, Query> queries;
    for (const Query& query : parse_queries(files::read(task.path()), task.path()))
        queries.emplace(query.id, query);
    return queries;
}

/// The published verifier, as it was when the replies were recorded.
SelfVerifier recorded_verifier() {
    return SelfVerifier({.prompt = PromptTemplate::for_verification("{context}\n{question}{answer}"),
                         .parser = VerdictRules(R"(verdict:\s*correct\b)", R"(verdict:\s*incorrect\b)"),
                         .sampling = {.temperature = 0.9, .max_tokens = 28}});
}

/// The recorded verifier under the prompt of the answer alone, by which the recorded models find their replies.
struct RecordedVerifier {
    SelfVerifier verifier = recorded_verifier();

    template <model_adapter Model>
    [[nodiscard]] Verdicts verify(Model& model, VerificationTask task, DrawRange range,
                                  const std::stop_token& stop) const {
        task.answer.clear();
        return verifier.verify(model, task, range, stop);
    }
};

template <class Router>
struct Watching {
    const Router& policy;
    std::vector<Evidence>& seen;
    [[nodiscard]] Action next(const Evidence& evidence) const {
        seen.push_back(evidence);
        return policy.next(evidence);
    }
};

/// What came of all queries together, to see that a comparison was of something.
struct Totals {
    int draws = 0;
    int plurality_differs = 0;
    std::map<Index, int> ended_with{};
};

void check_answer(const LiveAnswer& answer, const Outcome& expected, std::size_t models) {
    CHECK_FALSE(answer.failure);
    CHECK_FALSE(answer.degraded);
    CHECK(answer.model == expected.model);
    CHECK(answer.accepted == expected.accepted);
    CHECK(answer.rounds == expected.rounds);
    CHECK(answer.answer_cost() == Approx(expected.answer_cost).epsilon(1e-12));
    CHECK(answer.verification_cost() == Approx(expected.verification_cost).margin(1e-12));
    CHECK(answer.models.size() == models);
    std::size_t draws = 0;
    for (const ModelShare& share : answer.models) draws += share.verdicts.size();
    CHECK(draws == static_cast<std::size_t>(expected.draws));
}

void check_same(const std::optional<Explanation>& found, const Explanation& expected,
                const std::vector<std::string>& names) {
    REQUIRE(found);
    CHECK(to_text(*found, names) == to_text(expected, names));
    CHECK(found->belief == expected.belief);
    CHECK(found->draw_value == expected.draw_value);
}

/// Compares on the test rows of a task: a run over the log, live models with the same recordings, and the log by id.
template <class Router, class Verifier>
Totals compare(const Router& router, const Dataset& test, const recorded::Task& task,
               const Verifier& verifier, recorded::Draws draws, const Explainer& explainer,
               std::uint64_t seed = 0) {
    const std::vector<std::string> names = test.model_names();
    const PriceTable prices = resolve_prices(test);
    const std::map<std::string, Query> queries = queries_of(task);
    const AnsweringOptions options{.all_draws = 16, .seed = seed};
    const Answerer answerer(router, recorded::models(task, names, draws), verifier, options);
    const LogAnswers log = LogAnswers::read(task.path(), names);
    LogSource source(test, prices);
    Totals totals;
    for (Index row = 0; row < test.rows(); ++row) {
        const std::string& id = test.id(row);
        source.open(row);
        Evidence evidence(test.models());
        evidence.reset(uniform_of(id, seed));
        std::vector<Evidence> seen;
        const Outcome expected = run(Watching<Router>{router, seen}, source, evidence);
        std::erase_if(seen, [](const Evidence& e) { return e.current == e.last_model(); });

        const LiveAnswer live = answerer.answer(queries.at(id));
        const LiveAnswer logged = log.answer(id, router, options, explainer);
        INFO(id);
        for (const LiveAnswer* answer : {&live, &logged}) {
            check_answer(*answer, expected, names.size());
            if (explainer) check_same(answer->explanation, explainer(seen.back()), names);
        }
        CHECK(live.text == logged.text);
        for (std::size_t m = 0; m < names.size(); ++m) {
            CHECK(live.models[m].answer == logged.models[m].answer);
            if (draws == recorded::Draws::verification_replies)
                CHECK(live.models[m].verdicts == logged.models[m].verdicts);
        }
        totals.draws += expected.draws;
        ++totals.ended_with[expected.model];
        totals.plurality_differs += expected.accepted == AcceptedAnswer::plurality &&
                                            live.text != *live.models[as_size(live.model)].answer
                                        ? 1
                                        : 0;
    }
    return totals;
}

PomdpRouter trained(PomdpOptions options, const Dataset& train) {
    options.guard = false;
    PomdpRouter router(options);
    router.train(TrainingData{train, resolve_prices(train)});
    return router;
}

}  // namespace

TEST_CASE("the POMDP router answers live as it replays a log", "[live]") {
    const recorded::Task task("dates");
    const Split rows = rows_of(task, {mini, large});
    const PomdpRouter router = trained({.max_draws = {8}}, rows.train);
    const Explainer explainer = router.explainer();
    const Totals totals = compare(router, rows.test, task, RecordedVerifier{},
                                  recorded::Draws::verification_replies, explainer);
    CHECK(totals.draws > rows.test.rows());
    CHECK(totals.ended_with.at(0) > 20);
    CHECK(totals.ended_with.at(1) > 20);
}

TEST_CASE("two policies that are mixed are mixed live by the same part of u", "[live]") {
    const recorded::Task task("dates");
    const Split rows = rows_of(task, {mini, large});
    const PomdpRouter router = trained({.objective = Objective::budget(3.0), .max_draws = {4}}, rows.train);
    REQUIRE(router.breakpoints().size() == 1);
    const Explainer explainer = router.explainer();
    std::vector<Totals> totals;
    for (const std::uint64_t seed : {0U, 7U}) {
        totals.push_back(compare(router, rows.test, task, RecordedVerifier{},
                                 recorded::Draws::verification_replies, explainer, seed));
        CHECK(totals.back().ended_with.size() == 2);
    }
    CHECK(totals[0].draws != totals[1].draws);
}

TEST_CASE("three models are answered from live as from a log", "[live]") {
    const recorded::Task task("clauses");
    const Split rows = rows_of(task, {mini, base, large});
    const PomdpRouter router = trained({.objective = Objective::lambda(0.01), .max_draws = {3}}, rows.train);
    const Explainer explainer = router.explainer();
    const Totals totals = compare(router, rows.test, task, RecordedVerifier{},
                                  recorded::Draws::verification_replies, explainer);
    CHECK(totals.draws > 100);
    CHECK(totals.ended_with.size() >= 2);
}

TEST_CASE("a router that draws all answers live as it replays a log", "[live]") {
    for (const char* name : {"dates", "clauses"}) {
        const recorded::Task task(name, 1.0);
        const Split rows = rows_of(task, {base, large});
        ThresholdRouter router;
        router.train(TrainingData{rows.train, resolve_prices(rows.train)});
        const Totals totals =
            compare(router, rows.test, task, RecordedVerifier{}, recorded::Draws::verification_replies, {});
        CHECK(totals.draws == 16 * rows.test.rows());
        CHECK(totals.ended_with.size() == 2);
    }
}

TEST_CASE("a plurality is accepted live as it is from a log", "[live]") {
    const recorded::Task task("dates");
    const Split rows = rows_of(task, {mini, large}, true);
    const PomdpRouter router = trained({.max_draws = {7}, .accept = AcceptRule::plurality}, rows.train);
    REQUIRE(router.report().accepted == AcceptedAnswer::plurality);
    const Explainer explainer = router.explainer();
    const AgreementVerifier verifier(
        {.prompt = PromptTemplate::for_answer(recorded::prompt),
         .normaliser = [](std::string_view answer) { return std::string(trim(answer)); },
         .sampling = {.temperature = 0.9, .max_tokens = 12}});
    const Totals totals = compare(router, rows.test, task, verifier, recorded::Draws::samples, explainer);
    CHECK(totals.draws > rows.test.rows());
    CHECK(totals.ended_with.size() == 2);
    CHECK(totals.plurality_differs > 0);
}

TEST_CASE("the facade answers by the models that it was trained on", "[live]") {
    const recorded::Task task("dates");
    const Split rows = rows_of(task, {mini, large});
    Automix mixer(ThresholdRouter{});
    const auto models = recorded::models(task, {mini, large});
    const std::map<std::string, Query> queries = queries_of(task);
    const Query& query = queries.begin()->second;
    CHECK_THROWS_AS(mixer.answer(query, models, RecordedVerifier{}), NotTrainedError);
    mixer.train(rows.train);
    CHECK_THROWS_WITH(mixer.answer(query, recorded::models(task, {large, mini}), RecordedVerifier{}),
                      "trained on the models automix-mini, automix-large, but asked to answer with "
                      "automix-large, automix-mini");
    const LiveAnswer one = mixer.answer(query, models, RecordedVerifier{});
    CHECK_FALSE(one.failed());
    std::vector<Query> some;
    for (const auto& [id, each] : queries) {
        if (some.size() < 20) some.push_back(each);
    }
    const auto all = mixer.answer_all(some, recorded::models(task, {mini, large}), RecordedVerifier{});
    REQUIRE(all.size() == some.size());
    CHECK(all[0].text == one.text);
    CHECK(all[0].cost() == one.cost());
}
