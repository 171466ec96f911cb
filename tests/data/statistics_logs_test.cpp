// SPDX-License-Identifier: Apache-2.0
// Statistics know the logs that they sum up, by a digest of the ids, so no log counts twice.
#include "data/records.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Rows with these ids, one verdict each.
Statistics statistics_of(const std::vector<std::string>& ids) {
    Dataset data({"small", "large"});
    for (const std::string& id : ids)
        data.append(records::row(id, {records::model(0.0, "+"), records::model(1.0)}));
    return collect_statistics(data, resolve_prices(data));
}

}  // namespace

TEST_CASE("a log is not merged twice, whatever the order of its rows") {
    Statistics all = statistics_of({"a", "b"});
    REQUIRE(all.logs.size() == 1);
    CHECK(all.logs == statistics_of({"b", "a"}).logs);
    CHECK(all.logs != statistics_of({"a", "c"}).logs);
    CHECK_THROWS_AS(all += statistics_of({"b", "a"}), DataError);
    CHECK_THROWS_WITH(all += statistics_of({"b", "a"}), ContainsSubstring("would count twice"));
    CHECK(all.total().weight() == 2.0);

    all += statistics_of({"c"});
    CHECK(all.logs.size() == 2);
    CHECK(all.total().weight() == 3.0);
    CHECK_THROWS_AS(all += statistics_of({"c"}), DataError);

    // A log that is taken away may come again.
    all -= statistics_of({"a", "b"});
    CHECK(all.logs == statistics_of({"c"}).logs);
    all += statistics_of({"a", "b"});
    CHECK(all.total().weight() == 3.0);
}

TEST_CASE("logs that overlap in part are not merged unless that is allowed") {
    const auto ids = [](int first, int count) {
        std::vector<std::string> names;
        for (int i = first; i < first + count; ++i) names.push_back("q" + std::to_string(i));
        return statistics_of(names);
    };
    Statistics all = ids(0, 2000);
    CHECK(all.logs.front().sample.size() == sampled_ids);
    CHECK_THROWS_WITH(all += ids(1000, 2000), ContainsSubstring("% of the ids of a log are in both"));
    CHECK(shared_ids(all.logs.front(), ids(1000, 2000).logs.front()) == Approx(0.5).margin(0.1));
    CHECK(shared_ids(all.logs.front(), ids(500, 1000).logs.front()) == 1.0);
    CHECK(shared_ids(all.logs.front(), ids(2000, 5000).logs.front()) == 0.0);
    CHECK(all.total().weight() == 2000.0);
    CHECK(all.add(ids(1000, 2000), Overlap::allow).total().weight() == 4000.0);
    CHECK(all.logs.size() == 2);
    // A digest alone, as older files have it, tells nothing of a part.
    Statistics old = ids(0, 2000);
    old.logs.front().sample.clear();
    old += ids(1000, 2000);
    CHECK(old.total().weight() == 4000.0);
}
