// SPDX-License-Identifier: Apache-2.0
// Explanations by hand: what each action is expected to score and to pay, the worth of one more verdict, belief and reason.
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/evaluation/report/explanation_text.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/policy_explainer.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>
#include "routing/reading_log.hpp"
#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/routing/json/explanation_json.hpp>
#include <automix/routing/objective.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace automix;

const std::vector<std::string> two_names = {"small", "large"};

/// One verdict, positive in half of all cases. It says whether the small answer is worth 0.2 or 0.8; the large one is worth
/// 0.9 and costs 10, a verdict 0.5. At lambda 0.05 it pays to ask for it and to route where it is negative.
TrainedPolicy by_hand() {
    TrainedPolicy trained;
    trained.models = {{"small", VerificationKind::verdicts, 1}, {"large", VerificationKind::none, 0}};
    trained.prices = {{1.0, 10.0}, {0.5, 0.0}, 0.0};
    detail::RoutingTree tree;
    tree.layout = std::make_shared<detail::RoutingLayout>(
        std::vector<detail::CascadeModel>{{VerificationKind::verdicts, 1, {}}, {}});
    tree.probability = Eigen::Array3d(0.5, 0.0, 0.0);
    tree.current = Eigen::Array3d(0.5, 0.2, 0.8);
    tree.last = Eigen::Array3d(0.9, 0.9, 0.9);
    tree.last_alone = 0.9;
    const std::vector<detail::CellPolicy> cells = {
        {detail::CompactAction::verify(1), {}},
        {detail::CompactAction::route(1), detail::CompactAction::route(1)},
        {{}, {}}};
    trained.mixture = {{1.0, RoutingPolicy(tree.layout, cells, 0)}};
    trained.tree = std::make_shared<const detail::RoutingTree>(std::move(tree));
    trained.report.lambda = 0.05;
    return trained;
}

Evidence after(int parsed, int positive) {
    Evidence evidence(2);
    evidence.current = 0;
    evidence.models[0].answered = true;
    evidence.models[0].drawn = evidence.models[0].parsed = parsed;
    evidence.models[0].positive = positive;
    return evidence;
}

void check_alternative(const Alternative& found, const Action& action, double score, double cost,
                       bool chosen) {
    CHECK(found.action == action);
    CHECK(found.value.score == Approx(score));
    CHECK(found.value.cost == Approx(cost).margin(1e-12));
    CHECK(found.net == Approx(score - 0.05 * cost));
    CHECK(found.chosen == chosen);
}

}  // namespace

TEST_CASE("each action is valued with the policy that follows") {
    const PomdpRouter router({}, by_hand());
    const PolicyExplainer explainer(router);
    const Explanation start = explainer.explain(after(0, 0));
    CHECK(start.action == Action::verify(1));
    CHECK(start.right.value() == 0.5);
    REQUIRE(start.alternatives.size() == 3);
    check_alternative(start.alternatives[0], Action::accept(), 0.5, 0.0, false);
    check_alternative(start.alternatives[1], Action::route(1), 0.9, 10.0, false);
    check_alternative(start.alternatives[2], Action::verify(1), 0.5 * 0.9 + 0.5 * 0.8, 0.5 + 0.5 * 10.0,
                      true);
    CHECK(start.alternatives[2].value.draws == 1.0);
    CHECK(start.draw_value.value() == Approx(0.85 - 0.05 * 5.5 - 0.5));
    CHECK(start.reason.substr(0, 21) == "the highest net value");
    CHECK(start.belief.empty());

    const Explanation negative = explainer.explain(after(1, 0));
    CHECK(negative.action == Action::route(1));
    CHECK(negative.right.value() == 0.2);
    REQUIRE(negative.alternatives.size() == 2);
    CHECK(negative.alternatives[1].chosen);
    CHECK_FALSE(negative.draw_value);
    CHECK(explainer.explain(after(1, 1)).action == Action::accept());
}

