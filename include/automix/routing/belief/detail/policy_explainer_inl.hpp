// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/policy_explainer.hpp.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/policy_explainer.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/routing_value.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE PolicyExplainer::PolicyExplainer(const PomdpRouter& router) : router_(router) {
    const TrainedPolicy& trained = router.trained();
    if (!router.mixture().empty() && !has_table(router))
        throw NotTrainedError("pomdp: nothing is kept to explain this policy by");
    if (!trained.tree->layout) return;
    for (const RoutingPolicy* const policy : trained.policies()) {
        std::optional<Table>& table = tables_.emplace_back();
        if (!policy->reads_query()) table.emplace(*trained.tree, trained.prices, *policy);
    }
}

AUTOMIX_INLINE PolicyExplainer::Table::Table(const Tree& evidence, const RoutingPrices& paid,
                                             const RoutingPolicy& followed)
    : tree(evidence), prices(paid), policy(followed), values(evidence, paid) {
    for (Index n = values.layout().nodes(); n-- > 0;) evaluate_node(values, policy, n);
    if (tree.belief) chain.emplace(*tree.belief);
}

AUTOMIX_INLINE bool PolicyExplainer::has_table(const PomdpRouter& router) noexcept {
    const TrainedPolicy& trained = router.trained();
    return !trained.mixture.empty() && trained.tree != nullptr;
}

AUTOMIX_INLINE Explanation PolicyExplainer::explain(const Evidence& evidence) const {
    const RoutingPolicy& policy = router_.policy_for(evidence);
    const PolicyGroup* const group = router_.group_for(evidence);
    Explanation explanation;
    explanation.action = policy.next(evidence);
    explanation.current = evidence.current;
    if (evidence.started()) {
        explanation.verifiers = several_verifiers(router_.trained().models, evidence.current);
        for (std::string& name : router_.signals(evidence.current)) {
            const std::vector<Signal>& known = evidence.current_model().signals;
            if (std::none_of(known.begin(), known.end(),
                             [&](const Signal& signal) { return signal.name == name; }))
                explanation.missing_signals.push_back(std::move(name));
        }
    }
    explanation.lambda = group == nullptr ? router_.report().lambda : group->lambda;
    if (policy.vectors() != nullptr) {
        explain_vectors(explanation, evidence, *policy.vectors());
    } else if (policy.reads_query()) {
        const auto query = policy.solver()->problem(*evidence.forecast);
        const RoutingPolicy of_query = policy.with_verdicts_at(*evidence.forecast);
        Evidence read = evidence;
        policy.solver()->set_strata(read);
        explain_table(explanation, read, Table(query->tree, query->prices, of_query));
    } else {
        explain_table(explanation, evidence, *tables_[number_of(policy)]);
    }
    explanation.reason =
        reason(explanation, (group == nullptr ? router_.mixture() : group->mixture).size() > 1);
    return explanation;
}

AUTOMIX_INLINE Explanation PolicyExplainer::explain(const Evidence& evidence, const QueryFacts& facts) const {
    Explanation explanation = explain(evidence);
    const ContextModel* const reader = router_.trained().reader.get();
    if (reader == nullptr) return explanation;
    const QueryForecast forecast = reader->forecast(facts);
    for (Index model = 0; model < reader->models(); ++model) {
        explanation.told.push_back({reader->explain(facts, model), forecast.answer_prices[as_size(model)],
                                    forecast.draw_prices[as_size(model)]});
    }
    return explanation;
}

AUTOMIX_INLINE void PolicyExplainer::explain_table(Explanation& explanation, const Evidence& evidence,
                                                   const Table& table) const {
    if (!evidence.started()) {
        for (Index first = 0; first <= evidence.last_model(); ++first)
            offer(explanation, Action::route(first), table.values.start(first));
    } else if (evidence.current == evidence.last_model()) {
        explanation.right = last_score(table.tree, table.policy.find(evidence));
        offer(explanation, Action::accept(), {*explanation.right, 0.0, 0.0, 0.0});
    } else {
        explain_cell(explanation, evidence, table);
    }
}

