// SPDX-License-Identifier: Apache-2.0
// Promises for each group of queries by itself: each is the promise of the group alone at the divided level, together they
// are broken in at most delta of logs, and the router follows the group of a query, from its file as well.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/context/context_fields.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/statistics.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/query_group.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>
#include <automix/stream/promise.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

/// Rows of a group: how often the small model is right, and the large one.
struct GroupWorld {
    std::string name;
    Index rows = 0;
    double small = 0.0;
    double large = 0.85;
};

/// Groups as data sets, and as the feature `tenant`. Verdicts tell much.
Dataset grouped_world(const std::vector<GroupWorld>& groups, std::uint64_t seed, const std::string& prefix) {
    Random random(seed);
    Dataset data({"small", "large"});
    for (const GroupWorld& group : groups) {
        for (Index row = 0; row < group.rows; ++row) {
            const bool right = random.bernoulli(group.small);
            std::vector<int> verdicts;
            for (int draw = 0; draw < 4; ++draw)
                verdicts.push_back(random.bernoulli(right ? 0.85 : 0.25) ? 1 : 0);
            const bool large = random.bernoulli(group.large);
            const std::vector<QueryFeature> features{{"tenant", 0.0, group.name}};
            data.append(tables::record(prefix + group.name + std::to_string(row),
                                       {tables::verified(right ? 1.0 : 0.0, verdicts),
                                        tables::scored(large ? 1.0 : 0.0)},
                                       group.name),
                        {}, {.dataset = group.name, .features = features});
        }
    }
    return data;
}

struct PricedLog {
    Dataset data;
    PriceTable prices;

    explicit PricedLog(Dataset rows)
        : data(std::move(rows)), prices(resolve_prices(data, {{1.0, 10.0}, {}, {0.2}, {}})) {}
    [[nodiscard]] TrainingData rows() const { return {data, prices}; }
};

const std::vector<GroupWorld> three_groups{{"easy", 800, 0.8}, {"hard", 800, 0.4}, {"rare", 6, 0.8}};

PomdpOptions promising(const std::string& by, double confidence = 0.9) {
    PomdpOptions options;
    options.objective = Objective::promise_quality(0.9, confidence);
    options.promise_by = by;
    options.context = {false, {}};
    return options;
}

/// Returns the rows of one data set.
Dataset rows_of(const Dataset& data, const std::string& group) {
    std::vector<Index> rows;
    for (Index row = 0; row < data.rows(); ++row) {
        if (data.dataset(row) == group) rows.push_back(row);
    }
    return data.select_rows(rows);
}

/// A router with a promise for each of three groups, with its statistics.
struct Trained {
    PricedLog train{grouped_world(three_groups, 3, "t")};
    PricedLog calibration{grouped_world(three_groups, 4, "c")};
    PomdpRouter router;
    Statistics statistics;
    TrainingResult result;

    explicit Trained(const PomdpOptions& options)
        : router(options),
          statistics(router.collect(train.rows())),
          result(train_with_promise(router, statistics, nullptr, calibration.rows())) {}
};

}  // namespace

TEST_CASE("each group has the policy and the certificate that it has alone at the divided level") {
    const Trained all(promising("dataset"));
    const auto& promises = all.router.report().promises;
    REQUIRE(promises.size() == 3);
    CHECK(promises[0].group == "easy");
    CHECK(promises[1].group == "hard");
    CHECK(promises[2].group == "rare");
    CHECK(promises[0].rows == 800);
    CHECK(promises[2].rows == 6);
    // Six rows prove nothing, and the certificate says so; the others have a policy each.
    CHECK_FALSE(promises[2].proven);
    CHECK(to_string(promises[2]).starts_with("rare: no policy is proven"));
    CHECK_THAT(to_string(promises[2]), ContainsSubstring("so its queries go to the last model; about "));
    const auto& groups = all.router.trained().groups;
    REQUIRE(groups.size() == 2);
    CHECK(all.result.feasible);
    CHECK_THAT(all.result.reason, ContainsSubstring("rare: "));
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(promises[i].proven);
        CHECK_THAT(promises[i].level, WithinAbs(0.1 / 3.0, 1e-15));
        const PricedLog alone(rows_of(all.calibration.data, promises[i].group));
        PomdpRouter router(promising("", 1.0 - 0.1 / 3.0));
        train_with_promise(router, all.statistics, nullptr, alone.rows());
        PromiseCertificate expected = router.report().promises.front();
        CHECK_THAT(expected.level, WithinAbs(promises[i].level, 1e-15));
        expected.group = promises[i].group;
        expected.level = promises[i].level;
        CHECK(expected == promises[i]);
        REQUIRE(groups[i].mixture.size() == router.mixture().size());
        for (std::size_t part = 0; part < router.mixture().size(); ++part) {
            CHECK(groups[i].mixture[part].share == router.mixture()[part].share);
            CHECK(groups[i].mixture[part].policy.cells() == router.mixture()[part].policy.cells());
        }
    }
    // The easy queries are answered more cheaply than the hard ones.
    CHECK(promises[0].cost < 0.7 * promises[1].cost);
}

