// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/adaptive_router.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/training.hpp>
#include <automix/stream/adaptive_router.hpp>
#include <automix/stream/detail/mean_bets.hpp>
#include <automix/stream/drift.hpp>
#include <automix/stream/learn.hpp>
#include <automix/stream/reference_rates.hpp>
#include <automix/stream/statistics_changes.hpp>
#include <automix/stream/watch.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// The number of latest prices of a model that are kept.
inline constexpr std::size_t latest_prices = 64;

/// Returns the difference of two scores as a number in [0, 1].
inline double unit_difference(double better, double other) { return 0.5 * (1.0 + better - other); }

/// Returns the mean of the numbers behind the place that splits them best, by the squares of what is left.
inline double mean_since_change(const std::deque<double>& numbers) {
    const double total = std::accumulate(numbers.begin(), numbers.end(), 0.0);
    const auto count = static_cast<double>(numbers.size());
    double best = total / count;
    double most = 0.0;
    double sum = 0.0;
    double behind = 0.0;
    for (auto number = numbers.rbegin(); number + 1 < numbers.rend(); ++number) {
        sum += *number;
        behind += 1.0;
        const double difference = sum / behind - (total - sum) / (count - behind);
        const double explained = behind * (count - behind) / count * difference * difference;
        if (explained <= most) continue;
        most = explained;
        best = sum / behind;
    }
    return best;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE void validate(const AdaptiveOptions& options) {
    const auto require_probability = [](double value, const char* name) {
        if (!(value > 0.0 && value < 1.0))
            throw ArgumentError(std::string(name) + ": expected a probability between 0 and 1, found " +
                                format_number(value));
    };
    require_probability(options.delta, "delta");
    require_probability(options.hazard, "hazard");
    if (!(options.remember > 0.0 && std::isfinite(options.remember)))
        throw ArgumentError("remember: expected a number of rows above 0, found " +
                            format_number(options.remember));
    if (options.alarm_labels < 1)
        throw ArgumentError("alarm_labels: expected at least 1, found " +
                            std::to_string(options.alarm_labels));
    if (options.single_rows < 1) throw ArgumentError("single_rows: expected at least 1, found 0");
}

AUTOMIX_INLINE AdaptiveRouter::AdaptiveRouter(PomdpOptions options, Statistics statistics,
                                              AdaptiveOptions adaptive)
    : options_(adaptive), reference_(std::move(statistics)) {
    validate(options_);
    options.context = ContextChoice{.best = false};
    options.signals = false;
    router_ = PomdpRouter(std::move(options));
    current_ = reference_;
    if (const TrainingResult result = router_.train(current_); !result.feasible)
        throw DataError("pomdp: " + result.reason);
    for (std::size_t m = 0; m < reference_.models.size(); ++m)
        prices_.push_back({RankChange(options_.seed + m), {}});
    watch_from_here();
}

AUTOMIX_INLINE void AdaptiveRouter::learn(const Record& record) {
    rows_.push_back(as_row(record));
    ++learnt_;
    if (rows_.size() > options_.single_rows) {
        reference_.folds[rows_.front().fold] += rows_.front().sums;
        rows_.pop_front();
        ++first_single_;
    }
    if (labels_wanted_ > 0) {
        // The labels that an alarm asked for are the reference of what comes.
        if (--labels_wanted_ == 0) {
            combine();
            reference_ = current_;
            rows_.clear();
            watch_from_here();
        }
    } else {
        watch_scores(record);
    }
    combine();
    train();
}

AUTOMIX_INLINE void AdaptiveRouter::see_price(Index model, double price) {
    SeenPrices& seen = prices_[as_size(model)];
    seen.test.add(price);
    seen.latest.push_back(price);
    if (seen.latest.size() > detail::latest_prices) seen.latest.pop_front();
    const ChangeBets& bets = seen.test.bets();
    const double p_value = adjusted(bets.p_value(), false);
    if (p_value > options_.delta) return;
    const double mean = detail::mean_since_change(seen.latest);
    alarm(WatchedKind::price, model, p_value, first_single_ + std::ssize(rows_));
    for (Row& row : rows_) row.sums.answer_prices[as_size(model)] = mean * row.sums.weight();
    set_answer_price(reference_, model, mean);
    seen = {RankChange(options_.seed + as_size(learnt_) + as_size(model)), {}};
    combine();
    train();
}

AUTOMIX_INLINE void AdaptiveRouter::see_verdict(Index model, Verdict verdict) {
    if (verdict == Verdict::unparsed || reference_.models[as_size(model)].kind != VerificationKind::verdicts)
        return;
    MeanChange& test = verdicts_[as_size(model)];
    test.add(verdict == Verdict::positive ? 1.0 : 0.0);
    const double p_value = adjusted(test.bets().p_value(), true);
    if (p_value > options_.delta) return;
    alarm(WatchedKind::verdicts, model, p_value, first_single_ + std::ssize(rows_));
    combine();
    train();
}

AUTOMIX_INLINE double AdaptiveRouter::change_probability() const {
    return differences_.empty() ? 0.0 : 1.0 - start_probabilities().back();
}

AUTOMIX_INLINE void AdaptiveRouter::watch_from_here() {
    first_single_ = 0;
    differences_.clear();
    verdicts_.clear();
    const ReferenceRates rates = reference_rates(reference_);
    const auto models = std::ssize(reference_.models);
    best_ = 0;
    for (Index m = 1; m < models; ++m) {
        if (rates.models[as_size(m)].score > rates.models[as_size(best_)].score) best_ = m;
    }
    tests_ = static_cast<double>(2 * models - 1);
    for (const ModelShape& shape : reference_.models)
        tests_ += shape.kind == VerificationKind::verdicts ? 1.0 : 0.0;
    const double error = 0.25 * options_.delta / tests_;
    for (Index m = 0; m < models; ++m) {
        const ModelRates& model = rates.models[as_size(m)];
        if (m + 1 < models)
            verdicts_.emplace_back(reference_interval(model.verdicts, model.verdict_rows, error));
        if (m == best_) continue;
        const double mean = detail::unit_difference(rates.models[as_size(best_)].score, model.score);
        differences_.push_back({m, mean, MeanChange(reference_interval(mean, rates.rows, error)),
                                ChangeBets(detail::mean_bets)});
    }
}

AUTOMIX_INLINE AdaptiveRouter::Row AdaptiveRouter::as_row(const Record& record) const {
    Dataset data(names_of(reference_.models));
    data.name_first_verifier(reference_.models.front().verifier);
    data.append(record);
    const RoutingPrices& mean = router_.trained().prices;
    PriceTable prices = constant_prices(mean, reference_.models, data);
    StatisticsOptions collected;
    collected.folds = static_cast<int>(reference_.folds.size());
    collected.seed = router_.options().seed;
    collected.verifiers = router_.options().verifiers;
    for (std::size_t m = 0; m < record.models.size(); ++m) {
        if (m + 1 < record.models.size()) collected.max_draws.push_back(reference_.models[m].draws);
        if (record.models[m].cost) prices.answers[m] = *record.models[m].cost;
        if (record.models[m].draw_cost) prices.draws[m] = *record.models[m].draw_cost;
    }
    Statistics one = collect_statistics(data, prices, collected);
    reference_.require_same_models(one);
    for (std::size_t fold = 0; fold < one.folds.size(); ++fold) {
        if (one.folds[fold].weight() > 0.0) return {fold, std::move(one.folds[fold])};
    }
    throw DataError("record " + in_quotes(record.id) + ": no row");
}

AUTOMIX_INLINE void AdaptiveRouter::watch_scores(const Record& record) {
    std::vector<double> factors(detail::mean_bets);
    double least = 1.0;
    const Difference* changed = nullptr;
    for (Difference& difference : differences_) {
        const double value = detail::unit_difference(record.models[as_size(best_)].score,
                                                     record.models[as_size(difference.model)].score);
        difference.test.add(value);
        detail::mean_factors(difference.mean, difference.mean, value, factors);
        difference.likelihood.add(factors);
        const double p_value = adjusted(difference.test.bets().p_value(), true);
        if (p_value > std::min(least, options_.delta)) continue;
        least = p_value;
        changed = &difference;
    }
    if (changed != nullptr) alarm(WatchedKind::score, changed->model, least, changed->test.bets().since());
}

AUTOMIX_INLINE double AdaptiveRouter::adjusted(double p_value, bool has_reference) const {
    return std::min(1.0, tests_ * p_value + (has_reference ? 0.25 * options_.delta : 0.0));
}

AUTOMIX_INLINE std::vector<double> AdaptiveRouter::start_probabilities() const {
    const auto& starts = differences_.front().likelihood.starts();
    std::vector<double> weights;
    double sum = 1.0;
    for (std::size_t k = 0; k < starts.size(); ++k) {
        double gain = 0.0;
        for (const Difference& difference : differences_) {
            const auto& others = difference.likelihood.starts();
            const auto same = std::find_if(others.begin(), others.end(),
                                           [&](const auto& start) { return start.first == starts[k].first; });
            gain += same == others.end() ? 0.0 : same->gain();
        }
        gain /= static_cast<double>(differences_.size());
        weights.push_back(options_.hazard * static_cast<double>(starts[k].length) * gain);
        sum += weights.back();
    }
    weights.push_back(1.0);
    for (double& weight : weights) weight /= sum;
    return weights;
}

AUTOMIX_INLINE void AdaptiveRouter::combine() {
    current_ = reference_;
    const double before = reference_.total().weight();
    const auto count = static_cast<double>(rows_.size());
    // Without a watch all rows count fully, as after an alarm.
    std::vector<double> probabilities = {1.0};
    std::vector<Index> firsts;
    if (labels_wanted_ == 0 && !differences_.empty()) {
        probabilities = start_probabilities();
        for (const auto& start : differences_.front().likelihood.starts()) firsts.push_back(start.first);
    }
    // The statistics of each time of change have the mean of their rows, and the mixture has the mean number of rows.
    const double never = probabilities.back() / (before + count);
    double reference_factor = never;
    double number = probabilities.back() * (before + count);
    std::vector<double> row_factors(rows_.size(), never);
    for (std::size_t k = 0; k < firsts.size(); ++k) {
        const auto first = static_cast<std::size_t>(std::max<Index>(0, firsts[k] - first_single_));
        const double since = count - static_cast<double>(std::min(first, rows_.size()));
        const double rows = std::min(options_.remember, before) + since;
        number += probabilities[k] * rows;
        reference_factor += probabilities[k] / rows * std::min(options_.remember, before) / before;
        for (std::size_t row = first; row < rows_.size(); ++row) row_factors[row] += probabilities[k] / rows;
    }
    current_ *= number * reference_factor;
    for (std::size_t row = 0; row < rows_.size(); ++row)
        current_.folds[rows_[row].fold].add(rows_[row].sums, number * row_factors[row]);
}

AUTOMIX_INLINE void AdaptiveRouter::train() {
    PomdpRouter next = router_;
    if (next.train(current_).feasible) router_ = std::move(next);
}

AUTOMIX_INLINE void AdaptiveRouter::alarm(WatchedKind kind, Index model, double p_value, Index first_row) {
    alarms_.push_back({kind, reference_.models[as_size(model)].name, learnt_, p_value});
    const auto before =
        static_cast<std::size_t>(std::clamp<Index>(first_row - first_single_, 0, std::ssize(rows_)));
    for (std::size_t row = 0; row < before; ++row) reference_.folds[rows_[row].fold] += rows_[row].sums;
    rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(before));
    scale_to(reference_, std::min(options_.remember, reference_.total().weight()));
    watch_from_here();
    labels_wanted_ = options_.alarm_labels;
}

}  // namespace automix
