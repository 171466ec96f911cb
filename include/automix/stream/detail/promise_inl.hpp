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
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/routing_value.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/query_group.hpp>
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

/// Returns the group of each row; an empty one for each if all rows are one.
inline std::vector<std::string> groups_of_rows(const Dataset& data, const std::string& by) {
    std::vector<std::string> groups(as_size(data.rows()));
    if (by.empty()) return groups;
    for (Index row = 0; row < data.rows(); ++row) groups[as_size(row)] = group_of(by, data.facts(row));
    return groups;
}

/// Returns the groups of calibration rows, ascending. Throws `DataError` if no row is of a group.
inline std::vector<std::string> require_groups(std::vector<std::string> of_rows, const std::string& by) {
    std::sort(of_rows.begin(), of_rows.end());
    of_rows.erase(std::unique(of_rows.begin(), of_rows.end()), of_rows.end());
    if (of_rows.front().empty()) of_rows.erase(of_rows.begin());
    if (of_rows.empty())
        throw DataError("promise by " + by +
                        ": no calibration row has it; log it, and read the log with its facts");
    return of_rows;
}

/// Returns the rows of a group, whose names are given by the number of the row in the log.
inline PromiseRows rows_of_group(const PromiseRows& rows, const std::vector<std::string>& groups,
                                 const std::string& group) {
    std::vector<Index> own;
    for (Index row = 0; row < rows.rows(); ++row) {
        if (groups[as_size(rows.numbers[as_size(row)])] == group) own.push_back(row);
    }
    return rows.select_rows(own);
}

/// Returns the policy that mixes two candidates, with the report of the dearer one.
inline TrainedPolicy mix_candidates(const std::vector<PomdpRouter>& candidates, const PromisePolicy& policy) {
    const auto& [cheaper, dearer, share] = policy;
    TrainedPolicy trained = candidates[share > 0.0 ? dearer : cheaper].trained();
    if (!(share > 0.0 && share < 1.0)) return trained;
    const TrainedPolicy& other = candidates[cheaper].trained();
    PomdpReport& report = trained.report;
    report.share = share;
    report.expected = (1.0 - share) * other.report.expected + share * report.expected;
    trained.mixture = {{1.0 - share, other.mixture.front().policy}, {share, trained.mixture.front().policy}};
    if (!trained.reader) trained.reader = other.reader;
    return trained;
}

/// Scores and costs of the chosen policies on calibration rows.
class Delivered {
 public:
    void add(const PromiseRows& rows, const PromisePolicy& policy, const RoutingValue& expected) {
        const PromiseRows::Candidate& poor = rows.candidates[policy.cheaper];
        const PromiseRows::Candidate& good = rows.candidates[policy.dearer];
        for (Index row = 0; row < rows.rows(); ++row) {
            scores_.push_back(policy.share * good.scores(row) + (1.0 - policy.share) * poor.scores(row));
            costs_.push_back(policy.share * good.costs(row) + (1.0 - policy.share) * poor.costs(row));
        }
        expected_ = expected_ + static_cast<double>(rows.rows()) * expected;
    }

    [[nodiscard]] HeldOut held_out() const {
        const auto [score, score_se] = mean_and_error(scores_);
        const auto [cost, cost_se] = mean_and_error(costs_);
        return {score, score_se, cost, cost_se};
    }

    /// Returns the mean of the forecasts; score and cost as delivered if there is none. Policies that read the query have
    /// none, for no table holds all queries.
    [[nodiscard]] RoutingValue expected() const {
        const RoutingValue mean = (1.0 / static_cast<double>(scores_.size())) * expected_;
        if (!std::isnan(mean.score)) return mean;
        const HeldOut rows = held_out();
        return {rows.score, rows.cost, 0.0, 0.0};
    }

 private:
    static std::pair<double, double> mean_and_error(const std::vector<double>& values) {
        const Eigen::Map<const Eigen::ArrayXd> all(values.data(), std::ssize(values));
        const auto n = static_cast<double>(all.size());
        const double mean = all.mean();
        return {mean, std::sqrt((all - mean).square().sum() / std::max(1.0, n - 1.0) / n)};
    }

    std::vector<double> scores_;
    std::vector<double> costs_;
    RoutingValue expected_{0.0, 0.0, 0.0, 0.0};
};

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
    if (!numbers.empty()) {
        for (const Index row : rows) part.numbers.push_back(numbers[as_size(row)]);
    }
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
    replayed.numbers = std::move(order);
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
    const PomdpOptions& options = router.options();
    const std::string& by = options.promise_by;
    const std::vector<std::string> of_row = detail::groups_of_rows(calibration.data, by);
    const std::vector<std::string> groups =
        by.empty() ? std::vector<std::string>{""} : detail::require_groups(of_row, by);
    const double level = (1.0 - objective.confidence) / static_cast<double>(groups.size());
    const std::vector<PomdpRouter> candidates = router.candidates(statistics, rows);
    const PromiseRows tested = replay_candidates(candidates, calibration, options.seed);
    const PromisePlan plan = plan_promise(candidates.size(), detail::binary_scores(statistics));
    const bool looks_ahead = rows != nullptr && !detail::begins_at_last(objective);
    PromiseRows seen;
    std::vector<std::string> of_seen_row;
    if (looks_ahead) {
        seen = replay_candidates(candidates, *rows, options.seed);
        of_seen_row = detail::groups_of_rows(rows->data, by);
    }

    TrainedPolicy trained = candidates.back().trained();
    std::vector<PromiseCertificate> certificates;
    detail::Delivered delivered;
    TrainingResult result;
    for (const std::string& group : groups) {
        const PromiseRows own = detail::rows_of_group(tested, of_row, group);
        PromisePlan own_plan = plan;
        if (looks_ahead)
            begin_where_provable(own_plan, detail::rows_of_group(seen, of_seen_row, group), objective, level,
                                 own.rows());
        PromiseChoice choice = choose_promised(own_plan, own, objective, level);
        PromiseCertificate& certificate = certificates.emplace_back(std::move(choice.certificate));
        certificate.group = group;
        TrainedPolicy chosen = detail::mix_candidates(candidates, choice.policy);
        delivered.add(own, choice.policy, chosen.report.expected);
        result.candidates += certificate.candidates;
        if (!certificate.proven)
            result.reason += (result.reason.empty() ? "" : "; ") + to_string(certificate);
        if (by.empty()) {
            trained = std::move(chosen);
        } else if (certificate.proven) {
            if (!trained.reader) trained.reader = chosen.reader;
            trained.groups.push_back({group, chosen.report.lambda, std::move(chosen.mixture)});
        }
    }
    if (!by.empty()) {
        const PromiseRows others = detail::rows_of_group(tested, of_row, "");
        const std::size_t last = candidates.size() - 1;
        if (others.rows() > 0) {
            delivered.add(others, {last, last, 1.0}, candidates.back().report().expected);
            result.warnings.push_back(std::to_string(others.rows()) + " calibration rows have no " + by +
                                      "; queries like them go to the last model");
        }
    }
    PomdpReport& report = trained.report;
    report.held_out = delivered.held_out();
    report.expected = delivered.expected();
    report.promises = std::move(certificates);
    result.guard = report.guard;
    result.held_out = report.held_out;
    router = PomdpRouter(router.options(), std::move(trained));
    return result;
}

}  // namespace automix
