// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>
#include <automix/routing/registry.hpp>
#include <automix/routing/training.hpp>

#include <stdexcept>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using tables::confidence_table;
using tables::confident;
using tables::record;
using tables::scored;

namespace {

/// Routes every query once trained on a table; training on one row throws half-way.
class Brittle {
 public:
    TrainingResult train(const TrainingData& training) {
        rows_ = training.data.rows();
        if (rows_ == 1) throw std::runtime_error("training failed half-way");
        return {};
    }
    [[nodiscard]] Action next(const Evidence& evidence) const {
        return evidence.started() ? Action::accept() : Action::route(rows_ > 2 ? 1 : 0);
    }

 private:
    Index rows_ = 0;
};

AutomixOptions without_intervals() {
    AutomixOptions options;
    options.evaluation.bootstrap.reset();
    return options;
}

const std::vector<tables::ConfidenceRow> hand_rows = {{0.0, 0, 1}, {0.0, 0, 1}, {1.0, 1, 1}};

std::string training_error(Automix<AnyRouter>& mixer, const Dataset& data) {
    try {
        mixer.train(data);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("a mixer is declared, trained and evaluated in three lines") {
    Automix mixer{GreedyPomdpRouter{}};
    const TrainingResult result = mixer.train(confidence_table(hand_rows));
    const Evaluation evaluation = mixer.evaluate(confidence_table(hand_rows));
    // default prices 1, 50 and 1; two of three rows routed for two points
    CHECK_THAT(*result.ibc, WithinRel((2.0 / 3.0) / (1.0 + 100.0 / 3.0), 1e-12));
    CHECK_THAT(*evaluation.report.ibc, WithinRel(*result.ibc, 1e-12));
    CHECK_THAT(*evaluation.report.ibc_lift, WithinRel(*result.ibc_lift, 1e-12));
    CHECK(evaluation.intervals.has_value());
    CHECK(mixer.models() == std::vector<std::string>{"small", "large"});
    CHECK(mixer.router().name() == "greedy_pomdp");
    CHECK(mixer.next(Evidence(2)) == Action::route(0));
}

TEST_CASE("a mixer that is not trained says so") {
    Automix mixer{make_router("always_small")};
    CHECK_THROWS_WITH(mixer.next(Evidence(2)), ContainsSubstring("train the mixer before using it"));
    CHECK_THROWS_AS(mixer.next(Evidence(2)), NotTrainedError);
    CHECK_THROWS_AS(mixer.evaluate(confidence_table(hand_rows)), NotTrainedError);
    CHECK(mixer.models().empty());
}

TEST_CASE("where training throws the old policy stays and answers as before") {
    Automix mixer{Brittle{}, without_intervals()};
    CHECK_THROWS_AS(mixer.train(confidence_table({hand_rows[0]})), std::runtime_error);
    CHECK_THROWS_AS(mixer.next(Evidence(2)), NotTrainedError);
    mixer.train(confidence_table(hand_rows));
    CHECK(mixer.next(Evidence(2)) == Action::route(1));
    CHECK_THROWS_WITH(mixer.train(confidence_table({hand_rows[0]})), "training failed half-way");
    CHECK(mixer.next(Evidence(2)) == Action::route(1));
    CHECK(mixer.evaluate(confidence_table(hand_rows)).report.cost == 50.0);
    mixer.train(confidence_table({hand_rows[0], hand_rows[1]}));
    CHECK(mixer.next(Evidence(2)) == Action::route(0));
}

TEST_CASE("data and prices that cannot be trained on leave every router as it was") {
    for (const char* name :
         {"threshold", "simple_pomdp", "union", "exact", "fixed_answer:double_threshold"}) {
        Automix mixer{make_router(name), without_intervals()};
        mixer.train(confidence_table(hand_rows));
        const std::string before = to_string(mixer.router().parameters());
        CHECK_THAT(training_error(mixer, Dataset({"a", "b"})), ContainsSubstring("no rows to train on"));
        Dataset bare({"a", "b"});
        bare.append(record("x", {scored(0.0), scored(1.0)}));
        CHECK_THAT(training_error(mixer, bare), ContainsSubstring("verdicts or a confidence"));
        Dataset three({"a", "b", "c"});
        three.append(record("x", {confident(0.0, 0.0), scored(0.5), scored(1.0)}));
        CHECK_THAT(training_error(mixer, three), ContainsSubstring("more than two models"));
        CHECK(to_string(mixer.router().parameters()) == before);
        CHECK(mixer.models() == std::vector<std::string>{"small", "large"});
        CHECK(mixer.evaluate(confidence_table(hand_rows)).report.rows == 3);
    }
}

TEST_CASE("what is trained at recorded prices is not evaluated at assumed ones") {
    const auto priced = [](bool recorded) {
        Dataset data({"small", "large"});
        for (const auto& [id, score] : {std::pair{"x", 0.0}, std::pair{"y", 1.0}}) {
            automix::Record row = record(id, {confident(score, score), scored(1.0)});
            if (recorded) {
                row.models[0].cost = 2.0;
                row.models[0].draw_cost = 1.0;
                row.models[1].cost = 9.0;
            }
            data.append(row);
        }
        return data;
    };
    Automix mixer{make_router("threshold"), without_intervals()};
    mixer.train(priced(true));
    CHECK(mixer.evaluate(priced(true)).baselines.always_small.cost == 2.0);
    CHECK_THROWS_WITH(mixer.evaluate(priced(false)), ContainsSubstring("do not both record prices"));
    mixer.train(priced(false));
    CHECK_THROWS_AS(mixer.evaluate(priced(true)), automix::DataError);

    // Prices settled for a whole log serve its parts.
    const Dataset whole = priced(true);
    const automix::PriceTable prices = resolve_prices(whole);
    const std::vector<automix::Index> last{1};
    mixer.train(whole, prices);
    CHECK(mixer.evaluate(whole.select_rows(last), prices.select_rows(last)).baselines.always_large.cost ==
          9.0);
    CHECK_THROWS_AS(mixer.evaluate(whole.select_rows(last), prices), automix::ArgumentError);
}

TEST_CASE("prices that make no sense are refused") {
    AutomixOptions options = without_intervals();
    options.prices.answers = {1.0, -1.0};
    Automix negative{make_router("threshold"), options};
    CHECK_THROWS_AS(negative.train(confidence_table(hand_rows)), ArgumentError);
    options.prices.answers = {1.0, 2.0, 3.0};
    Automix too_many{make_router("threshold"), options};
    CHECK_THROWS_AS(too_many.train(confidence_table(hand_rows)), ArgumentError);
}

TEST_CASE("a mixer evaluates the models that it was trained on, and no others") {
    Automix mixer{make_router("threshold"), without_intervals()};
    mixer.train(confidence_table(hand_rows));
    Dataset others({"small", "huge"});
    others.append(record("x", {confident(0.0, 0.0), scored(1.0)}));
    CHECK_THROWS_WITH(mixer.evaluate(others),
                      "trained on the models small, large, but the data has small, huge");
    CHECK_THROWS_AS(mixer.evaluate(others), DataError);
    CHECK_THROWS_WITH(mixer.next(Evidence(3)), ContainsSubstring("2 models, found 3"));
    CHECK_THROWS_AS(mixer.next(Evidence(0)), ArgumentError);
}

TEST_CASE("a cost range that nothing satisfies is an answer of training, and then there is no policy") {
    RouterSettings settings;
    settings.one_shot.cost_range = {0.5, 1.5};  // the small model and its verification cost 2 already
    for (const char* name : {"threshold", "greedy_pomdp", "union", "exact"}) {
        Automix mixer{make_router(name, settings), without_intervals()};
        const TrainingResult result = mixer.train(confidence_table(hand_rows));
        CHECK_FALSE(result.feasible);
        CHECK(result.reason == "infeasible: no candidate has a mean cost in [0.5, 1.5]");
        CHECK_THROWS_AS(mixer.next(Evidence(2)), NotTrainedError);
        CHECK_THROWS_WITH(mixer.evaluate(confidence_table(hand_rows)), ContainsSubstring("infeasible"));
    }
}

TEST_CASE("what is infeasible replaces the policy, what is feasible again brings one back") {
    RouterSettings settings;
    settings.one_shot.cost_range = {0.0, 20.0};
    Automix mixer{make_router("threshold", settings), without_intervals()};
    const auto quarter = confidence_table({{0.0, 0, 1}, {1.0, 1, 1}, {1.0, 1, 1}, {1.0, 1, 1}});
    CHECK(mixer.train(quarter).feasible);  // 2 + 50/4
    CHECK_FALSE(mixer.train(confidence_table(hand_rows)).feasible);
    CHECK_THROWS_AS(mixer.next(Evidence(2)), NotTrainedError);
    CHECK(mixer.train(quarter).feasible);
    CHECK(mixer.evaluate(quarter).report.cost == 14.5);
}

TEST_CASE("a copy of a mixer has its own policy") {
    Automix mixer{make_router("exact"), without_intervals()};
    mixer.train(confidence_table(hand_rows));
    const Automix copy = mixer;
    mixer.train(confidence_table({{0.25, 0, 1}, {0.75, 1, 1}}));
    CHECK(to_string(copy.router().parameters()) != to_string(mixer.router().parameters()));
    CHECK(copy.evaluate(confidence_table(hand_rows)).report.performance == 1.0);
}

TEST_CASE("options of evaluation reach it") {
    AutomixOptions options;
    options.evaluation.bootstrap->resamples = 20;
    options.evaluation.mix = 1.0;
    options.prices.verification = 5.0;
    Automix mixer{make_router("always_large"), options};
    mixer.train(confidence_table(hand_rows));
    const Evaluation evaluation = mixer.evaluate(confidence_table(hand_rows));
    CHECK(evaluation.intervals->resamples == 20);
    CHECK(evaluation.baselines.random_mix.cost == 50.0);
    CHECK(*mixer.options().prices.verification == 5.0);
}

TEST_CASE("three models: the published family uses the first and the last") {
    Dataset data({"small", "middle", "large"});
    data.append(record("a", {confident(0.0, 0.0), scored(0.5), scored(1.0)}));
    data.append(record("b", {confident(1.0, 1.0), scored(0.5), scored(1.0)}));
    AutomixOptions options = without_intervals();
    options.prices.answers = {1.0, 7.0, 11.0};
    Automix mixer{make_router("threshold"), options};
    const TrainingResult result = mixer.train(data);
    CHECK_THAT(*result.ibc, WithinRel(0.5 / (1.0 + 5.5), 1e-12));
    CHECK(mixer.evaluate(data).report.cost == 7.5);
    CHECK(mixer.next(Evidence(3)) == Action::route(0));
}

TEST_CASE("models that are not listed in the order of their prices are used in it") {
    // Listed first, and dear: right on every row. Listed last, and cheap: right on one of two.
    Dataset data({"large", "small"});
    for (int row = 0; row < 40; ++row) {
        const double right = row % 2 == 0 ? 1.0 : 0.0;
        data.append(record("r" + std::to_string(row), {scored(1.0), confident(right, 0.25 + 0.5 * right)}));
    }
    AutomixOptions options = without_intervals();
    options.prices.answers = {50.0, 1.0};
    options.prices.verification = 1.0;
    Automix mixer{make_router("threshold"), options};
    const TrainingResult result = mixer.train(data);
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings[0] ==
          "models are used in the order of their prices, not of the log: small (1.00), large (50.0)");
    CHECK(mixer.models() == std::vector<std::string>{"small", "large"});
    const Evaluation evaluation = mixer.evaluate(data);
    CHECK(evaluation.baselines.always_small.cost == 1.0);
    CHECK(evaluation.report.performance == 1.0);
    // Half of the queries are routed: 1 + 1 + 50 / 2.
    CHECK(evaluation.report.cost == 27.0);
    // A log with the models the other way round is the same.
    options.prices.answers = {1.0, 50.0};
    Automix turned{make_router("threshold"), options};
    CHECK(turned.train(data.with_models({"small", "large"})).warnings.empty());
    CHECK(turned.evaluate(data.with_models({"small", "large"})).report.cost == 27.0);
}
