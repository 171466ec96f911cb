// SPDX-License-Identifier: Apache-2.0
#include "stream/traffic.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>
#include <automix/stream/request_record.hpp>
#include <automix/stream/seen_rows.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

std::vector<ModelShape> two_shapes() {
    return {{"small", VerificationKind::verdicts, 2, "self", {}},
            {"large", VerificationKind::none, 0, "self", {}}};
}

/// A request that the policy has answered by the small model after that many draws, with a share explored.
RequestRecord by_small(const std::string& id, double exploration, bool explored, int drawn) {
    RequestRecord request;
    request.id = id;
    request.exploration = exploration;
    request.explored = explored;
    request.route = {"small"};
    request.answered = "small";
    RequestModel small;
    small.name = "small";
    small.score = 1.0;
    small.cost = 1.0;
    small.verify_cost = 0.5;
    small.verdicts.assign(explored ? 2 : static_cast<std::size_t>(drawn), Verdict::positive);
    small.drawn_by_policy = drawn;
    request.models.push_back(small);
    if (explored) {
        RequestModel large;
        large.name = "large";
        large.seen = exploration;
        large.score = 0.5;
        large.cost = 10.0;
        request.models.push_back(large);
    }
    return request;
}

/// A request that the policy by itself saw whole.
RequestRecord by_both(const std::string& id, double exploration, bool explored) {
    RequestRecord request = by_small(id, exploration, false, 2);
    request.explored = explored;
    request.route = {"small", "large"};
    request.answered = "large";
    RequestModel large;
    large.name = "large";
    large.score = 1.0;
    large.cost = 10.0;
    request.models.push_back(large);
    return request;
}

}  // namespace

TEST_CASE("rows are weighted by the inverse of the probability with which they were seen whole") {
    std::vector<RequestRecord> requests = {
        by_small("a", 0.25, true, 1),   // explored: 1/0.25
        by_small("b", 0.25, false, 2),  // not seen whole
        by_both("c", 0.25, false),      // seen whole anyway: 1
        by_both("d", 0.25, true),       // the same, though explored
        by_small("e", 0.5, true, 2),    // the draws by the policy, the large model by exploration: 1/0.5
    };
    const SeenRows rows = seen_rows(requests, two_shapes());
    REQUIRE(rows.data.rows() == 4);
    CHECK(rows.weights == std::vector<double>{4.0, 1.0, 1.0, 2.0});
    CHECK(rows.explored == std::vector<bool>{true, false, true, true});
    CHECK(rows.random_rows() == std::vector<Index>{0, 2, 3});
    CHECK(rows.counts.requests == 5);
    CHECK(rows.counts.used == 4);
    CHECK(rows.counts.unexplored == 1);
    CHECK(rows.data.scores(1)(0) == 0.5);
    CHECK(rows.data.recorded_draw_costs(0)(0) == 0.25);
    CHECK(rows.notes().size() == 1);
    // (4 + 1 + 1 + 2)^2 / (16 + 1 + 1 + 4)
    CHECK_THAT(effective_rows(rows.weights), WithinRel(64.0 / 22.0, 1e-15));
    CHECK(effective_rows(std::vector<double>(7, 3.0)) == 7.0);
    CHECK(effective_rows({}) == 0.0);
}

TEST_CASE("a large model that the policy asked without all draws counts as explored") {
    RequestRecord request = by_both("a", 0.25, true);
    request.models[0].drawn_by_policy = 1;
    CHECK(seen_rows({request}, two_shapes()).weights == std::vector<double>{4.0});
    request.explored = false;
    request.models[0].verdicts.resize(1);
    CHECK(seen_rows({request}, two_shapes()).counts.unexplored == 1);
}

TEST_CASE("requests that cannot stand for others are left out and counted") {
    RequestRecord failed = by_both("failed", 0.25, false);
    failed.answered.reset();
    RequestRecord degraded = by_both("degraded", 0.25, false);
    degraded.degraded = true;
    RequestRecord incomplete = by_small("incomplete", 0.25, true, 1);
    incomplete.models.pop_back();
    RequestRecord unlabelled = by_both("unlabelled", 0.25, false);
    unlabelled.models[1].score.reset();
    std::vector<RequestRecord> requests = {
        failed, degraded, incomplete, unlabelled, by_both("never", 0.0, false), by_both("used", 0.25, false)};
    // Requests without exploration stand for themselves as long as all of them were seen whole.
    const SeenRows all = seen_rows(requests, two_shapes());
    CHECK(all.counts.used == 2);
    CHECK(all.counts.unexplorable == 0);
    requests.push_back(by_small("unseen", 0.0, false, 2));
    const SeenRows rows = seen_rows(requests, two_shapes());
    CHECK(rows.counts.requests == 7);
    CHECK(rows.counts.used == 1);
    CHECK(rows.counts.failed == 2);
    CHECK(rows.counts.incomplete == 1);
    CHECK(rows.counts.unlabelled == 1);
    CHECK(rows.counts.unexplorable == 2);
    CHECK(rows.counts.unexplored == 0);
    CHECK_THAT(rows.notes().back(),
               ContainsSubstring("1 of 7 requests are not used: the score of a model is missing"));

    RequestRecord odd = by_both("odd", 0.0, false);
    odd.models[0].drawn_by_policy = 1;
    CHECK(seen_rows({odd}, two_shapes()).counts.contradictory == 1);

    std::vector<ModelShape> samples = two_shapes();
    samples[0].kind = VerificationKind::samples;
    CHECK_THROWS_WITH(seen_rows(requests, samples), ContainsSubstring("pluralities"));
}

TEST_CASE("further verifiers and confidences must be seen too") {
    std::vector<ModelShape> shapes = two_shapes();
    shapes[0].further = {{"judge", VerificationKind::verdicts, 1}};
    RequestRecord request = by_both("a", 0.5, true);
    CHECK(seen_rows({request}, shapes).counts.incomplete == 1);
    request.models[0].verifiers = {{{"judge", {Verdict::negative}, {}, 0.1}, 0}};
    SeenRows rows = seen_rows({request}, shapes);
    CHECK(rows.weights == std::vector<double>{2.0});
    CHECK(rows.data.verdicts(0, 0, 0).size() == 1);
    request.models[0].verifiers[0].drawn_by_policy = 1;
    CHECK(seen_rows({request}, shapes).weights == std::vector<double>{1.0});

    shapes = two_shapes();
    shapes[0].kind = VerificationKind::confidence;
    shapes[0].draws = 1;
    request = by_both("a", 0.5, true);
    request.models[0].verdicts.clear();
    request.models[0].confidence = 0.75;
    request.models[0].drawn_by_policy = 0;
    rows = seen_rows({request}, shapes);
    CHECK(rows.weights == std::vector<double>{2.0});
    CHECK(rows.data.confidences(0)(0) == 0.75);
    request.models[0].drawn_by_policy = 1;
    CHECK(seen_rows({request}, shapes).weights == std::vector<double>{1.0});
}
