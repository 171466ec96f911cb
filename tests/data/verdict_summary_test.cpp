// SPDX-License-Identifier: Apache-2.0
// Summaries of verdicts on right and on wrong answers, by hand.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/data/dataset.hpp>
#include <automix/data/verdict_summary.hpp>

using namespace automix;
using Catch::Matchers::WithinAbs;
using tables::confident;
using tables::record;
using tables::scored;
using tables::verified;

namespace {

Dataset verdicts_by_hand() {
    Dataset data({"small", "large"});
    data.append(record("a", {verified(1.0, {1, 1}), scored(1.0)}));
    data.append(record("b", {verified(1.0, {1, 0}), scored(1.0)}));
    data.append(record("c", {verified(0.0, {0, 0}), scored(1.0)}));
    data.append(record("d", {verified(0.0, {1, -1}), scored(1.0)}));
    return data;
}

}  // namespace

TEST_CASE("positive verdicts are counted over right and over wrong answers") {
    const auto summary = summarise_verdicts(verdicts_by_hand(), 0);
    REQUIRE(summary.has_value());
    CHECK(summary->rows == 4);
    CHECK(summary->draws == 2);
    REQUIRE(summary->bins.size() == 3);
    CHECK(summary->bins[0].right == 0.0);
    CHECK(summary->bins[0].wrong == 1.0);
    CHECK(summary->bins[1].confidence == 0.5);
    CHECK(summary->bins[1].right == 1.0);
    CHECK(summary->bins[2].right == 1.0);
    CHECK(summary->bins[2].wrong == 1.0);
    CHECK_THAT(summary->right, WithinAbs(0.75, 1e-12));
    CHECK_THAT(summary->wrong, WithinAbs(0.5, 1e-12));
    // Of four pairs a right answer wins two, ties one and loses one.
    REQUIRE(summary->discrimination);
    CHECK_THAT(*summary->discrimination, WithinAbs(2.5 / 4.0, 1e-12));
    REQUIRE(summary->unparsed);
    CHECK_THAT(*summary->unparsed, WithinAbs(1.0 / 8.0, 1e-12));
    CHECK(summary->columns.has_value());
}

TEST_CASE("fewer draws, confidences alone, and models without verification") {
    const auto one = summarise_verdicts(verdicts_by_hand(), 0, 1);
    REQUIRE(one.has_value());
    CHECK(one->draws == 1);
    CHECK(one->bins.size() == 2);
    CHECK_FALSE(one->columns.has_value());
    CHECK_THAT(one->right, WithinAbs(1.0, 1e-12));
    CHECK_FALSE(summarise_verdicts(verdicts_by_hand(), 0, 0).has_value());
    CHECK_FALSE(summarise_verdicts(verdicts_by_hand(), 1).has_value());

    Dataset data({"small", "large"});
    data.append(record("a", {confident(0.25, 0.33), scored(1.0)}));
    const auto confidence = summarise_verdicts(data, 0);
    REQUIRE(confidence.has_value());
    CHECK(confidence->bins.size() == 11);
    CHECK_THAT(confidence->bins[3].right, WithinAbs(0.25, 1e-12));
    CHECK_THAT(confidence->bins[3].wrong, WithinAbs(0.75, 1e-12));
    CHECK_FALSE(confidence->unparsed);
    REQUIRE(confidence->discrimination);
    CHECK_THAT(*confidence->discrimination, WithinAbs(0.5, 1e-12));
}
