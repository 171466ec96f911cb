// SPDX-License-Identifier: Apache-2.0
// A rule that routes by the confidence of the small model's answer alone: the form of every policy in the published
// family. A threshold routes [0, t], a double threshold [low, high], and a triple threshold [0, first] and [low, high].
// Bins are centred on i/n and include their lower ends. Cells are the distinct confidences of the training rows. An
// unseen confidence takes the nearest cell, on a tie the lower one. A decision is O(1), with cells O(log cells).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/parameters.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the bin centred on i/bins that holds `confidence`: i - 1/2 <= bins * confidence < i + 1/2. A number outside
/// [0, 1] takes the nearer end, and NaN the first bin.
inline std::size_t centred_bin(double confidence, int bins) noexcept {
    const double position = confidence * bins + 0.5;
    if (!(position > 0.0)) return 0;
    return static_cast<std::size_t>(std::min(position, static_cast<double>(bins)));
}

enum class RuleForm : std::uint8_t { threshold, double_threshold, triple_threshold, bins, cells };

/// The functions below make rules. The default rule routes nothing.
struct ConfidenceRule {
    static constexpr double nowhere = std::numeric_limits<double>::infinity();

    RuleForm form = RuleForm::cells;
    double first = -nowhere;             ///< thresholds: routes confidences up to this one
    double low = nowhere;                ///< also routes confidences from this one
    double high = -nowhere;              ///< up to this one, both ends included
    std::vector<double> confidences{};   ///< cells: ascending
    std::vector<std::uint8_t> routed{};  ///< bins 0 .. n, or one for each of `confidences`: 1 to route

    static ConfidenceRule threshold(double t) {
        ConfidenceRule rule;
        rule.form = RuleForm::threshold;
        rule.first = t;
        return rule;
    }
    static ConfidenceRule double_threshold(double low, double high) {
        ConfidenceRule rule;
        rule.form = RuleForm::double_threshold;
        rule.low = low;
        rule.high = high;
        return rule;
    }
    static ConfidenceRule triple_threshold(double first, double low, double high) {
        ConfidenceRule rule = double_threshold(low, high);
        rule.form = RuleForm::triple_threshold;
        rule.first = first;
        return rule;
    }
    /// Makes a rule of bins. `routed` has one entry for each bin 0 .. n; an empty list routes nothing.
    static ConfidenceRule bins(std::vector<std::uint8_t> routed) {
        ConfidenceRule rule;
        rule.form = RuleForm::bins;
        rule.routed = std::move(routed);
        return rule;
    }
    /// Makes a rule of cells. `confidences` are ascending, and `routed` has one entry for each; empty lists route
    /// nothing.
    static ConfidenceRule cells(std::vector<double> confidences, std::vector<std::uint8_t> routed) {
        ConfidenceRule rule;
        rule.confidences = std::move(confidences);
        rule.routed = std::move(routed);
        return rule;
    }

    [[nodiscard]] bool routes(double confidence) const noexcept {
        if (form != RuleForm::bins && form != RuleForm::cells) {
            return confidence <= first || (confidence >= low && confidence <= high);
        }
        if (routed.empty()) return false;
        return routed[form == RuleForm::bins ? centred_bin(confidence, static_cast<int>(routed.size()) - 1)
                                             : nearest_cell(confidence)] != 0;
    }

    [[nodiscard]] Parameters parameters() const {
        switch (form) {
            case RuleForm::threshold:
                return {{"threshold", first}};
            case RuleForm::double_threshold:
                return {{"low", low}, {"high", high}};
            case RuleForm::triple_threshold:
                return {{"first", first}, {"low", low}, {"high", high}};
            case RuleForm::bins:
                return {{"route_bins", std::vector<double>(routed.begin(), routed.end())}};
            case RuleForm::cells:
                break;
        }
        std::vector<double> chosen;
        for (std::size_t i = 0; i < routed.size(); ++i) {
            if (routed[i] != 0) chosen.push_back(confidences[i]);
        }
        return {{"route_confidences", std::move(chosen)}, {"cells", static_cast<double>(routed.size())}};
    }

 private:
    [[nodiscard]] std::size_t nearest_cell(double confidence) const noexcept {
        const auto above = std::lower_bound(confidences.begin(), confidences.end(), confidence);
        const auto cell = as_size(above - confidences.begin());
        const bool lower =
            above == confidences.end() || (cell > 0 && confidence - *(above - 1) <= *above - confidence);
        return lower ? cell - 1 : cell;
    }
};

}  // namespace automix::detail
