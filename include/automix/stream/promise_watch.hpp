// SPDX-License-Identifier: Apache-2.0
// Watches a promise on a stream of labelled queries, and alarms once they refute it. The check may be looked at after
// every query, for ever: while the promise holds, it ever alarms with probability at most 1 - confidence. Labelled
// queries have to be a fair sample of the traffic. O(1) a query.
//     automix::PromiseWatch watch(automix::Objective::promise_quality(0.95, 0.95));
//     watch.add({.score = 1.0, .last_score = 1.0});
//     if (watch.alarmed()) std::puts("calibrate again");
#pragma once

#include <automix/routing/objective.hpp>
#include <automix/stream/e_process.hpp>

#include <cstdint>
#include <optional>

namespace automix {

/// The score of a delivered answer, in [0, 1].
struct LabelledAnswer {
    double score = 0.0;
    bool by_last = false;  ///< the last model gave the answer
    /// Score of the last model on the query, for a promise on quality; not needed if the last model gave the answer.
    std::optional<double> last_score{};
};

class PromiseWatch {
 public:
    /// Throws `ArgumentError` unless the objective is a promise.
    explicit PromiseWatch(const Objective& promise);

    /// Goes on from an earlier state. Throws `ArgumentError` as the other, and for a state that no stream leads to.
    PromiseWatch(const Objective& promise, EProcessState state);

    /// Adds the next labelled query. A promise on errors ignores answers of the last model. Throws `ArgumentError` for a
    /// score outside [0, 1], and if a promise on quality lacks the last model's score.
    void add(const LabelledAnswer& answer);

    /// Returns true once the promise is refuted, and from then on.
    [[nodiscard]] bool alarmed() const { return p_value() <= 1.0 - promise_.confidence; }

    /// Returns the probability that a kept promise ever looks that broken, at most.
    [[nodiscard]] double p_value() const { return wealth_.p_value(); }

    /// Returns the number of labelled queries that counted.
    [[nodiscard]] std::uint64_t queries() const noexcept { return wealth_.values(); }

    [[nodiscard]] const Objective& promise() const noexcept { return promise_; }
    [[nodiscard]] const EProcessState& state() const noexcept { return wealth_.state(); }

 private:
    Objective promise_;
    EProcess wealth_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/promise_watch_inl.hpp>
#endif
