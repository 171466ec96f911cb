// SPDX-License-Identifier: Apache-2.0
// The expected value of a policy under its own belief, by a walk over all that may happen. O(cells * outcomes).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/policy_walk.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/routing_value.hpp>
#include <automix/routing/evidence.hpp>

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace automix::detail {

/// Draws under a belief: their probabilities follow from the levels' likelihoods.
template <class Model>
class ExpectedDraws {
    using LevelBelief = typename Model::LevelBelief;

 public:
    explicit ExpectedDraws(const Model& model) : model_(model) {}

    void arrive(Index from, const ModelEvidence& left, Index to) {
        LevelBelief before;
        if (from >= 0) {
            before = beliefs_.back();
            const CascadeModel& shape = model_.models()[as_size(from)];
            if (shape.verified()) before = chain().observe(before, shape.state(left));
        }
        beliefs_.push_back(to == model_.last_model() ? std::move(before) : chain().arrive(before, to));
        likelihoods_.emplace_back();
        if (chain().position(to) >= 0)
            likelihoods_.back() = chain().likelihood(beliefs_.back().position) * beliefs_.back().levels;
    }
    void leave() {
        beliefs_.pop_back();
        likelihoods_.pop_back();
    }

    [[nodiscard]] static Index stratum(Index) { return 0; }
    [[nodiscard]] static int max_parsed(const VerifierOf&) { return std::numeric_limits<int>::max(); }
    [[nodiscard]] double draws_per_verdict(const VerifierOf& of, int) const {
        return model_.prices().draws_per_verdict_of(VerificationKind::verdicts, of.model);
    }
    [[nodiscard]] double positive(const VerifierOf&, int drawn, int count) const {
        return likelihoods_.back()(first_count(drawn + 1) + count + 1) /
               likelihoods_.back()(first_count(drawn) + count);
    }
    [[nodiscard]] std::vector<std::pair<double, double>> confidences(const VerifierOf& of) const {
        const std::vector<double>& boundaries = model_.models()[as_size(of.model)].first().boundaries;
        std::vector<std::pair<double, double>> cells;
        for (std::size_t b = 0; b <= boundaries.size(); ++b) {
            cells.emplace_back(b < boundaries.size() ? boundaries[b] : 1.0,
                               likelihoods_.back()(static_cast<Index>(b) + 1) / likelihoods_.back()(0));
        }
        return cells;
    }
    void accept(Index model, const ModelEvidence& left, double probability) {
        LevelBelief about = beliefs_.back();
        if (chain().position(model) >= 0)
            about = chain().observe(about, model_.models()[as_size(model)].state(left));
        score_ += probability * chain().score(about, model);
    }

    [[nodiscard]] double score() const noexcept { return score_; }

 private:
    [[nodiscard]] const typename Model::Chain& chain() const { return model_.chain(); }

    const Model& model_;
    std::vector<LevelBelief> beliefs_;
    std::vector<decltype(LevelBelief::levels)> likelihoods_;
    double score_ = 0.0;
};

/// Returns the expected value of a policy from the start, under its own belief.
template <class Model>
RoutingValue expected_value(const RoutingPolicy& policy, const Model& model, const RoutingPrices& prices) {
    detail::ExpectedDraws<Model> draws(model);
    ExpectedUsage usage;
    RememberedActions actions(policy);
    PolicyWalk(actions, prices, draws).run(1.0, usage);
    return {draws.score(), usage.cost, usage.draws, usage.rounds};
}

}  // namespace automix::detail
