// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/source.hpp>

#include <functional>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using tables::confident;
using tables::record;
using tables::scored;
using tables::verified;

namespace {

constexpr int failed = -1;

/// A model with one sample and score for each cluster number, the answer first.
ModelRecord sampled(std::vector<std::int32_t> clusters, std::vector<double> scores,
                    const std::vector<int>& verdicts) {
    ModelRecord model = verified(scores.front(), verdicts);
    model.clusters = std::move(clusters);
    model.sample_scores = std::move(scores);
    return model;
}

Dataset log() {
    Dataset data({"small", "middle", "large"});
    data.append(record("q0", {verified(0.25, {1, 0, -1, 1}), verified(0.5, {0}), scored(1.0)}));
    data.append(record("q1", {verified(0.75, {0, 1}), confident(0.5, 0.625), scored(0.0)}));
    return data;
}

Prices prices_of(std::optional<double> verification, std::vector<double> draws = {}) {
    Prices prices;
    prices.answers = {1.0, 5.0, 50.0};
    prices.verification = verification;
    prices.draws = std::move(draws);
    return prices;
}

std::string data_error(const std::function<void()>& act) {
    try {
        act();
    } catch (const DataError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("a log gives its answers and verdicts in recorded order") {
    const Dataset data = log();
    const PriceTable prices = resolve_prices(data, prices_of(1.0));
    LogSource source(data, prices);
    source.open(0);
    const Answered answered = source.answer(2);
    CHECK(answered.cost == 50.0);
    CHECK_FALSE(answered.flagged);
    CHECK(answered.failure.empty());

    Drawn drawn = source.draw(0, 1);
    CHECK(drawn.drawn == 1);
    CHECK(drawn.parsed == 1);
    CHECK(drawn.positive == 1);
    CHECK(drawn.cost == 0.25);  // a quarter of the whole verification
    CHECK(drawn.samples == 0);
    CHECK(drawn.failure.empty());
    drawn = source.draw(0, 2);
    CHECK(drawn.drawn == 2);
    CHECK(drawn.parsed == 1);
    CHECK(drawn.positive == 0);
    CHECK(drawn.cost == 0.5);
    drawn = source.draw(0, all_draws);
    CHECK(drawn.drawn == 1);
    CHECK(drawn.positive == 1);
    CHECK(source.draw(1, all_draws).drawn == 1);  // models draw apart

    source.open(0);
    CHECK(source.draw(0, all_draws).drawn == 4);
    source.open(1);
    CHECK(source.draw(0, all_draws).drawn == 2);
    CHECK(source.score(0, AcceptedAnswer::first) == 0.75);
    CHECK(source.score(2, AcceptedAnswer::first) == 0.0);
}

TEST_CASE("draws cost what they are said to cost, all together or each") {
    const Dataset data = log();
    const PriceTable whole = resolve_prices(data, prices_of(3.0));
    LogSource source(data, whole);
    source.open(0);
    CHECK(source.draw(0, all_draws).cost == 3.0);
    source.open(1);
    CHECK(source.draw(0, all_draws).cost == 3.0);
    CHECK(source.draw(1, all_draws).cost == 3.0);

    const PriceTable each = resolve_prices(data, prices_of(std::nullopt, {0.5, 2.0}));
    LogSource priced(data, each);
    priced.open(0);
    CHECK(priced.draw(0, 3).cost == 1.5);
    CHECK(priced.draw(0, 1).cost == 0.5);
    CHECK(priced.draw(1, 1).cost == 2.0);
    priced.open(1);
    CHECK(priced.draw(0, all_draws).cost == 1.0);
}

TEST_CASE("more verdicts than are logged is an error that names the record and the model") {
    const Dataset data = log();
    const PriceTable prices = resolve_prices(data, prices_of(1.0));
    LogSource source(data, prices);
    source.open(0);
    CHECK_THAT(data_error([&] { (void)source.draw(0, 5); }),
               ContainsSubstring("\"q0\"") && ContainsSubstring("\"small\"") &&
                   ContainsSubstring("asked for 5 verdicts after 0, but only 4 are logged"));
    CHECK(source.draw(0, 3).drawn == 3);  // what failed took nothing
    CHECK_THAT(data_error([&] { (void)source.draw(0, 2); }),
               ContainsSubstring("asked for 2 verdicts after 3"));
    CHECK(source.draw(0, 1).drawn == 1);
    CHECK_THAT(data_error([&] { (void)source.draw(0, all_draws); }),
               ContainsSubstring("after 4, but only 4"));
    CHECK_THAT(data_error([&] { (void)source.draw(2, 1); }),
               ContainsSubstring("\"large\"") && ContainsSubstring("neither verdicts nor a confidence"));
}

TEST_CASE("a confidence alone is revealed by one draw at the whole price") {
    const Dataset data = log();
    const PriceTable prices = resolve_prices(data, prices_of(2.0));
    LogSource source(data, prices);
    for (const int draws : {1, 8, all_draws}) {
        source.open(1);
        const Drawn drawn = source.draw(1, draws);
        CHECK(drawn.drawn == 1);
        CHECK(drawn.parsed == 1);
        CHECK(drawn.logged_confidence == 0.625);
        CHECK(drawn.cost == 2.0);
        CHECK_THAT(data_error([&] { (void)source.draw(1, draws); }),
                   ContainsSubstring("\"q1\"") && ContainsSubstring("only a confidence is logged"));
    }
}

TEST_CASE("samples become known with the draws, and the plurality has the score of its first sample") {
    Dataset data({"small", "large"});
    data.append(record(
        "q0",
        {sampled({0, 1, failed, 1, 0, 0}, {0.0, 1.0, 0.0, 1.0, 0.0, 0.0}, {1, 1, 1, 1, 1}), scored(1.0)}));
    data.append(record("q1", {sampled({failed, failed}, {0.5, 0.0}, {1, 1}), scored(1.0)}));
    data.append(record("q2", {verified(0.5, {1}), scored(1.0)}));
    const PriceTable prices = resolve_prices(data);
    LogSource source(data, prices);
    source.open(0);
    CHECK(source.score(0, AcceptedAnswer::plurality) == 0.0);  // the answer is all that is known
    const auto step = [&](int draws) {
        const Drawn drawn = source.draw(0, draws);
        return std::pair<int, int>(drawn.samples, drawn.largest_cluster);
    };
    CHECK(step(1) == std::pair{2, 1});
    CHECK(source.score(0, AcceptedAnswer::plurality) == 0.0);  // one against one: the answer
    CHECK(step(2) == std::pair{4, 2});                         // 0 1 - 1
    CHECK(source.score(0, AcceptedAnswer::plurality) == 1.0);
    CHECK(source.score(0, AcceptedAnswer::first) == 0.0);
    CHECK(step(1) == std::pair{5, 2});  // 0 1 - 1 0: a tie
    CHECK(source.score(0, AcceptedAnswer::plurality) == 0.0);

    source.open(1);
    CHECK(source.score(0, AcceptedAnswer::plurality) == 0.5);  // every sample failed: the answer
    const Drawn all_failed = source.draw(0, 1);
    CHECK(all_failed.samples == 2);
    CHECK(all_failed.largest_cluster == 0);
    CHECK(source.score(0, AcceptedAnswer::plurality) == 0.5);
    source.open(2);
    CHECK_THAT(data_error([&] { (void)source.score(0, AcceptedAnswer::plurality); }),
               ContainsSubstring("\"q2\"") && ContainsSubstring("none are known"));
    CHECK_THAT(data_error([&] { (void)source.score(1, AcceptedAnswer::plurality); }),
               ContainsSubstring("\"large\""));
}

TEST_CASE("where more verdicts than samples are logged, all samples stay known") {
    // Three samples, 0 1 1; five verdicts.
    Dataset data({"small", "large"});
    data.append(record("q0", {sampled({0, 1, 1}, {0.0, 1.0, 1.0}, {1, 0, 1, 0, 1}), scored(1.0)}));
    const PriceTable prices = resolve_prices(data);
    LogSource source(data, prices);
    source.open(0);
    const auto known = [](const Drawn& drawn) { return std::pair(drawn.samples, drawn.largest_cluster); };
    CHECK(known(source.draw(0, 1)) == std::pair(2, 1));
    CHECK(known(source.draw(0, 1)) == std::pair(3, 2));
    CHECK(known(source.draw(0, 1)) == std::pair(3, 2));
    CHECK(known(source.draw(0, all_draws)) == std::pair(3, 2));
    CHECK(source.score(0, AcceptedAnswer::plurality) == 1.0);
}

TEST_CASE("a flagged answer is known to be one") {
    Dataset data({"small", "large"});
    Record row = record("q0", {verified(0.0, {1}), scored(1.0)});
    row.models[0].flagged = true;
    data.append(row);
    const PriceTable prices = resolve_prices(data);
    LogSource source(data, prices);
    source.open(0);
    CHECK(source.answer(0).flagged);
    CHECK_FALSE(source.answer(1).flagged);
}