AUTOMIX_INLINE std::size_t PolicyExplainer::number_of(const RoutingPolicy& policy) const {
    const std::vector<const RoutingPolicy*> all = router_.trained().policies();
    return as_size(std::find(all.begin(), all.end(), &policy) - all.begin());
}

AUTOMIX_INLINE const RoutingPrices& PolicyExplainer::prices() const { return router_.trained().prices; }

AUTOMIX_INLINE bool PolicyExplainer::falls_back() const { return !router_.report().fallback.empty(); }

AUTOMIX_INLINE void PolicyExplainer::evaluate_node(Values& values, const RoutingPolicy& policy, Index n) {
    const detail::CascadeModel& model = values.model_of(n);
    std::vector<double> weights;
    for (Index state = model.states(); state-- > 0;) {
        const detail::CompactAction& choice = policy.cell(n, state).best;
        const Index v = choice.verifier;
        values.at(n, state) = choice.kind == ActionKind::accept  ? values.accept(n, state)
                              : choice.kind == ActionKind::route ? values.route(n, state, choice.argument)
                              : model.verifiers[as_size(v)].counts()
                                  ? values.verify(n, state, v, choice.argument, weights)
                                  : values.reveal(n, state, v);
    }
}

AUTOMIX_INLINE void PolicyExplainer::offer(Explanation& explanation, const Action& action,
                                           const RoutingValue& value) const {
    explanation.alternatives.push_back(
        {action, value, detail::net_value(value, explanation.lambda, router_.trained().prices),
         action == explanation.action});
}

AUTOMIX_INLINE void PolicyExplainer::offer_net(Explanation& explanation, const Action& action, double follows,
                                               double paid) const {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    explanation.alternatives.push_back({action,
                                        {unknown, unknown, unknown, unknown},
                                        follows - explanation.lambda * paid,
                                        action == explanation.action});
}

AUTOMIX_INLINE double PolicyExplainer::last_score(const Tree& tree, const RoutingPosition& before) {
    return before.node < 0 ? tree.last_alone
                           : tree.last(tree.layout->node(before.node).first_cell + before.state);
}

AUTOMIX_INLINE void PolicyExplainer::explain_cell(Explanation& explanation, const Evidence& evidence,
                                                  const Table& table) const {
    const Values& values = table.values;
    const RoutingPosition at = table.policy.find(evidence);
    const Index node = at.node;
    const Index state = at.state;
    const detail::CascadeModel& model = values.model_of(node);
    const ModelEvidence& known = evidence.current_model();
    explanation.right = values.accept(node, state).score;
    add_belief(explanation, evidence, table, model);
    const bool plurality = model.first().kind == VerificationKind::samples;
    offer(explanation, Action::accept(plurality ? AcceptedAnswer::plurality : AcceptedAnswer::first),
          values.accept(node, state));
    for (Index to = evidence.current + 1; to <= evidence.last_model(); ++to)
        offer(explanation, Action::route(to), values.route(node, state, to));
    double without_verifying = -std::numeric_limits<double>::infinity();
    for (const Alternative& alternative : explanation.alternatives)
        without_verifying = std::max(without_verifying, alternative.net);
    const auto add_value = [&](double net) {
        const double gain = net - without_verifying;
        explanation.draw_value = std::max(explanation.draw_value.value_or(gain), gain);
    };
    std::vector<double> weights;
    for (Index v = 0; v < std::ssize(model.verifiers); ++v) {
        const detail::VerifierStates& states = model.verifiers[as_size(v)];
        const int left = states.draws - known.verifier(v).drawn;
        if (!states.counts()) {
            if (states.states() == 1 || left <= 0) continue;
            offer(explanation, Action::verify(1, v), values.reveal(node, state, v));
            add_value(explanation.alternatives.back().net);
            continue;
        }
        for (const int draws : batches(explanation.action)) {
            if (draws <= left)
                offer(explanation, Action::verify(draws, v), values.verify(node, state, v, draws, weights));
        }
        if (left > 0)
            add_value(detail::net_value(values.verify(node, state, v, 1, weights), explanation.lambda,
                                        router_.trained().prices));
    }
}

