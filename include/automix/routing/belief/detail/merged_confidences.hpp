// SPDX-License-Identifier: Apache-2.0
// Merges the cells of logged confidences that the belief merges anyway. A fit then takes time and memory of few cells,
// however many confidences differ. Of the confidences in one cell of the belief, the largest stays as it is, and the
// others become the smallest one. The boundaries between cells are then those of all confidences. O(cells log cells).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/belief_fit.hpp>
#include <automix/routing/belief/detail/confidence_cell.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace automix::detail {

[[nodiscard]] inline bool any_confidence(const std::vector<ModelShape>& models) {
    const std::vector<VerificationKind> kinds = evidence_kinds(models);
    return std::find(kinds.begin(), kinds.end(), VerificationKind::confidence) != kinds.end();
}

/// The distinct confidences of one model with their weights, as `confidence_boundaries` takes them.
struct DistinctConfidences {
    std::vector<Verification> evidence{};  ///< ascending
    Eigen::VectorXd weight{};
};

/// Returns the distinct confidences of pairs of a confidence and its weight.
inline DistinctConfidences distinct_confidences(std::vector<std::pair<double, double>> weighed) {
    std::sort(weighed.begin(), weighed.end());
    DistinctConfidences all;
    std::vector<double> weights;
    for (const auto& [confidence, weight] : weighed) {
        if (all.evidence.empty() || all.evidence.back().confidence != confidence) {
            all.evidence.push_back({0, 0, confidence});
            weights.push_back(0.0);
        }
        weights.back() += weight;
    }
    all.weight = Eigen::Map<const Eigen::VectorXd>(weights.data(), std::ssize(weights));
    return all;
}

/// The one confidence that stands for each, by cells of the belief.
class ConfidenceEnds {
 public:
    ConfidenceEnds() = default;
    explicit ConfidenceEnds(const DistinctConfidences& all) : boundaries_(confidence_boundaries(all)) {
        ends_.resize(boundaries_.size() + 1);
        for (std::size_t i = 0; i < all.evidence.size(); ++i) {
            const double confidence = all.evidence[i].confidence;
            auto& [low, high] = ends_[as_size(confidence_cell(boundaries_, confidence))];
            if (i == 0 || high != all.evidence[i - 1].confidence) low = confidence;
            high = confidence;
        }
    }

    [[nodiscard]] double merged(double confidence) const {
        const auto& [low, high] = ends_[as_size(confidence_cell(boundaries_, confidence))];
        return confidence == high ? high : low;
    }

 private:
    std::vector<double> boundaries_;
    std::vector<std::pair<double, double>> ends_;  ///< smallest and largest confidence of each cell
};

/// Calls `use(cell, less)` for each cell of `total` that keeps weight without the rows of `less`, which is null if they
/// have none of its evidence.
template <class Use>
void for_each_left(const FoldStatistics& total, const FoldStatistics& without, Use use) {
    constexpr double no_weight = 1e-9;
    auto next = without.cells.begin();
    for (const EvidenceCell& cell : total.cells) {
        while (next != without.cells.end() && next->evidence < cell.evidence) ++next;
        const bool found = next != without.cells.end() && next->evidence == cell.evidence;
        if (cell.weight - (found ? next->weight : 0.0) >= no_weight) use(cell, found ? &*next : nullptr);
    }
}

/// Returns the sums of `total` without those of a part of its rows, with confidences merged.
inline FoldStatistics merge_confidences(const FoldStatistics& total, const FoldStatistics& without,
                                        const std::vector<ModelShape>& models) {
    const std::vector<VerificationKind> kinds = evidence_kinds(models);
    std::vector<ConfidenceEnds> ends(kinds.size());
    for (std::size_t m = 0; m < kinds.size(); ++m) {
        if (kinds[m] != VerificationKind::confidence) continue;
        std::vector<std::pair<double, double>> weighed;
        weighed.reserve(total.cells.size());
        for_each_left(total, without, [&](const EvidenceCell& cell, const EvidenceCell* less) {
            weighed.emplace_back(cell.evidence[m].confidence, cell.weight - (less ? less->weight : 0.0));
        });
        ends[m] = ConfidenceEnds(distinct_confidences(std::move(weighed)));
    }
    FoldStatistics sums(models);
    EvidenceCell* last = nullptr;
    std::vector<Verification> merged;
    for_each_left(total, without, [&](const EvidenceCell& cell, const EvidenceCell* less) {
        merged = cell.evidence;
        for (std::size_t m = 0; m < merged.size(); ++m) {
            if (kinds[m] == VerificationKind::confidence)
                merged[m].confidence = ends[m].merged(merged[m].confidence);
        }
        if (last == nullptr || last->evidence != merged) last = &sums.cell(merged);
        last->add(cell, 1.0);
        if (less != nullptr) last->add(*less, -1.0);
    });
    return sums;
}

}  // namespace automix::detail