TEST_CASE("before any answer the first models are compared, after the last nothing is left") {
    const PomdpRouter router({}, by_hand());
    const PolicyExplainer explainer(router);
    const Explanation first = explainer.explain(Evidence(2));
    CHECK_FALSE(first.right);
    REQUIRE(first.alternatives.size() == 2);
    check_alternative(first.alternatives[0], Action::route(0), 0.85, 6.5, true);
    check_alternative(first.alternatives[1], Action::route(1), 0.9, 10.0, false);
    Evidence done = after(1, 0);
    done.current = 1;
    done.models[1].answered = true;
    const Explanation last = explainer.explain(done);
    CHECK(last.action == Action::accept());
    CHECK(last.right.value() == 0.9);
    CHECK(last.reason == "the last model has answered");
}

TEST_CASE("a draw that could not be read is used up: nothing is left to draw") {
    const PomdpRouter router({}, by_hand());
    Evidence evidence = after(0, 0);
    evidence.models[0].drawn = 1;
    const Explanation found = PolicyExplainer(router).explain(evidence);
    CHECK(found.action == Action::accept());
    CHECK(found.alternatives.size() == 2);
    CHECK_FALSE(found.draw_value);
}

TEST_CASE("the reason tells fallbacks, mixtures and ties") {
    TrainedPolicy refused = by_hand();
    const auto layout = refused.tree->layout;
    const RoutingPolicy accept_all(layout, std::vector<detail::CellPolicy>(3), 0);
    refused.mixture = {{1.0, accept_all}};
    refused.report.fallback = "no router beats mixing";
    const PomdpRouter fallen({}, refused);
    const Explanation fallback = PolicyExplainer(fallen).explain(after(0, 0));
    CHECK(fallback.reason == "no router beats mixing");
    CHECK(fallback.alternatives[2].value.score == Approx(0.5));  // the verdict would change nothing
    CHECK(fallback.draw_value.value() == Approx(-0.025));

    TrainedPolicy mixed = by_hand();
    mixed.mixture[0].share = 0.75;
    mixed.mixture.push_back({0.25, accept_all});
    mixed.report.share = 0.25;
    const PomdpRouter two({}, mixed);
    const PolicyExplainer explainer(two);
    Evidence evidence = after(0, 0);
    evidence.u = 0.7;
    CHECK(explainer.explain(evidence).action == Action::verify(1));
    evidence.u = 0.8;
    const Explanation cheaper = explainer.explain(evidence);
    CHECK(cheaper.action == Action::accept());
    evidence = after(1, 0);
    evidence.u = 0.8;
    CHECK(explainer.explain(evidence).reason.substr(0, 19) == "one of two policies");

    TrainedPolicy tied = by_hand();
    tied.report.lambda = 0.07;  // a route is worth 0.9 - 0.7
    const PomdpRouter tie({}, tied);
    CHECK(PolicyExplainer(tie).explain(after(1, 0)).reason.substr(0, 5) == "a tie");
}

TEST_CASE("samples stand in the place of verdicts where pluralities are accepted") {
    TrainedPolicy trained = by_hand();
    detail::RoutingTree tree;
    tree.layout = std::make_shared<detail::RoutingLayout>(
        std::vector<detail::CascadeModel>{{VerificationKind::samples, 1, {}}, {}});
    // (n, t) = (0,0), (0,1), (1,0), (1,1), (1,2)
    tree.probability.setConstant(5, 1, 0.25);
    tree.current.resize(5);
    tree.current << 0.1, 0.5, 0.1, 0.3, 0.9;
    tree.last.setConstant(5, 0.9);
    tree.failed = 0.2;
    tree.last_alone = 0.9;
    std::vector<detail::CellPolicy> cells(5);
    cells[1].best = detail::CompactAction::verify(1);
    trained.mixture = {{1.0, RoutingPolicy(tree.layout, cells, 0)}};
    trained.tree = std::make_shared<const detail::RoutingTree>(std::move(tree));
    trained.report.accepted = AcceptedAnswer::plurality;
    const PomdpRouter router({}, trained);
    const PolicyExplainer explainer(router);
    Evidence evidence = after(0, 0);
    evidence.models[0].samples = evidence.models[0].largest_cluster = 1;
    const Explanation found = explainer.explain(evidence);
    check_alternative(found.alternatives[0], Action::accept(AcceptedAnswer::plurality), 0.5, 0.0, false);
    check_alternative(found.alternatives[2], Action::verify(1), 0.25 * 0.9 + 0.75 * 0.3, 0.5, true);
    CHECK(explainer.explain(Evidence(2)).alternatives[0].value.score == Approx(0.2 * 0.1 + 0.8 * 0.45));
}

