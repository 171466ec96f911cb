// SPDX-License-Identifier: Apache-2.0
// Walks through a log with a router as `replay` does, and shows each decision with its evidence and each run with what
// was paid to which model. If the router randomises, every interval of u is a run of its own, weighted by its length.
// O(rows * draws * intervals), in constant memory.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/source.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace automix {

/// The payments to one model in a run, or their means over many.
struct ModelPayment {
    double answer = 0.0;        ///< price of its answer; 0 if it was not asked
    double verification = 0.0;  ///< price of the draws on its answer
    double draws = 0.0;         ///< draws on its answer
};

/// The run of one row, which lives as long as the call that shows it.
struct LoggedRun {
    Index row = 0;
    double weight = 1.0;  ///< probability of the run
    double score = 0.0;   ///< score of the accepted answer
    const Outcome& outcome;
    const Evidence& evidence;                   ///< as the router last saw it
    const std::vector<ModelPayment>& payments;  ///< one for each model
};

namespace detail {

/// A log as a source that notes what each model is paid.
class PayingSource {
 public:
    static constexpr bool limits_draws = true;

    PayingSource(LogSource& source, std::vector<ModelPayment>& payments)
        : source_(source), payments_(payments) {}

    [[nodiscard]] Answered answer(Index model) {
        Answered answered = source_.answer(model);
        payments_[as_size(model)].answer += answered.cost;
        return answered;
    }
    [[nodiscard]] Drawn draw(Index model, int draws) {
        Drawn drawn = source_.draw(model, draws);
        payments_[as_size(model)].verification += drawn.cost;
        payments_[as_size(model)].draws += drawn.drawn;
        return drawn;
    }

 private:
    LogSource& source_;
    std::vector<ModelPayment>& payments_;
};

/// A router whose decisions are shown before they are taken.
template <router Router, class Show>
struct ShownRouter {
    const Router& policy;
    const Show& show;

    [[nodiscard]] Action next(const Evidence& evidence) const {
        const Action action = policy.next(evidence);
        show(evidence, action);
        return action;
    }
};

}  // namespace detail

/// Runs the router on these rows. Calls `show_decision(row, weight, evidence, action)` at each decision and
/// `show_run(run)` with a `LoggedRun` at the end of each run. Throws as `replay` does. Requires rows of this data set.
template <router Router, class ShowDecision, class ShowRun>
void walk_log(const Router& policy, const Dataset& data, const PriceTable& prices,
              std::span<const Index> rows, std::uint64_t seed, ShowDecision show_decision, ShowRun show_run) {
    require_prices_for(data, prices);
    if constexpr (query_reading_router<Router>) detail::require_facts(policy.reads(), data);
    LogSource log(data, prices);
    Evidence evidence(data.models());
    std::vector<ModelPayment> payments(as_size(data.models()));
    std::vector<detail::UniformInterval> intervals;
    if constexpr (randomised_router<Router>) intervals = detail::uniform_intervals(policy.breakpoints());
    const bool randomises = !intervals.empty();
    if (!randomises) intervals.emplace_back();
    for (const Index row : rows) {
        const std::optional<QueryForecast> forecast = forecast_of(policy, data.facts(row));
        for (const auto& [inside, length] : intervals) {
            log.open(row);
            evidence.reset(randomises ? inside : uniform_of(data.id(row), seed));
            evidence.forecast = forecast;
            payments.assign(payments.size(), {});
            const double weight = length;
            const auto show = [&](const Evidence& seen, const Action& action) {
                show_decision(row, weight, seen, action);
            };
            const detail::ShownRouter<Router, decltype(show)> shown{policy, show};
            detail::PayingSource source(log, payments);
            const Outcome outcome = detail::run_row(shown, source, evidence, data, row);
            show_run(LoggedRun{row, weight, log.score(outcome.model, outcome.accepted), outcome, evidence,
                               payments});
        }
    }
}

/// Returns the numbers of all rows.
inline std::vector<Index> all_rows(const Dataset& data) {
    std::vector<Index> rows;
    rows.reserve(as_size(data.rows()));
    for (Index row = 0; row < data.rows(); ++row) rows.push_back(row);
    return rows;
}

/// Returns at most `count` rows, those with the lowest hashes of their ids, in the order of the data set.
inline std::vector<Index> sampled_rows(const Dataset& data, Index count, std::uint64_t seed) {
    std::vector<Index> rows = all_rows(data);
    if (data.rows() <= count) return rows;
    std::vector<std::pair<std::uint64_t, Index>> order;
    order.reserve(rows.size());
    for (const Index row : rows) order.emplace_back(hash_text(data.id(row), seed), row);
    std::nth_element(order.begin(), order.begin() + count, order.end());
    rows.clear();
    for (Index i = 0; i < count; ++i) rows.push_back(order[as_size(i)].second);
    std::sort(rows.begin(), rows.end());
    return rows;
}

}  // namespace automix
