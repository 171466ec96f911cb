// SPDX-License-Identifier: Apache-2.0
// Sums of many logs are those of one log with all requests, and the policy learnt from them is the same.
#include "stream/traffic.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/stream/json/traffic_json.hpp>
#include <automix/stream/learn.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/log/traffic_log.hpp>
#include <automix/stream/request_record.hpp>
#include <automix/stream/seen_rows.hpp>
#include <automix/stream/traffic_sums.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Rows of a small model that is right half of the time, three verdicts on it that are right at a rate of 0.85, and a
/// large model that is right at a rate of 0.95.
Dataset drawn_rows(Index count, std::uint64_t seed, const std::string& prefix) {
    Random random(seed);
    Dataset data({"small", "large"});
    for (Index row = 0; row < count; ++row) {
        Record record;
        record.id = prefix + std::to_string(row);
        ModelRecord small;
        const bool right = random.bernoulli(0.5);
        small.score = right ? 1.0 : 0.0;
        for (int draw = 0; draw < 3; ++draw)
            small.verdicts.push_back(random.bernoulli(0.85) == right ? Verdict::positive : Verdict::negative);
        ModelRecord large;
        large.score = random.bernoulli(0.95) ? 1.0 : 0.0;
        record.models = {small, large};
        data.append(record);
    }
    return data;
}

/// A policy and the traffic that it served, a quarter of which was explored.
struct Served {
    Served() : data(drawn_rows(200, 3, "old")), prices(resolve_prices(data, constant)) {
        PomdpOptions options;
        options.context.best = false;
        policy = PomdpRouter(options);
        REQUIRE(policy.train({data, prices}).feasible);
        statistics = policy.collect({data, prices});
        const Dataset rows = drawn_rows(1600, 4, "new");
        const PriceTable row_prices = resolve_prices(rows, constant);
        Random random(5);
        requests = traffic::Gateway(policy, rows, row_prices).serve_all(0.25, random);
    }

    Prices constant{.answers = {1.0, 20.0}, .draws = {0.125}};
    Dataset data;
    PriceTable prices;
    PomdpRouter policy{};
    Statistics statistics{};
    std::vector<RequestRecord> requests{};
};

/// The lines that a gateway writes of a request: its own first, without what exploration saw.
std::vector<RequestLine> lines_of(const RequestRecord& request) {
    if (!request.explored) return {request};
    RequestRecord own = request;
    own.explored = false;
    own.exploring = true;
    own.models.clear();
    for (RequestModel model : request.models) {
        if (model.seen < 1.0) continue;
        model.verdicts.resize(as_size(model.drawn_by_policy));
        model.score.reset();
        own.models.push_back(std::move(model));
    }
    ExplorationRecord ended{request.id, request.time + 1.0, request.models};
    std::vector<RequestLine> lines{own};
    for (RequestModel& model : ended.models) {
        lines.push_back(LateScore{request.id, model.name, *model.score, request.time + 2.0});
        model.score.reset();
    }
    lines.insert(lines.begin() + 1, ended);
    return lines;
}

/// The policy's file without the logs, which one may have in parts.
nlohmann::json without_logs(const LearnedPolicy& learned) {
    auto json = nlohmann::json::parse(to_policy_text(learned.router, learned.statistics));
    json.erase("checksum");
    json["statistics"].erase("logs");
    return json;
}

void check_alike(const Statistics& one, const Statistics& other, double tolerance) {
    REQUIRE(one.folds.size() == other.folds.size());
    for (std::size_t f = 0; f < one.folds.size(); ++f) {
        const auto& a = one.folds[f];
        const auto& b = other.folds[f];
        REQUIRE(a.cells.size() == b.cells.size());
        for (std::size_t c = 0; c < a.cells.size(); ++c) {
            CHECK(a.cells[c].evidence == b.cells[c].evidence);
            CHECK_THAT(a.cells[c].weight, WithinRel(b.cells[c].weight, tolerance));
            for (std::size_t m = 0; m < a.cells[c].scores.size(); ++m)
                CHECK_THAT(a.cells[c].scores[m], WithinAbs(b.cells[c].scores[m], 100.0 * tolerance));
        }
        for (std::size_t m = 0; m < a.answer_prices.size(); ++m)
            CHECK_THAT(a.answer_prices[m], WithinRel(b.answer_prices[m], tolerance));
    }
}

}  // namespace

