// SPDX-License-Identifier: Apache-2.0
// The published family on a log of eight rows, against figures by hand and against all 32 sets of cells. It needs no data
// outside the project.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/data/dataset.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/registry.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

/// Confidence in quarters, and the scores of both models. Prices are 1, 10 and 1 for all verdicts.
const std::vector<tables::ConfidenceRow> eight_rows = {{0.0, 0.0, 1.0},  {0.0, 0.0, 0.0}, {0.25, 0.0, 1.0},
                                                       {0.25, 1.0, 1.0}, {0.5, 0.0, 1.0}, {0.5, 1.0, 1.0},
                                                       {0.75, 1.0, 0.0}, {1.0, 1.0, 1.0}};

/// The IBC of routing the quarters of a set, row by row.
double ibc_of(const std::array<bool, 5>& routed) {
    double gain = 0.0;
    double cost = 0.0;
    for (const tables::ConfidenceRow& row : eight_rows) {
        cost += 1.0 / 8.0;
        if (!routed[static_cast<std::size_t>(4.0 * row.confidence)]) continue;
        gain += (row.large - row.small) / 8.0;
        cost += 10.0 / 8.0;
    }
    return gain / cost;
}

Automix<AnyRouter> eight_row_mixer(const std::string& name) {
    AutomixOptions options;
    options.prices.answers = {1.0, 10.0};
    options.prices.verification = 1.0;
    options.evaluation.bootstrap.reset();
    RouterSettings settings;
    settings.one_shot.bins = 4;
    return Automix{make_router(name, settings), options};
}

}  // namespace

TEST_CASE("eight rows: the best policy of all sets of cells routes up to one half") {
    double best = -1.0;
    for (unsigned set = 0; set < 32; ++set) {
        std::array<bool, 5> routed{};
        for (unsigned i = 0; i < 5; ++i) routed[i] = ((set >> i) & 1U) != 0;
        best = std::max(best, ibc_of(routed));
    }
    // Six rows of eight gain three: (3/8) / (1 + 10 * 6/8).
    CHECK_THAT(best, WithinAbs(3.0 / 68.0, 1e-15));
    CHECK_THAT(ibc_of({true, false, false, false, false}), WithinAbs(1.0 / 28.0, 1e-15));
}

TEST_CASE("eight rows: every method of the published family finds that policy") {
    const Dataset data = tables::confidence_table(eight_rows);
    struct Expected {
        const char* name;
        Index candidates;
        const char* parameters;
    };
    const std::vector<Expected> all = {
        {"threshold", 5, "threshold 0.5"},
        {"double_threshold", 6, "low 0, high 0.5"},
        {"triple_threshold", 4, "first 0, low 0.25, high 0.5"},
        {"self_consistency", 1, "threshold 0.5"},
        // The bins (needy, good, hopeless) = (1, 0, 1) enter at r = 200, (1, 1, 0) twice at 201, the others never.
        {"simple_pomdp", 3, "route_bins [1 1 1 0 0]"},
        {"greedy_pomdp", 5, "route_bins [1 1 1 0 0]"},
        {"union", 3 + 5 + 6 + 5, "member simple_pomdp, route_bins [1 1 1 0 0]"},
        {"exact", 5, "route_confidences [0 0.25 0.5], cells 5"}};
    for (const Expected& expected : all) {
        INFO(expected.name);
        Automix<AnyRouter> mixer = eight_row_mixer(expected.name);
        const TrainingResult result = mixer.train(data);
        CHECK(result.candidates == expected.candidates);
        CHECK_THAT(*result.ibc, WithinAbs(3.0 / 68.0, 1e-15));
        // IBC_BASE is (6/8 - 4/8) / (10 - 1) = 1/36, the lift 36 * 3/68 - 1.
        CHECK_THAT(*result.ibc_lift, WithinAbs(36.0 * 3.0 / 68.0 - 1.0, 1e-13));
        CHECK(to_string(mixer.router().parameters()) == expected.parameters);
        const Report report = mixer.evaluate(data).report;
        CHECK_THAT(report.performance, WithinAbs(7.0 / 8.0, 1e-15));
        CHECK_THAT(report.cost, WithinAbs(9.5, 1e-12));
        CHECK_THAT(*report.ibc, WithinAbs(3.0 / 68.0, 1e-15));
    }
}
