// SPDX-License-Identifier: Apache-2.0
// The search of the published family: of all candidate rules the one with the highest IBC on the training table whose
// mean cost lies in the range, ties (up to rounding) to the first. Routing cells of weight W and gain G out of n rows
// at prices c_0, c_L and v gives (AutoMix, equation 1)
//     P = P_0 + G/n,   C = v + c_0 + c_L W/n,   IBC = (G/n) / (v + c_L W/n).
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/router/confidence_cells.hpp>
#include <automix/router/confidence_rule.hpp>
#include <automix/router/training.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace automix {

/// The best rule so far and where it comes from.
struct Selection {
    ConfidenceRule rule{};
    std::string_view family{};  ///< name of the family member that offered it
    double ibc = 0.0;
    Point point{};
};

class CandidateSearch {
 public:
    /// `cells` must outlive the search.
    CandidateSearch(const ConfidenceCells& cells, const CostRange& range) : cells_(cells), range_(range) {}

    [[nodiscard]] const ConfidenceCells& table() const noexcept { return cells_; }

    /// IBC of routing cells of that weight and gain; nothing where the cost is out of range or no more than the small
    /// model's. Counts as a candidate.
    std::optional<double> evaluate(double weight, double gain) {
        ++candidates_;
        const Point reached = point(weight, gain);
        if (!range_.contains(reached.cost)) return std::nullopt;
        in_range_ = true;
        if (nearly_equal(reached.cost, cells_.small.cost)) return std::nullopt;
        return gain / (cells_.verification * cells_.rows + cells_.large.cost * weight);
    }

    /// Whether `ibc` beats `best`: ties up to rounding do not.
    static bool improves(double ibc, const std::optional<double>& best) noexcept {
        return !best || (ibc > *best && !nearly_equal(ibc, *best));
    }

    /// Weighs one more rule.
    void consider(std::string_view family, ConfidenceRule rule) {
        const auto [weight, gain] = routed(rule);
        if (const auto ibc = evaluate(weight, gain)) keep({std::move(rule), family, *ibc, point(weight, gain)});
    }

    /// Takes a rule that `evaluate` has counted where it beats the best so far.
    void keep(Selection candidate) {
        if (improves(candidate.ibc, best_ ? std::optional(best_->ibc) : std::nullopt)) best_ = std::move(candidate);
    }

    /// Mean performance and cost of routing cells of that weight and gain.
    [[nodiscard]] Point point(double weight, double gain) const noexcept {
        return {cells_.small.performance + gain / cells_.rows,
                cells_.verification + cells_.small.cost + cells_.large.cost * weight / cells_.rows};
    }

    [[nodiscard]] const std::optional<Selection>& best() const noexcept { return best_; }

    /// What training answers.
    [[nodiscard]] TrainingResult result() const {
        TrainingResult result;
        result.candidates = candidates_;
        result.feasible = best_.has_value();
        if (best_) {
            result.ibc = best_->ibc;
            result.ibc_lift = ibc_lift(best_->point, cells_.small, cells_.large);
        } else if (in_range_) {
            result.reason = "no candidate costs more than the small model, so none has an IBC";
        } else {
            result.reason = "infeasible: no candidate has a mean cost in [" + format_number(range_.least) + ", " +
                            format_number(range_.most) + "]";
        }
        if (!best_) result.ibc = result.ibc_lift = Figure::undefined(result.reason);
        return result;
    }

 private:
    /// Weight and gain of the cells that a rule routes.
    [[nodiscard]] std::pair<double, double> routed(const ConfidenceRule& rule) const {
        double weight = 0.0;
        double gain = 0.0;
        std::visit(
            [&](const auto& concrete) {
                for (const ConfidenceCell& cell : cells_.cells) {
                    if (!concrete.routes(cell.confidence)) continue;
                    weight += cell.weight;
                    gain += cell.gain;
                }
            },
            rule);
        return {weight, gain};
    }

    const ConfidenceCells& cells_;
    CostRange range_;
    std::optional<Selection> best_;
    Index candidates_ = 0;
    bool in_range_ = false;
};

}  // namespace automix
