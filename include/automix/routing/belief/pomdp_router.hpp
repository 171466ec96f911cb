// SPDX-License-Identifier: Apache-2.0
// The router of the routing POMDP. One more verdict is an action with a price, answers may come from any number of
// models, and the user chooses the objective. It is trained on statistics alone, so training passes over a log once. A
// decision is a look-up in a table, O(models asked). If the table would be too large, it takes the engine's alpha
// vectors. A trained router is a plain value that threads may share.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

/// The answer of a model that a policy accepts: its first, the plurality of its samples, or whichever of the two gains
/// more on held-out rows.
enum class AcceptRule : std::uint8_t { first, plurality, best };

struct PomdpOptions {
    Objective objective{};
    std::vector<int> max_draws{};  ///< as in `StatisticsOptions`
    /// The further verifiers that the policy may ask beside the first one, as in `StatisticsOptions`.
    std::vector<std::string> verifiers{};
    std::vector<int> batches{1, 2, 4, 8};  ///< possible draws of a round, if rounds have a price
    double round_price = 0.0;  ///< price of a round of draws, for the policy; not part of the cost
    AcceptRule accept = AcceptRule::first;
    /// The facts on queries that the policy reads, if it is trained on a log. Statistics hold none but their strata, which
    /// are read as data sets. Policies for maximum IBC and policies that accept pluralities read none.
    ContextChoice context{};
    bool signals = true;  ///< read the signals that the log holds; as context, from rows alone
    /// The groups of queries that a promise holds for, each by itself: empty for all together, or as in query_group.hpp.
    std::string promise_by{};
    bool guard = true;  ///< fall back if held-out rows show no gain over mixing
    /// Earlier rows that the belief is fitted to as well. Scale them to the weight that they should have.
    std::optional<Statistics> prior{};
    int folds = 10;              ///< folds of the held-out rows, at least 2
    std::uint64_t seed = 0;      ///< seed of folds and of orders of samples
    double max_cells = 1e6;      ///< maximum cells of evidence of a table; beyond it alpha vectors are used
    ProgressHandler progress{};  ///< told which facts on queries are being tried
};

/// Throws `ArgumentError` for options that contradict each other or are out of range.
void validate(const PomdpOptions& options);

class PomdpRouter {
 public:
    explicit PomdpRouter(PomdpOptions options = {}) : options_(std::move(options)) { validate(options_); }

    /// Makes a router of the result of an earlier training.
    PomdpRouter(PomdpOptions options, TrainedPolicy trained);

    [[nodiscard]] static std::string name() { return "pomdp"; }

    /// Trains on a log at its mean prices, or at those that it forecasts of each query if facts on queries are read.
    /// Throws `DataError` for a log that cannot be trained on or lacks the facts that the options name, and
    /// `ArgumentError` for options that do not fit it, and for a promise, which needs rows of its own
    /// (`train_with_promise`); the router is then unchanged. If the objective is infeasible,
    /// the router holds no policy afterwards.
    TrainingResult train(const TrainingData& training);

    /// Trains on statistics alone. If they have strata, a query whose data set has the name of a stratum starts at the scores
    /// and prices of the stratum, if that pays on held-out rows or the data set is named as context. Throws `DataError` for statistics that no log can have, and for a prior over other
    /// models; the router is then unchanged.
    TrainingResult train(const Statistics& statistics);

    /// Trains on statistics, and learns what facts on queries tell from rows of a log. The statistics may hold more than
    /// these rows. Throws as the other two, and `ArgumentError` for a log of other models than the statistics.
    TrainingResult train(const Statistics& statistics, const TrainingData& rows);

    /// Returns the routers that are best on the training rows for some lambda, in ascending order of cost. Objective
    /// and guard are ignored. Throws as `train` does.
    [[nodiscard]] std::vector<PomdpRouter> curve(const TrainingData& training) const;

    /// Returns the same routers from statistics alone.
    [[nodiscard]] std::vector<PomdpRouter> curve(const Statistics& statistics) const;

    /// Returns the policies among which a promise chooses, in ascending order of cost: some `count` of the curve, and the
    /// last model alone. They hold all that a saved policy needs. `rows` is the log of the statistics, whose facts on
    /// queries may be read; null if there is none. Throws as `train` does.
    [[nodiscard]] std::vector<PomdpRouter> candidates(const Statistics& statistics, const TrainingData* rows,
                                                      std::size_t count = 40) const;

    /// Trains on a log and returns the result with the same routers. Throws as `train` does.
    [[nodiscard]] CurveTraining<PomdpRouter> train_with_curve(const TrainingData& training);