TEST_CASE("the policy learnt from the sums of sixteen logs is the one learnt from all requests") {
    const Served served;
    constexpr std::size_t gateways = 16;
    const LearnedPolicy alone =
        learn(served.policy, served.statistics, seen_rows(served.requests, served.policy.models()));
    std::vector<std::vector<RequestRecord>> parts(gateways);
    for (std::size_t i = 0; i < served.requests.size(); ++i)
        parts[(i * i) % gateways].push_back(served.requests[i]);
    TrafficSums merged;
    for (const auto& part : parts) {
        const TrafficSums sums = traffic_sums(part, served.policy, served.statistics);
        const std::string text = to_traffic_text({"0123456789abcdef", sums});
        const SharedTraffic read = parse_traffic(text, "sums");
        CHECK(to_traffic_text(read) == text);
        merged += read.sums;
    }
    const TrafficSums whole = traffic_sums(served.requests, served.policy, served.statistics);
    // Weights, scores and prices are whole numbers of eighths here, which add up to the bit.
    CHECK(merged.rows().weights == whole.rows().weights);
    CHECK(merged.rows().squares == whole.rows().squares);
    const LearnedPolicy together = learn(served.policy, served.statistics, merged);
    const LearnedPolicy one = learn(served.policy, served.statistics, whole);
    check_alike(together.statistics, one.statistics, 0.0);
    CHECK(without_logs(together) == without_logs(one));
    // The same as from the rows themselves, up to rounding.
    check_alike(together.statistics, alone.statistics, 1e-12);
    CHECK_THAT(together.effective_rows, WithinRel(alone.effective_rows, 1e-12));
    CHECK_THAT(together.router.report().expected.cost, WithinRel(alone.router.report().expected.cost, 1e-9));
    CHECK(together.old_rows == 200.0);
}

