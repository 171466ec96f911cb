// SPDX-License-Identifier: Apache-2.0
// Provides the facade `Automix`: a router with its prices. It is trained on a log, evaluated on another, and answers
// queries from live models. It composes the other layers and adds no features.
//     automix::Automix mixer{automix::GreedyPomdpRouter{}};
//     mixer.train(train);
//     const automix::Evaluation result = mixer.evaluate(test);
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>
#include <automix/stream/promise.hpp>

#include <algorithm>
#include <concepts>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix {

struct AutomixOptions {
    Prices prices{};
    double calibration_share = 0.5;  ///< of the rows to train on, for a promise without calibration rows
    EvaluationOptions evaluation{};
};

struct PolicyFile;

namespace detail {

/// The reader and writer of policy files, defined in mixer/saved_policy.hpp.
struct PolicyStore;

/// Returns the router itself if it is a POMDP router, the POMDP router inside an `AnyRouter`, else null.
template <class Router>
const PomdpRouter* pomdp_router_in(const Router& router) noexcept {
    if constexpr (std::same_as<Router, PomdpRouter>) {
        return &router;
    } else if constexpr (std::same_as<Router, AnyRouter>) {
        return router.template target<PomdpRouter>();
    } else {
        return nullptr;
    }
}

template <class Router>
PomdpRouter* pomdp_router_in(Router& router) noexcept {
    return const_cast<PomdpRouter*>(pomdp_router_in(std::as_const(router)));
}

}  // namespace detail

/// A router with its prices. It holds a trained policy of any type of router: trained by itself, trained before, or
/// read from a file. Copies share the trained policy, which never changes; training makes a new one. A moved-from
/// object may only be assigned to or destroyed.
template <class Router>
class Automix {
    static_assert(automix::router<Router>,
                  "automix: a router needs a member `Action next(const Evidence&) const`; see "
                  "automix/routing/router.hpp");
    static_assert(trainable_router<Router>,
                  "automix: a router for the facade must be copyable and have `TrainingResult train(const "
                  "TrainingData&)`; "
                  "see automix/routing/router.hpp");

 public:
    /// Takes a router. A POMDP router that was trained before can be used at once.
    explicit Automix(Router router, AutomixOptions options = {})
        : state_(std::make_shared<const State>(std::move(router))), options_(std::move(options)) {}

    /// Takes the policy of a file, which can be used at once, saved again and trained anew.
    template <std::same_as<PolicyFile> File>
    explicit Automix(File file, AutomixOptions options = {})
        : state_(std::make_shared<const State>(Router(std::move(file.router)), std::move(file.statistics))),
          options_(std::move(options)) {}

    /// Reads a policy file, as `save` and `automix train` write it. Include `automix/mixer/saved_policy.hpp` to call
    /// it. Throws `DataError` with file, line and field if the file is invalid.
    template <class Store = detail::PolicyStore>
    [[nodiscard]] static Automix load(const std::string& path, AutomixOptions options = {}) {
        require_store<Store>();
        return Automix(Store::read(path), std::move(options));
    }

    /// Writes the policy and the statistics that it was trained on to the file, and replaces an existing one. Include
    /// `automix/mixer/saved_policy.hpp` to call it. Throws `NotTrainedError` before training and for an infeasible
    /// objective. Throws `ArgumentError` for a router other than `pomdp`, and `DataError` if the file cannot be
    /// written.
    template <class Store = detail::PolicyStore>
    void save(const std::string& path) const {
        require_store<Store>();
        const PomdpRouter* const policy = detail::pomdp_router_in(router());
        if (policy == nullptr)
            throw ArgumentError("automix: only a policy of the router pomdp can be saved, found " +
                                router_name());
        require_trained();
        if (!state_->statistics)
            throw ArgumentError(
                "automix: the router was trained before, so the statistics to save with it are not known; "
                "train the mixer, or use write_policy");
        Store::write(path, *policy, *state_->statistics);
    }

    /// Trains the router on `data` at its mean prices, with the models in the order of these prices. Warnings of the
    /// result say so if the data has another order, and what else there is to know of the prices. Strong guarantee: if it throws, the old policy stays. An
    /// infeasible objective is no error and replaces the old policy. The statistics of a POMDP router are kept for
    /// `save`. Throws `DataError` for data that cannot be trained on and `ArgumentError` for invalid prices.
    TrainingResult train(const Dataset& data) { return train(data, resolve_prices(data, options_.prices)); }

