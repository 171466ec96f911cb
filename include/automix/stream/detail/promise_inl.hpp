// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/promise.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/stream/promise.hpp>
#include <automix/stream/risk_bounds.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// The rows of one policy, as far as a promise looks at them.
struct PromiseEvidence {
    PairCounts pairs{};            ///< for a share of the quality and scores 0 or 1
    std::vector<double> values{};  ///< for other scores: score less share times the last model's
    Index accepted = 0;
    double wrong = 0.0;  ///< sum of 1 - score over accepted answers, rounded up for scores 0 or 1
    double score = 0.0;  ///< sums over rows
    double last_score = 0.0;
    double square = 0.0;  ///< of score less share times the last model's
    double cost = 0.0;
};

inline PromiseEvidence gather(const PromiseRows& rows, const PromisePolicy& policy,
                              const Objective& objective, bool binary) {
    const auto& cheaper = rows.candidates[policy.cheaper];
    const auto& dearer = rows.candidates[policy.dearer];
    const Eigen::ArrayXd& last_scores = rows.candidates.back().scores;
    const bool of_quality = objective.kind == ObjectiveKind::promise_quality;
    PromiseEvidence sums;
    sums.pairs.rows = rows.rows();
    if (of_quality && !binary) sums.values.reserve(as_size(rows.rows()));
    for (Index row = 0; row < rows.rows(); ++row) {
        // As the mixture of a router does: the cheaper part comes first.
        const auto& used = rows.uniforms(row) < 1.0 - policy.share ? cheaper : dearer;
        const double score = used.scores(row);
        const double last = last_scores(row);
        sums.cost += used.costs(row);
        sums.score += score;
        sums.last_score += last;
        if (of_quality) {
            const double value = score - objective.value * last;
            sums.square += value * value;
            if (!binary) {
                sums.values.push_back(value);
            } else if (score >= 1.0) {
                ++(last > 0.0 ? sums.pairs.kept : sums.pairs.gained);
            } else if (last > 0.0) {
                ++sums.pairs.lost;
            }
        } else if (used.last(row) < 0.5) {
            ++sums.accepted;
            sums.wrong += binary ? (score < 1.0 ? 1.0 : 0.0) : 1.0 - score;
        }
    }
    return sums;
}

/// Returns the p-value of evidence. `scale` multiplies the number of rows, to see ahead.
inline double promise_p_value(const PromiseEvidence& sums, const Objective& objective, bool binary,
                              double level, double scale = 1.0) {
    const auto scaled = [&](Index count) {
        return static_cast<Index>(std::floor(static_cast<double>(count) * scale));
    };
    if (objective.kind == ObjectiveKind::promise_error) {
        const Index accepted = scaled(sums.accepted);
        if (accepted == 0) return 1.0;
        if (!binary)
            return hoeffding_bentkus(sums.wrong / static_cast<double>(sums.accepted), accepted,
                                     objective.value);
        return binomial_at_most(static_cast<Index>(std::ceil(sums.wrong * scale)), accepted, objective.value);
    }
    if (!binary) return betting_p_value(sums.values, objective.value, 1.0, level);
    const PairCounts& pairs = sums.pairs;
    return pair_p_value({scaled(pairs.lost), scaled(pairs.kept), scaled(pairs.gained), scaled(pairs.rows)},
                        objective.value, level);
}

/// Returns about how many rows prove a policy in four of five logs; nothing if its rows break the promise.
inline std::optional<double> rows_needed(const PromiseEvidence& sums, const Objective& objective, Index rows,
                                         double level) {
    if (rows == 0) return std::nullopt;
    const auto n = static_cast<double>(rows);
    const double test = normal_deviate(level);
    const double power = normal_deviate(0.2);
    if (objective.kind == ObjectiveKind::promise_error) {
        const auto accepted = static_cast<double>(sums.accepted);
        const double bound = objective.value;
        const double wrong = accepted > 0.0 ? sums.wrong / accepted : 1.0;
        if (wrong >= bound) return std::nullopt;
        const double spread =
            test * std::sqrt(bound * (1.0 - bound)) + power * std::sqrt(wrong * (1.0 - wrong));
        const double least = std::log(level) / std::log1p(-bound);
        return std::max(least, std::pow(spread / (bound - wrong), 2)) * n / accepted;
    }
    const double mean = (sums.score - objective.value * sums.last_score) / n;
    if (mean <= 0.0) return std::nullopt;
    const double deviation = std::sqrt(std::max(0.0, sums.square / n - mean * mean));
    double needed = std::pow((test + power) * deviation / mean, 2);
    // If both are always right together, the proof rests on the rows on which they are.
    if (objective.value < 1.0 && sums.last_score > 0.0)
        needed = std::max(needed, std::log(level) / std::log(objective.value) * n / sums.last_score);
    return needed;
}

