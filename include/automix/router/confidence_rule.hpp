// SPDX-License-Identifier: Apache-2.0
// Rules that decide from the confidence of the small model's answer alone whether to route: the form of every policy in
// the published family. A threshold routes [0, t]; a double one [low, high]; a triple one [0, a] and [b, c]; bins are
// centred on i/n, their lower ends closed; cells are the distinct confidences of the training rows, an unseen one
// taking the nearest, on a tie the lower. O(1) each, cells O(log cells).
#pragma once

#include <automix/router/parameters.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace automix {

struct ThresholdRule {
    double threshold = 0.0;

    [[nodiscard]] bool routes(double confidence) const noexcept { return confidence <= threshold; }
    [[nodiscard]] Parameters parameters() const { return {{"threshold", threshold}}; }
};

struct DoubleThresholdRule {
    double low = 0.0;
    double high = 0.0;

    [[nodiscard]] bool routes(double confidence) const noexcept { return confidence >= low && confidence <= high; }
    [[nodiscard]] Parameters parameters() const { return {{"low", low}, {"high", high}}; }
};

struct TripleThresholdRule {
    double first = 0.0;
    double low = 0.0;
    double high = 0.0;

    [[nodiscard]] bool routes(double confidence) const noexcept {
        return confidence <= first || (confidence >= low && confidence <= high);
    }
    [[nodiscard]] Parameters parameters() const { return {{"first", first}, {"low", low}, {"high", high}}; }
};

/// The bin centred on i/bins that holds `confidence`: i - 1/2 <= bins * confidence < i + 1/2. What is no number in [0, 1]
/// takes the nearer end, NaN the first bin.
inline std::size_t centred_bin(double confidence, int bins) noexcept {
    const double position = confidence * bins + 0.5;
    if (!(position > 0.0)) return 0;
    return static_cast<std::size_t>(std::min(position, static_cast<double>(bins)));
}

struct BinRule {
    std::vector<std::uint8_t> routed{};  ///< one for each of the bins 0 .. n

    [[nodiscard]] bool routes(double confidence) const noexcept {
        return routed[centred_bin(confidence, static_cast<int>(routed.size()) - 1)] != 0;
    }
    [[nodiscard]] Parameters parameters() const {
        return {{"route_bins", std::vector<double>(routed.begin(), routed.end())}};
    }
};

struct CellRule {
    std::vector<double> confidences{};   ///< ascending, at least one
    std::vector<std::uint8_t> routed{};  ///< one for each of them

    [[nodiscard]] bool routes(double confidence) const noexcept {
        const auto above = std::lower_bound(confidences.begin(), confidences.end(), confidence);
        auto cell = above - confidences.begin();
        if (above == confidences.end() ||
            (cell > 0 && confidence - *(above - 1) <= *above - confidence)) {
            --cell;
        }
        return routed[static_cast<std::size_t>(cell)] != 0;
    }
    [[nodiscard]] Parameters parameters() const {
        std::vector<double> chosen;
        for (std::size_t i = 0; i < routed.size(); ++i) {
            if (routed[i] != 0) chosen.push_back(confidences[i]);
        }
        return {{"route_confidences", chosen}, {"cells", static_cast<double>(routed.size())}};
    }
};

using ConfidenceRule = std::variant<ThresholdRule, DoubleThresholdRule, TripleThresholdRule, BinRule, CellRule>;

inline bool routes(const ConfidenceRule& rule, double confidence) {
    return std::visit([confidence](const auto& r) { return r.routes(confidence); }, rule);
}

inline Parameters parameters(const ConfidenceRule& rule) {
    return std::visit([](const auto& r) { return r.parameters(); }, rule);
}

}  // namespace automix
