// SPDX-License-Identifier: Apache-2.0
#include "stream/traffic.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/reference_rates.hpp>
#include <automix/stream/watch.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinRel;

namespace {

/// What may change in the rows of a log.
struct World {
    double verdicts = 0.7;  ///< rate of positive verdicts
    double unparsed = 0.02;
    double small = 0.6;  ///< score
    double large = 0.9;
    double price = 20.0;
};

/// Two models with three verdicts on the small one's answers, which tell little.
Dataset watched_log(int rows, const World& world, std::uint64_t seed, const std::string& prefix) {
    Random random(seed);
    Dataset data({"small", "large"});
    for (int row = 0; row < rows; ++row) {
        Record record;
        record.id = prefix + std::to_string(row);
        ModelRecord small;
        small.score = random.bernoulli(world.small) ? 1.0 : 0.0;
        small.cost = 1.0 + random.uniform();
        small.draw_cost = 0.1;
        const double rate = world.verdicts + (small.score > 0.5 ? 0.2 : -0.3);
        for (int draw = 0; draw < 3; ++draw)
            small.verdicts.push_back(random.bernoulli(world.unparsed) ? Verdict::unparsed
                                     : random.bernoulli(rate)         ? Verdict::positive
                                                                      : Verdict::negative);
        ModelRecord large;
        large.score = random.bernoulli(world.large) ? 1.0 : 0.0;
        large.cost = world.price * (0.5 + random.uniform());
        record.models = {small, large};
        data.append(record);
    }
    return data;
}

struct WatchedPolicy {
    PomdpRouter router{};
    Statistics statistics{};

    explicit WatchedPolicy(const Dataset& data) {
        PomdpOptions options;
        options.context = ContextChoice{.best = false};
        router = PomdpRouter(options);
        const PriceTable prices = resolve_prices(data);
        statistics = router.collect({data, prices});
        REQUIRE(router.train({data, prices}).feasible);
    }

    /// Serves a log, with a share explored and scored.
    void serve(const Dataset& data, double exploration, std::uint64_t seed,
               std::vector<RequestRecord>& requests) const {
        const PriceTable prices = resolve_prices(data);
        traffic::Gateway gateway(router, data, prices);
        Random random(seed);
        for (RequestRecord& request : gateway.serve_all(exploration, random)) {
            if (!request.explored) {
                for (RequestModel& model : request.models) model.score.reset();
            }
            request.time = static_cast<double>(requests.size());
            requests.push_back(std::move(request));
        }
    }
};

/// Returns which kinds and models have an alarm.
std::vector<std::string> alarms(const WatchReport& report) {
    std::vector<std::string> found;
    for (const Watched& part : report.watched) {
        if (part.alarm) found.push_back(std::string(name_of(part.kind)) + " " + part.model);
    }
    return found;
}

}  // namespace

TEST_CASE("reference rates are the means of the rows") {
    const Dataset data = watched_log(200, {}, 1, "a");
    const WatchedPolicy policy(data);
    const ReferenceRates rates = reference_rates(policy.statistics);
    double positive = 0.0;
    double unparsed = 0.0;
    double readable = 0.0;
    for (Index row = 0; row < 200; ++row) {
        double parsed = 0.0;
        for (const Verdict verdict : data.verdicts(row, 0))
            parsed += verdict != Verdict::unparsed ? 1.0 : 0.0;
        unparsed += (3.0 - parsed) / 3.0 / 200.0;
        if (parsed == 0.0) continue;
        readable += 1.0;
        positive += data.confidences(0)(row);
    }
    CHECK_THAT(rates.rows, WithinRel(200.0, 1e-12));
    CHECK_THAT(rates.models[0].verdicts, WithinRel(positive / readable, 1e-12));
    CHECK_THAT(rates.models[0].unparsed, WithinRel(unparsed, 1e-12));
    CHECK_THAT(rates.models[1].score, WithinRel(data.scores(1).mean(), 1e-12));
    CHECK_THAT(rates.models[1].price, WithinRel(data.recorded_costs(1).mean(), 1e-12));
    CHECK(rates.models[1].verdicts == 0.0);
}