TEST_CASE(
    "the belief is Bayes' rule over the levels, and the probability of a right answer follows from it") {
    Statistics statistics;
    statistics.models = by_hand().models;
    statistics.models[0].draws = 3;
    statistics.folds.assign(10, FoldStatistics(2));
    for (std::size_t f = 0; f < 10; ++f) {
        for (int i = 0; i < 4; ++i) {
            statistics.folds[f].cell({{3, i, 0.0}}).add({i / 3.0, 1.0}, 2.0);
            statistics.folds[f].answer_prices[0] += 2.0;
            statistics.folds[f].answer_prices[1] += 20.0;
            statistics.folds[f].draw_prices[0] += 0.2;
        }
    }
    PomdpRouter router;
    REQUIRE(router.train(statistics).feasible);
    const Explanation found = PolicyExplainer(router).explain(after(2, 1));
    const detail::LevelDistribution& levels = router.trained().tree->belief->levels[0];
    REQUIRE(found.belief.size() == 20);
    REQUIRE(found.levels.size() == 20);
    double sum = 0.0;
    double right = 0.0;
    for (Index g = 0; g < 20; ++g) {
        const double rate = (static_cast<double>(g) + 0.5) / 20.0;
        CHECK(found.levels[as_size(g)] == Approx(rate));
        sum += levels.weight(g) * rate * (1.0 - rate);
    }
    for (Index g = 0; g < 20; ++g) {
        const double rate = (static_cast<double>(g) + 0.5) / 20.0;
        const double probability = levels.weight(g) * rate * (1.0 - rate) / sum;
        CHECK(found.belief[as_size(g)] == Approx(probability));
        right += probability * levels.right(g);
    }
    CHECK(found.right.value() == Approx(right));
    CHECK(found.action == router.next(after(2, 1)));
}

TEST_CASE("an explanation as text and as JSON") {
    const PomdpRouter router({}, by_hand());
    const Explanation found = PolicyExplainer(router).explain(after(0, 0));
    CHECK(to_text(found, two_names) ==
          "small's answer is right with probability 0.500\n"
          "action             score    cost     net\n"
          "  accept          0.5000   0.000  0.5000\n"
          "  route to large  0.9000  10.000  0.4000\n"
          "> verify 1        0.8500   5.500  0.5750\n"
          "one more verdict is worth 0.0750\n"
          "chosen: the highest net value: expected score less lambda times what is paid from here on\n");
    const nlohmann::json json = to_json(found, two_names);
    CHECK(json["right"] == 0.5);
    CHECK(json["lambda"] == 0.05);
    CHECK(json["alternatives"][1]["action"] == "route");
    CHECK(json["alternatives"][1]["to"] == "large");
    CHECK(json["alternatives"][2]["draws"] == 1);
    CHECK(json["alternatives"][2]["chosen"] == true);
    CHECK(json["reason"] == found.reason);
    CHECK_THROWS_AS(PolicyExplainer(PomdpRouter()), NotTrainedError);
}

