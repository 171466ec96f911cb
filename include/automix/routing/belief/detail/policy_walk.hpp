// SPDX-License-Identifier: Apache-2.0
// The expectation of a policy's results on a query, over all outcomes of its draws: a walk over the evidence that it
// reaches. The class `Draws` gives the outcomes of draws. Its members are
//     void arrive(Index from, const ModelEvidence& left, Index to)  model `to` is asked after `from` (-1: first)
//     void leave()                                                  the walk goes back to before the last `arrive`
//     Index stratum(Index model)                                    stratum of the signals of its answer
//     int max_parsed(Index model)                                   number of verdicts on its answer that can be parsed
//     double draws_per_verdict(Index model, int all)                mean number of the `all` draws that one of them takes
//     double positive(Index model, int drawn, int count)            probability that the next verdict is positive
//     confidences(Index model)                                      pairs of a logged confidence and its probability
//     void accept(Index model, const ModelEvidence& left, double probability)
// O(evidence reached).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/remembered_actions.hpp>
#include <automix/routing/belief/detail/round_outcomes.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <vector>

namespace automix::detail {

/// The expected usage of a query.
struct ExpectedUsage {
    double cost = 0.0;  ///< cost of answers and draws
    double draws = 0.0;
    double rounds = 0.0;
    double routed = 0.0;  ///< probability that a model beyond the first is asked
};

template <class Draws>
class PolicyWalk {
 public:
    /// Takes a policy with the actions that are known of it. All must outlive the walk.
    PolicyWalk(RememberedActions& actions, const RoutingPrices& prices, Draws& draws)
        : policy_(actions.policy()),
          actions_(actions),
          prices_(prices),
          draws_(draws),
          evidence_(std::ssize(prices.answers)) {}

    /// Walks from the start and adds the usage, times `probability`, to `usage`.
    void run(double probability, ExpectedUsage& usage) {
        usage_ = &usage;
        ask(-1, policy_.first_model(), probability);
    }

 private:
    ModelEvidence& known(Index model) { return evidence_.models[as_size(model)]; }

    void ask(Index from, Index model, double probability) {
        usage_->cost += probability * prices_.answers[as_size(model)];
        if (from <= 0 && model > 0) usage_->routed += probability;
        draws_.arrive(from, from < 0 ? ModelEvidence{} : known(from), model);
        evidence_.current = model;
        known(model) = ModelEvidence{};
        known(model).answered = true;
        known(model).stratum = draws_.stratum(model);
        if (model == evidence_.last_model()) {
            draws_.accept(model, known(model), probability);
        } else if (const CascadeModel& shape = policy_.models()[as_size(model)];
                   shape.kind == VerificationKind::verdicts) {
            visit_counts(model, shape, probability);
        } else {
            visit_confidence(model, probability);
        }
        known(model) = ModelEvidence{};
        evidence_.current = from;
        draws_.leave();
    }

    /// Follows the policy on a model with a logged confidence, or with no verification.
    void visit_confidence(Index model, double probability) {
        const Action action = actions_.next(evidence_);
        if (action.kind != ActionKind::verify) return act(model, action, probability);
        pay(model, probability, 1.0, 1.0);
        for (const auto& [confidence, share] : draws_.confidences(model)) {
            known(model).drawn = known(model).parsed = 1;
            known(model).logged_confidence = confidence;
            act(model, actions_.next(evidence_), probability * share);
        }
    }

    /// Follows the policy on a model with verdicts, from each count to those that its round may lead to.
    void visit_counts(Index model, const CascadeModel& shape, double probability) {
        const int max_parsed = std::min(shape.draws, draws_.max_parsed(model));
        const double draws_per_verdict = draws_.draws_per_verdict(model, shape.draws);
        std::vector<double> reached(as_size(first_count(max_parsed + 1)), 0.0);
        std::vector<double> weights;
        reached[0] = probability;
        for (int drawn = 0; drawn <= max_parsed; ++drawn) {
            for (int count = 0; count <= drawn; ++count) {
                const double here = reached[as_size(first_count(drawn) + count)];
                if (here == 0.0) continue;
                const Action action = decide(model, drawn, count, here, max_parsed, draws_per_verdict);
                if (action.kind != ActionKind::verify) {
                    act(model, action, here);
                    continue;
                }
                const int batch = std::min(action.draws, max_parsed - drawn);
                pay(model, here, draws_per_verdict * batch,
                    std::max(1.0, draws_per_verdict * batch / action.draws));
                for_each_outcome(
                    batch, 1.0, weights,
                    [&](int i, int j) { return draws_.positive(model, drawn + i, count + j); },
                    [&](int gain, double share) {
                        reached[as_size(first_count(drawn + batch) + count + gain)] += here * share;
                    });
            }
        }
    }

    /// Sets the evidence on a model and asks the policy. If no further verdict can be parsed, a policy that would draw
    /// uses up and pays for the other draws, and then acts without verifying.
    Action decide(Index model, int drawn, int count, double probability, int max_parsed,
                  double draws_per_verdict) {
        ModelEvidence& evidence = known(model);
        evidence.parsed = drawn;
        evidence.positive = count;
        evidence.drawn = drawn;
        const Action action = actions_.next(evidence_);
        if (drawn < max_parsed || action.kind != ActionKind::verify) return action;
        pay(model, probability, draws_per_verdict - 1.0, (draws_per_verdict - 1.0) / action.draws);
        evidence.drawn = policy_.models()[as_size(model)].draws;
        return actions_.next(evidence_);
    }

    void pay(Index model, double probability, double draws, double rounds) {
        usage_->cost += probability * draws * prices_.draws[as_size(model)];
        usage_->draws += probability * draws;
        usage_->rounds += probability * rounds;
    }

    /// Accepts the answer or asks the model routed to.
    void act(Index model, const Action& action, double probability) {
        if (action.kind == ActionKind::route) {
            const ModelEvidence left = known(model);
            ask(model, action.model, probability);
            known(model) = left;
        } else {
            draws_.accept(model, known(model), probability);
        }
    }

    const RoutingPolicy& policy_;
    RememberedActions& actions_;
    const RoutingPrices& prices_;
    Draws& draws_;
    Evidence evidence_;
    ExpectedUsage* usage_ = nullptr;
};

}  // namespace automix::detail
