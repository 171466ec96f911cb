// SPDX-License-Identifier: Apache-2.0
// The routing problem as a POMDP of the engine, for trees of evidence that are too large. A state is the model that has
// answered, the number of draws on its answer, and the hidden level that the belief is about. Earlier draws are not
// part of it, since the models form a Markov chain. Verdicts are observations, a query ends in an absorbing state, and
// there is no discount. An impossible action counts as accepting, and before any answer as asking the smallest model.
// Entries are computed on demand: O(models * draws * levels) memory.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/pomdp_model.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/round_outcomes.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/prices.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace automix::detail {

/// The routing problem as a `pomdp_model`. It copies belief and prices.
class RoutingPomdp {
 public:
    using Chain = detail::BeliefChain;
    using LevelBelief = typename Chain::Belief;

    RoutingPomdp(BeliefModel belief, RoutingPrices prices, SolveRule rule)
        : belief_(std::move(belief)), prices_(std::move(prices)), rule_(std::move(rule)), chain_(belief_) {
        const Index last = last_model();
        for (Index model = 0; model < last; ++model) {
            if (const Index own = chain_.position(model); own >= 0) {
                add_block(model, own);
            } else {
                for (Index about = -1; about < earlier(model); ++about) add_block(model, about);
            }
        }
        for (const int draws : rule_.batches) observations_ = std::max(observations_, draws + 1);
        for (const auto& levels : belief_.levels) {
            add_observations(levels.levels());
            if (levels.first().kind == VerificationKind::confidence)
                observations_ = std::max(observations_, static_cast<int>(levels.levels()));
        }
        start_.push_back(started, 1.0);
    }

    RoutingPomdp(const RoutingPomdp&) = delete;
    RoutingPomdp& operator=(const RoutingPomdp&) = delete;

    [[nodiscard]] int states() const { return states_; }
    /// Returns the number of actions: accept, route to each model, verify by each batch.
    [[nodiscard]] int actions() const {
        return static_cast<int>(1 + last_model() + 1 + std::ssize(rule_.batches));
    }
    [[nodiscard]] int observations() const { return observations_; }
    [[nodiscard]] double discount() const { return 1.0; }
    [[nodiscard]] const pomdp::Belief& start() const { return start_; }

    [[nodiscard]] double reward(int state, int action) const {
        if (state == ended) return 0.0;
        const Step step = what(state, action);
        double paid = 0.0;
        if (step.choice.kind == ActionKind::route) {
            paid = prices_.answers[step.choice.argument];
        } else if (step.choice.kind == ActionKind::verify) {
            const Index model = step.from->model;
            paid = step.choice.argument * prices_.draws_per_verdict_of(shape(*step.from).kind, model) *
                       prices_.draws[as_size(model)] +
                   prices_.round;
        }
        return score_at_end(step) - rule_.lambda * paid;
    }

    template <class Visit>
    void for_each_successor(int state, int action, Visit visit) const {
        if (state == ended) return visit(ended, 1.0);
        const Step step = what(state, action);
        switch (step.choice.kind) {
            case ActionKind::accept:
                return visit(ended, 1.0);
            case ActionKind::verify:
                return visit(state_of(*step.from, step.drawn + step.choice.argument, step.level), 1.0);
            case ActionKind::route:
                break;
        }
        const Index to = step.choice.argument;
        if (to == last_model()) return visit(ended, 1.0);
        LevelBelief before;
        if (step.from != nullptr && step.from->about >= 0) {
            before.position = step.from->about;
            before.levels = Eigen::VectorXd::Unit(levels(before.position), step.level);
        }
        const LevelBelief after = chain_.arrive(before, to);
        const Block& block = block_of(to, after.position);
        if (!after.known()) return visit(block.first, 1.0);
        for (Index level = 0; level < after.levels.size(); ++level) {
            if (after.levels(level) > 0.0) visit(state_of(block, 0, level), after.levels(level));
        }
    }

    template <class Visit>
    void for_each_observation(int action, int next, Visit visit) const {
        const Block* block = block_at(next);
        const Index number = action - 2 - last_model();
        if (block == nullptr || number < 0) return visit(0, 1.0);
        const auto [drawn, level] = place_in(*block, next);
        const VerifierStates& model = shape(*block);
        if (model.kind == VerificationKind::confidence && drawn > 0)
            return visit(static_cast<int>(level), 1.0);
        const int draws = rule_.batches[as_size(number)];
        if (model.kind != VerificationKind::verdicts || drawn < draws) return visit(0, 1.0);
        const Eigen::MatrixXd& probability = probabilities_[as_size(block->about)][as_size(number)];
        for (int j = 0; j <= draws; ++j) visit(j, probability(j, level));
    }

    /// Returns the routing action of an action number, with `drawn` verdicts on the answer of `model`; -1 at the start.
    [[nodiscard]] CompactAction choice(Index model, int drawn, int action) const {
        const Index last = last_model();
        if (model < 0)
            return CompactAction::route(action >= 1 && action <= 1 + last
                                            ? std::max<Index>(action - 1, rule_.min_first_model)
                                            : rule_.min_first_model);
        if (action >= 1 && action <= 1 + last && action - 1 > model) return CompactAction::route(action - 1);
        const Index number = action - 2 - last;
        if (number < 0) return {};
        const VerifierStates& routed = models_[as_size(model)].first();
        if (routed.kind == VerificationKind::confidence && drawn == 0) return CompactAction::verify(1);
        const int draws = rule_.batches[as_size(number)];
        if (routed.kind != VerificationKind::verdicts || drawn + draws > routed.draws) return {};
        return CompactAction::verify(draws);
    }

