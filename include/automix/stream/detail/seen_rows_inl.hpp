// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/seen_rows.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/data/verification.hpp>
#include <automix/stream/request_record.hpp>
#include <automix/stream/seen_rows.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// How much of one request was seen, and with which probability.
struct Inclusion {
    bool whole = false;
    double probability = 0.0;  ///< of being seen whole, given the outcomes; of a request that was seen whole
};

/// Returns whether a verifier was seen with all draws of its shape, and lowers the probability if the policy did not
/// make all of them itself.
inline bool saw_verifier(const VerifierShape& shape, const std::vector<Verdict>& verdicts,
                         const std::optional<double>& confidence, int drawn_by_policy, double exploration,
                         double& probability) {
    if (shape.kind == VerificationKind::none) return true;
    const bool counts = shape.kind == VerificationKind::verdicts;
    if (counts ? std::ssize(verdicts) < shape.draws : draws_seen(verdicts, confidence) == 0) return false;
    const int needed = counts ? shape.draws : std::max(1, static_cast<int>(verdicts.size()));
    if (drawn_by_policy < needed) probability = std::min(probability, exploration);
    return true;
}

inline Inclusion inclusion(const RequestRecord& request, const std::vector<ModelShape>& models) {
    Inclusion seen{true, 1.0};
    for (const ModelShape& shape : models) {
        const RequestModel* model = find_model(request, shape.name);
        if (model == nullptr) return {};
        seen.probability = std::min(seen.probability, model->seen);
        if (!saw_verifier(shape.verifier_shape(0), model->verdicts, model->confidence, model->drawn_by_policy,
                          request.exploration, seen.probability))
            return {};
        for (const VerifierShape& further : shape.further) {
            const auto found = std::find_if(
                model->verifiers.begin(), model->verifiers.end(),
                [&](const RequestVerifier& verifier) { return verifier.seen.name == further.name; });
            if (found == model->verifiers.end() ||
                !saw_verifier(further, found->seen.verdicts, found->seen.confidence, found->drawn_by_policy,
                              request.exploration, seen.probability))
                return {};
        }
    }
    return seen;
}

/// Returns the leading verdicts that a verifier of that shape counts.
inline std::vector<Verdict> counted(const std::vector<Verdict>& verdicts, const VerifierShape& shape) {
    if (shape.kind == VerificationKind::none) return {};
    const auto end =
        shape.kind == VerificationKind::verdicts ? verdicts.begin() + shape.draws : verdicts.end();
    return {verdicts.begin(), end};
}

/// Returns what a log of queries holds of a request that was seen whole and scored.
inline Record seen_record(const RequestRecord& request, const std::vector<ModelShape>& models) {
    Record record{request.id, request.dataset, {}, {}, {}};
    for (const ModelShape& shape : models) {
        const RequestModel& seen = *find_model(request, shape.name);
        ModelRecord& model = record.models.emplace_back();
        const VerifierShape first = shape.verifier_shape(0);
        model.score = *seen.score;
        model.cost = seen.cost;
        model.verdicts = counted(seen.verdicts, first);
        if (first.kind == VerificationKind::confidence) model.confidence = seen.confidence;
        model.draw_cost = seen.draw_cost;
        if (const auto draws = draws_seen(seen.verdicts, seen.confidence);
            !seen.draw_cost && seen.verify_cost && draws)
            model.draw_cost = *seen.verify_cost / static_cast<double>(draws);
        model.signals = seen.signals;
        for (const VerifierShape& further : shape.further) {
            for (const RequestVerifier& verifier : seen.verifiers) {
                if (verifier.seen.name != further.name) continue;
                VerifierRecord& kept = model.verifiers.emplace_back(verifier.seen);
                kept.verdicts = counted(verifier.seen.verdicts, further);
            }
        }
    }
    return record;
}

inline bool is_scored(const RequestRecord& request, const std::vector<ModelShape>& models) {
    return std::all_of(models.begin(), models.end(), [&](const ModelShape& shape) {
        return find_model(request, shape.name)->score.has_value();
    });
}

inline bool has_failed(const RequestRecord& request) { return !request.answered || request.degraded; }

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE SeenRows seen_rows(const std::vector<RequestRecord>& requests,
                                  const std::vector<ModelShape>& models) {
    for (const ModelShape& shape : models) {
        if (shape.kind == VerificationKind::samples)
            throw DataError("the policy accepts pluralities of " + in_quotes(shape.name) +
                            "'s samples, which a log of requests does not hold");
    }
    SeenRows rows;
    rows.data = Dataset(names_of(models));
    rows.data.name_first_verifier(models.front().verifier);
    rows.counts.requests = std::ssize(requests);
    // Requests that could not be explored stand for each other only if all of them were seen whole.
    const bool unexplored_stand = std::none_of(requests.begin(), requests.end(), [&](const auto& request) {
        return request.exploration == 0.0 && !detail::has_failed(request) &&
               !detail::inclusion(request, models).whole;
    });
    for (const RequestRecord& request : requests) {
        SeenCounts& counts = rows.counts;
        const detail::Inclusion seen = detail::inclusion(request, models);
        if (detail::has_failed(request)) {
            ++counts.failed;
        } else if (request.exploration == 0.0 && !unexplored_stand) {
            ++counts.unexplorable;
        } else if (!seen.whole) {
            ++(request.explored ? counts.incomplete : counts.unexplored);
        } else if (!(seen.probability > 0.0)) {
            ++counts.contradictory;
        } else if (!detail::is_scored(request, models)) {
            ++counts.unlabelled;
        } else {
            rows.data.append(detail::seen_record(request, models), {}, query_facts(request));
            rows.weights.push_back(1.0 / seen.probability);
            rows.explored.push_back(request.explored);
            ++counts.used;
        }
    }
    return rows;
}

AUTOMIX_INLINE bool is_seen_whole(const RequestRecord& request, const std::vector<ModelShape>& models) {
    return !detail::has_failed(request) && detail::inclusion(request, models).whole;
}

AUTOMIX_INLINE std::vector<Index> SeenRows::random_rows() const {
    const bool alike =
        std::all_of(weights.begin(), weights.end(), [&](double weight) { return weight == weights.front(); });
    std::vector<Index> chosen;
    for (Index row = 0; row < data.rows(); ++row) {
        if (alike || explored[as_size(row)]) chosen.push_back(row);
    }
    return chosen;
}

AUTOMIX_INLINE std::vector<std::string> SeenRows::notes() const {
    std::vector<std::string> texts;
    const auto say = [&](Index number, const std::string& what) {
        if (number > 0)
            texts.push_back(std::to_string(number) + " of " + std::to_string(counts.requests) +
                            " requests are not used: " + what);
    };
    say(counts.failed, "they failed or were degraded, and are taken to be no part of the traffic");
    say(counts.unexplored, "not all models and draws were seen; explored requests stand for them");
    say(counts.unexplorable,
        "they could not be explored, and those of them that were seen whole are no fair sample");
    say(counts.incomplete,
        "they were explored, but a model or a draw failed; if that depends on the query, estimates are "
        "biased");
    say(counts.unlabelled,
        "the score of a model is missing; whether a request is scored must not depend on its outcome");
    say(counts.contradictory, "they were seen whole, although their exploration had probability 0");
    return texts;
}

AUTOMIX_INLINE double effective_rows(std::span<const double> weights) {
    double sum = 0.0;
    double squares = 0.0;
    for (const double weight : weights) {
        sum += weight;
        squares += weight * weight;
    }
    return squares > 0.0 ? sum * sum / squares : 0.0;
}

}  // namespace automix
