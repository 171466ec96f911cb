// SPDX-License-Identifier: Apache-2.0
// Small statistics for the tests of their readers and writers.
#pragma once

#include <automix/data/plurality_sums.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>

#include <utility>
#include <vector>

namespace statistics {

/// Three models, verified by two verdicts, by a confidence, and not at all; three rows in two of three folds.
inline automix::Statistics mixed() {
    using automix::VerificationKind;
    automix::Statistics all;
    all.models = {{"small", VerificationKind::verdicts, 2},
                  {"mid, \"two\"", VerificationKind::confidence, 1},
                  {"large", VerificationKind::none, 0}};
    all.folds.assign(3, automix::FoldStatistics(3));
    all.folds[0].cell({{2, 1, 0.0}, {0, 0, 0.1}}).add({0.25, 0.5, 1.0});
    all.folds[0].cell({{1, 1, 0.0}, {0, 0, 1.0 / 3.0}}).add({1.0, 1.0, 0.1});
    all.folds[0].answer_prices = {2.0, 10.2, 100.0};
    all.folds[0].draw_prices = {0.3, 1.0, 0.0};
    all.folds[2].cell({{2, 0, 0.0}, {0, 0, 0.0}}).add({0.0, 0.3, 0.7});
    all.folds[2].answer_prices = {1.0, 5.1, 50.0};
    all.folds[2].draw_prices = {0.1, 0.5, 0.0};
    return all;
}

/// Two models with two verdicts each row and the sums of pluralities of their three samples.
inline automix::Statistics sampled() {
    automix::Statistics all;
    all.models = {{"small", automix::VerificationKind::verdicts, 1},
                  {"large", automix::VerificationKind::none, 0}};
    all.folds.assign(2, automix::FoldStatistics(2));
    automix::FoldStatistics& sums = all.folds[1];
    sums.cell({{1, 1, 0.0}}).add({1.0, 1.0});
    sums.cell({{1, 0, 0.0}}).add({0.0, 0.5});
    sums.answer_prices = {2.0, 20.0};
    sums.draw_prices = {0.2, 0.0};
    automix::PluralitySums& paths = sums.pluralities.emplace_back();
    // One row keeps its answer's cluster at one sample, the other grows to two.
    paths.cell(0, 1) = {2.0, 1.0, {1.0, 1.5}, 1.0, 1.0};
    paths.cell(1, 1) = {1.0, 0.0, {0.0, 0.5}, 0.0, 0.0};
    paths.cell(1, 2) = {1.0, 1.0, {1.0, 1.0}, 0.0, 0.0};
    all.folds[0].pluralities.emplace_back();
    return all;
}

}  // namespace statistics
