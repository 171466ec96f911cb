// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/context/signal_model.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>

#include <string>
#include <vector>

using automix::Dataset;
using automix::Index;
using automix::ModelRecord;
using automix::Record;
using automix::Signal;
using automix::SignalModel;
using Catch::Matchers::WithinAbs;

namespace {

/// Forty answers, of which half pass their tests. Of these 18 are right, of the others 4. The large model is right on
/// every second query of either half.
Dataset tested_answers(double fail, double pass) {
    Dataset data({"small", "large"});
    for (int row = 0; row < 40; ++row) {
        const bool passes = row < 20;
        const bool right = passes ? row < 18 : row >= 36;
        ModelRecord small;
        small.score = right ? 1.0 : 0.0;
        small.signals = {{"tests", passes ? pass : fail}};
        ModelRecord large;
        large.score = row % 2 == 0 ? 1.0 : 0.0;
        data.append(Record{"q" + std::to_string(row), "", "", "", {small, large}});
    }
    return data;
}

std::vector<Index> all_rows(const Dataset& data) {
    std::vector<Index> rows;
    for (Index row = 0; row < data.rows(); ++row) rows.push_back(row);
    return rows;
}

}  // namespace

TEST_CASE(
    "a signal of two values has two strata, counted for right and wrong answers with four pseudo rows") {
    const Dataset data = tested_answers(0.0, 1.0);
    const SignalModel signals = automix::fit_signals(data, 0, all_rows(data));
    REQUIRE(signals.strata() == 2);
    CHECK(signals.stratum(std::vector<Signal>{{"tests", 0.0}}) == 0);
    CHECK(signals.stratum(std::vector<Signal>{{"tests", 1.0}}) == 1);
    CHECK_THAT(signals.right(1, 0), WithinAbs((18.0 + 2.0) / (22.0 + 4.0), 1e-12));
    CHECK_THAT(signals.right(0, 0), WithinAbs((4.0 + 2.0) / (22.0 + 4.0), 1e-12));
    CHECK_THAT(signals.wrong(1, 0), WithinAbs((2.0 + 2.0) / (18.0 + 4.0), 1e-12));
    CHECK_THAT(signals.right(1, 1), WithinAbs((10.0 + 2.0) / (20.0 + 4.0), 1e-12));
    CHECK_THAT(signals.wrong(1, 1), WithinAbs((10.0 + 2.0) / (20.0 + 4.0), 1e-12));
}

TEST_CASE("a signal that says the opposite is ranked the other way") {
    const Dataset data = tested_answers(5.0, -5.0);
    const SignalModel signals = automix::fit_signals(data, 0, all_rows(data));
    REQUIRE(signals.strata() == 2);
    CHECK(signals.stratum(std::vector<Signal>{{"tests", -5.0}}) == 1);
    CHECK(signals.terms.front().weight < 0.0);
    // An unknown signal tells nothing.
    CHECK(signals.stratum(std::vector<Signal>{{"tests", -5.0}, {"other", 1e6}}) == 1);
}

TEST_CASE("a signal that is missing counts as the rows without it, or as the mean if all rows have it") {
    // Tests ran for twenty answers, of which half passed; of the twenty without tests one is right.
    Dataset data({"small", "large"});
    for (int row = 0; row < 60; ++row) {
        ModelRecord small;
        small.score = row < 18 || (row >= 20 && row < 30) || row == 40 ? 1.0 : 0.0;
        if (row < 40) small.signals = {{"tests", row < 20 ? 1.0 : 0.0}};
        data.append(Record{"q" + std::to_string(row), "", "", "", {small, ModelRecord{}}});
    }
    const SignalModel signals = automix::fit_signals(data, 0, all_rows(data));
    REQUIRE(signals.strata() == 3);
    CHECK(signals.terms.front().weight > 0.0);
    CHECK(signals.terms.front().missing < 0.0);
    CHECK(signals.stratum({}) == 0);
    CHECK(signals.stratum(std::vector<Signal>{{"tests", 0.0}}) == 1);
    CHECK(signals.stratum(std::vector<Signal>{{"tests", 1.0}}) == 2);
    // Of 29 right answers one is without tests, of 31 wrong ones 19; four pseudo rows, a third of them in each stratum.
    CHECK_THAT(signals.right(0, 0), WithinAbs((1.0 + 4.0 / 3.0) / 33.0, 1e-12));
    CHECK_THAT(signals.wrong(0, 0), WithinAbs((19.0 + 4.0 / 3.0) / 35.0, 1e-12));

    const Dataset complete = tested_answers(0.0, 1.0);
    const SignalModel known = automix::fit_signals(complete, 0, all_rows(complete));
    CHECK(known.terms.front().missing == 0.0);
    CHECK(known.stratum({}) == known.stratum(std::vector<Signal>{{"tests", 0.49}}));
}

TEST_CASE("a signal that always says the same still tells by being there") {
    Dataset data({"small", "large"});
    for (int row = 0; row < 40; ++row) {
        ModelRecord small;
        small.score = row < 16 || row >= 36 ? 1.0 : 0.0;
        if (row < 20) small.signals = {{"format", 1.0}};
        data.append(Record{"q" + std::to_string(row), "", "", "", {small, ModelRecord{}}});
    }
    const SignalModel signals = automix::fit_signals(data, 0, all_rows(data));
    REQUIRE(signals.strata() == 2);
    CHECK(signals.terms.front().weight == 0.0);
    CHECK(signals.stratum({}) == 0);
    CHECK(signals.stratum(std::vector<Signal>{{"format", 1.0}}) == 1);
}

TEST_CASE("signals that do not vary, or that a log does not hold, have one stratum") {
    const Dataset constant = tested_answers(1e6, 1e6);
    CHECK(automix::fit_signals(constant, 0, all_rows(constant)).strata() == 1);
    CHECK(automix::fit_signals(constant, 1, all_rows(constant)).strata() == 1);
    CHECK(automix::fit_signals(constant, 1, all_rows(constant)).stratum({}) == 0);
}

TEST_CASE("a continuous signal has at most six strata of ten rows or more") {
    Dataset data({"small", "large"});
    for (int row = 0; row < 300; ++row) {
        ModelRecord small;
        small.score = row % 7 < row / 43 ? 1.0 : 0.0;
        small.signals = {{"margin", static_cast<double>(row)}};
        data.append(Record{"q" + std::to_string(row), "", "", "", {small, ModelRecord{}}});
    }
    const SignalModel signals = automix::fit_signals(data, 0, all_rows(data));
    CHECK(signals.strata() == 6);
    std::vector<int> rows(6, 0);
    for (Index row = 0; row < data.rows(); ++row)
        ++rows[static_cast<std::size_t>(signals.stratum(data.answer_signals(row, 0)))];
    for (const int count : rows) CHECK(count >= 10);
}
