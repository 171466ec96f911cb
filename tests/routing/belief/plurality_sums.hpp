// SPDX-License-Identifier: Apache-2.0
// Statistics of ten rows with one further sample each, by hand.
#pragma once

#include <automix/data/plurality_sums.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>

namespace automix::test {

/// Of ten rows one has failed; of the other nine, the further sample agrees on four. The small model scores 0.6 on
/// average, the large one 0.8.
inline FoldStatistics ten_sampled_rows() {
    FoldStatistics sums(2);
    EvidenceCell& rows = sums.cell({Verification{}});
    rows.add({1.0, 1.0}, 6.0);
    rows.add({0.0, 1.0}, 2.0);
    rows.add({0.0, 0.0}, 2.0);
    PluralitySums& sampled = sums.pluralities.emplace_back();
    sampled.cell(0, 0) = {1.0, 0.0, {0.0, 1.0}, 1.0, 0.0};
    sampled.cell(0, 1) = {9.0, 6.0, {6.0, 7.0}, 5.0, 4.0};
    sampled.cell(1, 1) = {5.0, 2.0, {2.0, 4.0}, 0.0, 0.0};
    sampled.cell(1, 2) = {4.0, 4.0, {4.0, 3.0}, 0.0, 0.0};
    return sums;
}

}  // namespace automix::test
