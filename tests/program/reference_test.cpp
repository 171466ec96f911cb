// SPDX-License-Identifier: Apache-2.0
// The published family through the program against the figures of the published implementation: nine tables, seven
// methods, each table one log on disk. Data outside the project.
#include "program/runner.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace program;

const std::filesystem::path shared = AUTOMIX_SHARED_DIR;

bool same(const json& found, const json& expected) {
    return found.is_number() && std::abs(found.get<double>() - expected.get<double>()) < 1e-9;
}

void append_rows(std::vector<json>& records, const json& columns, const std::string& split) {
    for (std::size_t row = 0; row < columns["slm"].size(); ++row) {
        records.push_back(record(split + std::to_string(row), "", split, columns["slm"][row],
                                 columns["llm"][row], columns["confidence"][row]));
        records.back().erase("dataset");
        records.back()["category"] = columns["category"][row];
    }
}

/// The log of a case and its two models.
Arguments log_of(const json& golden, const files::Directory& directory) {
    if (golden.contains("file")) {
        return {(shared / "data" / golden["file"].get<std::string>()).string(), "--models",
                golden["slm"].get<std::string>() + "," + golden["llm"].get<std::string>()};
    }
    std::vector<json> records;
    append_rows(records, golden["train"], "train");
    append_rows(records, golden["test"], "test");
    return {directory.write("log.jsonl", lines(records))};
}

std::string name_here(const std::string& method) {
    if (method == "pomdp") return "union";
    return method == "pomdp_simple" ? "simple_pomdp" : method;
}

bool agrees(const json& report, const json& tied) {
    return same(report["ibc_lift"], tied["ibc_lift"]) && same(report["ibc"], tied["ibc"]) &&
           same(report["performance"], tied["avg_performance"]) && same(report["cost"], tied["avg_cost"]);
}

}  // namespace

TEST_CASE("through the program the published family gives the figures of the published implementation",
          "[shared]") {
    std::ifstream file(shared / "golden" / "reference.json");
    if (!file) {
        std::cout << "skipped: no " << (shared / "golden" / "reference.json").string() << '\n';
        return;
    }
    std::size_t checked = 0;
    for (const json& golden : json::parse(file)) {
        std::vector<std::string> methods = keys(golden["methods"]);
        std::string routers;
        for (const std::string& method : methods) routers += (routers.empty() ? "" : ",") + name_here(method);
        const files::Directory directory;
        const json found =
            json_of(Arguments{"evaluate"} + log_of(golden, directory) +
                    Arguments{"--router", routers, "--resamples", "1", "--bins", golden["num_bins"].dump(),
                              "--costs", golden["costs"][0].dump() + "," + golden["costs"][1].dump(),
                              "--verification-cost", golden["verifier_cost"].dump()});
        CHECK(found["rows"]["train"] == golden["n_train"]);
        CHECK(found["rows"]["test"] == golden["n_test"]);
        REQUIRE(found["routers"].size() == methods.size());
        for (std::size_t i = 0; i < methods.size(); ++i) {
            INFO(golden["name"] << ", " << methods[i]);
            const json& router = found["routers"][i];
            const json& expected = golden["methods"][methods[i]];
            CHECK(router["name"] == name_here(methods[i]));
            CHECK(same(router["train"]["ibc_lift"], expected["train_ibc_lift"]));
            const json& tied = expected["best"];
            CHECK(std::any_of(tied.begin(), tied.end(),
                              [&](const json& one) { return agrees(router["test"], one); }));
            ++checked;
        }
    }
    CHECK(checked == 9U * 7U);
}