AUTOMIX_INLINE std::vector<int> PolicyExplainer::batches(const Action& chosen) const {
    std::vector<int> all{1};
    if (router_.trained().prices.round > 0.0) all = router_.options().batches;
    const auto at = std::lower_bound(all.begin(), all.end(), chosen.draws);
    if (chosen.kind == ActionKind::verify && (at == all.end() || *at != chosen.draws))
        all.insert(at, chosen.draws);
    return all;
}

AUTOMIX_INLINE void PolicyExplainer::add_belief(Explanation& explanation, const Evidence& evidence,
                                                const Table& table, const detail::CascadeModel& model) {
    if (!table.chain || table.chain->position(evidence.current) < 0) return;
    const detail::BeliefChain& chain = *table.chain;
    detail::LevelBelief belief;
    for (Index m = 0; m <= evidence.current; ++m) {
        const ModelEvidence& known = evidence.models[as_size(m)];
        if (!known.answered) continue;
        belief = chain.arrive(belief, m);
        const detail::CascadeModel& shape = table.tree.layout->models()[as_size(m)];
        if (chain.position(m) >= 0) belief = chain.observe(belief, shape.state(known));
    }
    const auto& verifiers = table.tree.belief->levels[as_size(chain.position(evidence.current))].verifiers;
    Index stride = 1;  // the levels of the first verifier vary fastest
    for (std::size_t v = 0; v < verifiers.size(); ++v) {
        const Index levels = verifiers[v].levels;
        VerifierBelief about;
        about.belief.assign(as_size(levels), 0.0);
        for (Index g = 0; g < belief.levels.size(); ++g)
            about.belief[as_size(g / stride % levels)] += belief.levels(g);
        if (model.verifiers[v].kind == VerificationKind::verdicts) {
            const auto grid = detail::level_grid(levels);
            about.levels.assign(grid.begin(), grid.end());
        }
        if (v == 0) {
            explanation.belief = about.belief;
            explanation.levels = about.levels;
        }
        if (!explanation.verifiers.empty()) {
            about.verifier = explanation.verifiers[v];
            explanation.verifier_beliefs.push_back(std::move(about));
        }
        stride *= levels;
    }
}

AUTOMIX_INLINE std::string PolicyExplainer::reason(const Explanation& explanation, bool mixed) const {
    constexpr double rounding = 1e-9;
    const PomdpReport& report = router_.report();
    if (explanation.current == std::ssize(router_.trained().models) - 1) return "the last model has answered";
    const auto& all = explanation.alternatives;
    const auto chosen = std::find_if(all.begin(), all.end(), [](const auto& a) { return a.chosen; });
    const auto rival = [&](const Alternative& other) {
        return !other.chosen && other.net > chosen->net - rounding;
    };
    if (!report.fallback.empty()) return report.fallback;
    if (std::any_of(all.begin(), all.end(),
                    [&](const auto& other) { return other.net > chosen->net + rounding; })) {
        if (mixed) return "one of two policies that are mixed so that the objective is met";
        if (report.objective.kind == ObjectiveKind::max_ibc)
            return "for the highest IBC nothing is accepted before the first verdict";
        return "no policy that was found does better for the objective as a whole";
    }
    if (std::any_of(all.begin(), all.end(), rival))
        return "a tie of the highest net value: accepting goes first, then routing, then fewer verdicts";
    return "the highest net value: expected score less lambda times what is paid from here on";
}

}  // namespace automix
