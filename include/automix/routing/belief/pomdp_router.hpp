// SPDX-License-Identifier: Apache-2.0
// The router of the routing POMDP: one more verdict is an action with a price, answers may come from any number of models,
// and the objective is the user's own. Trained on statistics alone, so a log of any size costs one pass; a decision is a
// look-up in a table, and a trained router is a plain value that threads may share.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/detail/validate_statistics.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/pomdp_training.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

/// Which answer of a model a policy accepts: the first, the plurality of its samples, or whichever of both does better on
/// held-out rows.
enum class AcceptRule : std::uint8_t { first, plurality, best };

struct PomdpOptions {
    Objective objective{};
    std::vector<int> max_draws{};          ///< as in `StatisticsOptions`
    std::vector<int> batches{1, 2, 4, 8};  ///< draws that a round may have, where rounds have a price
    double round_price = 0.0;              ///< of a round of draws; steers the policy, is no part of cost
    AcceptRule accept = AcceptRule::first;
    bool guard = true;  ///< fall back where held-out rows show no gain over mixing
    std::optional<Statistics>
        prior{};  ///< rows known before, to be counted too; scale them to what they are worth
    int folds = 10;
    std::uint64_t seed = 0;   ///< of folds and of orders of samples
    double most_cells = 1e6;  ///< of reachable evidence, for the exact solution
};

/// Throws `ArgumentError` for options that make no sense.
inline void validate(const PomdpOptions& options) {
    require_price(options.round_price, "round price");
    int before = 0;
    for (const int draws : options.batches) {
        if (draws <= before || draws > 64)
            throw ArgumentError("batches: expected ascending numbers of draws from 1 to 64, found " +
                                std::to_string(draws));
        before = draws;
    }
    if (options.batches.empty()) throw ArgumentError("batches: expected at least one number of draws");
    require_possible(options.objective);
    if (!(options.most_cells >= 0.0 && std::isfinite(options.most_cells)))
        throw ArgumentError("most_cells: expected a finite number of at least 0, found " +
                            format_number(options.most_cells));
}

/// `Statistics` is `Statistics`; a template, so that training is compiled where it is used.
class PomdpRouter {
 public:
    explicit PomdpRouter(PomdpOptions options = {}) : options_(std::move(options)) { validate(options_); }

    /// A router that was trained before, with these options.
    PomdpRouter(PomdpOptions options, TrainedPolicy trained) : PomdpRouter(std::move(options)) {
        use(std::move(trained));
    }

    [[nodiscard]] static std::string name() { return "pomdp"; }

    /// Trains on a log at its mean prices. Throws `DataError` for a log that cannot be trained on; the router is then
    /// unchanged. Where the objective is infeasible the router holds no policy.
    TrainingResult train(const TrainingData& training) { return train(collect(training)); }

    /// Trains on statistics alone. Throws `DataError` for those that cannot be a log's.
    TrainingResult train(const Statistics& statistics) {
        use(fit(statistics,
                [&](auto& training) { return training.train(options_.objective, options_.guard); }));
        TrainingResult trained = result();
        if (options_.accept == AcceptRule::best && !has_samples(statistics))
            trained.warnings.emplace_back(
                "accept = best: first answers are accepted, since samples of two models are not known of all "
                "rows");
        return trained;
    }

    /// Those that are best on the training rows for some lambda, ascending in cost, whatever objective and guard say.
    /// Throws as `train` does.
    [[nodiscard]] std::vector<PomdpRouter> curve(const TrainingData& training) const {
        return curve(collect(training));
    }

    /// The same, of statistics alone.
    [[nodiscard]] std::vector<PomdpRouter> curve(const Statistics& statistics) const {
        std::vector<PomdpRouter> routers;
        for (TrainedPolicy& policy : fit(statistics, [](auto& training) { return training.curve(); }))
            routers.emplace_back(options_, std::move(policy));
        return routers;
    }

    /// The statistics of a log that training goes by, with sums of pluralities where the options need them. Throws as
    /// `train` does.
    [[nodiscard]] Statistics collect(const TrainingData& training) const {
        StatisticsOptions options;
        options.max_draws = options_.max_draws;
        options.folds = options_.folds;
        options.seed = options_.seed;
        options.pluralities =
            options_.accept == AcceptRule::plurality ||
            (options_.accept == AcceptRule::best && plurality_obstacle(training.data).empty());
        if (options_.accept == AcceptRule::plurality) {
            if (auto obstacle = plurality_obstacle(training.data); !obstacle.empty())
                throw DataError("accept = plurality: " + obstacle);
        }
        return collect_statistics(training.data, training.prices, options);
    }

    /// Throws `NotTrainedError` where there is no policy, `ProtocolError` for evidence that no query can have.
    [[nodiscard]] Action next(const Evidence& evidence) const {
        return policy_for(evidence.u).next(evidence);
    }

    [[nodiscard]] std::span<const double> breakpoints() const noexcept { return breakpoints_; }

