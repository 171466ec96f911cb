// SPDX-License-Identifier: Apache-2.0
// The recipe of Hybrid LLM (Ding et al. 2024) and of RouteLLM (Ong et al. 2024): forecast from the query alone the
// probability that the small model's answer is at least as good as the large one's, and ask the large model if it is
// below a threshold. A sweep of thresholds traces the curve. What differs here: the forecast is a calibrated logistic
// regression on words, data set and features, for theirs are language models, and its labels are the log's own scores,
// for RouteLLM learns from people's preferences and Hybrid LLM may relax the comparison by a margin. Thresholds are
// chosen on forecasts of rows that were not fitted. O(fit of the context).
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/context_model.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace automix {

struct WinRateOptions {
    Objective objective{};
    ContextChoice context{};  ///< `best`: the data set, the text and the features, if the log holds them
    std::uint64_t seed = 0;   ///< of the folds
};

/// A router that asks one of the end models by the probability that the small one suffices.
class WinRateRouter {
 public:
    /// Throws `ArgumentError` for an impossible objective, and for a promise.
    explicit WinRateRouter(WinRateOptions options = {}) : options_(options) {
        require_possible(options.objective);
        require_no_promise(options.objective, name());
    }

    [[nodiscard]] static std::string name() { return "win_rate"; }

    /// Fits the forecast and chooses the threshold for the objective. If nothing is feasible, the router holds no policy.
    /// Throws `DataError` if there are no rows, fewer than two models, or none of the facts asked for.
    TrainingResult train(const TrainingData& training);

    /// Returns a router for each threshold: those that ask the large model for 0, 5, ..., 100 % of the training rows.
    [[nodiscard]] std::vector<WinRateRouter> curve(const TrainingData& training) const;

    /// Returns the next action. Throws `NotTrainedError` if there is no policy, and `ProtocolError` without a forecast.
    [[nodiscard]] Action next(const Evidence& evidence) const;

    /// Returns the probability that the small model's answer is at least as good, as the one score of the forecast.
    [[nodiscard]] std::optional<QueryForecast> forecast(const QueryFacts& facts) const;
    [[nodiscard]] ContextFields reads() const;

    [[nodiscard]] Parameters parameters() const;

 private:
    /// A forecast with its thresholds and what they reach on the training rows.
    struct Trained {
        std::shared_ptr<const ContextModel> model{};
        std::vector<double> thresholds{};
        std::vector<OperatingPoint> points{};
    };

    [[nodiscard]] Trained fit(const TrainingData& training) const;

    WinRateOptions options_;
    std::shared_ptr<const ContextModel> model_{};
    double threshold_ = 0.0;  ///< probability below which the large model is asked
    std::string obstacle_ = "not trained";
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/baselines/detail/win_rate_inl.hpp>
#endif
