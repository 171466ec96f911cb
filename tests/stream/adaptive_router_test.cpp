// SPDX-License-Identifier: Apache-2.0
// A policy on a stream whose better model becomes the worse one, as `gpt-4` did between March and June 2023.
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/stream/adaptive_router.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

using namespace automix;

namespace {

/// Scores and prices of two models on the same queries, in two worlds.
struct TwoWorlds {
    Dataset march{};
    Dataset june{};
};

Record row_of(const std::string& id, double small, double large, double small_price, double large_price) {
    Record record;
    record.id = id;
    record.models.resize(2);
    record.models[0].score = small;
    record.models[0].cost = small_price;
    record.models[1].score = large;
    record.models[1].cost = large_price;
    return record;
}

/// Generated rows of the rates of the real case.
TwoWorlds generated_worlds(std::uint64_t seed) {
    Random random(seed);
    TwoWorlds worlds{Dataset({"small", "large"}), Dataset({"small", "large"})};
    const auto draw = [&](double rate) { return random.bernoulli(rate) ? 1.0 : 0.0; };
    for (int row = 0; row < 1000; ++row) {
        const std::string id = "q" + std::to_string(row);
        const double spread = 0.5 + random.uniform();
        worlds.march.append(row_of(id, draw(0.52), draw(0.84), 0.0005 * spread, 0.0139 * spread));
        worlds.june.append(row_of(id, draw(0.76), draw(0.51), 0.00066 * spread, 0.00107 * spread));
    }
    return worlds;
}

struct StreamOptions {
    bool drift = true;
    bool prices = false;
    double labelled = 0.05;
    double hazard = AdaptiveOptions{}.hazard;
};

struct StreamResult {
    bool early_alarm = false;  ///< an alarm before the change, or ever without one
    Index left = -1;      ///< queries after the change until the policy asks the small model first; -1: never
    double gained = 0.0;  ///< score over the rows after that; without a change over all rows
    double possible = 0.0;  ///< the same of June's policy; without a change of one that does not move
    Index labels = 0;
};

/// Serves the first half as in March and the second half as in June. The reference is that of the March rows of the
/// second half, which the stream never shows.
StreamResult serve_stream(const TwoWorlds& worlds, const StreamOptions& options, std::uint64_t seed) {
    Random random(seed);
    std::vector<Index> order;
    for (Index row = 0; row < worlds.march.rows(); ++row) order.push_back(row);
    random.shuffle(order);
    const std::size_t half = order.size() / 2;
    const std::vector<Index> second(order.begin() + static_cast<std::ptrdiff_t>(half), order.end());
    const Dataset reference = worlds.march.select_rows(second);
    PomdpOptions policy;
    policy.objective = Objective::lambda(0.0);
    AdaptiveRouter router(policy, collect_statistics(reference, resolve_prices(reference)),
                          {.hazard = options.hazard, .seed = seed});
    const auto asked = [&](const Record& row) {
        Evidence evidence(2);
        evidence.reset(uniform_of(row.id, 0));
        return router.next(evidence).model;
    };
    StreamResult result;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool june = options.drift && i >= half;
        const Record row = (june ? worlds.june : worlds.march).record(order[i]);
        const Index model = asked(row);
        if (june && model == 0 && result.left < 0) result.left = static_cast<Index>(i - half);
        if (!options.drift || result.left >= 0) {
            result.gained += row.models[as_size(model)].score;
            result.possible += row.models[june ? 0 : 1].score;
        }
        if (options.prices) router.see_price(model, *row.models[as_size(model)].cost);
        if (random.bernoulli(options.labelled) || router.wants_label()) {
            router.learn(row);
            ++result.labels;
        }
        if (!june && !router.alarms().empty()) result.early_alarm = true;
    }
    return result;
}

struct StreamSummary {
    double mean_left = 0.0;
    double left_error = 0.0;  ///< standard error of the mean
    double median_left = 0.0;
    double within = 0.0;  ///< share of the streams that left within the limit
    double share = 0.0;   ///< score after leaving as a share of what was possible, over all streams
    double early = 0.0;   ///< share of streams with an early alarm
};

/// Runs streams; those that never leave count with the length of the second half.
template <class MakeWorlds>
StreamSummary summarise_streams(int streams, Index limit, const StreamOptions& options, MakeWorlds worlds) {
    std::vector<double> left;
    double gained = 0.0;
    double possible = 0.0;
    StreamSummary summary;
    for (int stream = 0; stream < streams; ++stream) {
        const StreamResult result =
            serve_stream(worlds(stream), options, 100 + static_cast<std::uint64_t>(stream));
        left.push_back(result.left < 0 ? 500.0 : static_cast<double>(result.left));
        summary.within += (result.left >= 0 && result.left <= limit ? 1.0 : 0.0) / streams;
        gained += result.gained;
        possible += result.possible;
        summary.early += (result.early_alarm ? 1.0 : 0.0) / streams;
        summary.mean_left += left.back() / streams;
    }
    summary.share = gained / possible;
    for (const double queries : left)
        summary.left_error += (queries - summary.mean_left) * (queries - summary.mean_left);
    summary.left_error = std::sqrt(summary.left_error / (streams * (streams - 1.0)));
    std::sort(left.begin(), left.end());
    summary.median_left = left[left.size() / 2];
    return summary;
}