    /// Trains at given prices, for example on a part of a larger log.
    TrainingResult train(const Dataset& data, const PriceTable& prices) {
        if (data.rows() == 0) throw DataError("no rows to train on");
        require_prices_for(data, prices);
        if (const PomdpRouter* const pomdp = detail::pomdp_router_in(router());
            pomdp != nullptr && pomdp->options().objective.is_promise()) {
            const auto [train, calibrate] =
                rows_for_promise(data, options_.calibration_share, pomdp->options().seed);
            const Dataset part = data.select_rows(train);
            const Dataset proving = data.select_rows(calibrate);
            const PriceTable of_part = prices.select_rows(train);
            const PriceTable of_proving = prices.select_rows(calibrate);
            return this->train(TrainingData{part, of_part}, TrainingData{proving, of_proving});
        }
        return use_in_order(data, prices, price_order(prices),
                            [&](const Dataset& arranged, const PriceTable& arranged_prices) {
                                return train_arranged({arranged, arranged_prices});
                            });
    }

    /// Trains a POMDP router whose objective is a promise, and proves the promise by calibration rows. Without these,
    /// `train` takes the share of the options by a hash of the ids. If nothing is proven, every query goes to the last
    /// model, and the result has the reason. Throws as `train` and `train_with_promise`.
    TrainingResult train(const Dataset& data, const Dataset& calibration) {
        return train({data, resolve_prices(data, options_.prices)},
                     {calibration, resolve_prices(calibration, options_.prices)});
    }

    /// Trains and calibrates at given prices.
    TrainingResult train(const TrainingData& training, const TrainingData& calibration) {
        if (training.data.rows() == 0) throw DataError("no rows to train on");
        require_prices_for(training.data, training.prices);
        require_prices_for(calibration.data, calibration.prices);
        const std::vector<Index> order = price_order(training.prices);
        return use_in_order(calibration.data, calibration.prices, order,
                            [&](const Dataset& proving, const PriceTable& at) {
                                const TrainingData arranged{proving, at};
                                return use_in_order(training.data, training.prices, order,
                                                    [&](const Dataset& data, const PriceTable& prices) {
                                                        return train_arranged({data, prices}, &arranged);
                                                    });
                            });
    }

    /// Returns the router's action on that evidence. Throws `NotTrainedError` before training, or if training found no
    /// feasible policy. Throws `ArgumentError` unless the evidence has one entry for each trained model.
    [[nodiscard]] Action next(const Evidence& evidence) const {
        require_trained();
        if (evidence.models.size() != models().size()) {
            throw ArgumentError("evidence: expected one entry for each of " +
                                std::to_string(models().size()) + " models, found " +
                                std::to_string(evidence.models.size()));
        }
        return router().next(evidence);
    }

    /// Replays `data` with the trained router, each record at its own prices. A policy that was not trained here uses
    /// the prices of the options, else those of the records, else its own. Throws `NotTrainedError` before training and
    /// if training found no feasible policy. Throws `DataError` if the models differ from the trained ones, and if only
    /// one of the two data sets records its prices.
    [[nodiscard]] Evaluation evaluate(const Dataset& data) const {
        require_models(data);
        const PomdpRouter* const policy = detail::pomdp_router_in(router());
        if (state_->recorded || policy == nullptr)
            return evaluate(data, resolve_prices(data, options_.prices));
        return evaluate(
            data, resolve_prices(data, prices_or_trained(data, options_.prices, policy->trained().prices,
                                                         policy->trained().models)));
    }

    /// Replays at given prices, for example on a part of a larger log.
    [[nodiscard]] Evaluation evaluate(const Dataset& data, const PriceTable& prices) const {
        const std::vector<Index> order = require_models(data);
        require_prices_for(data, prices);
        if (data.rows() > 0 && state_->recorded && prices.recorded() != *state_->recorded) {
            throw DataError(
                "the rows trained on and these do not both record prices; record them in all, or give "
                "prices");
        }
        return use_in_order(
            data, prices, order, [&](const Dataset& arranged, const PriceTable& arranged_prices) {
                return automix::evaluate(router(), arranged, arranged_prices, options_.evaluation);
            });
    }

    /// Answers a query from live models. For many queries `answerer` is quicker. Throws as `next` before training, and
    /// `ArgumentError` if the models differ from the trained ones. A failure of the query itself is reported in the
    /// answer.
    template <class Verifier>
    [[nodiscard]] LiveAnswer answer(const Query& query, const std::vector<LiveModel>& models,
                                    const Verifier& verifier, const AnsweringOptions& options = {}) const {
        return answerer(models, verifier, options).answer(query);
    }

    /// Answers many queries, several at a time, and returns the answers in the order of the queries. Throws as `answer`
    /// and as `Answerer::answer_all`.
    template <class Verifier>
    [[nodiscard]] std::vector<LiveAnswer> answer_all(std::span<const Query> queries,
                                                     const std::vector<LiveModel>& models,
                                                     const Verifier& verifier,
                                                     const AnsweringOptions& options = {}) const {
        return answerer(models, verifier, options).answer_all(queries);
    }