TEST_CASE("a router follows the group of a query, and sends all others to the last model") {
    for (const std::string by : {"dataset", "features.tenant"}) {
        const Trained all(promising(by));
        CHECK(all.router.reads() == facts_of_groups(by));
        CHECK_FALSE(all.router.forecasts());
        const PricedLog fresh(grouped_world(
            {{"easy", 300, 0.8}, {"hard", 300, 0.4}, {"rare", 50, 0.8}, {"new", 50, 0.8}}, 5, "f"));
        const Replay replayed = replay(all.router, fresh.data, fresh.prices);
        const Eigen::ArrayXd cost = replayed.answer_cost + replayed.verification_cost;
        CHECK((cost.segment(600, 100) == 10.0).all());
        CHECK((replayed.last.segment(600, 100) == 1.0).all());
        const auto& promises = all.router.report().promises;
        CHECK_THAT(cost.head(300).mean(), WithinAbs(promises[0].cost, 1.0));
        CHECK_THAT(cost.segment(300, 300).mean(), WithinAbs(promises[1].cost, 1.0));
        // Held-out figures are those of the calibration rows.
        const Replay known = replay(all.router, all.calibration.data, all.calibration.prices);
        REQUIRE(all.result.held_out);
        CHECK_THAT(known.performance.mean(), WithinAbs(all.result.held_out->score, 1e-9));
        CHECK_THAT((known.answer_cost + known.verification_cost).mean(),
                   WithinAbs(all.result.held_out->cost, 1e-9));

        Evidence evidence(2);
        CHECK_THROWS_AS(all.router.next(evidence), ProtocolError);
        const std::vector<QueryFeature> features{{"tenant", 0.0, std::string("easy")}};
        read_query(all.router, {.dataset = "easy", .features = features}, evidence);
        REQUIRE(all.router.group_for(evidence) != nullptr);
        CHECK(all.router.group_for(evidence)->name == "easy");
        CHECK(all.router.next(evidence) == Action::route(0));
        REQUIRE(all.router.explainer());
        CHECK(all.router.explainer()(evidence).lambda == all.router.trained().groups[0].lambda);
        read_query(all.router, {}, evidence);
        CHECK(all.router.next(evidence) == Action::route(1));
    }
}

TEST_CASE("rows without a group prove nothing, and that is said") {
    const PricedLog train(grouped_world(three_groups, 3, "t"));
    const PricedLog calibration(grouped_world({{"easy", 500, 0.8}, {"", 20, 0.8}}, 4, "c"));
    PomdpRouter router(promising("dataset"));
    const TrainingResult result = train_with_promise(router, train.rows(), calibration.rows());
    REQUIRE(router.report().promises.size() == 1);
    CHECK(router.report().promises.front().level == 1.0 - 0.9);
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings.front() ==
          "20 calibration rows have no dataset; queries like them go to the last model");
    const PricedLog nameless(grouped_world({{"", 20, 0.8}}, 4, "n"));
    CHECK_THROWS_WITH(train_with_promise(router, train.rows(), nameless.rows()),
                      ContainsSubstring("promise by dataset: no calibration row has it"));
    PomdpRouter other(promising("features.plan"));
    CHECK_THROWS_WITH(train_with_promise(other, train.rows(), calibration.rows()),
                      ContainsSubstring("promise by features.plan: no calibration row has it"));
}

TEST_CASE("groups are named by a data set or a feature") {
    const std::vector<QueryFeature> features{{"turns", 3.0, {}}, {"tenant", 0.0, std::string("a")}};
    const QueryFacts facts{.dataset = "date", .features = features};
    CHECK(group_of("dataset", facts) == "date");
    CHECK(group_of("features.tenant", facts) == "a");
    CHECK(group_of("features.turns", facts) == "3");
    CHECK(group_of("features.plan", facts).empty());
    CHECK(facts_of_groups("features.plan") == ContextFields{.features = true});
    for (const char* wrong : {"", "split", "features.", "tenant"})
        CHECK_THROWS_WITH(facts_of_groups(wrong), ContainsSubstring("expected dataset or features.NAME"));
    PomdpOptions options;
    options.promise_by = "dataset";
    CHECK_THROWS_WITH(PomdpRouter(options), ContainsSubstring("the objective base is no promise"));
}

