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