    /// Collects the statistics of a log for training, with sums of pluralities if the options need them. Throws as
    /// `train` does.
    [[nodiscard]] Statistics collect(const TrainingData& training) const;

    /// Returns what the facts on a query tell, its group included; nothing if the policy does not read them. Throws as
    /// `ContextModel::forecast` does.
    [[nodiscard]] std::optional<QueryForecast> forecast(const QueryFacts& facts) const;

    /// Returns the facts that the policy reads.
    [[nodiscard]] ContextFields reads() const;

    /// Returns the names of the signals that the policy reads, of any model, each once.
    [[nodiscard]] std::vector<std::string> signals() const;

    /// Returns the names of the signals that the policy reads of a model's answers.
    [[nodiscard]] std::vector<std::string> signals(Index model) const;

    /// Returns the next action. If the policy reads the query or its group, the evidence holds its forecast. Throws `NotTrainedError` if there is no policy, `ProtocolError` for evidence that no
    /// query can have.
    [[nodiscard]] Action next(const Evidence& evidence) const;

    /// Returns the values of `u`, ascending, at which a mixture changes to the next policy; none for a single policy.
    [[nodiscard]] std::span<const double> breakpoints() const noexcept { return breakpoints_; }

    /// Returns the explainer of the policy; empty before training and for a policy of a curve. O(cells * outcomes).
    [[nodiscard]] Explainer explainer() const;

    /// Returns the maximum number of draws that the policy takes of that model's answer; nothing before training.
    [[nodiscard]] std::optional<int> max_draws(Index model) const;

    /// Returns the models that the policy was trained on, cheapest first; none before training.
    [[nodiscard]] std::vector<ModelShape> models() const { return trained_.models; }

    /// Returns the policy of the mixture that a query of no group with the uniform number `u` uses. Throws
    /// `NotTrainedError` if there is none.
    [[nodiscard]] const RoutingPolicy& policy_for(double u) const;

    /// Returns the policy for a query. Throws as the other, and `ProtocolError` if there are groups and the evidence has
    /// no forecast to tell the query's.
    [[nodiscard]] const RoutingPolicy& policy_for(const Evidence& evidence) const;

    /// Returns the group of a query with policies of its own; null if there is none. Throws as `policy_for`.
    [[nodiscard]] const PolicyGroup* group_for(const Evidence& evidence) const;

    /// Returns true if the router forecasts scores and prices of a query.
    [[nodiscard]] bool forecasts() const noexcept { return trained_.reader != nullptr; }

    /// Returns the result of training. Its mixture is empty before training and if the objective is infeasible.
    [[nodiscard]] const TrainedPolicy& trained() const noexcept { return trained_; }
    /// Returns the report of training.
    [[nodiscard]] const PomdpReport& report() const noexcept { return trained_.report; }
    /// Returns the policies in use. Throws `NotTrainedError` if there are none.
    [[nodiscard]] const std::vector<PolicyShare>& mixture() const;
    [[nodiscard]] const PomdpOptions& options() const noexcept { return options_; }

    /// Returns the objective, lambda and expected figures of the policy, for reports. Throws `NotTrainedError` if there
    /// is no policy.
    [[nodiscard]] Parameters parameters() const;

 private:
    // `training` is the log of the statistics; null if there is none.
    TrainingResult train(const Statistics& statistics, const TrainingData* training);
    /// Takes a policy over that was trained on these statistics, and returns the result with its warnings.
    TrainingResult take(TrainedPolicy trained, const Statistics& statistics, const TrainingData* training);
    [[nodiscard]] std::vector<PomdpRouter> routers(std::vector<TrainedPolicy> policies) const;
    [[nodiscard]] std::vector<PomdpRouter> curve(const Statistics& statistics,
                                                 const TrainingData* training) const;

    /// Returns a warning if the options name facts that the training did not try to read; empty otherwise.
    [[nodiscard]] std::string unread_context(bool has_rows) const;

    /// Returns why pluralities cannot be accepted on a log; empty if they can.
    [[nodiscard]] static std::string plurality_obstacle(const Dataset& data);

    void use(TrainedPolicy trained);

    void require_policy() const;

    [[nodiscard]] TrainingResult result() const;

    PomdpOptions options_;
    TrainedPolicy trained_;
    std::vector<double> breakpoints_;
    std::string obstacle_ = "not trained";  ///< why there is no policy; empty if there is one
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/pomdp_router_inl.hpp>
#endif