TEST_CASE("traffic like the log raises no alarm") {
    const WatchedPolicy policy(watched_log(500, {}, 1, "a"));
    std::vector<RequestRecord> requests;
    policy.serve(watched_log(1500, {}, 2, "b"), 0.1, 3, requests);
    const WatchReport report = watch(requests, policy.router, policy.statistics);
    CHECK(alarms(report).empty());
    CHECK_FALSE(report.alarm());
    REQUIRE(report.watched.size() == 7);  // two of verdicts, and of each model score and price, and latency
    CHECK(report.watched[0].requests > 1400);
    CHECK(report.notes.empty());
    for (const Watched& part : report.watched) CHECK(part.p_value > 0.05);
}

TEST_CASE("a change of verdicts is found without labels, and prices, scores and names on their own") {
    const WatchedPolicy policy(watched_log(500, {}, 1, "a"));
    std::vector<RequestRecord> before;
    policy.serve(watched_log(600, {}, 2, "b"), 0.1, 3, before);
    const auto after = [&](const World& world) {
        std::vector<RequestRecord> requests = before;
        policy.serve(watched_log(1200, world, 5, "c"), 0.1, 7, requests);
        return watch(requests, policy.router, policy.statistics);
    };
    const WatchReport verdicts = after({.verdicts = 0.4});
    REQUIRE_FALSE(verdicts.watched.empty());
    CHECK(verdicts.watched[0].alarm);
    CHECK(verdicts.watched[0].recent < verdicts.watched[0].mean);
    CHECK_FALSE(verdicts.watched[0].since.empty());
    CHECK(alarms(after({.unparsed = 0.2})) == std::vector<std::string>{"unparsed small"});
    CHECK(alarms(after({.large = 0.4})) == std::vector<std::string>{"score large"});
    CHECK(alarms(after({.price = 2.0})) == std::vector<std::string>{"price large"});

    std::vector<RequestRecord> named = before;
    for (std::size_t i = 0; i < named.size(); ++i)
        named[i].models[0].served_model = i < 300 ? "small-march" : "small-june";
    const WatchReport names = watch(named, policy.router, policy.statistics);
    CHECK(alarms(names) == std::vector<std::string>{"name small"});
    CHECK(names.watched.back().names == std::vector<std::string>{"small-march", "small-june"});
    CHECK(names.watched.back().since == named[300].id);

    std::vector<RequestRecord> slow = before;
    for (std::size_t i = 300; i < slow.size(); ++i) slow[i].latency = 2.0 + 0.001 * static_cast<double>(i);
    CHECK(alarms(watch(slow, policy.router, policy.statistics)) == std::vector<std::string>{"latency "});
}

TEST_CASE("requests of another policy are no selection of this one's") {
    const WatchedPolicy policy(watched_log(500, {}, 1, "a"));
    std::vector<RequestRecord> requests;
    policy.serve(watched_log(600, {}, 2, "b"), 0.0, 3, requests);
    for (RequestRecord& request : requests) request.policy = policy_digest("other");
    const WatchReport report =
        watch(requests, policy.router, policy.statistics, {.policy = policy_digest("this")});
    CHECK(report.watched[0].requests == 0);
    CHECK(report.watched.back().requests == 600);
    for (RequestRecord& request : requests) {
        request.policy.clear();
        request.unverified = true;
    }
    for (const Watched& part : watch(requests, policy.router, policy.statistics).watched) {
        if (part.kind != WatchedKind::name) CHECK(part.requests == 0);
    }
    CHECK_THROWS_AS(watch({}, policy.router, policy.statistics), DataError);
    CHECK_THROWS_AS(watch(requests, policy.router, policy.statistics, {.delta = 0.0}), ArgumentError);
}
