// SPDX-License-Identifier: Apache-2.0
// The recipe of FrugalGPT (Chen et al. 2023): a list of at most three models is asked in order, a scorer of query and
// answer says how reliable each answer is, and the first answer above its model's threshold is accepted. List and
// thresholds are those of the highest score within a budget on the training rows. What differs here: the scorer is a
// calibrated logistic regression on a forecast from the query, the free signals of the answer and its verdicts, for
// theirs is a DistilBERT on the texts; verdicts are paid for, and policies without them compete; thresholds are chosen on
// scores of rows that were not fitted, on a grid, without a local search behind it; lists ascend in price.
// O(lists * thresholds * rows) beside the fits.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/context_model.hpp>
#include <automix/context/forecast_table.hpp>
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
#include <utility>
#include <vector>

namespace automix {

struct FrugalGptOptions {
    Objective objective{};
    /// Verdicts that are used on the answers of each model but the last, or one number for all: 0 for none,
    /// `all_logged_draws` for all. Empty: all. Models without verdicts or a confidence in every row use none.
    std::vector<int> max_draws{};
    ContextChoice context{};  ///< `best`: the data set, the text and the features, if the log holds them
    std::uint64_t seed = 0;   ///< of the folds
};

/// A cascade of models in which a learned scorer accepts or rejects each answer.
class FrugalGptRouter {
 public:
    /// Throws `ArgumentError` for an impossible objective, and for a promise.
    explicit FrugalGptRouter(FrugalGptOptions options = {}) : options_(std::move(options)) {
        require_possible(options_.objective);
        require_no_promise(options_.objective, name());
    }

    [[nodiscard]] static std::string name() { return "frugalgpt"; }

    /// Fits the scorers and chooses list and thresholds for the objective. If nothing is feasible, the router holds no
    /// policy. Throws `DataError` if there are no rows, fewer than two models, or none of the facts asked for, and
    /// `ArgumentError` if the limits of draws do not fit the models.
    TrainingResult train(const TrainingData& training);

    /// Returns a router for each cascade that is best on the training rows for some price of quality.
    [[nodiscard]] std::vector<FrugalGptRouter> curve(const TrainingData& training) const;

    /// Returns the next action. Throws `NotTrainedError` if there is no policy.
    [[nodiscard]] Action next(const Evidence& evidence) const;

    /// Returns the forecast from the query that the scorers read; nothing if they read none.
    [[nodiscard]] std::optional<QueryForecast> forecast(const QueryFacts& facts) const;
    [[nodiscard]] ContextFields reads() const;

    [[nodiscard]] Parameters parameters() const;

 private:
    /// The scorers of all models but the last, after that many draws on each answer; 0: before any.
    struct Scorers {
        std::vector<int> draws{};
        std::vector<ContextModel> models{};
    };

    /// A list of models, and the scores from which on the answers of all but the last of them are accepted.
    struct Cascade {
        std::shared_ptr<const Scorers> scorers{};
        std::vector<Index> models{};
        std::vector<double> thresholds{};
    };

    struct Trained {
        std::shared_ptr<const ContextModel> query{};  ///< null if nothing is read
        std::vector<Cascade> cascades{};
        std::vector<OperatingPoint> points{};  ///< of each cascade, on the training rows
        OperatingPoint small{};
        OperatingPoint large{};
    };

    [[nodiscard]] Trained fit(const TrainingData& training) const;
    void add_cascades(const TrainingData& training, std::vector<int> draws, const std::vector<int>& folds,
                      const ForecastTable* forecasts, Trained& trained) const;

    FrugalGptOptions options_;
    std::shared_ptr<const ContextModel> query_{};
    Cascade cascade_{};
    std::string obstacle_ = "not trained";
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/baselines/detail/frugalgpt_inl.hpp>
#endif
