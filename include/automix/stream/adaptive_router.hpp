// SPDX-License-Identifier: Apache-2.0
// A POMDP router for a stream whose models may change under their names. It keeps statistics of scored rows and trains
// again with each. How much earlier rows count follows from the evidence of a change: for each time at which it may have
// begun, the likelihood of the scores since (the capital of bets, drift.hpp) times a prior gives its probability, and the
// statistics are the mean over these times of those since then (Adams and MacKay 2007). So doubt makes the policy
// move early, and it moves back if the doubt passes. An alarm is a test that holds for ever: until the first one, and from
// each to the next, a false one has probability `delta` at most. On an alarm what was before counts as a few rows only, and
// labels are asked for. Score differences to the best model are watched, and without labels verdict rates and prices.
//     automix::AdaptiveRouter router(options, statistics);
//     router.see_price(1, 0.002);      // of each answer
//     router.learn(record);            // of each request that was seen whole and scored
//     if (router.wants_label()) ..     // explore and score the next request too
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/stream/drift.hpp>
#include <automix/stream/watch.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace automix {

struct AdaptiveOptions {
    double delta = 0.05;    ///< probability of a false alarm until the first, and from each to the next
    double hazard = 0.06;   ///< prior probability that a change begins with a given scored row
    double remember = 2.0;  ///< number of rows that all rows before a change count for after it
    int alarm_labels = 20;  ///< scored rows that are asked for after an alarm
    std::size_t single_rows = 256;  ///< number of latest scored rows that may be told apart
    std::uint64_t seed = 0;         ///< of ranks among equal prices
};

/// Throws `ArgumentError` for options out of range.
void validate(const AdaptiveOptions& options);

/// An alarm of an adaptive router.
struct StreamAlarm {
    WatchedKind kind = WatchedKind::score;
    std::string model{};
    Index scored_rows = 0;  ///< number of rows that had been learnt from
    double p_value = 1.0;
};

class AdaptiveRouter {
 public:
    /// Trains a first policy on statistics. Throws as `PomdpRouter::train`, and `DataError` if the objective is infeasible.
    /// A policy that reads queries cannot adapt, as statistics hold none: the choice of context is ignored.
    AdaptiveRouter(PomdpOptions options, Statistics statistics, AdaptiveOptions adaptive = {});

    [[nodiscard]] static std::string name() { return "adaptive"; }
    [[nodiscard]] Action next(const Evidence& evidence) const { return router_.next(evidence); }
    [[nodiscard]] std::span<const double> breakpoints() const noexcept { return router_.breakpoints(); }
    [[nodiscard]] std::vector<ModelShape> models() const { return router_.models(); }

    /// Learns from a request that was seen whole and scored, chosen without a look at its outcome. Prices that the record
    /// lacks are those of the statistics. Throws `DataError` for a record that does not fit the models.
    void learn(const Record& row);

    /// Notes the price of an answer that the policy has paid for.
    void see_price(Index model, double price);

    /// Notes the first verdict on an answer of a model that the policy asked first, or that was explored.
    void see_verdict(Index model, Verdict verdict);

    /// Returns true if the next request should be seen whole and scored, whatever the share of labels is.
    [[nodiscard]] bool wants_label() const noexcept { return labels_wanted_ > 0; }

    /// Returns the probability that a change has begun since the reference.
    [[nodiscard]] double change_probability() const;

    [[nodiscard]] const std::vector<StreamAlarm>& alarms() const noexcept { return alarms_; }
    /// Returns the policy at present.
    [[nodiscard]] const PomdpRouter& router() const noexcept { return router_; }
    /// Returns the statistics that it was trained on.
    [[nodiscard]] const Statistics& statistics() const noexcept { return current_; }

 private:
    /// A scored row as sums of its fold.
    struct Row {
        std::size_t fold = 0;
        FoldStatistics sums{};
    };

    /// The watch over the difference of the best model's score to another model's.
    struct Difference {
        Index model = 0;
        double mean = 0.5;      ///< in the reference
        MeanChange test;        ///< of the reference's interval
        ChangeBets likelihood;  ///< bets against the mean itself
    };

    /// The prices of a model's answers.
    struct SeenPrices {
        RankChange test;
        std::deque<double> latest{};
    };

    void watch_from_here();
    [[nodiscard]] Row as_row(const Record& record) const;
    void watch_scores(const Record& record);
    /// Returns the probability of each start of the differences, that of no change last.
    [[nodiscard]] std::vector<double> start_probabilities() const;
    void combine();
    void train();
    /// Raises an alarm: forgets the rows before the one with that number since the reference.
    void alarm(WatchedKind kind, Index model, double p_value, Index first_row);
    [[nodiscard]] double adjusted(double p_value, bool has_reference) const;

    AdaptiveOptions options_;
    PomdpRouter router_;
    Statistics reference_;    ///< rows before the single ones
    Statistics current_;      ///< what the policy is trained on
    std::deque<Row> rows_;    ///< since the reference, the latest
    Index first_single_ = 0;  ///< number of rows since the reference that are in it already
    Index learnt_ = 0;
    Index best_ = 0;  ///< best model of the reference
    std::vector<Difference> differences_;
    std::vector<MeanChange> verdicts_;  ///< of each model but the last
    std::vector<SeenPrices> prices_;
    double tests_ = 1.0;
    int labels_wanted_ = 0;
    std::vector<StreamAlarm> alarms_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/adaptive_router_inl.hpp>
#endif
