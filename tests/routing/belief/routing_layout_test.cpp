// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/evidence.hpp>

#include <vector>

using namespace automix;

TEST_CASE("states of evidence on one answer, and their numbers") {
    const detail::VerifierStates verdicts{VerificationKind::verdicts, 2, {}};
    CHECK(verdicts.states() == 6);
    CHECK(verdicts.state(1, 0) == 1);
    CHECK(verdicts.state(2, 1) == 4);
    CHECK(verdicts.max_count(2) == 2);
    CHECK(verdicts.after_arrival() == 1);
    // Further samples 0, 1, 2 with clusters of 0 .. 1, 0 .. 2, 0 .. 3.
    const detail::VerifierStates samples{VerificationKind::samples, 2, {}};
    CHECK(samples.states() == 2 + 3 + 4);
    CHECK(samples.state(1, 0) == 2);
    CHECK(samples.state(2, 3) == 8);
    CHECK(samples.max_count(2) == 3);
    CHECK(samples.after_arrival() == 2);
    const detail::VerifierStates confidence{VerificationKind::confidence, 1, {0.2, 0.5, 0.8}};
    CHECK(confidence.states() == 1 + 4);
    CHECK_FALSE(confidence.counts());
    CHECK(detail::VerifierStates{}.states() == 1);
}

TEST_CASE("the state of what is known of an answer") {
    ModelEvidence known;
    known.answered = true;
    const detail::CascadeModel samples{VerificationKind::samples, 2, {}};
    CHECK(samples.state(known) == samples.first().state(0, 1));
    const detail::CascadeModel confidence{VerificationKind::confidence, 1, {0.5}};
    CHECK(confidence.state(known) == 0);
    known.drawn = 2;
    known.parsed = 2;
    known.positive = 1;
    CHECK(detail::CascadeModel{VerificationKind::verdicts, 2, {}}.state(known) == 4);
    CHECK(confidence.state(known) == 1);
    known.logged_confidence = 0.7;
    CHECK(confidence.state(known) == 2);
    known.samples = 3;
    known.largest_cluster = 2;
    CHECK(samples.state(known) == samples.first().state(2, 2));
    CHECK(detail::CascadeModel{}.state(known) == 0);
}

TEST_CASE(
    "nodes of three models: two that may be asked first, and the second after each state of the first") {
    const std::vector<detail::CascadeModel> models = {{VerificationKind::verdicts, 2, {}}, {}, {}};
    const detail::RoutingLayout layout(models);
    CHECK(layout.nodes() == 2 + 6);
    CHECK(layout.cells() == 6 + 1 + 6);
    CHECK(detail::RoutingLayout::count_cells(models) == 13.0);
    CHECK(layout.node(0).model == 0);
    CHECK(layout.node(1).model == 1);
    CHECK(layout.node(1).first_cell == 6);
    CHECK(layout.child(0, 0, 1) == 2);
    CHECK(layout.child(0, 3, 1) == 5);
    CHECK(layout.node(5).model == 1);
    CHECK(layout.node(5).first_cell == 10);
}

TEST_CASE("children of a state are ordered by the model that is asked") {
    const std::vector<detail::CascadeModel> models = {{VerificationKind::verdicts, 1, {}}, {}, {}, {}};
    const detail::RoutingLayout layout(models);
    // Three roots; model 0 has 3 states with 2 children each, each node of model 1 has one child.
    CHECK(layout.nodes() == 3 + 6 + 1 + 3);
    CHECK(detail::RoutingLayout::count_cells(models) == static_cast<double>(layout.cells()));
    for (Index state = 0; state < 3; ++state) {
        for (const int to : {1, 2}) CHECK(layout.node(layout.child(0, state, to)).model == to);
        CHECK(layout.node(layout.child(layout.child(0, state, 1), 0, 2)).model == 2);
    }
}
