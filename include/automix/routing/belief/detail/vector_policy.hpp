// SPDX-License-Identifier: Apache-2.0
// A policy of the routing POMDP as alpha vectors of the engine, for problems whose tree of evidence is too large.
// Evidence becomes a belief, and the best vector at that belief names the action. A decision is O(vectors * levels).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/routing_pomdp.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/evidence.hpp>

#include <memory>
#include <utility>

namespace automix::detail {

class VectorPolicy {
 public:
    using Model = RoutingPomdp;

    VectorPolicy(std::shared_ptr<const Model> model, pomdp::Policy policy)
        : model_(std::move(model)), policy_(std::move(policy)) {}

    /// Returns the model that is asked first.
    [[nodiscard]] Index first_model() const {
        return model_->choice(-1, 0, policy_.action(model_->start())).argument;
    }

    /// Returns the action after a model before the last has answered, of those that draw nothing if
    /// `without_verifying`. Requires evidence within the limits of draws.
    [[nodiscard]] CompactAction decide(const Evidence& evidence, bool without_verifying) const {
        const VerifierStates& shape = models()[as_size(evidence.current)].first();
        const ModelEvidence& known = evidence.current_model();
        const int drawn = shape.kind == VerificationKind::confidence ? known.drawn : known.parsed;
        // With all draws used up nothing is left but to accept or to route.
        return at(evidence.current, without_verifying ? shape.draws : drawn, believed(evidence));
    }

    /// Returns the belief at some evidence. Requires evidence within the limits of draws.
    [[nodiscard]] typename Model::LevelBelief believed(const Evidence& evidence) const {
        typename Model::LevelBelief about;
        for (Index model = 0; model <= evidence.current && model < evidence.last_model(); ++model) {
            const ModelEvidence& known = evidence.models[as_size(model)];
            if (!known.answered) continue;
            about = model_->chain().arrive(about, model);
            const CascadeModel& shape = models()[as_size(model)];
            if (shape.verified()) about = model_->chain().observe(about, shape.state(known));
        }
        return about;
    }

    [[nodiscard]] const std::vector<CascadeModel>& models() const noexcept { return model_->models(); }
    [[nodiscard]] const Model& model() const noexcept { return *model_; }
    [[nodiscard]] const pomdp::Policy& vectors() const noexcept { return policy_; }

 private:
    [[nodiscard]] CompactAction at(Index model, int drawn, const typename Model::LevelBelief& about) const {
        return model_->choice(model, drawn, policy_.action(model_->belief(model, drawn, about)));
    }

    std::shared_ptr<const Model> model_;
    pomdp::Policy policy_;
};

}  // namespace automix::detail