template <class MakeWorlds>
void check_streams(int streams, MakeWorlds worlds) {
    const StreamSummary labels = summarise_streams(streams, 400, {}, worlds);
    std::cout << "labels of 5 %: left after " << labels.mean_left << " queries (standard error "
              << labels.left_error << ", median " << labels.median_left << "), within 400 in "
              << labels.within << ", share of June's policy after that " << labels.share << ", early alarms "
              << labels.early << '\n';
    CHECK(labels.mean_left < 400.0);
    CHECK(labels.share >= 0.95);
    const StreamSummary prices = summarise_streams(streams, 50, {.prices = true}, worlds);
    std::cout << "prices shown: left after " << prices.mean_left << " queries (standard error "
              << prices.left_error << ", median " << prices.median_left << "), within 50 in " << prices.within
              << ", share " << prices.share << ", early alarms " << prices.early << '\n';
    CHECK(prices.mean_left < 50.0);
    CHECK(prices.share >= 0.95);
    const StreamSummary none = summarise_streams(streams, 0, {.drift = false, .prices = true}, worlds);
    std::cout << "without drift: alarms in " << none.early << ", share " << none.share << '\n';
    CHECK(none.early <= 0.05 + 2.0 * std::sqrt(0.05 * 0.95 / streams));
    CHECK(none.share >= 0.995);
}

}  // namespace

TEST_CASE("a policy leaves a model that has become the worse one, on generated rows", "[property]") {
    check_streams(60, [](int stream) { return generated_worlds(static_cast<std::uint64_t>(stream)); });
}

TEST_CASE("a policy leaves gpt-4 as its name changed its model, on real rows", "[shared]") {
    const std::string log = std::string(AUTOMIX_SHARED_DIR) + "/data/field/primes_drift.jsonl";
    if (!std::filesystem::exists(log)) {
        std::cout << "skipped: no " << log << '\n';
        return;
    }
    const Dataset all = read_dataset(log, {}, {});
    const TwoWorlds real{all.with_models({"gpt-3.5-turbo-0301", "gpt-4-0314"}),
                         all.with_models({"gpt-3.5-turbo-0613", "gpt-4-0613"})};
    // The same two names in both worlds.
    TwoWorlds named{Dataset({"gpt-3.5", "gpt-4"}), Dataset({"gpt-3.5", "gpt-4"})};
    for (Index row = 0; row < all.rows(); ++row) {
        named.march.append(real.march.record(row));
        named.june.append(real.june.record(row));
    }
    check_streams(60, [&](int) { return named; });
}

TEST_CASE("doubt moves the statistics, and an alarm forgets and asks for labels") {
    const TwoWorlds worlds = generated_worlds(1);
    PomdpOptions policy;
    policy.objective = Objective::lambda(0.0);
    AdaptiveRouter router(policy, collect_statistics(worlds.march, resolve_prices(worlds.march)));
    CHECK(router.change_probability() == 0.0);
    CHECK_FALSE(router.wants_label());
    CHECK(router.models().size() == 2);
    Evidence evidence(2);
    CHECK(router.next(evidence).model == 1);
    Index learnt = 0;
    while (router.alarms().empty() && learnt < 200) router.learn(worlds.june.record(learnt++));
    REQUIRE(router.alarms().size() == 1);
    CHECK(router.alarms()[0].kind == WatchedKind::score);
    CHECK(router.alarms()[0].model == "small");
    CHECK(router.alarms()[0].scored_rows == learnt);
    CHECK(router.alarms()[0].p_value <= 0.05);
    CHECK(router.wants_label());
    CHECK(router.next(evidence).model == 0);
    // What was before counts for two rows.
    CHECK(router.statistics().total().weight() <= 2.0 + static_cast<double>(learnt) + 1e-9);
    for (int i = 0; i < 20; ++i) router.learn(worlds.june.record(learnt++));
    CHECK_FALSE(router.wants_label());
    CHECK(router.next(evidence).model == 0);

    Record odd = row_of("odd", 0.5, 0.5, 1.0, 2.0);
    odd.models.pop_back();
    CHECK_THROWS_AS(router.learn(odd), DataError);
    const Statistics statistics = router.statistics();
    CHECK_THROWS_AS(AdaptiveRouter(policy, statistics, {.delta = 0.0}), ArgumentError);
    CHECK_THROWS_AS(AdaptiveRouter(policy, statistics, {.hazard = 1.0}), ArgumentError);
    CHECK_THROWS_AS(AdaptiveRouter(policy, statistics, {.remember = 0.0}), ArgumentError);
    CHECK_THROWS_AS(AdaptiveRouter(policy, statistics, {.alarm_labels = 0}), ArgumentError);
}

TEST_CASE("a price that changes is an alarm, and the policy goes by the new one") {
    const TwoWorlds worlds = generated_worlds(2);
    PomdpOptions policy;
    policy.objective = Objective::lambda(0.0);
    AdaptiveRouter router(policy, collect_statistics(worlds.march, resolve_prices(worlds.march)));
    for (Index row = 0; row < 300; ++row) router.see_price(1, worlds.march.recorded_costs(1)(row));
    CHECK(router.alarms().empty());
    Index seen = 0;
    while (router.alarms().empty() && seen < 100) router.see_price(1, worlds.june.recorded_costs(1)(seen++));
    REQUIRE(router.alarms().size() == 1);
    CHECK(router.alarms()[0].kind == WatchedKind::price);
    CHECK(router.alarms()[0].model == "large");
    CHECK(seen < 30);
    CHECK(router.wants_label());
    const FoldStatistics total = router.statistics().total();
    CHECK(total.answer_prices[1] / total.weight() < 0.004);
    CHECK(total.weight() == Approx(2.0));
}