TEST_CASE(
    "by alpha vectors an explanation says what the table says, up to the gap, and no more than is known") {
    Dataset data({"small", "large"});
    Random random(3);
    for (int row = 0; row < 200; ++row) {
        Record record;
        record.id = std::to_string(row);
        record.models.resize(2);
        const bool right = random.bernoulli(0.5);
        record.models[0].score = right ? 1.0 : 0.0;
        for (int k = 0; k < 4; ++k)
            record.models[0].verdicts.push_back(random.bernoulli(right ? 0.8 : 0.3) ? Verdict::positive
                                                                                    : Verdict::negative);
        record.models[1].score = random.bernoulli(0.9) ? 1.0 : 0.0;
        data.append(record);
    }
    Prices given;
    given.answers = {1.0, 20.0};
    given.draws = {0.2};
    const Statistics statistics = collect_statistics(data, resolve_prices(data, given));
    PomdpOptions options;
    options.objective = Objective::lambda(0.015);
    options.guard = false;
    PomdpRouter exact(options);
    REQUIRE(exact.train(statistics).feasible);
    options.max_cells = 0.0;
    PomdpRouter vectors(options);
    REQUIRE(vectors.train(statistics).feasible);
    REQUIRE(PolicyExplainer::has_table(vectors));
    const PolicyExplainer by_table(exact);
    const PolicyExplainer by_vectors(vectors);
    Evidence last = after(2, 0);
    last.current = 1;
    last.models[1].answered = true;
    for (const Evidence& evidence : {Evidence(2), after(0, 0), after(1, 1), after(2, 0), after(4, 4), last}) {
        const Explanation wanted = by_table.explain(evidence);
        const Explanation found = by_vectors.explain(evidence);
        CHECK(found.action == wanted.action);
        CHECK(found.right.has_value() == wanted.right.has_value());
        if (found.right) CHECK(*found.right == Approx(*wanted.right));
        CHECK(found.draw_value.has_value() == wanted.draw_value.has_value());
        if (found.draw_value) CHECK(*found.draw_value == Approx(*wanted.draw_value).margin(0.005));
        REQUIRE(found.belief.size() == wanted.belief.size());
        for (std::size_t g = 0; g < found.belief.size(); ++g)
            CHECK(found.belief[g] == Approx(wanted.belief[g]).margin(1e-12));
        REQUIRE(found.alternatives.size() == wanted.alternatives.size());
        for (std::size_t a = 0; a < found.alternatives.size(); ++a) {
            const Alternative& alternative = found.alternatives[a];
            CHECK(alternative.action == wanted.alternatives[a].action);
            CHECK(alternative.chosen == wanted.alternatives[a].chosen);
            CHECK(alternative.net == Approx(wanted.alternatives[a].net).margin(0.005));
            const bool ends =
                alternative.action.kind == ActionKind::accept || alternative.action == Action::route(1);
            CHECK(std::isnan(alternative.value.score) == !ends);
            if (ends) CHECK(alternative.value.score == Approx(wanted.alternatives[a].value.score));
        }
    }
    const Explanation start = by_vectors.explain(Evidence(2));
    CHECK(to_text(start, two_names).find("nan") == std::string::npos);
    CHECK(to_json(start, two_names).dump().find("\"score\":null") != std::string::npos);
}

