// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/learning_curve.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/progress.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/learning_curve.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/training.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

inline double standard_error(const Eigen::ArrayXd& values) {
    const auto count = static_cast<double>(values.size());
    if (count < 2.0) return 0.0;
    return std::sqrt((values - values.mean()).square().sum() / (count - 1.0) / count);
}

/// Returns the numbers of rows to train on, ascending, the last being all.
inline std::vector<Index> learning_sizes(Index rows, const LearningCurveOptions& options) {
    std::vector<Index> sizes;
    for (int halving = options.halvings; halving > 0; --halving) {
        const Index size = rows >> halving;
        if (size >= options.min_rows) sizes.push_back(size);
    }
    sizes.push_back(rows);
    return sizes;
}

/// Returns all rows in the order of the hashes of their ids.
inline std::vector<Index> rows_by_hash(const Dataset& data, std::uint64_t seed) {
    std::vector<std::pair<std::uint64_t, Index>> order;
    for (Index row = 0; row < data.rows(); ++row) order.emplace_back(hash_text(data.id(row), seed), row);
    std::sort(order.begin(), order.end());
    std::vector<Index> rows;
    for (const auto& [hash, row] : order) rows.push_back(row);
    return rows;
}

/// Returns the mean price of recording one row.
inline double label_price(const PriceTable& prices) {
    double price = 0.0;
    for (const PriceColumn& answers : prices.answers) price += answers.mean();
    for (const PriceColumn& verifications : prices.verifications) price += verifications.mean();
    return price;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE LearningCurve trace_learning(const AnyRouter& router, const TrainingData& train,
                                            const Dataset& test, const PriceTable& prices,
                                            const LearningCurveOptions& options,
                                            const ProgressHandler& progress) {
    const auto require = [](bool right, const std::string& name, Index least, Index found) {
        if (!right)
            throw ArgumentError(name + ": expected at least " + std::to_string(least) + ", found " +
                                std::to_string(found));
    };
    require(options.halvings >= 0, "halvings", 0, options.halvings);
    require(options.max_repeats >= 1, "max_repeats", 1, options.max_repeats);
    require(options.min_rows >= 1, "min_rows", 1, options.min_rows);
    const EndModels ends = end_models(test, prices);
    const OptionalMetric base = base_ibc(ends.small(), ends.large());
    LearningCurve curve;
    if (train.data.rows() == 0) throw DataError("no rows to train on");
    if (!base || !gap_obstacle(ends.small(), ends.large()).empty()) return curve;
    curve.label_price = detail::label_price(train.prices);

    const std::vector<Index> order = detail::rows_by_hash(train.data, options.seed);
    const std::vector<Index> sizes = detail::learning_sizes(train.data.rows(), options);
    const auto repeats_of = [&](Index size) {
        return static_cast<int>(std::min<Index>(options.max_repeats, train.data.rows() / size));
    };
    double all = 0.0;
    for (const Index size : sizes) all += static_cast<double>(size) * repeats_of(size);
    double trained = 0.0;
    std::vector<Eigen::ArrayXd> excess_by_row;  // of each point, mean over its policies
    for (const Index size : sizes) {
        LearningPoint point;
        point.rows = size;
        Eigen::ArrayXd by_row = Eigen::ArrayXd::Zero(test.rows());
        std::vector<double> means;
        for (int repeat = 0; repeat < repeats_of(size); ++repeat) {
            tell(progress, {"learning curve", "", trained, all, std::to_string(size) + " rows"});
            std::vector<Index> rows(order.begin() + repeat * size, order.begin() + (repeat + 1) * size);
            std::sort(rows.begin(), rows.end());
            const Dataset part = train.data.select_rows(rows);
            const PriceTable part_prices = train.prices.select_rows(rows);
            AnyRouter copy = router;
            trained += static_cast<double>(size);
            const TrainingData taken{part, part_prices};
            if (!(options.train ? options.train(copy, taken) : copy.train(taken)).feasible) continue;
            const Replay replayed = replay(copy, test, prices, options.seed);
            const Eigen::ArrayXd cost = replayed.answer_cost + replayed.verification_cost;
            const Eigen::ArrayXd excess =
                replayed.performance - ends.small_score - *base * (cost - ends.small_cost);
            by_row += excess;
            means.push_back(excess.mean());
            point.score += replayed.performance.mean();
            point.cost += cost.mean();
        }
        point.policies = static_cast<int>(means.size());
        if (means.empty()) continue;
        const auto policies = static_cast<double>(means.size());
        by_row /= policies;
        point.excess = by_row.mean();
        point.score /= policies;
        point.cost /= policies;
        const double of_rows = detail::standard_error(by_row);
        const double of_policies = detail::standard_error(
            Eigen::Map<const Eigen::ArrayXd>(means.data(), static_cast<Index>(means.size())));
        point.se = std::hypot(of_rows, of_policies);
        curve.points.push_back(point);
        excess_by_row.push_back(std::move(by_row));
    }
    tell(progress, {"learning curve", "", all, all, {}});
    if (curve.points.size() < 2) return curve;
    const std::size_t last = curve.points.size() - 1;
    const Eigen::ArrayXd gain = excess_by_row[last] - excess_by_row[last - 1];
    curve.last_gain = gain.mean();
    curve.last_gain_se = detail::standard_error(gain);
    const auto added = static_cast<double>(curve.points[last].rows - curve.points[last - 1].rows);
    curve.queries_to_pay_back = *curve.last_gain > 0.0
                                    ? OptionalMetric(added * curve.label_price * *base / *curve.last_gain)
                                    : OptionalMetric::undefined("the last rows gained nothing");
    return curve;
}

}  // namespace automix
