// SPDX-License-Identifier: Apache-2.0
// Certificates of promises in policy files: they survive to the bit, and those that no training writes are refused.
#include "stream/promise_logs.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/objective.hpp>
#include <automix/stream/promise.hpp>

#include <string>
#include <utility>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A router that is trained for a promise on one half of a known world and calibrated on the other, with its statistics.
std::pair<PomdpRouter, Statistics> promised_router(double share) {
    const Prices prices{{1.0, 10.0}, {}, {0.2}, {}};
    const Dataset all = promise_logs::world(800, 31);
    const PriceTable table = resolve_prices(all, prices);
    const PromiseSplit split = rows_for_promise(all, 0.5);
    const Dataset train = all.select_rows(split.train);
    const Dataset calibration = all.select_rows(split.calibration);
    const PriceTable train_prices = table.select_rows(split.train);
    const PriceTable calibration_prices = table.select_rows(split.calibration);
    PomdpOptions options;
    options.objective = Objective::promise_quality(share, 0.95);
    PomdpRouter router(options);
    Statistics statistics = router.collect({train, train_prices});
    train_with_promise(router, statistics, nullptr, {calibration, calibration_prices});
    return {std::move(router), std::move(statistics)};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a policy file holds the certificate of its promise") {
    for (const double share : {0.9, 1.5}) {
        const auto [router, statistics] = promised_router(share);
        const std::string text = to_policy_text(router, statistics);
        const PolicyFile file = parse_policy(text, "policy.json");
        CHECK(file.router.report().promises == router.report().promises);
        CHECK(file.router.report().promises.front().proven == (share < 1.0));
        CHECK(file.router.options().objective == router.options().objective);
        CHECK(to_policy_text(file.router, file.statistics) == text);
    }
}

TEST_CASE("certificates that no training writes are refused") {
    const auto [router, statistics] = promised_router(0.9);
    const std::string text = to_policy_text(router, statistics);
    const auto refused = [&](const std::string& from, const std::string& to, const std::string& why) {
        CHECK_THROWS_WITH(parse_policy(replaced(text, from, to), "policy.json"), ContainsSubstring(why));
    };
    refused("\"level\":0.0", "\"level\":-0.0", "report.promises[0].level");
    refused("\"method\":\"pairs\"", "\"method\":\"guess\"", "report.promises[0].method");
    refused("\"last_cost\"", "\"lost_cost\"", "report.promises[0].lost_cost");
    refused("\"promises\"", "\"promised\"", "promised");
    refused("\"objective\":\"promise:quality=0.9,confidence=0.95\",\"base_slope\"",
            "\"objective\":\"base\",\"base_slope\"", "report.promises");
    // What is well formed but altered has another checksum.
    refused("\"counted\":", "\"counted\":1", "checksum");
}