TEST_CASE("the policies of groups survive in a policy file") {
    const Trained all(promising("features.tenant"));
    const std::string text = to_policy_text(all.router, all.statistics);
    const PolicyFile file = parse_policy(text, "policy.json");
    CHECK(to_policy_text(file.router, file.statistics) == text);
    CHECK(file.router.options().promise_by == "features.tenant");
    CHECK(file.router.report().promises == all.router.report().promises);
    const PricedLog fresh(grouped_world(three_groups, 6, "f"));
    const Replay one = replay(all.router, fresh.data, fresh.prices);
    const Replay other = replay(file.router, fresh.data, fresh.prices);
    CHECK((one.performance == other.performance).all());
    CHECK((one.verification_cost == other.verification_cost).all());

    const auto refused = [&](const std::string& from, const std::string& to, const std::string& why) {
        const std::size_t at = text.find(from);
        REQUIRE(at != std::string::npos);
        CHECK_THROWS_WITH(parse_policy(std::string(text).replace(at, from.size(), to), "policy.json"),
                          ContainsSubstring(why));
    };
    refused("{\"name\":\"easy\"", "{\"name\":\"hard\"", "groups[0].name: expected \"easy\"");
    refused("\"lambda\":", "\"lambada\":", "lambada");
    refused(",\"promise_by\":\"features.tenant\"", "", "report.promises[0].group");
    refused("\"promise_by\":\"features.tenant\"", "\"promise_by\":\"tenant\"",
            "expected dataset or features.NAME");
    refused("\"group\":\"hard\"", "\"group\":\"easy\"", "expected groups in ascending order, each once");
    refused("\"groups\":[", "\"gruops\":[", "gruops");
    refused("\"group\":\"rare\"", "\"group\":\"some\"", "checksum");
}

TEST_CASE("promises to four groups are broken in at most delta of logs, for any of them", "[property]") {
    // The truth of each group is that of many rows. Logs have 200 rows of each.
    const std::vector<GroupWorld> worlds{
        {"a", 2000, 0.8}, {"b", 2000, 0.65}, {"c", 2000, 0.5}, {"d", 2000, 0.35}};
    const PricedLog train(
        grouped_world({{"a", 200, 0.8}, {"b", 200, 0.65}, {"c", 200, 0.5}, {"d", 200, 0.35}}, 7, "t"));
    const PomdpRouter router(promising("dataset"));
    const auto candidates = router.candidates(router.collect(train.rows()), nullptr);
    std::vector<PromiseRows> truth;
    for (const GroupWorld& world : worlds) {
        const PricedLog rows(grouped_world({world}, 8, world.name));
        truth.push_back(replay_candidates(candidates, rows.rows()));
    }
    const PromisePlan plan = plan_promise(candidates.size(), true);
    constexpr double level = 0.1;
    constexpr int logs = 200;
    const Objective& objective = router.options().objective;
    Random random(9);
    int broken = 0;
    int proven = 0;
    for (int log = 0; log < logs; ++log) {
        bool kept = true;
        for (const PromiseRows& rows : truth) {
            std::vector<Index> drawn(200);
            for (Index& row : drawn)
                row = static_cast<Index>(random.index(static_cast<std::uint64_t>(rows.rows())));
            const PromiseChoice choice = choose_promised(plan, rows.select_rows(drawn), objective,
                                                         level / static_cast<double>(worlds.size()));
            proven += choice.certificate.proven ? 1 : 0;
            const auto& cheaper = rows.candidates[choice.policy.cheaper];
            const auto& dearer = rows.candidates[choice.policy.dearer];
            double score = 0.0;
            for (Index row = 0; row < rows.rows(); ++row)
                score += (rows.uniforms(row) < 1.0 - choice.policy.share ? cheaper : dearer).scores(row);
            kept = kept && score >= objective.value * rows.candidates.back().scores.sum();
        }
        broken += kept ? 0 : 1;
    }
    CAPTURE(broken, proven);
    CHECK(broken <= logs * (level + 2.0 * std::sqrt(level * (1.0 - level) / logs)));
    CHECK(proven > logs);  // of four a log
}
