// SPDX-License-Identifier: Apache-2.0
// The expectation of a policy's results on a query, over all outcomes of its draws: a walk over the evidence that it
// reaches. The class `Draws` gives the outcomes of draws. Its members are
//     void arrive(Index from, const ModelEvidence& left, Index to)  model `to` is asked after `from` (-1: first)
//     void leave()                                                  the walk goes back to before the last `arrive`
//     Index stratum(Index model)                                    stratum of the signals of its answer
//     int max_parsed(VerifierOf of)                                 number of its verdicts that can be parsed
//     double draws_per_verdict(VerifierOf of, int all)              mean number of the `all` draws that one of them takes
//     double positive(VerifierOf of, int drawn, int count)          probability that the next verdict is positive
//     confidences(VerifierOf of)                                    pairs of a logged confidence and its probability
//     void accept(Index model, const ModelEvidence& left, double probability)
// O(evidence reached).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/remembered_actions.hpp>
#include <automix/routing/belief/detail/round_outcomes.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace automix::detail {

/// The expected usage of a query.
struct ExpectedUsage {
    double cost = 0.0;  ///< cost of answers and draws
    double draws = 0.0;
    double rounds = 0.0;
    double routed = 0.0;  ///< probability that a model beyond the first is asked
};

/// A verifier of a model's answers.
struct VerifierOf {
    Index model = 0;
    Index verifier = 0;
    std::size_t place = 0;  ///< of its verification in a cell of evidence
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
        } else {
            visit_states(model, probability);
        }
        known(model) = ModelEvidence{};
        evidence_.current = from;
        draws_.leave();
    }

    /// The states of one verifier that a walk reaches on an answer: those of the counts of verdicts that can be parsed, or
    /// of a confidence that is unseen or seen.
    struct Reached {
        VerifierOf of{};
        const VerifierStates* shape = nullptr;
        double draw_price = 0.0;
        int max_parsed = 0;
        double draws_per_verdict = 1.0;
        std::vector<std::pair<double, double>> confidences{};  ///< with their probabilities
        std::size_t states = 1;
        std::size_t stride = 1;
    };

    /// Returns what a walk reaches of each verifier of a model.
    [[nodiscard]] std::vector<Reached> reachable(Index model) const {
        const std::vector<CascadeModel>& models = policy_.models();
        std::vector<Reached> all;
        std::size_t stride = 1;
        for (Index v = 0; v < std::ssize(models[as_size(model)].verifiers); ++v) {
            const VerifierStates& shape = models[as_size(model)].verifiers[as_size(v)];
            Reached& verifier = all.emplace_back();
            verifier.of = {model, v, evidence_place(models, model, v)};
            verifier.shape = &shape;
            verifier.draw_price = prices_of(prices_, models, model, v).draw;
            verifier.stride = stride;
            if (shape.kind == VerificationKind::verdicts) {
                verifier.max_parsed = std::min(shape.draws, draws_.max_parsed(verifier.of));
                verifier.draws_per_verdict = draws_.draws_per_verdict(verifier.of, shape.draws);
                verifier.states = as_size(first_count(verifier.max_parsed + 1));
            } else if (shape.kind == VerificationKind::confidence) {
                for (const auto& seen : draws_.confidences(verifier.of)) verifier.confidences.push_back(seen);
                verifier.states = 1 + verifier.confidences.size();
            }
            stride *= verifier.states;
        }
        return all;
    }

    /// Sets the evidence of a verifier to that of one of its states.
    void set_evidence(const Reached& verifier, std::size_t state) {
        VerifierEvidence& seen = known(verifier.of.model).verifier_at(verifier.of.verifier);
        seen = {};
        if (verifier.shape->kind == VerificationKind::verdicts) {
            const auto count = static_cast<Index>(state);
            seen.drawn = seen.parsed = verifier.shape->drawn(count);
            seen.positive = static_cast<int>(count - verifier.shape->state(seen.parsed, 0));
        } else if (verifier.shape->kind == VerificationKind::confidence && state > 0) {
            seen.drawn = seen.parsed = 1;
            seen.logged_confidence = verifier.confidences[state - 1].first;
        }
    }

    /// Follows the policy on a model, from each state of the evidence to those that its rounds may lead to. A round leads
    /// to states of larger numbers.
    void visit_states(Index model, double probability) {
        const std::vector<Reached> verifiers = reachable(model);
        std::vector<double> reached(verifiers.back().stride * verifiers.back().states, 0.0);
        reached[0] = probability;
        for (std::size_t state = 0; state < reached.size(); ++state) {
            const double here = reached[state];
            if (here == 0.0) continue;
            for (const Reached& verifier : verifiers)
                set_evidence(verifier, state / verifier.stride % verifier.states);
            const Action action = decide(verifiers, model, here);
            if (action.kind == ActionKind::verify) {
                draw(verifiers[as_size(action.verifier)], state, action.draws, here, reached);
            } else {
                act(model, action, here);
            }
        }
    }

    /// Asks the policy. If no further verdict of the verifier that it would ask can be parsed, it uses up and pays for the
    /// other draws, and then acts without them.
    Action decide(const std::vector<Reached>& verifiers, Index model, double probability) {
        Action action = actions_.next(evidence_);
        while (action.kind == ActionKind::verify) {
            const Reached& verifier = verifiers[as_size(action.verifier)];
            VerifierEvidence& seen = known(model).verifier_at(action.verifier);
            if (verifier.shape->kind != VerificationKind::verdicts || seen.parsed < verifier.max_parsed)
                break;
            pay(verifier, probability, verifier.draws_per_verdict - 1.0,
                (verifier.draws_per_verdict - 1.0) / action.draws);
            seen.drawn = verifier.shape->draws;
            action = actions_.next(evidence_);
        }
        return action;
    }

    /// Adds the probabilities of the states that a round of a verifier leads to.
    void draw(const Reached& verifier, std::size_t state, int draws, double here,
              std::vector<double>& reached) {
        if (verifier.shape->kind != VerificationKind::verdicts) {
            pay(verifier, here, 1.0, 1.0);
            for (std::size_t seen = 0; seen < verifier.confidences.size(); ++seen)
                reached[state + (seen + 1) * verifier.stride] += here * verifier.confidences[seen].second;
            return;
        }
        const VerifierEvidence seen = known(verifier.of.model).verifier(verifier.of.verifier);
        const int drawn = seen.parsed;
        const int count = seen.positive;
        const Index part = verifier.shape->state(drawn, count);
        const int batch = std::min(draws, verifier.max_parsed - drawn);
        pay(verifier, here, verifier.draws_per_verdict * batch,
            std::max(1.0, verifier.draws_per_verdict * batch / draws));
        for_each_outcome(
            batch, 1.0, weights_,
            [&](int i, int j) { return draws_.positive(verifier.of, drawn + i, count + j); },
            [&](int gain, double share) {
                const Index after = verifier.shape->state(drawn + batch, count + gain);
                reached[state + as_size(after - part) * verifier.stride] += here * share;
            });
    }

    void pay(const Reached& verifier, double probability, double draws, double rounds) {
        usage_->cost += probability * draws * verifier.draw_price;
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
    std::vector<double> weights_;  // working memory of a round
    ExpectedUsage* usage_ = nullptr;
};

}  // namespace automix::detail
