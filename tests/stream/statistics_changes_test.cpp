// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/validate_statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/statistics_changes.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Three models at 1, 5 and 20; the first two are verified by two and three verdicts, the first by a judge too.
Dataset changing_log() {
    Random random(4);
    Dataset data({"small", "middle", "large"});
    for (int row = 0; row < 120; ++row) {
        Record record;
        record.id = "r" + std::to_string(row);
        const double prices[] = {1.0, 5.0, 20.0};
        for (int m = 0; m < 3; ++m) {
            ModelRecord model;
            model.score = random.bernoulli(0.5 + 0.2 * m) ? 1.0 : 0.0;
            model.cost = prices[m];
            for (int draw = 0; m < 2 && draw < 2 + m; ++draw)
                model.verdicts.push_back(random.bernoulli(0.2 + 0.6 * model.score) ? Verdict::positive
                                                                                   : Verdict::negative);
            if (m < 2) model.draw_cost = 0.1;
            if (m == 0) {
                VerifierRecord judge;
                judge.name = "judge";
                judge.verdicts = {random.bernoulli(0.5) ? Verdict::positive : Verdict::negative};
                judge.draw_cost = 0.3;
                model.verifiers.push_back(judge);
            }
            record.models.push_back(model);
        }
        data.append(record);
    }
    return data;
}

Statistics of_log(const Dataset& data, const std::vector<std::string>& verifiers) {
    StatisticsOptions options;
    options.verifiers = verifiers;
    return collect_statistics(data, resolve_prices(data), options);
}

void check_same_sums(const Statistics& one, const Statistics& other) {
    CHECK(one.models == other.models);
    REQUIRE(one.folds.size() == other.folds.size());
    for (std::size_t f = 0; f < one.folds.size(); ++f) {
        const FoldStatistics& a = one.folds[f];
        const FoldStatistics& b = other.folds[f];
        REQUIRE(a.cells.size() == b.cells.size());
        for (std::size_t c = 0; c < a.cells.size(); ++c) {
            CHECK(a.cells[c].evidence == b.cells[c].evidence);
            CHECK_THAT(a.cells[c].weight, WithinRel(b.cells[c].weight, 1e-12));
            for (std::size_t i = 0; i < a.cells[c].scores.size(); ++i)
                CHECK_THAT(a.cells[c].scores[i], WithinAbs(b.cells[c].scores[i], 1e-12));
            for (std::size_t i = 0; i < a.cells[c].products.size(); ++i)
                CHECK_THAT(a.cells[c].products[i], WithinAbs(b.cells[c].products[i], 1e-12));
        }
        for (std::size_t m = 0; m < a.answer_prices.size(); ++m) {
            CHECK_THAT(a.answer_prices[m], WithinAbs(b.answer_prices[m], 1e-9));
            CHECK_THAT(a.draw_prices[m], WithinAbs(b.draw_prices[m], 1e-9));
        }
        REQUIRE(a.further_draw_prices.size() == b.further_draw_prices.size());
        for (std::size_t v = 0; v < a.further_draw_prices.size(); ++v)
            CHECK_THAT(a.further_draw_prices[v], WithinAbs(b.further_draw_prices[v], 1e-9));
    }
}

}  // namespace

TEST_CASE("statistics without a model are those of the log without it") {
    const Dataset data = changing_log();
    const Statistics all = of_log(data, {"judge"});
    check_same_sums(statistics_without(all, 1), of_log(data.with_models({"small", "large"}), {"judge"}));
    check_same_sums(statistics_without(all, 2), of_log(data.with_models({"small", "middle"}), {"judge"}));
    check_same_sums(statistics_without(all, 0), of_log(data.with_models({"middle", "large"}), {}));
    CHECK_NOTHROW(validate(statistics_without(all, 0)));
    CHECK_THROWS_AS(statistics_without(all, 3), ArgumentError);
    CHECK_THROWS_AS(statistics_without(statistics_without(all, 1), 0), ArgumentError);
}

TEST_CASE("a model that joins begins as a few rows of its neighbour's") {
    const Dataset data = changing_log();
    const Statistics all = of_log(data, {"judge"});
    for (const Index neighbour : {Index{0}, Index{1}, Index{2}}) {
        const Statistics wider = joined_statistics(all, neighbour, "new", 10.0, 7.0);
        CHECK_NOTHROW(validate(wider));
        const FoldStatistics total = wider.total();
        CHECK_THAT(total.weight(), WithinRel(10.0, 1e-12));
        REQUIRE(wider.models.size() == 4);
        CHECK(wider.models[as_size(neighbour) + 1].name == "new");
        CHECK(wider.models.back().kind == VerificationKind::none);
        CHECK_THAT(total.mean_score(neighbour + 1), WithinRel(data.scores(neighbour).mean(), 1e-12));
        CHECK_THAT(total.answer_prices[as_size(neighbour) + 1] / total.weight(), WithinRel(7.0, 1e-12));
        // Without the new model they are the old ones at ten rows.
        Statistics old = all;
        scale_to(old, 10.0);
        Statistics back = statistics_without(wider, neighbour + 1);
        check_same_sums(back, old);
        // Rows of all four models are added to them.
        PomdpOptions options;
        options.objective = Objective::lambda(0.01);
        options.verifiers = {"judge"};
        CHECK(PomdpRouter(options).train(wider).feasible);
    }
    CHECK_THROWS_AS(joined_statistics(all, 0, "large", 10.0), ArgumentError);
    CHECK_THROWS_AS(joined_statistics(all, 0, "", 10.0), ArgumentError);
    CHECK_THROWS_AS(joined_statistics(all, 5, "new", 10.0), ArgumentError);
    CHECK_THROWS_AS(joined_statistics(all, 0, "new", 0.0), ArgumentError);
}

TEST_CASE("prices are set for all folds") {
    const Dataset data = changing_log();
    Statistics statistics = of_log(data, {});
    set_answer_price(statistics, 2, 3.0);
    const FoldStatistics total = statistics.total();
    CHECK_THAT(total.answer_prices[2] / total.weight(), WithinRel(3.0, 1e-12));
    CHECK_THAT(total.answer_prices[1] / total.weight(), WithinRel(5.0, 1e-12));
    CHECK_THROWS_AS(set_answer_price(statistics, 2, -1.0), ArgumentError);
    Statistics other = of_log(data, {});
    scale_to(other, 7.0);
    take_prices(other, statistics);
    CHECK_THAT(other.total().answer_prices[2], WithinRel(21.0, 1e-12));
    CHECK_THAT(other.total().draw_prices[0], WithinRel(0.7, 1e-12));
}
