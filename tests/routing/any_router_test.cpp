// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/registry.hpp>
#include <automix/routing/training.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace automix;

namespace {

void train(AnyRouter& router, const std::vector<tables::ConfidenceRow>& rows) {
    const Dataset data = tables::confidence_table(rows);
    const PriceTable prices = resolve_prices(data);
    router.train({data, prices});
}

const std::vector<tables::ConfidenceRow> low_gains = {{0.0, 0, 1}, {1.0, 1, 1}, {1.0, 1, 1}};
const std::vector<tables::ConfidenceRow> high_gains = {{0.0, 1, 1}, {0.0, 1, 1}, {1.0, 0, 1}};

}  // namespace

TEST_CASE("a copy of a router is deep") {
    AnyRouter original = AnyRouter::of(ExactRouter());
    train(original, low_gains);
    const AnyRouter copy = original;
    AnyRouter assigned = AnyRouter::of(AlwaysLargeRouter());
    assigned = original;
    const std::string before = to_string(original.parameters());
    train(original, high_gains);
    CHECK(to_string(original.parameters()) != before);
    CHECK(to_string(copy.parameters()) == before);
    CHECK(to_string(assigned.parameters()) == before);
    CHECK(assigned.name() == "exact");

    AnyRouter& self = assigned;
    assigned = self;
    CHECK(to_string(assigned.parameters()) == before);
    const AnyRouter moved = std::move(assigned);
    CHECK(to_string(moved.parameters()) == before);
}

TEST_CASE("a router that was moved from may be copied and assigned to") {
    AnyRouter from = AnyRouter::of(AlwaysLargeRouter());
    const AnyRouter taken = std::move(from);
    CHECK(taken.name() == "always_large");
    AnyRouter copy = from;  // NOLINT(bugprone-use-after-move)
    AnyRouter other = AnyRouter::of(ExactRouter());
    other = copy;
    copy = taken;
    from = taken;
    CHECK(copy.next(Evidence(3)) == Action::route(2));
    CHECK(from.name() == "always_large");
}

TEST_CASE("what a router does not have is empty") {
    CHECK(AnyRouter::of(AlwaysSmallRouter()).breakpoints().empty());
    CHECK(AnyRouter::of(AlwaysSmallRouter()).parameters().empty());
    const AnyRouter mix = AnyRouter::of(RandomMixRouter(0.25));
    REQUIRE(mix.breakpoints().size() == 1);
    CHECK(mix.breakpoints()[0] == 0.25);
}

TEST_CASE("a named router converts") {
    const std::vector<AnyRouter> routers{AlwaysSmallRouter(), RandomMixRouter(0.25), PomdpRouter()};
    CHECK(routers[0].name() == "always_small");
    CHECK(routers[1].name() == "random_mix");
    AnyRouter router = ExactRouter();
    router = AlwaysLargeRouter();
    CHECK(router.next(Evidence(2)) == Action::route(1));
    STATIC_REQUIRE(!std::is_convertible_v<int, AnyRouter>);
}

TEST_CASE("the router inside is found by its type") {
    AnyRouter router = RandomMixRouter(0.25);
    REQUIRE(router.target<RandomMixRouter>() != nullptr);
    CHECK(router.target<RandomMixRouter>()->breakpoints()[0] == 0.25);
    CHECK(std::as_const(router).target<RandomMixRouter>() == router.target<RandomMixRouter>());
    CHECK(router.target<PomdpRouter>() == nullptr);
}

namespace {

/// Says what it is for by members of its own.
struct Telling {
    [[nodiscard]] static std::string name() { return "telling"; }
    [[nodiscard]] static Parameters parameters() { return {}; }
    TrainingResult train(const TrainingData&) { return {}; }
    [[nodiscard]] Action next(const Evidence& evidence) const {
        return evidence.started() ? Action::accept() : Action::route(0);
    }
    [[nodiscard]] Explainer explainer() const {
        return [](const Evidence&) {
            Explanation explanation;
            explanation.reason = "told";
            return explanation;
        };
    }
    [[nodiscard]] std::optional<int> max_draws(Index model) const { return model == 0 ? 3 : 4; }
};

}  // namespace

TEST_CASE("explanations and limits of draws are forwarded") {
    STATIC_REQUIRE(explaining_router<AnyRouter>);
    STATIC_REQUIRE(explaining_router<PomdpRouter>);
    STATIC_REQUIRE(explaining_router<Telling>);
    STATIC_REQUIRE(!explaining_router<ExactRouter>);
    STATIC_REQUIRE(draw_limited_router<AnyRouter>);
    STATIC_REQUIRE(draw_limited_router<PomdpRouter>);
    STATIC_REQUIRE(!draw_limited_router<ExactRouter>);
    const AnyRouter telling = Telling();
    CHECK(telling.explainer()(Evidence(2)).reason == "told");
    CHECK(telling.max_draws(1) == 4);
    const AnyRouter silent = AlwaysSmallRouter();
    CHECK_FALSE(silent.explainer());
    CHECK_FALSE(silent.max_draws(0));
}

TEST_CASE("the POMDP router explains and limits its draws once it is trained, also behind a copy") {
    AnyRouter router = make_router("pomdp");
    CHECK_FALSE(router.explainer());
    CHECK_FALSE(router.max_draws(0));
    Dataset data({"small", "large"});
    for (int i = 0; i < 40; ++i) {
        const bool right = i % 2 == 0;
        data.append(tables::record(
            "q" + std::to_string(i),
            {tables::verified(right ? 1.0 : 0.0, {right, right, right, 1}), tables::scored(1.0)}));
    }
    const PriceTable prices = resolve_prices(data);
    router.train({data, prices});
    CHECK(router.max_draws(0) == 4);
    CHECK(router.max_draws(1) == 0);
    const AnyRouter copy = router;
    router = AlwaysSmallRouter();
    const Explainer explain = copy.explainer();
    REQUIRE(explain);
    Evidence evidence(2);
    evidence.current = 0;
    evidence.models[0].answered = true;
    CHECK(explain(evidence).action == copy.next(evidence));
}
