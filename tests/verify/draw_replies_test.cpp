// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "verify/scripted_model.hpp"

#include <automix/core/error.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/detail/draw_replies.hpp>

#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

using namespace automix;
using automix_test::ScriptedModel;

namespace {

const Sampling sampling{.temperature = 0.9, .top_p = 0.5, .max_tokens = 7, .stop = {"\n\n"}};

}  // namespace

TEST_CASE("a round is one call for all its replies") {
    ScriptedModel model{{"x", " y\n"}};
    const auto drawn = detail::draw_replies(model, {"the prompt", 12}, sampling, {0, 3}, {});
    REQUIRE(model.requests.size() == 1);
    CHECK(model.requests[0] == GenerateRequest{.messages = {{Role::user, "the prompt"}},
                                               .sampling = sampling,
                                               .samples = 3,
                                               .purpose = Purpose::verification});
    CHECK(drawn.replies == std::vector<std::string>{"x", " y\n", "x"});
    CHECK(drawn.verdicts.empty());
    CHECK(drawn.cost == 0.75);
    CHECK(drawn.cut_bytes == 12);
    CHECK(drawn.samples == 0);
}

TEST_CASE("seeds of rounds differ and are the same again") {
    ScriptedModel model{{"x"}};
    Sampling seeded = sampling;
    std::set<std::uint64_t> seeds;
    for (const std::uint64_t seed : {0U, 1U, 2U}) {
        for (const char* prompt : {"p", "q"}) {
            for (const int first : {0, 1, 2, 8}) {
                seeded.seed = seed;
                (void)detail::draw_replies(model, {prompt}, seeded, {first, 1}, {});
                (void)detail::draw_replies(model, {prompt}, seeded, {first, 1}, {});
                const auto& again = model.requests.back();
                REQUIRE(again.sampling.seed.has_value());
                CHECK(again == model.requests[model.requests.size() - 2]);
                CHECK(*again.sampling.seed == detail::round_seed(seed, prompt, first));
                CHECK(*again.sampling.seed < (std::uint64_t{1} << 31U));
                seeds.insert(*again.sampling.seed);
            }
        }
    }
    CHECK(seeds.size() == 24);
    (void)detail::draw_replies(model, {"p"}, sampling, {0, 1}, {});
    CHECK_FALSE(model.requests.back().sampling.seed.has_value());
}

TEST_CASE("a round that fails") {
    ScriptedModel model{{"x"}};
    CHECK_THROWS_AS(detail::draw_replies(model, {"p"}, sampling, {0, 0}, {}), ArgumentError);
    CHECK_THROWS_AS(detail::draw_replies(model, {"p"}, Sampling{}, {0, 1}, {}), ArgumentError);
    std::stop_source stopped;
    stopped.request_stop();
    try {
        (void)detail::draw_replies(model, {"p"}, sampling, {0, 1}, stopped.get_token());
        FAIL("not cancelled");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::cancelled);
    }
    CHECK(model.requests.empty());
    model.missing = 1;
    try {
        (void)detail::draw_replies(model, {"p"}, sampling, {0, 3}, {});
        FAIL("a reply is missing");
    } catch (const ModelError& error) {
        CHECK(std::string(error.what()) == "scripted: asked for 3 samples, got 2");
        CHECK(error.kind() == FailureKind::bad_reply);
        CHECK(error.failure().cost == 0.75);
        CHECK(error.failure().maybe_billed);
    }
}
