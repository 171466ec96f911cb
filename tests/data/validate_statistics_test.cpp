// SPDX-License-Identifier: Apache-2.0
// What statistics are held to: sums that scores in [0, 1] can have, up to the rounding of sums that were taken away.
#include <automix/data/statistics.hpp>
#include <automix/data/validate_statistics.hpp>
#include <automix/data/verification.hpp>
#include "support/catch.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace automix;

/// Four rows of two models, (0, 0.5) and (1, 1) with each verdict.
Statistics four_rows() {
    Statistics all;
    all.models = {{"a", VerificationKind::verdicts, 1}, {"b", VerificationKind::none, 0}};
    all.folds.assign(2, FoldStatistics(2));
    for (int positive = 0; positive <= 1; ++positive) {
        EvidenceCell& cell = all.folds[0].cell({{1, positive, 0.0}});
        cell.add({0.0, 0.5});
        cell.add({1.0, 1.0});
    }
    all.folds[0].answer_prices = {4.0, 40.0};
    return all;
}

std::string field_of(const Statistics& statistics) {
    try {
        validate(statistics);
    } catch (const DataError& error) {
        return error.place().field;
    }
    return "none";
}

}  // namespace

TEST_CASE("statistics of a log are valid, and what is left when rows are taken away") {
    Statistics all = four_rows();
    CHECK(field_of(all) == "none");
    Statistics many = all;
    many *= 1e6;
    Statistics left = many;
    left += all;
    left -= many;
    CHECK(field_of(left) == "none");
    left -= all;
    CHECK(field_of(left) == "folds");  // no rows
}

TEST_CASE("what cannot be a sum over rows is refused with its field") {
    const double inf = std::numeric_limits<double>::infinity();
    const auto cell = [](Statistics& s) -> EvidenceCell& { return s.folds[0].cells[1]; };
    const std::vector<std::pair<std::string, std::function<void(Statistics&)>>> cases = {
        {"models", [](auto& s) { s.models.pop_back(); }},
        {"models[1].name", [](auto& s) { s.models[1].name = "a"; }},
        {"models[0].name", [](auto& s) { s.models[0].name.clear(); }},
        {"models[0]", [](auto& s) { s.models[0].kind = VerificationKind::samples; }},
        {"models[1]",
         [](auto& s) {
             s.models[1] = {"b", VerificationKind::verdicts, 3};
         }},
        {"models[0].draws", [](auto& s) { s.models[0].draws = 0; }},
        {"folds", [](auto& s) { s.folds.clear(); }},
        {"folds[0].cells[1].evidence", [&](auto& s) { cell(s).evidence.push_back({}); }},
        {"folds[0].cells[1].evidence[0]", [&](auto& s) { cell(s).evidence[0].positive = 2; }},
        {"folds[0].cells[1].evidence[0]", [&](auto& s) { cell(s).evidence[0].confidence = 0.5; }},
        {"folds[0].cells[1].evidence", [&](auto& s) { cell(s).evidence[0].positive = 0; }},
        {"folds[0].cells[1].weight", [&](auto& s) { cell(s).weight = -1.0; }},
        {"folds[0].cells[1].weight", [&](auto& s) { cell(s).weight = std::nan(""); }},
        {"folds[0].cells[1].weight", [&](auto& s) { cell(s).weight = inf; }},
        {"folds[0].cells[1].scores[1]", [&](auto& s) { cell(s).scores[1] = 2.1; }},
        {"folds[0].cells[1].scores[0]", [&](auto& s) { cell(s).scores[0] = std::nan(""); }},
        {"folds[0].cells[1].scores", [&](auto& s) { cell(s).scores.pop_back(); }},
        {"folds[0].cells[1].products", [&](auto& s) { cell(s).products.push_back(0.0); }},
        {"folds[0].cells[1].products[1]", [&](auto& s) { cell(s).products[1] = 1.1; }},
        {"folds[0].cells[1].products[1]", [&](auto& s) { cell(s).products[1] = 0.4; }},
        {"folds[0].cells[1].products[1]", [&](auto& s) { cell(s).products[2] = 0.6; }},
        {"folds[0].cells[1].products[3]", [&](auto& s) { cell(s).products[3] = 1.1; }},  // below 1.5^2 / 2
        {"folds[0].answer_prices", [](auto& s) { s.folds[0].answer_prices.pop_back(); }},
        {"folds[0].draw_prices[0]", [](auto& s) { s.folds[0].draw_prices[0] = -1.0; }},
        {"folds[0].draw_prices[0]", [](auto& s) { s.folds[0].draw_prices[0] = std::nan(""); }},
        {"folds[0].pluralities", [](auto& s) { s.folds[0].pluralities.resize(2); }},
        {"folds[0].pluralities[0]", [](auto& s) { s.folds[0].pluralities.resize(1); }},
    };
    for (const auto& [field, change] : cases) {
        Statistics wrong = four_rows();
        change(wrong);
        CHECK(field_of(wrong) == field);
    }
}
