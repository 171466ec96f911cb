// SPDX-License-Identifier: Apache-2.0
// The search of the published family: of all candidate rules the one with the highest IBC on the training table whose
// mean cost lies in the range, ties (up to rounding) to the first. Routing cells of weight W and gain G out of n rows, the
// rows that are routed in any case among them, at prices c_0, c_L and v gives (AutoMix, equation 1)
//     P = P_0 + G/n,   C = v + c_0 + c_L W/n,   IBC = (G/n) / (v + c_L W/n).
// Sums over the cells are made once, O(cells); a threshold rule then costs O(log cells), a bin rule O(bins).
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

/// What a rule gives on the training table.
struct Candidate {
    double ibc = 0.0;
    double rounding = 0.0;  ///< what `ibc` may be off by, from rounding in the sums
    OperatingPoint point{};
    bool free = false;  ///< costs no more than the small model: there is no IBC

    /// Whether its IBC is higher than that of `other` by more than rounding. One with an IBC beats one without; of two
    /// without, the better performance counts.
    [[nodiscard]] bool beats(const Candidate& other) const noexcept {
        if (free != other.free) return other.free;
        if (free)
            return point.performance > other.point.performance &&
                   !nearly_equal(point.performance, other.point.performance);
        return ibc - other.ibc > std::max(rounding, other.rounding) && !nearly_equal(ibc, other.ibc);
    }
};

/// The best rule so far and where it comes from.
struct Selection {
    detail::ConfidenceRule rule{};
    std::string_view family{};  ///< name of the family member that offered it
    Candidate figures{};
};

/// Looks at no candidate.
struct IgnoreCandidates {
    template <class MakeSelection>
    void operator()(const Candidate&, const MakeSelection&) const noexcept {}
};

/// `observe(candidate, make)` is called with every candidate in range; `make()` is its `Selection`.
template <class Cells, class Observe = IgnoreCandidates>
class CandidateSearch {
 public:
    /// `cells` must outlive the search.
    CandidateSearch(const Cells& cells, const CostRange& range, Observe observe = {})
        : cells_(cells), range_(range), observe_(std::move(observe)), below_(1) {
        for (const auto& cell : cells.cells) {
            confidences_.push_back(cell.confidence);
            below_.push_back(below_.back() + detail::RoutedSum{cell.weight, cell.gain});
        }
    }

    [[nodiscard]] const Cells& table() const noexcept { return cells_; }

    /// What routing cells of that weight and gain gives; nothing where the cost is out of range. Counts as a candidate.
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

    /// Weighs one more rule.
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

    /// Takes a rule that `evaluate` has counted where it beats the best so far.
    void keep(Selection candidate) {
        if (found_ && !candidate.figures.beats(best_.figures)) return;
        best_ = std::move(candidate);
        found_ = true;
    }

    /// The best rule; none where no candidate has a cost in range.
    [[nodiscard]] const Selection* best() const noexcept { return found_ ? &best_ : nullptr; }

    /// What training answers.
    [[nodiscard]] TrainingResult result() const {
        TrainingResult result;
        result.candidates = candidates_;
        result.feasible = found_;
        if (!found_) {
            result.reason = "infeasible: no candidate has a mean cost in [" + format_number(range_.least) +
                            ", " + format_number(range_.most) + "]";
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
    /// Sum over the cells that a rule routes.
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
        return static_cast<std::size_t>(end - confidences_.begin());
    }
    [[nodiscard]] std::size_t cells_below(double confidence) const {
        const auto end = std::lower_bound(confidences_.begin(), confidences_.end(), confidence);
        return static_cast<std::size_t>(end - confidences_.begin());
    }

    /// Sums by centred bin, made when the number of bins is new.
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
