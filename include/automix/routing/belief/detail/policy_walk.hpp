// SPDX-License-Identifier: Apache-2.0
// What a policy does on a query, in expectation over all that its draws may bring: a walk over the evidence that it reaches.
// Where the draws come from is for `Draws` to say:
//     void arrive(int from, const ModelEvidence& left, int to)   model `to` is asked; from -1: first of all
//     void leave()                                               back to before the last `arrive`
//     int most(int model)                                        verdicts on its answer that can be parsed
//     double tries(int model, int all)                           draws of `all` that one of them takes on average
//     double positive(int model, int drawn, int count)           chance that the next one is positive
//     confidences(int model)                                     pairs of a lone confidence and its chance
//     void accept(int model, const ModelEvidence& left, double chance)
// O(evidence reached).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/count_gains.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace automix::detail {

/// What is paid on a query.
struct Spending {
    double cost = 0.0;  ///< answers and draws
    double draws = 0.0;
    double rounds = 0.0;
    double routed = 0.0;  ///< chance that a model beyond the first is asked
};

template <class Draws>
class PolicyWalk {
 public:
    PolicyWalk(const RoutingPolicy& policy, const RoutingPrices& prices, Draws& draws)
        : policy_(policy), prices_(prices), draws_(draws), evidence_(prices.answers.size()) {}

    /// Walks with that chance and adds what is paid.
    void run(double chance, Spending& spent) {
        spent_ = &spent;
        ask(-1, policy_.first_model(), chance);
    }

 private:
    ModelEvidence& known(int model) { return evidence_.models[static_cast<std::size_t>(model)]; }

    void ask(int from, int model, double chance) {
        spent_->cost += chance * prices_.answers[static_cast<std::size_t>(model)];
        if (from <= 0 && model > 0) spent_->routed += chance;
        draws_.arrive(from, from < 0 ? ModelEvidence{} : known(from), model);
        evidence_.current = model;
        known(model) = ModelEvidence{};
        known(model).answered = true;
        if (model == evidence_.last_model()) {
            draws_.accept(model, known(model), chance);
        } else {
            visit(model, chance);
        }
        known(model) = ModelEvidence{};
        evidence_.current = from;
        draws_.leave();
    }

    void visit(int model, double chance) {
        const CascadeModel& shape = policy_.models()[static_cast<std::size_t>(model)];
        if (shape.kind == VerificationKind::verdicts) return visit_counts(model, shape, chance);
        const Action action = policy_.next(evidence_);
        if (action.kind != ActionKind::verify) return act(model, action, chance);
        pay(model, chance, 1.0, 1.0);
        for (const auto& [confidence, share] : draws_.confidences(model)) {
            known(model).drawn = known(model).parsed = 1;
            known(model).logged_confidence = confidence;
            act(model, policy_.next(evidence_), chance * share);
        }
    }

    void visit_counts(int model, const CascadeModel& shape, double chance) {
        const int most = std::min(shape.draws, draws_.most(model));
        const double draws_per_verdict = draws_.draws_per_verdict(model, shape.draws);
        std::vector<double> reached(static_cast<std::size_t>(first_count(most + 1)), 0.0);
        std::vector<double> gains;
        reached[0] = chance;
        for (int drawn = 0; drawn <= most; ++drawn) {
            for (int count = 0; count <= drawn; ++count) {
                const double here = reached[static_cast<std::size_t>(first_count(drawn) + count)];
                if (here == 0.0) continue;
                ModelEvidence& evidence = known(model);
                evidence.parsed = drawn;
                evidence.positive = count;
                evidence.drawn = drawn;
                Action action = policy_.next(evidence_);
                if (drawn == most && action.kind == ActionKind::verify) {
                    // What cannot be parsed uses the other draws up.
                    pay(model, here, draws_per_verdict - 1.0, (draws_per_verdict - 1.0) / action.draws);
                    evidence.drawn = shape.draws;
                    action = policy_.next(evidence_);
                }
                if (action.kind != ActionKind::verify) {
                    act(model, action, here);
                    continue;
                }
                const int batch = std::min(action.draws, most - drawn);
                pay(model, here, draws_per_verdict * batch,
                    std::max(1.0, draws_per_verdict * batch / action.draws));
                count_gains(batch, gains,
                            [&](int i, int j) { return draws_.positive(model, drawn + i, count + j); });
                for (int j = 0; j <= batch; ++j) {
                    reached[static_cast<std::size_t>(first_count(drawn + batch) + count + j)] +=
                        here * gains[static_cast<std::size_t>(j)];
                }
            }
        }
    }

    void pay(int model, double chance, double draws, double rounds) {
        spent_->cost += chance * draws * prices_.draws[static_cast<std::size_t>(model)];
        spent_->draws += chance * draws;
        spent_->rounds += chance * rounds;
    }

    void act(int model, const Action& action, double chance) {
        if (action.kind == ActionKind::route) {
            const ModelEvidence left = known(model);
            ask(model, action.model, chance);
            known(model) = left;
        } else {
            draws_.accept(model, known(model), chance);
        }
    }

    const RoutingPolicy& policy_;
    const RoutingPrices& prices_;
    Draws& draws_;
    Evidence evidence_;
    Spending* spent_ = nullptr;
};

}  // namespace automix::detail
