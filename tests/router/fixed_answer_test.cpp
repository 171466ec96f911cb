// SPDX-License-Identifier: Apache-2.0
#include "router/tables.hpp"
#include "support/catch.hpp"

#include <automix/router/constant.hpp>
#include <automix/router/fixed_answer.hpp>
#include <automix/router/threshold.hpp>

using namespace automix;
using Catch::Matchers::WithinRel;

namespace {

/// Unflagged rows: threshold 0 gains 1 of 2 rows. Flagged ones would make 1 the better threshold.
Dataset table(bool flag_last, bool flag_all = false) {
    Dataset data({"small", "large"});
    const auto add = [&](const char* id, double confidence, double small, bool flagged) {
        Record row = tables::record(id, {tables::confident(small, confidence), tables::scored(1.0)});
        row.models[0].flagged = flagged || flag_all;
        data.append(row);
    };
    add("a", 0.0, 0.0, false);
    add("b", 1.0, 1.0, false);
    for (const char* id : {"c", "d", "e", "f", "g"}) add(id, 1.0, 0.0, flag_last);
    return data;
}

template <class Router>
TrainingResult train(Router& router, const Dataset& data) {
    Prices prices;
    prices.answers = {1.0, 2.0};
    const PriceTable settled = resolve_prices(data, prices);
    return router.train({data, settled});
}

Evidence at(int current, bool flagged, std::size_t models = 2) {
    Evidence evidence(models);
    evidence.current = current;
    evidence.models[static_cast<std::size_t>(current)].answered = true;
    evidence.models[static_cast<std::size_t>(current)].flagged = flagged;
    return evidence;
}

}  // namespace

TEST_CASE("a flagged answer is routed at once, any other query is the wrapped router's") {
    FixedAnswerRouter<ThresholdRouter> router;
    train(router, table(true));
    CHECK(router.name() == "fixed_answer:threshold");
    CHECK(router.next(Evidence(2)) == Action::route(0));
    CHECK(router.next(at(0, true)) == Action::route(1));
    CHECK(router.next(at(0, true, 3)) == Action::route(2));
    CHECK(router.next(at(1, true, 3)) == Action::route(2));
    CHECK(router.next(at(0, false)) == Action::verify(all_draws));
    CHECK(router.next(at(1, true)) == Action::accept());  // nothing larger to ask
}

TEST_CASE("the wrapped router trains on the rows that it will decide") {
    FixedAnswerRouter<ThresholdRouter> router;
    // two rows at 1 and 2, verification 1; one routed beats two: 1/(2 + 2) and 1/(2 + 4)
    CHECK_THAT(*train(router, table(true)).ibc, WithinRel(0.25, 1e-12));
    CHECK(to_string(router.parameters()) == "threshold 0");
    // seven rows, none flagged; all routed beats one: 6/(7 + 14) and 1/(7 + 2)
    CHECK_THAT(*train(router, table(false)).ibc, WithinRel(6.0 / 21.0, 1e-12));
    CHECK(to_string(router.parameters()) == "threshold 1");
    // where all are flagged it trains on all
    CHECK_THAT(*train(router, table(true, true)).ibc, WithinRel(6.0 / 21.0, 1e-12));
}

TEST_CASE("breakpoints are the wrapped router's") {
    const FixedAnswerRouter<RandomMixRouter> mix(RandomMixRouter(0.25));
    REQUIRE(mix.breakpoints().size() == 1);
    CHECK(mix.breakpoints()[0] == 0.25);
    CHECK(FixedAnswerRouter<ThresholdRouter>().breakpoints().empty());
}
