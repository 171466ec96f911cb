// SPDX-License-Identifier: Apache-2.0
// Computes an axis of a plot: a range with round ends that contains all values, and round ticks on it (1, 2 or 5 times
// a power of ten).
#pragma once

#include <automix/core/format.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace automix::detail {

/// An axis that covers values added one by one.
class PlotAxis {
 public:
    void add(double value) {
        low_ = std::min(low_, value);
        high_ = std::max(high_, value);
    }

    /// Adds room on both sides: a share of the range.
    void widen(double share) {
        const double room = share * std::max(high_ - low_, 1e-9);
        low_ -= room;
        high_ += room;
    }

    /// Keeps the ends as they are, for an axis with ticks of its own. Requires at least one value.
    void finish_exactly() {
        if (!(high_ > low_)) make_room();
    }

    /// Rounds the ends so that about `count` ticks fit. A single value gets room on both sides; 0, the
    /// price of a free model, gets it above. Requires at least one value.
    void finish(int count) {
        if (!(high_ - low_ > 1e-9 * std::max(1.0, std::abs(high_)))) make_room();
        const double raw = (high_ - low_) / count;
        const double power = std::pow(10.0, std::floor(std::log10(raw)));
        step_ = 10.0 * power;
        for (const double factor : {5.0, 2.0, 1.0}) {
            if (factor * power >= raw) step_ = factor * power;
        }
        digits_ = std::max(0, static_cast<int>(-std::floor(std::log10(step_) + 1e-9)));
        low_ = step_ * std::floor(low_ / step_ + 1e-9);
        high_ = step_ * std::ceil(high_ / step_ - 1e-9);
    }

    /// Returns the place of `value`: 0 at the low end, 1 at the high one.
    [[nodiscard]] double place(double value) const { return (value - low_) / (high_ - low_); }

    [[nodiscard]] std::vector<double> ticks() const {
        std::vector<double> ticks;
        const int count = static_cast<int>(std::lround((high_ - low_) / step_));
        for (int i = 0; i <= count; ++i) ticks.push_back(low_ + i * step_);
        return ticks;
    }

    [[nodiscard]] std::string label(double tick) const { return format_fixed(tick, digits_); }

 private:
    void make_room() {
        const double below = low_ == 0.0 ? 0.0 : 0.5;
        low_ -= below;
        high_ += 1.0 - below;
    }

    double low_ = std::numeric_limits<double>::infinity();
    double high_ = -std::numeric_limits<double>::infinity();
    double step_ = 1.0;
    int digits_ = 0;
};

}  // namespace automix::detail
