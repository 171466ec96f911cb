// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/promise_watch.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/stream/promise_watch.hpp>

#include <string>
#include <utility>

namespace automix::detail {

/// Returns what a kept promise says of the mean of the values that are watched.
inline MeanHypothesis kept_promise(const Objective& promise) {
    if (!promise.is_promise())
        throw ArgumentError("promise watch: expected a promise, found the objective " + to_string(promise));
    if (promise.kind == ObjectiveKind::promise_error) return {0.0, 1.0, 1.0 - promise.value, true};
    return {-promise.value, 1.0, 0.0, true};
}

inline void require_score(double score, const char* what) {
    if (!(score >= 0.0 && score <= 1.0))
        throw ArgumentError(std::string("promise watch: expected ") + what + " within [0, 1], found " +
                            format_number(score));
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE PromiseWatch::PromiseWatch(const Objective& promise)
    : promise_(promise), wealth_(detail::kept_promise(promise)) {}

AUTOMIX_INLINE PromiseWatch::PromiseWatch(const Objective& promise, EProcessState state)
    : promise_(promise), wealth_(detail::kept_promise(promise), std::move(state)) {}

AUTOMIX_INLINE void PromiseWatch::add(const LabelledAnswer& answer) {
    detail::require_score(answer.score, "a score");
    if (promise_.kind == ObjectiveKind::promise_error) {
        if (!answer.by_last) wealth_.add(answer.score);
        return;
    }
    if (!answer.last_score && !answer.by_last)
        throw ArgumentError("promise watch: a promise on quality needs the last model's score on the query");
    const double last = answer.last_score.value_or(answer.score);
    detail::require_score(last, "the last model's score");
    wealth_.add(answer.score - promise_.value * last);
}

}  // namespace automix
