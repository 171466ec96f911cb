// SPDX-License-Identifier: Apache-2.0
// The order of the rows of a log and of its models changes no decision of a policy that reads the query and signals, and
// such a policy decides on any text.
#include <automix/routing/belief/pomdp_router.hpp>
#include "support/catch.hpp"

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

/// The facts on a query of one of two types, sums and proofs.
struct TypedQuery {
    std::string question{};
    std::vector<QueryFeature> features{};
    bool proof = false;

    explicit TypedQuery(int number)
        : question((number % 3 == 0 ? "show the proof of " : "add the sum ") + std::to_string(number)),
          features{{"turns", static_cast<double>(number % 5), {}}},
          proof(number % 3 == 0) {}

    [[nodiscard]] QueryFacts facts() const {
        QueryFacts facts;
        facts.question = question;
        facts.dataset = proof ? "proofs" : "sums";
        facts.features = features;
        return facts;
    }
};

/// A log of two types of queries with signals, some of them missing, and two verdicts.
Dataset signalled_log(int rows) {
    Random random(3);
    Dataset data({"small", "large"});
    for (int i = 0; i < rows; ++i) {
        const TypedQuery query(i);
        Record row{"q" + std::to_string(i), query.proof ? "proofs" : "sums", "", "", {}};
        row.models.resize(2);
        ModelRecord& small = row.models[0];
        small.score = random.bernoulli(query.proof ? 0.3 : 0.8) ? 1.0 : 0.0;
        if (i % 10 != 7) small.signals.push_back({"certainty", 0.5 * small.score + random.uniform()});
        small.signals.push_back({"tests", random.bernoulli(0.3 + 0.5 * small.score) ? 1.0 : 0.0});
        for (int draw = 0; draw < 2; ++draw)
            small.verdicts.push_back(random.bernoulli(0.2 + 0.6 * small.score) ? Verdict::positive
                                                                               : Verdict::negative);
        small.cost = 1.0 + 0.2 * random.uniform();
        small.draw_cost = 0.2;
        row.models[1].score = random.bernoulli(0.95) ? 1.0 : 0.0;
        row.models[1].cost = (query.proof ? 12.0 : 8.0) + random.uniform();
        data.append(row, {}, query.facts());
    }
    return data;
}

PomdpRouter trained_in_order(const Dataset& data) {
    PomdpOptions options;
    options.context = {false, {.dataset = true, .text = true, .features = true}};
    options.guard = false;
    PomdpRouter router(options);
    const PriceTable settled = resolve_prices(data);
    use_in_order(data, settled, price_order(settled), [&](const Dataset& ordered, const PriceTable& prices) {
        REQUIRE(router.train({ordered, prices}).feasible);
    });
    return router;
}

/// The evidence on a query: nothing, an answer with these signals, or verdicts on it too.
std::vector<Evidence> evidence_on(const PomdpRouter& router, const QueryFacts& facts) {
    std::vector<Evidence> all;
    Evidence evidence(2);
    evidence.forecast = router.forecast(facts);
    all.push_back(evidence);
    evidence.current = 0;
    ModelEvidence& small = evidence.models[0];
    small.answered = true;
    for (const std::vector<Signal>& signals : {std::vector<Signal>{},
                                               {{"tests", 1.0}},
                                               {{"certainty", 0.1}, {"tests", 0.0}},
                                               {{"tests", 1.0}, {"certainty", 1.3}}}) {
        small.signals = signals;
        for (int positive = 0; positive <= 2; ++positive) {
            small.drawn = small.parsed = positive == 2 ? 0 : 1;
            small.positive = positive % 2;
            all.push_back(evidence);
        }
    }
    return all;
}

void check_same_decisions(const PomdpRouter& one, const PomdpRouter& other) {
    REQUIRE(one.signals() == other.signals());
    const Explainer explain_one = one.explainer();
    const Explainer explain_other = other.explainer();
    for (int i = 1000; i < 1030; ++i) {
        const TypedQuery query(i);
        const std::vector<Evidence> mine = evidence_on(one, query.facts());
        const std::vector<Evidence> theirs = evidence_on(other, query.facts());
        for (std::size_t e = 0; e < mine.size(); ++e) {
            CHECK(one.next(mine[e]) == other.next(theirs[e]));
            const Explanation first = explain_one(mine[e]);
            const Explanation second = explain_other(theirs[e]);
            REQUIRE(first.alternatives.size() == second.alternatives.size());
            for (std::size_t a = 0; a < first.alternatives.size(); ++a)
                CHECK_THAT(first.alternatives[a].net, WithinAbs(second.alternatives[a].net, 1e-5));
        }
    }
}

}  // namespace

TEST_CASE("the order of the rows and of the models of a log changes no decision") {
    const Dataset data = signalled_log(300);
    const PomdpRouter router = trained_in_order(data);
    REQUIRE(router.signals().size() == 2);
    std::vector<Index> rows(300);
    std::iota(rows.begin(), rows.end(), Index{0});
    const std::vector<Index> in_order{0, 1};
    const std::vector<Index> turned{1, 0};
    Random(8).shuffle(rows);
    check_same_decisions(router, trained_in_order(data.select(rows, in_order)));
    std::sort(rows.begin(), rows.end());
    const PomdpRouter by_price = trained_in_order(data.select(rows, turned));
    CHECK(names_of(by_price.models()) == std::vector<std::string>{"small", "large"});
    check_same_decisions(router, by_price);
    std::reverse(rows.begin(), rows.end());
    check_same_decisions(router, trained_in_order(data.select(rows, turned)));
}

TEST_CASE("a policy that reads the query decides on unknown words, empty and large texts and any language") {
    const PomdpRouter router = trained_in_order(signalled_log(300));
    const QueryForecast blank = router.forecast({}).value();
    std::string large;
    while (large.size() < 1'000'000) large += "show the proof of everything ";
    for (const std::string& question :
         {std::string(), std::string("zzyzx qwrtp"), std::string(" \t\n"), std::string("\xFF\xFE\x80"), large,
          std::string(1'000'000, 'a'), std::string("\xE4\xB8\xAD\xE6\x96\x87\xE9\x97\xAE\xE9\xA2\x98"),
          std::string("\xD0\x9F\xD0\xBE\xD0\xBA\xD0\xB0\xD0\xB6\xD0\xB8"),
          std::string("\xD8\xA3\xD8\xB8\xD9\x87\xD8\xB1"), std::string("\xF0\x9F\x98\x80")}) {
        INFO(question.substr(0, 40));
        QueryFacts facts;
        facts.question = question;
        const QueryForecast forecast = router.forecast(facts).value();
        for (std::size_t m = 0; m < 2; ++m) {
            CHECK((forecast.scores[m] > 0.0 && forecast.scores[m] < 1.0));
            CHECK(std::isfinite(forecast.answer_prices[m]));
        }
        for (const Evidence& evidence : evidence_on(router, facts))
            CHECK_NOTHROW(static_cast<void>(router.next(evidence)));
        if (question.empty()) CHECK(forecast == blank);
    }
    // Proofs are told from sums by their words, in a text of any length.
    QueryFacts proof;
    proof.question = large;
    CHECK(router.forecast(proof)->scores[0] < blank.scores[0]);
}
