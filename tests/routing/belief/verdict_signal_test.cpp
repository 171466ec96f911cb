// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/verdict_signal.hpp>

#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

const std::vector<ModelShape> single_verdict_shapes{{"small", VerificationKind::verdicts, 1},
                                                    {"large", VerificationKind::none, 0}};

/// Sums of rows with one verdict. The large model is always right. `agreeing` right rows have a positive verdict and as
/// many wrong ones a negative verdict; `other` of each have the opposite.
FoldStatistics single_verdict_sums(double agreeing, double other) {
    FoldStatistics sums(2);
    for (const int positive : {0, 1}) {
        EvidenceCell& cell = sums.cell({{1, positive, 0.0}});
        cell.add({1.0, 1.0}, positive == 1 ? agreeing : other);
        cell.add({0.0, 1.0}, positive == 1 ? other : agreeing);
    }
    return sums;
}

}  // namespace

TEST_CASE("the signal of verdicts is the deviate of their correlation with the gain") {
    // Of eight rows, three of four verdicts are right: the correlation is 1/2, its deviate sqrt(5) atanh(1/2).
    CHECK_THAT(detail::verdict_signal(single_verdict_sums(3.0, 1.0), single_verdict_shapes, 0, 1),
               WithinAbs(1.2282858791892575, 1e-12));
    // Four times the rows: sqrt(29) atanh(1/2). Verdicts that say the opposite have the opposite sign.
    CHECK_THAT(detail::verdict_signal(single_verdict_sums(12.0, 4.0), single_verdict_shapes, 0, 1),
               WithinAbs(2.958104116810498, 1e-12));
    CHECK_THAT(detail::verdict_signal(single_verdict_sums(4.0, 12.0), single_verdict_shapes, 0, 1),
               WithinAbs(-2.958104116810498, 1e-12));
    // Nothing varies, or too few rows tell.
    CHECK(detail::verdict_signal(single_verdict_sums(1.0, 0.0), single_verdict_shapes, 0, 1) == 0.0);
    FoldStatistics alike(2);
    alike.cell({{1, 1, 0.0}}).add({1.0, 1.0}, 20.0);
    CHECK(detail::verdict_signal(alike, single_verdict_shapes, 0, 1) == 0.0);
}

TEST_CASE("a signal is significant if useless verdicts have it seldom") {
    CHECK_FALSE(
        detail::strongest_signal(single_verdict_sums(3.0, 1.0), single_verdict_shapes, 1).significant);
    CHECK(detail::strongest_signal(single_verdict_sums(12.0, 4.0), single_verdict_shapes, 1).significant);
    // The tail of 1.98 is 0.024: enough for the truth, too much for the opposite.
    CHECK(detail::strongest_signal(single_verdict_sums(6.0, 2.0), single_verdict_shapes, 1).deviate < 1.99);
    CHECK(detail::strongest_signal(single_verdict_sums(6.0, 2.0), single_verdict_shapes, 1).significant);
    CHECK_FALSE(
        detail::strongest_signal(single_verdict_sums(2.0, 6.0), single_verdict_shapes, 1).significant);
    CHECK(detail::strongest_signal(single_verdict_sums(4.0, 12.0), single_verdict_shapes, 1).significant);
    // Two models that are verified share the level: 0.024 is not enough for one of two.
    FoldStatistics three(3);
    const std::vector<ModelShape> two_verified{{"a", VerificationKind::verdicts, 1},
                                               {"b", VerificationKind::verdicts, 1},
                                               {"c", VerificationKind::none, 0}};
    const FoldStatistics two = single_verdict_sums(6.0, 2.0);
    for (const int positive : {0, 1}) {
        EvidenceCell& cell = three.cell({{1, positive, 0.0}, {1, 1, 0.0}});
        cell.add({1.0, 0.0, 1.0}, positive == 1 ? 6.0 : 2.0);
        cell.add({0.0, 0.0, 1.0}, positive == 1 ? 2.0 : 6.0);
    }
    const detail::VerdictSignal shared = detail::strongest_signal(three, two_verified, 2);
    CHECK_THAT(shared.deviate,
               WithinAbs(detail::strongest_signal(two, single_verdict_shapes, 1).deviate, 1e-12));
    CHECK_FALSE(shared.significant);
}

TEST_CASE("confidences tell by their value") {
    const std::vector<ModelShape> models{{"small", VerificationKind::confidence, 1},
                                         {"large", VerificationKind::none, 0}};
    FoldStatistics sums(2);
    // Wrong, wrong, right, right at 0.1, 0.2, 0.8, 0.9: the correlation is 7 / sqrt(50).
    for (const double confidence : {0.1, 0.2, 0.8, 0.9})
        sums.cell({{0, 0, confidence}}).add({confidence > 0.5 ? 1.0 : 0.0, 1.0});
    CHECK_THAT(detail::verdict_signal(sums, models, 0, 1), WithinAbs(2.644120761058626, 1e-9));
}
