// SPDX-License-Identifier: Apache-2.0
// The search of the published family. It finds the candidate rule with the highest IBC on the training table whose mean
// cost lies in the range; ties (up to rounding) go to the first. Let W and G be weight and gain of the routed cells out
// of n rows, rows that are always routed included. At prices c_0, c_L and v (AutoMix, equation 1)
//     P = P_0 + G/n,   C = v + c_0 + c_L W/n,   IBC = (G/n) / (v + c_L W/n).
// Sums over the cells are computed once, O(cells). A threshold rule then costs O(log cells), a bin rule O(bins).
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/published/detail/confidence_cells.hpp>
#include <automix/routing/published/detail/confidence_rule.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// The performance and cost of a rule on the training table.
struct Candidate {
    double ibc = 0.0;
    double rounding = 0.0;  ///< maximum error of `ibc` from rounding in the sums
    OperatingPoint point{};
    bool free = false;  ///< costs no more than the small model, so it has no IBC

    /// Returns true if its IBC is higher than that of `other` by more than rounding. A candidate with an IBC beats one
    /// without. Of two without, the one with the better performance wins.
    [[nodiscard]] bool beats(const Candidate& other) const noexcept {
        if (free != other.free) return other.free;
        if (free)
            return point.performance > other.point.performance &&
                   !nearly_equal(point.performance, other.point.performance);
        return ibc - other.ibc > std::max(rounding, other.rounding) && !nearly_equal(ibc, other.ibc);
    }
};

/// A rule, the family that offered it, and its candidate.
struct Selection {
    detail::ConfidenceRule rule{};
    std::string_view family{};  ///< name of the family member that offered it
    Candidate figures{};
};

/// An observer that ignores all candidates.
struct IgnoreCandidates {
    template <class MakeSelection>
    void operator()(const Candidate&, const MakeSelection&) const noexcept {}
};

/// A search that calls `observe(candidate, make)` with every candidate in range; `make()` returns its `Selection`.
template <class Cells, class Observe = IgnoreCandidates>
class CandidateSearch {
 public:
    /// Searches the rules over `cells`, which must outlive the search.
    CandidateSearch(const Cells& cells, const CostRange& range, Observe observe = {})
        : cells_(cells), range_(range), observe_(std::move(observe)), below_(1) {
        for (const auto& cell : cells.cells) {
            confidences_.push_back(cell.confidence);
            below_.push_back(below_.back() + detail::RoutedSum{cell.weight, cell.gain});
        }
    }

    [[nodiscard]] const Cells& table() const noexcept { return cells_; }

    /// Returns the candidate that routes cells of that weight and gain, and counts it; nothing if its cost is out of
    /// range.
    std::optional<Candidate> evaluate(const detail::RoutedSum& cells) {
        ++candidates_;
        const detail::RoutedSum routed = cells + cells_.routed;
        const OperatingPoint reached{
            cells_.small.performance + routed.gain / cells_.rows,
            cells_.verification + cells_.small.cost + cells_.large.cost * routed.weight / cells_.rows};
        if (!range_.contains(reached.cost)) return std::nullopt;
        if (nearly_equal(reached.cost, cells_.small.cost)) return Candidate{0.0, 0.0, reached, true};
        const double extra_cost = cells_.verification * cells_.rows + cells_.large.cost * routed.weight;
        const double summed = cells_.rows * (cells_.small.performance + cells_.large.performance);
        return Candidate{routed.gain / extra_cost, 1e-13 * summed / extra_cost, reached, false};
    }

    /// Evaluates one more rule and keeps the better one.
    void consider(std::string_view family, const detail::ConfidenceRule& rule) {
        const auto figures = evaluate(weigh(rule));
        if (!figures) return;
        show(*figures, [&] { return Selection{rule, family, *figures}; });
        if (!found_ || figures->beats(best_.figures)) keep({rule, family, *figures});
    }

    /// Shows the observer a candidate that `evaluate` has counted.
    template <class MakeSelection>
    void show(const Candidate& figures, const MakeSelection& make) {
        observe_(figures, make);
    }

    /// Keeps a rule that `evaluate` has counted if it beats the best so far.
    void keep(Selection candidate) {
        if (found_ && !candidate.figures.beats(best_.figures)) return;
        best_ = std::move(candidate);
        found_ = true;
    }

    /// Returns the best rule; null if no candidate has a cost in range.
    [[nodiscard]] const Selection* best() const noexcept { return found_ ? &best_ : nullptr; }

    /// Returns the result of training.
    [[nodiscard]] TrainingResult result() const {
        TrainingResult result;
        result.candidates = candidates_;
        result.feasible = found_;
        if (!found_) {
            result.reason = "infeasible: no candidate has a mean cost in [" + format_number(range_.min) +
                            ", " + format_number(range_.max) + "]";
            result.ibc = result.ibc_lift = OptionalMetric::undefined(result.reason);
        } else if (best_.figures.free) {
            result.reason = "no candidate costs more than the small model, so none has an IBC";
            result.ibc = result.ibc_lift = OptionalMetric::undefined(result.reason);
        } else {
            result.ibc = best_.figures.ibc;
            result.ibc_lift = ibc_lift(best_.figures.point, cells_.small, cells_.large);
        }
        return result;
    }

 private:
    /// Sums over the cells that a rule routes.
    detail::RoutedSum weigh(const detail::ConfidenceRule& rule) {
        detail::RoutedSum sum;
        switch (rule.form) {
            case detail::RuleForm::threshold:
            case detail::RuleForm::double_threshold:
            case detail::RuleForm::triple_threshold: {
                const std::size_t first = cells_up_to(rule.first);
                const std::size_t low = std::max(first, cells_below(rule.low));
                const std::size_t high = std::max(low, cells_up_to(rule.high));
                return below_[first] + (below_[high] - below_[low]);
            }
            case detail::RuleForm::bins:
                sum_bins(rule.routed.size());
                for (std::size_t bin = 0; bin < rule.routed.size(); ++bin) {
                    if (rule.routed[bin] != 0) sum = sum + bins_[bin];
                }
                break;
            case detail::RuleForm::cells:
                for (const auto& cell : cells_.cells) {
                    if (rule.routes(cell.confidence)) sum = sum + detail::RoutedSum{cell.weight, cell.gain};
                }
                break;
        }
        return sum;
    }

    [[nodiscard]] std::size_t cells_up_to(double confidence) const {
        const auto end = std::upper_bound(confidences_.begin(), confidences_.end(), confidence);
        return as_size(end - confidences_.begin());
    }
    [[nodiscard]] std::size_t cells_below(double confidence) const {
        const auto end = std::lower_bound(confidences_.begin(), confidences_.end(), confidence);
        return as_size(end - confidences_.begin());
    }

    /// Sums by centred bin, unless the sums of that many bins are known.
    void sum_bins(std::size_t count) {
        if (bins_.size() == count) return;
        bins_.assign(count, detail::RoutedSum{});
        for (const auto& cell : cells_.cells) {
            detail::RoutedSum& bin = bins_[detail::centred_bin(cell.confidence, static_cast<int>(count) - 1)];
            bin = bin + detail::RoutedSum{cell.weight, cell.gain};
        }
    }

    const Cells& cells_;
    CostRange range_;
    Observe observe_;
    std::vector<double> confidences_;
    std::vector<detail::RoutedSum> below_;  ///< over the first i cells
    std::vector<detail::RoutedSum> bins_;
    Selection best_;
    bool found_ = false;
    Index candidates_ = 0;
};

}  // namespace automix
