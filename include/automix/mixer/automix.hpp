// SPDX-License-Identifier: Apache-2.0
// The facade: a router with its prices, trained on a log, evaluated on another, and put to work on live models. Composes the
// layers and adds nothing of its own.
//     automix::Automix mixer{automix::GreedyPomdpRouter{}};
//     mixer.train(train);
//     const automix::Evaluation result = mixer.evaluate(test);
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/router.hpp>

#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

struct AutomixOptions {
    Prices prices{};
    EvaluationOptions evaluation{};
};

template <class Router>
class Automix {
    static_assert(automix::router<Router>,
                  "automix: a router needs a member `Action next(const Evidence&) const`; see "
                  "automix/routing/router.hpp");
    static_assert(trainable_router<Router>,
                  "automix: a router for the facade must be copyable and have `TrainingResult train(const "
                  "TrainingData&)`; "
                  "see automix/routing/router.hpp");
    static_assert(std::is_nothrow_move_assignable_v<Router>, "automix: moving a router must not throw");

 public:
    explicit Automix(Router router, AutomixOptions options = {})
        : router_(std::move(router)), options_(std::move(options)) {}

    /// Trains the router on `data` at its mean prices. Strong guarantee: where it throws, the old policy stays. That
    /// nothing is feasible is an answer: it replaces the old policy.
    /// Throws `DataError` for data that cannot be trained on and `ArgumentError` for prices that make no sense.
    TrainingResult train(const Dataset& data) { return train(data, resolve_prices(data, options_.prices)); }

    /// As above, at prices settled before, as for a part of a larger log.
    TrainingResult train(const Dataset& data, const PriceTable& prices) {
        if (data.rows() == 0) throw DataError("no rows to train on");
        require_prices_for(data, prices);
        Router fresh = router_;
        TrainingResult result = fresh.train(TrainingData{data, prices});
        std::vector<std::string> models = data.model_names();
        router_ = std::move(fresh);
        models_ = std::move(models);
        recorded_prices_ = prices.recorded;
        return result;
    }

    /// The router's action on that evidence. Throws `NotTrainedError` before training, or where training found nothing
    /// feasible, and `ArgumentError` unless there is one entry for each model trained on.
    [[nodiscard]] Action next(const Evidence& evidence) const {
        require_trained();
        if (evidence.models.size() != models_.size()) {
            throw ArgumentError("evidence: expected one entry for each of " + std::to_string(models_.size()) +
                                " models, found " + std::to_string(evidence.models.size()));
        }
        return router_.next(evidence);
    }

    /// Replays `data` with the trained router, each record at its own prices. Throws `NotTrainedError` before training and
    /// where training found nothing feasible, and `DataError` for other models than those trained
    /// on, or where one of the two data sets records its prices and the other does not.
    [[nodiscard]] Evaluation evaluate(const Dataset& data) const {
        return evaluate(data, resolve_prices(data, options_.prices));
    }

    /// As above, at prices settled before, as for a part of a larger log.
    [[nodiscard]] Evaluation evaluate(const Dataset& data, const PriceTable& prices) const {
        require_trained();
        if (data.model_names() != models_) {
            throw DataError("trained on the models " + joined(models_) + ", but the data has " +
                            joined(data.model_names()));
        }
        require_prices_for(data, prices);
        if (data.rows() > 0 && prices.recorded != recorded_prices_) {
            throw DataError(
                "the rows trained on and these do not both record prices; record them in all, or give "
                "prices");
        }
        return automix::evaluate(router_, data, prices, options_.evaluation);
    }

    /// Answers a live query; see `Answerer`, which is quicker for many. Throws as `next` before training, and `ArgumentError`
    /// for other models than those trained on; what fails in the query itself is in the answer.
    template <live_verifier Verifier>
    [[nodiscard]] LiveAnswer answer(const Query& query, const std::vector<LiveModel>& models,
                                    const Verifier& verifier, const AnsweringOptions& options = {}) const {
        return answerer(models, verifier, options).answer(query);
    }

    /// Answers many live queries, several at a time, in their order. Throws as `answer`.
    template <live_verifier Verifier>
    [[nodiscard]] std::vector<LiveAnswer> answer_all(std::span<const Query> queries,
                                                     const std::vector<LiveModel>& models,
                                                     const Verifier& verifier,
                                                     const AnswerAllOptions& all = {},
                                                     const AnsweringOptions& options = {}) const {
        return answerer(models, verifier, options).answer_all(queries, all);
    }

    /// The trained router at work on live models; the mixer must outlive it unchanged. Throws as `answer`.
    template <live_verifier Verifier>
    [[nodiscard]] Answerer<Router, Verifier> answerer(std::vector<LiveModel> models, Verifier verifier,
                                                      AnsweringOptions options = {}) const {
        require_trained();
        std::vector<std::string> names;
        for (const LiveModel& model : models) names.push_back(model.model.name());
        if (names != models_)
            throw ArgumentError("trained on the models " + joined(models_) + ", but asked to answer with " +
                                joined(names));
        return Answerer<Router, Verifier>(router_, std::move(models), std::move(verifier), options);
    }

    [[nodiscard]] const Router& router() const noexcept { return router_; }
    [[nodiscard]] const AutomixOptions& options() const noexcept { return options_; }

    /// Names of the models trained on, cheapest first; empty before training.
    [[nodiscard]] const std::vector<std::string>& models() const noexcept { return models_; }

 private:
    void require_trained() const {
        if (models_.empty()) throw NotTrainedError("automix: train the mixer before using it");
    }

    Router router_;
    AutomixOptions options_;
    std::vector<std::string> models_;
    RecordedPrices recorded_prices_{};
};

}  // namespace automix
