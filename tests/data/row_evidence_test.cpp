// SPDX-License-Identifier: Apache-2.0
#include "data/records.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/row_evidence.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace automix;

TEST_CASE("the evidence of a row is what its verdicts tell, of each model but the last") {
    const Dataset data = records::table({
        records::row("a", {records::model(1.0, "++-"), records::model(1.0, "?+-"), records::model(1.0)}),
        records::row("b", {records::model(0.0, "---"), records::model(0.5, "???"), records::model(1.0)}),
    });
    const std::vector<ModelShape> shapes{{"m0", VerificationKind::verdicts, 3},
                                         {"m1", VerificationKind::verdicts, 3},
                                         {"m2", VerificationKind::none, 0}};
    const RowEvidence all(data, shapes, {});
    REQUIRE(all.at(0).size() == 2);
    CHECK(all.at(0)[0] == Verification{3, 2, 0.0});
    CHECK(all.at(0)[1] == Verification{2, 1, 0.0});
    CHECK(all.at(1)[0] == Verification{3, 0, 0.0});
    CHECK(all.at(1)[1] == Verification{0, 0, 0.0});

    StatisticsOptions two;
    two.max_draws = {2, 1};
    const RowEvidence first(data, shapes, two);
    CHECK(first.at(0)[0] == Verification{2, 2, 0.0});
    CHECK(first.at(0)[1] == Verification{0, 0, 0.0});
    two.folds = 1;
    CHECK_THROWS_AS(RowEvidence(data, shapes, two), ArgumentError);
}

TEST_CASE("a logged confidence is the evidence, and a model that is not verified has none") {
    Dataset data({"small", "middle", "large"});
    ModelRecord small = records::model(1.0);
    small.confidence = 0.75;
    data.append(records::row("a", {small, records::model(0.0), records::model(1.0)}));
    const RowEvidence rows(data, {{"small", VerificationKind::confidence, 1}, {"middle"}, {"large"}}, {});
    CHECK(rows.at(0)[0].confidence == 0.75);
    CHECK(rows.at(0)[1] == Verification{});
}

TEST_CASE("the statistics of a log are sums over the evidence of its rows") {
    Random random(3);
    Dataset data({"small", "middle", "large"});
    for (int row = 0; row < 200; ++row) {
        const auto drawn = [&] {
            std::string text;
            for (std::uint64_t d = 0; d < 2 + random.index(3); ++d) text += "+-?"[random.index(3)];
            return text + "+-";
        };
        data.append(
            records::row("q" + std::to_string(row),
                         {records::model(0.0, drawn()), records::model(0.0, drawn()), records::model(1.0)}));
    }
    Prices prices;
    prices.answers = {1.0, 2.0, 3.0};
    const Statistics statistics = collect_statistics(data, resolve_prices(data, prices));
    const RowEvidence rows(data, statistics.models, {});
    std::map<std::pair<Verification, Verification>, double> counted;
    for (Index row = 0; row < data.rows(); ++row) counted[{rows.at(row)[0], rows.at(row)[1]}] += 1.0;
    const FoldStatistics total = statistics.total();
    CHECK(total.cells.size() == counted.size());
    for (const EvidenceCell& cell : total.cells) {
        CHECK(counted[std::pair(cell.evidence[0], cell.evidence[1])] == cell.weight);
    }
}
