// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "verify/scripted_model.hpp"

#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/verify/agreement_verifier.hpp>
#include <automix/verify/self_verifier.hpp>
#include <automix/verify/verifier.hpp>

#include <stop_token>
#include <vector>

using namespace automix;
using automix_test::ScriptedModel;

namespace {

/// The skeleton of the concept's comment.
struct Trusting {
    template <model_adapter Model>
    Verdicts verify(Model&, const VerificationTask&, DrawRange range, const std::stop_token&) const {
        return {.verdicts = std::vector(static_cast<std::size_t>(range.count), Verdict::positive)};
    }
};

struct GivesShare {
    template <model_adapter Model>
    double verify(Model&, const VerificationTask&, DrawRange, const std::stop_token&) const {
        return 1.0;
    }
};

static_assert(verifier<Trusting, ScriptedModel>);
static_assert(verifier<SelfVerifier, ScriptedModel>);
static_assert(verifier<AgreementVerifier, ScriptedModel>);
static_assert(!verifier<GivesShare, ScriptedModel>);
static_assert(!verifier<Trusting, int>);

}  // namespace

TEST_CASE("the skeleton of a verifier") {
    ScriptedModel model{{"unused"}};
    CHECK(Trusting{}.verify(model, {}, {0, 3}, {}).verdicts == std::vector(3, Verdict::positive));
}

TEST_CASE("rounds that cannot be drawn") {
    CHECK_NOTHROW(validate(DrawRange{}));
    CHECK_NOTHROW(validate(DrawRange{5, 1}));
    CHECK_THROWS_WITH(validate(DrawRange{-1, 1}), "first: expected at least 0, found -1");
    CHECK_THROWS_WITH(validate(DrawRange{0, 0}), "count: expected at least 1, found 0");
    CHECK_THROWS_AS(validate(DrawRange{0, -1}), ArgumentError);
}