    /// The policy that evidence with that uniform number falls to, of those that are mixed. Throws `NotTrainedError` where
    /// there is none.
    [[nodiscard]] const RoutingPolicy& policy_for(double u) const {
        require_policy();
        const auto part =
            std::upper_bound(breakpoints_.begin(), breakpoints_.end(), u) - breakpoints_.begin();
        return trained_.mixture[static_cast<std::size_t>(part)].policy;
    }

    /// All that training left. Its mixture is empty before training and where the objective is infeasible.
    [[nodiscard]] const TrainedPolicy& trained() const noexcept { return trained_; }
    /// What training came to.
    [[nodiscard]] const PomdpReport& report() const noexcept { return trained_.report; }
    /// The policies in force. Throws `NotTrainedError` where there are none.
    [[nodiscard]] const std::vector<PolicyShare>& mixture() const {
        require_policy();
        return trained_.mixture;
    }
    [[nodiscard]] const PomdpOptions& options() const noexcept { return options_; }

    [[nodiscard]] Parameters parameters() const {
        require_policy();
        const PomdpReport& report = trained_.report;
        Parameters all{
            {"objective", to_string(report.objective)},
            {"lambda", report.lambda},
            {"accept", std::string(report.accepted == AcceptedAnswer::plurality ? "plurality" : "first")},
            {"expected_performance", report.expected.score},
            {"expected_cost", report.expected.cost},
            {"expected_draws", report.expected.draws}};
        if (report.share < 1.0) all.push_back({"share_of_dearer", report.share});
        if (report.shortfall > 0.0) all.push_back({"shortfall", report.shortfall});
        if (!report.fallback.empty()) all.push_back({"fallback", report.fallback});
        return all;
    }

 private:
    /// Fits what the option `accept` asks for and hands the better fit to `use`.
    template <class Use>
    [[nodiscard]] std::invoke_result_t<Use&, detail::PomdpTraining&> fit(const Statistics& statistics,
                                                                         Use use) const {
        validate(statistics);
        if (options_.prior) {
            validate(*options_.prior);
            statistics.require_same_models(*options_.prior);
        }
        const Sums total = statistics.total();
        RoutingPrices prices = mean_prices(total, options_.round_price);
        prices.tries = draws_per_verdict(total, statistics.models);
        TreeOptions tree;
        tree.most_cells = options_.most_cells;
        if (options_.prior) tree.prior = options_.prior->total();
        if (options_.accept == AcceptRule::plurality && !has_samples(statistics))
            throw DataError("accept = plurality: the statistics hold no sums of samples of two models");
        std::optional<detail::PomdpTraining> first;
        std::optional<detail::PomdpTraining> plurality;
        if (options_.accept != AcceptRule::plurality)
            first.emplace(statistics, prices, options_.batches, tree);
        if (options_.accept != AcceptRule::first && has_samples(statistics)) {
            tree.accepted = AcceptedAnswer::plurality;
            plurality.emplace(statistics, prices, options_.batches, tree);
        }
        const bool second = !first || (plurality && plurality->guard().mean > first->guard().mean);
        return use(second ? *plurality : *first);
    }

    [[nodiscard]] static bool has_samples(const Statistics& statistics) {
        return statistics.models.size() == 2 && !statistics.total().pluralities.empty();
    }

    /// Why pluralities cannot be accepted on a log; empty where they can.
    [[nodiscard]] static std::string plurality_obstacle(const Dataset& data) {
        if (data.models() != 2)
            return "pluralities are for two models, found " + std::to_string(data.models());
        for (Index row = 0; row < data.rows(); ++row) {
            if (data.clusters(row, 0).empty()) {
                return "no samples are known of model " + in_quotes(data.model_names().front()) + " for id " +
                       in_quotes(data.id(row));
            }
        }
        return {};
    }

    void use(TrainedPolicy trained) {
        trained_ = std::move(trained);
        breakpoints_.clear();
        double end = 0.0;
        for (std::size_t i = 0; i + 1 < trained_.mixture.size(); ++i)
            breakpoints_.push_back(end += trained_.mixture[i].share);
        obstacle_ = trained_.infeasible;
    }

    void require_policy() const {
        if (!obstacle_.empty()) throw NotTrainedError("pomdp: " + obstacle_);
    }

    [[nodiscard]] TrainingResult result() const {
        TrainingResult result;
        const PomdpReport& report = trained_.report;
        result.feasible = trained_.infeasible.empty();
        result.reason = result.feasible ? report.fallback : trained_.infeasible;
        result.candidates = static_cast<Index>(trained_.mixture.size());
        if (report.ibc) result.ibc = report.ibc->ibc;
        result.guard = report.guard;
        return result;
    }

    PomdpOptions options_;
    TrainedPolicy trained_;
    std::vector<double> breakpoints_;
    std::string obstacle_ = "not trained";  ///< why there is no policy; empty where there is one
};

}  // namespace automix
