// SPDX-License-Identifier: Apache-2.0
// The published family against the figures of the published implementation: nine tables, seven methods. Candidates and
// train lift are equal, test figures are equal to one of the parameters that tie there. Data outside the project.
#include "golden/shared_data.hpp"
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/split.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/registry.hpp>
#include <automix/routing/training.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

using namespace automix;
using automix_test::has_shared;
using automix_test::shared;
using nlohmann::json;

namespace {

/// The cases; empty where the data are not here.
json reference() {
    if (!has_shared("golden/reference.json")) return json::array();
    std::ifstream file(shared("golden/reference.json"));
    return json::parse(file);
}

Dataset inline_table(const json& columns) {
    Dataset data({"small", "large"});
    for (std::size_t row = 0; row < columns["slm"].size(); ++row) {
        Record record;
        record.id = std::to_string(row);
        record.category = columns["category"][row].get<std::string>();
        record.models.resize(2);
        record.models[0].score = columns["slm"][row].get<double>();
        record.models[0].confidence = columns["confidence"][row].get<double>();
        record.models[1].score = columns["llm"][row].get<double>();
        data.append(record);
    }
    return data;
}

Split tables_of(const json& golden) {
    if (golden.contains("train")) return {inline_table(golden["train"]), inline_table(golden["test"])};
    ReadOptions options;
    options.models = {golden["slm"].get<std::string>(), golden["llm"].get<std::string>()};
    return split_by_field(read_log(shared("data/" + golden["file"].get<std::string>()), options).data);
}

AutomixOptions options_of(const json& golden) {
    AutomixOptions options;
    options.prices.answers = golden["costs"].get<std::vector<double>>();
    options.prices.verification = golden["verifier_cost"].get<double>();
    options.evaluation.bootstrap.reset();
    return options;
}

RouterSettings settings_of(const json& golden) {
    RouterSettings settings;
    settings.one_shot.bins = golden["num_bins"].get<int>();
    return settings;
}

std::string name_here(const std::string& method) {
    if (method == "pomdp") return "union";
    return method == "pomdp_simple" ? "simple_pomdp" : method;
}

bool agrees(const Report& report, const json& tied) {
    const auto same = [](double found, const json& expected) {
        return std::abs(found - expected.get<double>()) < 1e-9;
    };
    return report.ibc_lift && same(*report.ibc_lift, tied["ibc_lift"]) && same(*report.ibc, tied["ibc"]) &&
           same(report.performance, tied["avg_performance"]) && same(report.cost, tied["avg_cost"]);
}

}  // namespace

TEST_CASE("the published family gives the figures of the published implementation") {
    int checked = 0;
    const json cases = reference();
    for (const json& golden : cases) {
        const Split split = tables_of(golden);
        CHECK(split.train.rows() == golden["n_train"].get<Index>());
        CHECK(split.test.rows() == golden["n_test"].get<Index>());
        for (const auto& [method, expected] : golden["methods"].items()) {
            INFO(golden["name"].get<std::string>() << ", " << method);
            Automix mixer{make_router(name_here(method), settings_of(golden)), options_of(golden)};
            const TrainingResult result = mixer.train(split.train);
            CHECK(result.candidates == expected["candidates"].get<Index>());
            REQUIRE(result.ibc_lift);
            CHECK(std::abs(*result.ibc_lift - expected["train_ibc_lift"].get<double>()) < 1e-9);
            const Report report = mixer.evaluate(split.test).report;
            const json& tied = expected["best"];
            CHECK(
                std::any_of(tied.begin(), tied.end(), [&](const json& one) { return agrees(report, one); }));
            ++checked;
        }
    }
    CHECK(checked == (cases.empty() ? 0 : 9 * 7));
}

TEST_CASE(
    "a policy free in every confidence is at least as good as every method on all nine training tables") {
    for (const json& golden : reference()) {
        const Dataset train = tables_of(golden).train;
        const PriceTable prices = resolve_prices(train, options_of(golden).prices);
        const detail::ConfidenceCells cells = detail::collect_cells({train, prices}, false);
        CandidateSearch search(cells, CostRange{});
        ExactFamily::search(search, 8);
        const TrainingResult result = search.result();
        REQUIRE(result.ibc_lift);
        for (const auto& [method, expected] : golden["methods"].items()) {
            INFO(golden["name"].get<std::string>() << ", " << method);
            CHECK(*result.ibc_lift >= expected["train_ibc_lift"].get<double>() - 1e-12);
        }
    }
}