    /// Returns the engine's belief over states for a belief over levels, after `drawn` parsed verdicts of `model`.
    [[nodiscard]] pomdp::Belief belief(Index model, int drawn, const LevelBelief& about) const {
        const Block& block = block_of(model, about.position);
        pomdp::Belief result;
        if (!about.known()) {
            result.push_back(block.first, 1.0);
            return result;
        }
        for (Index level = 0; level < about.levels.size(); ++level) {
            if (about.levels(level) > 0.0)
                result.push_back(state_of(block, drawn, level), about.levels(level));
        }
        return result;
    }

    [[nodiscard]] const Chain& chain() const noexcept { return chain_; }
    [[nodiscard]] const RoutingPrices& prices() const noexcept { return prices_; }
    [[nodiscard]] const SolveRule& rule() const noexcept { return rule_; }
    [[nodiscard]] const std::vector<CascadeModel>& models() const noexcept { return models_; }
    [[nodiscard]] Index last_model() const noexcept { return std::ssize(models_) - 1; }

 private:
    static constexpr int started = 0;
    static constexpr int ended = 1;

    /// The states with one current model, by draws, then by level of the verified model that the belief is about.
    struct Block {
        Index model = 0;
        Index about = -1;  ///< position in the chain; -1: nothing is known
        int first = 0;
        int size = 0;
    };

    /// A state, and the routing action that is taken there.
    struct Step {
        const Block* from = nullptr;  ///< null at the start
        int drawn = 0;
        Index level = 0;
        CompactAction choice{};
    };

    /// Returns the number of verified models before `model`.
    [[nodiscard]] Index earlier(Index model) const {
        Index count = 0;
        while (count < std::ssize(belief_.verified) && belief_.verified[as_size(count)] < model) ++count;
        return count;
    }

    void add_block(Index model, Index about) {
        const int draws = models_[as_size(model)].first().draws;
        const int size = (draws + 1) * static_cast<int>(levels(about));
        blocks_.push_back({model, about, states_, size});
        states_ += size;
    }

    /// Computes the probabilities of observations for a verified model with that many levels.
    void add_observations(Index levels) {
        auto& tables = probabilities_.emplace_back();
        const Eigen::ArrayXd rates = level_grid(levels).array();
        const Eigen::ArrayXd certain = Eigen::ArrayXd::Ones(levels);
        std::vector<Eigen::ArrayXd> weights;
        for (const int draws : rule_.batches) {
            Eigen::MatrixXd& table = tables.emplace_back(draws + 1, levels);
            for_each_outcome(
                draws, certain, weights, [&](int, int) -> const Eigen::ArrayXd& { return rates; },
                [&](int j, const Eigen::ArrayXd& probability) {
                    table.row(j) = probability.matrix().transpose();
                });
        }
    }

    [[nodiscard]] Index levels(Index about) const {
        return about < 0 ? 1 : belief_.levels[as_size(about)].levels();
    }
    [[nodiscard]] const VerifierStates& shape(const Block& block) const {
        return models_[as_size(block.model)].first();
    }
    [[nodiscard]] const Block& block_of(Index model, Index about) const {
        return *std::find_if(blocks_.begin(), blocks_.end(), [&](const Block& block) {
            return block.model == model && block.about == about;
        });
    }
    /// Returns the block of a state; null for the start and the end.
    [[nodiscard]] const Block* block_at(int state) const {
        if (state <= ended) return nullptr;
        const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), state,
                                            [](int s, const Block& block) { return s < block.first; });
        return &*(after - 1);
    }
    [[nodiscard]] std::pair<int, Index> place_in(const Block& block, int state) const {
        const int width = static_cast<int>(levels(block.about));
        return {(state - block.first) / width, (state - block.first) % width};
    }
    [[nodiscard]] int state_of(const Block& block, int drawn, Index level) const {
        return block.first + drawn * static_cast<int>(levels(block.about)) + static_cast<int>(level);
    }

    /// Returns a state with the routing action of an action number.
    [[nodiscard]] Step what(int state, int action) const {
        Step step;
        step.from = block_at(state);
        if (step.from != nullptr) std::tie(step.drawn, step.level) = place_in(*step.from, state);
        step.choice = choice(step.from == nullptr ? -1 : step.from->model, step.drawn, action);
        return step;
    }

    /// Returns the expected score of the answer that a step ends with; 0 if the query goes on.
    [[nodiscard]] double score_at_end(const Step& step) const {
        const bool accepts = step.choice.kind == ActionKind::accept;
        if (!accepts && (step.choice.kind == ActionKind::verify || step.choice.argument != last_model()))
            return 0.0;
        const Index model = accepts ? step.from->model : last_model();
        if (step.from == nullptr || step.from->about < 0) return belief_.mean_scores(model);
        return chain_.score_at(step.from->about, step.level, model);
    }

    BeliefModel belief_;
    RoutingPrices prices_;
    SolveRule rule_;
    Chain chain_;
    std::vector<CascadeModel> models_ = routed_models(belief_);
    std::vector<Block> blocks_;
    /// Probabilities of j positives given the level, (draws + 1) x levels, by position of the verified model and by
    /// batch.
    std::vector<std::vector<Eigen::MatrixXd>> probabilities_;
    int states_ = 2;
    int observations_ = 1;
    pomdp::Belief start_;
};

}  // namespace automix::detail