TEST_CASE("a policy that reads the query is explained by the query's own belief and prices") {
    const Dataset data = reading_log::rows(200);
    const PriceTable prices = resolve_prices(data);
    PomdpOptions options;
    options.context = {false, {.dataset = true, .text = true}};
    PomdpRouter router(options);
    REQUIRE(router.train(TrainingData{data, prices}).feasible);
    REQUIRE(router.mixture().front().policy.reads_query());
    const Explainer explain = router.explainer();
    for (const int number : {0, 1}) {
        const std::string question = reading_log::question(number);
        QueryFacts facts;
        facts.question = question;
        facts.dataset = number == 0 ? "sums" : "proofs";
        Evidence evidence(2);
        read_query(router, facts, evidence);
        const QueryForecast& forecast = *evidence.forecast;
        const Explanation start = explain(evidence, facts);
        CHECK(start.action == router.next(evidence));
        REQUIRE(start.alternatives.size() == 2);
        // Asking the last model alone is worth its forecast, at its forecast price.
        CHECK(start.alternatives[1].value.score == Approx(forecast.scores[1]).margin(0.01));
        CHECK(start.alternatives[1].value.cost == Approx(forecast.answer_prices[1]));
        CHECK(start.alternatives[1].chosen == (number == 1));
        REQUIRE(start.told.size() == 2);
        for (std::size_t m = 0; m < 2; ++m) {
            CHECK(start.told[m].score.score == Approx(forecast.scores[m]));
            CHECK(start.told[m].answer_price == forecast.answer_prices[m]);
            CHECK(start.told[m].draw_price == forecast.draw_prices[m]);
        }
        CHECK((start.told[0].score.words < 0.0) == (number == 1));
        evidence.current = 0;
        evidence.models[0].answered = true;
        const Explanation answered = explain(evidence);
        CHECK(answered.told.empty());
        CHECK(answered.right.value() == Approx(forecast.scores[0]));
        CHECK(answered.alternatives[1].value.cost == Approx(forecast.answer_prices[1]));
        const std::string text = to_text(start, two_names);
        CHECK(text.starts_with(
            "the query told, in log odds of a right answer against the mean query:\n  small: "));
        CHECK((text.find("\"proof\" -") != std::string::npos) == (number == 1));
        CHECK(text.find("its answer is expected to cost") != std::string::npos);
        const auto json = to_json(start, two_names);
        CHECK(json.at("told").size() == 2);
        CHECK(json.at("told")[1].at("model") == "large");
        CHECK(json.at("told")[0].at("score") == start.told[0].score.score);
        CHECK(json.at("told")[0].at("log_odds").at("words") == start.told[0].score.words);
        CHECK(to_json(answered, two_names).at("told").empty());
    }
    // Without a forecast there is no policy to explain.
    CHECK_THROWS_AS(explain(Evidence(2)), ProtocolError);
}

TEST_CASE("an explanation names the verifier of each alternative if there are several") {
    const std::vector<std::string> models = {"small", "large"};
    const std::vector<std::string> verifiers = {"self", "judge"};
    CHECK(to_json(Action::verify(2, 1), models, verifiers).dump() ==
          R"({"action":"verify","to":null,"draws":2,"verifier":"judge"})");
    CHECK(to_json(Action::route(1), models, verifiers).dump() ==
          R"({"action":"route","to":"large","draws":null,"verifier":null})");
    CHECK(to_json(Action::verify(2), models).dump() == R"({"action":"verify","to":null,"draws":2})");
    CHECK(action_text(Action::verify(2, 1), models, verifiers) == "verify 2 by judge");
    CHECK(action_text(Action::verify(2), models) == "verify 2");

    Explanation explanation;
    explanation.action = Action::verify(1, 1);
    explanation.current = 0;
    explanation.verifiers = verifiers;
    explanation.alternatives = {{Action::verify(1), {}, 0.5, false}, {Action::verify(1, 1), {}, 0.75, true}};
    const auto json = to_json(explanation, models);
    CHECK(json["alternatives"][0]["verifier"] == "self");
    CHECK(json["alternatives"][1]["verifier"] == "judge");
    const std::string text = to_text(explanation, models);
    CHECK(text.find("  verify 1 by self") != std::string::npos);
    CHECK(text.find("> verify 1 by judge") != std::string::npos);
}

TEST_CASE("an explanation says which signals the answer came without") {
    Explanation explanation;
    explanation.current = 0;
    explanation.right = 0.5;
    const std::vector<std::string> models = {"small", "large"};
    CHECK_FALSE(to_json(explanation, models).contains("missing_signals"));
    explanation.missing_signals = {"tests", "margin"};
    CHECK(to_json(explanation, models)["missing_signals"].dump() == R"(["tests","margin"])");
    CHECK(to_text(explanation, models).find("the answer came without tests, margin; ") != std::string::npos);
}