/// Returns true if the sequence begins beside the last model, which keeps the promise by itself.
inline bool begins_at_last(const Objective& objective) {
    return objective.kind == ObjectiveKind::promise_quality && objective.value <= 1.0;
}

/// Returns true if all scores are 0 or 1: their squares add up to the scores.
inline bool binary_scores(const Statistics& statistics) {
    const std::size_t models = statistics.models.size();
    double apart = 0.0;
    double weight = 0.0;
    for (const EvidenceCell& cell : statistics.total().cells) {
        weight += cell.weight;
        for (std::size_t m = 0; m < models; ++m) apart += cell.scores[m] - cell.products[m * models + m];
    }
    constexpr double rounding = 1e-9;
    return apart <= rounding * weight;
}

/// Returns a share in per cent, with one digit behind the point if it has one.
inline std::string percent(double share) { return format_number(std::round(1000.0 * share) / 10.0) + " %"; }

inline std::string promise_method(const Objective& objective, bool binary) {
    if (objective.kind == ObjectiveKind::promise_error) return binary ? "binomial" : "hoeffding_bentkus";
    return binary ? "pairs" : "betting";
}

inline void describe(PromiseCertificate& certificate, const PromiseEvidence& sums,
                     const Objective& objective) {
    const auto rows = static_cast<double>(std::max<Index>(1, certificate.rows));
    certificate.cost = sums.cost / rows;
    if (objective.kind == ObjectiveKind::promise_error) {
        certificate.counted = sums.accepted;
        certificate.estimate = sums.accepted > 0 ? sums.wrong / static_cast<double>(sums.accepted) : 0.0;
    } else {
        certificate.counted = sums.values.empty() ? sums.pairs.lost + sums.pairs.kept + sums.pairs.gained
                                                  : std::ssize(sums.values);
        certificate.estimate = sums.last_score > 0.0 ? sums.score / sums.last_score : 1.0;
    }
}