TEST_CASE("a log that grows has the sums of all its lines, also when old requests are settled") {
    const Served served;
    const TrafficSums all = traffic_sums(served.requests, served.policy, served.statistics);
    for (const std::size_t most : {std::size_t{10'000}, std::size_t{50}}) {
        TrafficLog log(served.policy, served.statistics, most);
        for (const RequestRecord& request : served.requests) {
            for (const RequestLine& line : lines_of(request)) log.add(line);
        }
        const TrafficSums sums = log.sums();
        CHECK(sums.drawn == all.drawn);
        CHECK(sums.finished == all.finished);
        CHECK(sums.missed == 0);
        CHECK(sums.by_policy.rows == all.by_policy.rows);
        CHECK(sums.explored.weights == all.explored.weights);
        check_alike(sums.rows().statistics.value(), all.rows().statistics.value(), 0.0);
    }
    CHECK_THROWS_AS(TrafficLog(served.policy, served.statistics, 0), ArgumentError);
}

TEST_CASE("explorations that were cut off are stood for by those that ended") {
    const Served served;
    Random random(6);
    RequestJoin join(RequestTexts::drop);
    TrafficLog log(served.policy, served.statistics);
    Index drawn = 0;
    Index cut = 0;
    for (const RequestRecord& request : served.requests) {
        std::vector<RequestLine> lines = lines_of(request);
        drawn += request.explored ? 1 : 0;
        if (request.explored && random.bernoulli(0.3)) {
            lines.erase(lines.begin() + 1);
            ++cut;
        }
        for (const RequestLine& line : lines) {
            join.add(line);
            log.add(line);
        }
    }
    REQUIRE(cut > 50);
    Requests read = join.finish({});
    CHECK(read.drawn == as_size(drawn));
    CHECK(read.unfinished == as_size(cut));
    scale_exploration(read);
    const double probability = 0.25 * static_cast<double>(drawn - cut) / static_cast<double>(drawn);
    for (const RequestRecord& request : read.requests)
        CHECK_THAT(request.exploration, WithinRel(probability, 1e-12));
    const LearnedPolicy by_rows =
        learn(served.policy, served.statistics, seen_rows(read.requests, served.policy.models()));
    const LearnedPolicy by_sums = learn(served.policy, served.statistics, log.sums());
    check_alike(by_sums.statistics, by_rows.statistics, 1e-12);
    CHECK_THAT(by_sums.effective_rows, WithinRel(by_rows.effective_rows, 1e-12));
}

TEST_CASE("a share of explorations that is cut off biases no mean", "[property]") {
    // The small model's mean score, weighted as in learning, over many logs with and without cuts.
    const Served served;
    const Dataset rows = drawn_rows(400, 7, "row");
    const PriceTable prices = resolve_prices(rows, served.constant);
    double truth = 0.0;
    for (Index row = 0; row < rows.rows(); ++row) truth += rows.record(row).models[0].score;
    truth /= static_cast<double>(rows.rows());
    constexpr int repetitions = 300;
    double sum = 0.0;
    double squares = 0.0;
    Random random(8);
    for (int repetition = 0; repetition < repetitions; ++repetition) {
        RequestJoin join(RequestTexts::drop);
        for (const RequestRecord& request :
             traffic::Gateway(served.policy, rows, prices).serve_all(0.5, random)) {
            std::vector<RequestLine> lines = lines_of(request);
            if (request.explored && random.bernoulli(0.4)) lines.erase(lines.begin() + 1);
            for (RequestLine& line : lines) join.add(std::move(line));
        }
        Requests read = join.finish({});
        scale_exploration(read);
        const SeenRows seen = seen_rows(read.requests, served.policy.models());
        double weighted = 0.0;
        double weights = 0.0;
        for (Index row = 0; row < seen.data.rows(); ++row) {
            weighted += seen.weights[as_size(row)] * seen.data.record(row).models[0].score;
            weights += seen.weights[as_size(row)];
        }
        const double error = weighted / weights - truth;
        sum += error;
        squares += error * error;
    }
    const double mean = sum / repetitions;
    const double deviation = std::sqrt((squares / repetitions - mean * mean) / repetitions);
    INFO(mean << " +- " << deviation);
    CHECK(std::abs(mean) <= 3.0 * deviation);
}

TEST_CASE("sums are refused for policies that read queries, for other models and for too few rows") {
    const Served served;
    CHECK_THROWS_WITH(learn(served.policy, served.statistics, TrafficSums{}),
                      ContainsSubstring("too little was seen") && ContainsSubstring("0 requests"));
    const TrafficSums all = traffic_sums(served.requests, served.policy, served.statistics);
    CHECK_THROWS_AS(learn(served.policy, served.statistics, all, {.prices = RequestPrices::measured}),
                    ArgumentError);
    // The same rows twice.
    const LearnedPolicy learned = learn(served.policy, served.statistics, all);
    CHECK_THROWS_AS(learn(learned.router, learned.statistics, all), DataError);
    const std::string text = to_traffic_text({"0123456789abcdef", all});
    CHECK_THROWS_WITH(parse_traffic("{}", "sums"), ContainsSubstring("schema"));
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string other = text;
        other.replace(other.find(from), from.size(), to);
        return other;
    };
    CHECK_THROWS_WITH(parse_traffic(changed("\"missed\":0", "\"missed\":-1"), "sums"),
                      ContainsSubstring("missed"));
    CHECK_THROWS_WITH(parse_traffic(changed("\"drawn\":", "\"drawn\":0,\"more\":"), "sums"),
                      ContainsSubstring("more"));
    CHECK_THROWS_WITH(parse_traffic(changed("automix-traffic/1", "automix-traffic/2"), "sums"),
                      ContainsSubstring("automix-traffic/1"));
}
