// SPDX-License-Identifier: Apache-2.0
// Counts what a gateway does and writes it in Prometheus' text format. Families are known beforehand, so that each has its
// help and type, and series appear with their first count. O(log series) a count. Safe to use from many threads.
//     metrics.add("automix_answers_total", {{"model", "small"}});
//     metrics.observe(0.25);
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// Names and values of labels.
using MetricLabels = std::vector<std::pair<std::string_view, std::string_view>>;

class GatewayMetrics {
 public:
    /// Adds to a counter. Throws `ArgumentError` for a family that is not known.
    void add(std::string_view family, const MetricLabels& labels = {}, double value = 1.0);

    /// Sets a gauge, or a counter that is kept elsewhere. Throws as `add`.
    void set(std::string_view family, const MetricLabels& labels, double value);

    /// Removes all series of a family. Throws as `add`.
    void clear(std::string_view family);

    /// Adds the seconds of a request to the histogram.
    void observe(double seconds);

    /// Returns all families that have series.
    [[nodiscard]] std::string text() const;

    /// Returns the value of a series; 0 if it is not there. Throws as `add`.
    [[nodiscard]] double value(std::string_view family, const MetricLabels& labels = {}) const;

 private:
    static constexpr std::array<double, 13> bounds = {0.01, 0.025, 0.05, 0.1,  0.25, 0.5,  1.0,
                                                      2.5,  5.0,   10.0, 30.0, 60.0, 120.0};

    mutable std::mutex mutex_;
    std::map<std::string, std::map<std::string, double>, std::less<>> series_{};
    std::array<std::uint64_t, bounds.size()>
        buckets_{};  ///< requests up to each bound, and above the one before
    std::uint64_t observed_ = 0;
    double seconds_ = 0.0;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/gateway_metrics_inl.hpp>
#endif