/// Throws `DataError` if a calibration row is among the rows to train on.
inline void require_apart(const Dataset& training, const Dataset& calibration) {
    for (Index row = 0; row < calibration.rows(); ++row) {
        if (training.find(calibration.id(row)))
            throw DataError("calibration: id " + in_quotes(calibration.id(row)) +
                            " is a row to train on as well; a promise needs rows of its own");
    }
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE PromiseRows PromiseRows::select_rows(const std::vector<Index>& rows) const {
    PromiseRows part;
    for (const Candidate& candidate : candidates)
        part.candidates.push_back({candidate.scores(rows), candidate.costs(rows), candidate.last(rows)});
    part.uniforms = uniforms(rows);
    return part;
}

AUTOMIX_INLINE PromiseRows replay_candidates(const std::vector<PomdpRouter>& candidates,
                                             const TrainingData& rows, std::uint64_t seed) {
    const Dataset& data = rows.data;
    std::vector<Index> order(as_size(data.rows()));
    std::iota(order.begin(), order.end(), Index{0});
    // Betting looks at one row after the other, and a log may be sorted.
    std::sort(order.begin(), order.end(), [&](Index a, Index b) {
        return std::pair(uniform_of(data.id(a), seed, UniformUse::promise), a) <
               std::pair(uniform_of(data.id(b), seed, UniformUse::promise), b);
    });
    PromiseRows replayed;
    replayed.uniforms.resize(data.rows());
    for (Index row = 0; row < data.rows(); ++row)
        replayed.uniforms(row) = uniform_of(data.id(order[as_size(row)]), seed);
    for (const PomdpRouter& candidate : candidates) {
        const Replay all = replay(candidate, data, rows.prices, seed).select_rows(order);
        replayed.candidates.push_back({all.performance, all.answer_cost + all.verification_cost, all.last});
    }
    return replayed;
}

AUTOMIX_INLINE PromisePlan plan_promise(std::size_t candidates, bool binary, Index steps) {
    PromisePlan plan;
    plan.binary = binary;
    const auto gaps = static_cast<Index>(candidates) - 1;
    const Index parts = std::max<Index>(1, steps / std::max<Index>(1, gaps));
    for (Index gap = gaps - 1; gap >= 0; --gap) {
        for (Index part = parts - 1; part >= 0; --part)
            plan.sequence.push_back(
                {as_size(gap), as_size(gap + 1), static_cast<double>(part) / static_cast<double>(parts)});
    }
    return plan;
}

AUTOMIX_INLINE void begin_where_provable(PromisePlan& plan, const PromiseRows& training,
                                         const Objective& objective, double level, Index calibration_rows) {
    if (detail::begins_at_last(objective) || training.rows() == 0) return;
    constexpr double margin = 0.02;  // training rows flatter the policies that were fitted to them
    const double scale = static_cast<double>(calibration_rows) / static_cast<double>(training.rows());
    std::size_t start = 0;
    double lowest = 2.0;
    for (std::size_t i = 0; i < plan.sequence.size() && lowest > margin * level; ++i) {
        const auto sums = detail::gather(training, plan.sequence[i], objective, plan.binary);
        const double ahead = detail::promise_p_value(sums, objective, plan.binary, level, scale);
        if (ahead >= lowest) continue;
        lowest = ahead;
        start = i;
    }
    plan.sequence.erase(plan.sequence.begin(), plan.sequence.begin() + static_cast<std::ptrdiff_t>(start));
}

AUTOMIX_INLINE PromiseChoice choose_promised(const PromisePlan& plan, const PromiseRows& calibration,
                                             const Objective& objective, double level) {
    const std::size_t last = calibration.candidates.size() - 1;
    PromiseChoice choice;
    choice.policy = {last, last, 1.0};
    PromiseCertificate& certificate = choice.certificate;
    certificate.method = detail::promise_method(objective, plan.binary);
    certificate.rows = calibration.rows();
    certificate.bound = objective.value;
    certificate.level = level;
    certificate.candidates = std::ssize(plan.sequence);
    detail::describe(certificate, detail::gather(calibration, choice.policy, objective, plan.binary),
                     objective);
    certificate.last_cost = certificate.cost;
    Index position = 0;
    for (const PromisePolicy& policy : plan.sequence) {
        const auto sums = detail::gather(calibration, policy, objective, plan.binary);
        const double p_value = detail::promise_p_value(sums, objective, plan.binary, level);
        ++position;
        if (p_value > level) {
            if (certificate.proven) break;
            certificate.p_value = p_value;
            certificate.position = position;
            certificate.rows_needed = detail::rows_needed(sums, objective, calibration.rows(), level);
            break;
        }
        const double cost = sums.cost / static_cast<double>(calibration.rows());
        // All of them are proven together, so the cheapest may be taken.
        if (cost > certificate.cost) continue;
        certificate.proven = true;
        certificate.p_value = p_value;
        certificate.position = position;
        detail::describe(certificate, sums, objective);
        choice.policy = policy;
    }
    return choice;
}

AUTOMIX_INLINE PromiseSplit rows_for_promise(const Dataset& data, double share, std::uint64_t seed) {
    if (!(share > 0.0 && share < 1.0))
        throw ArgumentError("promise: expected a share of calibration rows between 0 and 1, found " +
                            format_number(share));
    PromiseSplit split;
    for (Index row = 0; row < data.rows(); ++row) {
        const bool calibrates = uniform_of(data.id(row), seed, UniformUse::promise) < share;
        (calibrates ? split.calibration : split.train).push_back(row);
    }
    return split;
}

AUTOMIX_INLINE TrainingResult train_with_promise(PomdpRouter& router, const TrainingData& training,
                                                 const TrainingData& calibration) {
    return train_with_promise(router, router.collect(training), &training, calibration);
}

AUTOMIX_INLINE TrainingResult train_with_promise(PomdpRouter& router, const Statistics& statistics,
                                                 const TrainingData* rows, const TrainingData& calibration) {
    const Objective& objective = router.options().objective;
    if (!objective.is_promise())
        throw ArgumentError(
            "promise: expected the objective promise:quality=X,confidence=Y or "
            "promise:error=X,confidence=Y, found " +
            to_string(objective));
    const std::vector<std::string> names = names_of(statistics.models);
    if (calibration.data.model_names() != names)
        throw DataError("calibration: expected the models " + joined(names) + ", found " +
                        joined(calibration.data.model_names()));
    if (calibration.data.rows() == 0) throw DataError("calibration: no rows");
    if (rows != nullptr) detail::require_apart(rows->data, calibration.data);
    const double level = 1.0 - objective.confidence;
    const std::uint64_t seed = router.options().seed;
    const std::vector<PomdpRouter> candidates = router.candidates(statistics, rows);
    const PromiseRows tested = replay_candidates(candidates, calibration, seed);
    PromisePlan plan = plan_promise(candidates.size(), detail::binary_scores(statistics));
    if (rows != nullptr && !detail::begins_at_last(objective))
        begin_where_provable(plan, replay_candidates(candidates, *rows, seed), objective, level,
                             tested.rows());
    const PromiseChoice choice = choose_promised(plan, tested, objective, level);

    const auto& [cheaper, dearer, share] = choice.policy;
    const PromiseRows::Candidate& poor = tested.candidates[cheaper];
    const PromiseRows::Candidate& good = tested.candidates[dearer];
    TrainedPolicy trained = candidates[share > 0.0 ? dearer : cheaper].trained();
    PomdpReport& report = trained.report;
    if (share > 0.0 && share < 1.0) {
        const TrainedPolicy& other = candidates[cheaper].trained();
        report.share = share;
        report.expected = (1.0 - share) * other.report.expected + share * report.expected;
        trained.mixture = {{1.0 - share, other.mixture.front().policy},
                           {share, trained.mixture.front().policy}};
        if (!trained.reader) trained.reader = other.reader;
    }
    const Eigen::ArrayXd scores = share * good.scores + (1.0 - share) * poor.scores;
    const Eigen::ArrayXd costs = share * good.costs + (1.0 - share) * poor.costs;
    const auto error = [](const Eigen::ArrayXd& values) {
        const auto n = static_cast<double>(values.size());
        return std::sqrt((values - values.mean()).square().sum() / std::max(1.0, n - 1.0) / n);
    };
    report.held_out = HeldOut{scores.mean(), error(scores), costs.mean(), error(costs)};
    // Policies that read the query have no forecast, for no table holds all queries.
    if (std::isnan(report.expected.score))
        report.expected = {report.held_out->score, report.held_out->cost, 0.0, 0.0};
    report.promises = {choice.certificate};

    TrainingResult result;
    result.candidates = choice.certificate.candidates;
    result.guard = report.guard;
    result.held_out = report.held_out;
    if (!choice.certificate.proven) result.reason = to_string(choice.certificate);
    router = PomdpRouter(router.options(), std::move(trained));
    return result;
}

AUTOMIX_INLINE std::string to_string(const PromiseCertificate& certificate) {
    const bool of_error = certificate.method == "binomial" || certificate.method == "hoeffding_bentkus";
    const std::string what =
        of_error ? "at most " + detail::percent(certificate.bound) + " of the accepted answers are wrong"
                 : "at least " + detail::percent(certificate.bound) + " of the last model's score";
    const std::string of = certificate.group.empty() ? std::string() : certificate.group + ": ";
    const std::string rows = std::to_string(certificate.rows) + " calibration rows";
    if (!certificate.proven)
        return of + "no policy is proven to keep the promise of " + what + " on " + rows +
               " (p = " + format_significant(certificate.p_value, 3) + ", level " +
               format_significant(certificate.level, 3) + "), so every query goes to the last model" +
               (certificate.rows_needed
                    ? "; about " + format_fixed(std::ceil(*certificate.rows_needed), 0) + " rows would do"
                    : std::string());
    return of + what + ", proven with confidence " + detail::percent(1.0 - certificate.level) + " on " +
           rows + " (" + std::to_string(certificate.counted) +
           " of them tell, p = " + format_significant(certificate.p_value, 3) + ", policy " +
           std::to_string(certificate.position) + " of " + std::to_string(certificate.candidates) +
           "): " + detail::percent(certificate.estimate) + (of_error ? " wrong" : " reached") +
           " there, at a cost of " + format_price(certificate.cost) + " against " +
           format_price(certificate.last_cost);
}

}  // namespace automix