    /// Returns an answerer that applies the trained router to live models. The mixer must outlive it and must not be
    /// trained meanwhile. Throws as `answer`.
    template <class Verifier>
    [[nodiscard]] Answerer<Router, Verifier> answerer(std::vector<LiveModel> models, Verifier verifier,
                                                      AnsweringOptions options = {}) const {
        require_trained();
        automix::require_models(models, this->models());
        Explainer explainer = options.explain ? state_->explain() : Explainer();
        return Answerer<Router, Verifier>(router(), std::move(models), std::move(verifier),
                                          std::move(options), std::move(explainer));
    }

    [[nodiscard]] const Router& router() const noexcept { return state_->router; }
    [[nodiscard]] const AutomixOptions& options() const noexcept { return options_; }

    /// Returns the names of the trained models, cheapest first; none before training.
    [[nodiscard]] const std::vector<std::string>& models() const noexcept { return state_->models; }

    /// Returns the statistics that a POMDP router was trained on; null if they are not known.
    [[nodiscard]] const Statistics* statistics() const noexcept {
        return state_->statistics ? &*state_->statistics : nullptr;
    }

 private:
    /// A router with the facts of its training.
    struct State {
        explicit State(Router trained, std::optional<Statistics> sums = {})
            : router(std::move(trained)), statistics(std::move(sums)) {
            const PomdpRouter* const policy = detail::pomdp_router_in(std::as_const(router));
            if (policy != nullptr) models = names_of(policy->trained().models);
        }

        State(Router trained, std::vector<std::string> names, RecordedPrices prices,
              std::optional<Statistics> sums)
            : router(std::move(trained)),
              models(std::move(names)),
              recorded(prices),
              statistics(std::move(sums)) {}

        /// Returns the explainer of the router, made once; empty if there is none.
        Explainer explain() const {
            if constexpr (explaining_router<Router>)
                std::call_once(explainer_made, [&] { explainer = router.explainer(); });
            return explainer;
        }

        Router router;
        std::vector<std::string> models{};         ///< none before training
        std::optional<RecordedPrices> recorded{};  ///< nothing for a policy that was trained elsewhere
        std::optional<Statistics> statistics{};
        mutable std::once_flag explainer_made{};
        mutable Explainer explainer{};
    };

    /// Trains on data whose models stand in the order of their prices.
    TrainingResult train_arranged(const TrainingData& training, const TrainingData* calibration = nullptr) {
        Router fresh = router();
        TrainingResult result;
        std::optional<Statistics> statistics;
        if (PomdpRouter* const pomdp = detail::pomdp_router_in(fresh)) {
            statistics = pomdp->collect(training);
            result = calibration == nullptr
                         ? pomdp->train(*statistics, training)
                         : train_with_promise(*pomdp, *statistics, &training, *calibration);
        } else if (calibration != nullptr) {
            throw ArgumentError("automix: calibration rows are for the router pomdp, found " + router_name());
        } else {
            result = fresh.train(training);
        }
        const std::vector<std::string>& notes = training.prices.notes;
        result.warnings.insert(result.warnings.begin(), notes.begin(), notes.end());
        state_ = std::make_shared<const State>(std::move(fresh), training.data.model_names(),
                                               training.prices.recorded(), std::move(statistics));
        return result;
    }

    template <class Store>
    static constexpr void require_store() {
        static_assert(
            requires { sizeof(Store); },
            "automix: include automix/mixer/saved_policy.hpp to load and save policies");
    }

    [[nodiscard]] std::string router_name() const {
        if constexpr (named_router<Router>) {
            return in_quotes(router().name());
        } else {
            return "a router without a name";
        }
    }

    void require_trained() const {
        if (models().empty()) throw NotTrainedError("automix: train the mixer before using it");
    }

    /// Returns the number in the data of each trained model.
    std::vector<Index> require_models(const Dataset& data) const {
        require_trained();
        std::vector<Index> order;
        for (const std::string& name : models()) {
            const auto& names = data.model_names();
            const auto found = std::find(names.begin(), names.end(), name);
            if (found != names.end()) order.push_back(found - names.begin());
        }
        if (order.size() == models().size() && data.models() == std::ssize(models())) return order;
        throw DataError("trained on the models " + joined(models()) + ", but the data has " +
                        joined(data.model_names()));
    }

    std::shared_ptr<const State> state_;
    AutomixOptions options_;
};

template <std::same_as<PolicyFile> File>
Automix(File, AutomixOptions = {}) -> Automix<PomdpRouter>;

}  // namespace automix
