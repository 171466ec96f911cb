// SPDX-License-Identifier: Apache-2.0
// Explanations of the POMDP router, of the policy in force. For a policy that is the best for its lambda these are the
// values that it was chosen by; for any other (a fallback, two policies mixed, maximum IBC) they are what it comes to.
// Of a policy of alpha vectors, which has no table, actions that go on are told by their net value alone: that of the vectors
// at the beliefs they lead to. An explainer is O(cells * outcomes) to make; an explanation is O(batches * draws^2 + states *
// levels of models asked), by vectors O(batches * draws * vectors * levels).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/level_model.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Explains the decisions of a trained router, which must outlive it unchanged. Safe to share between threads. On the scalar
/// of the router's tree, so that explaining is compiled where it is used.
class PolicyExplainer {
    using Tree = RoutingTree;
    using Values = detail::CellValues;

 public:
    /// Throws `NotTrainedError` where there is no policy, or one of a curve, of which nothing else is kept.
    explicit PolicyExplainer(const PomdpRouter& router) : router_(router) {
        const TrainedPolicy& trained = router.trained();
        if (!router.mixture().empty() && !has_table(router))
            throw NotTrainedError("pomdp: nothing is kept to explain this policy by");
        if (!trained.tree->layout) return;
        for (const PolicyShare& part : router.mixture()) {
            Values& values = values_.emplace_back(*trained.tree, trained.prices);
            for (Index n = values.layout().nodes(); n-- > 0;) evaluate_node(values, part.policy, n);
        }
        if (trained.tree->belief) chain_.emplace(*trained.tree->belief);
    }
    /// True where a router has what explanations are read from: a table of values, or alpha vectors and a belief.
    [[nodiscard]] static bool has_table(const PomdpRouter& router) noexcept {
        const TrainedPolicy& trained = router.trained();
        return !trained.mixture.empty() && trained.tree != nullptr;
    }
    PolicyExplainer(const PolicyExplainer&) = delete;
    PolicyExplainer& operator=(const PolicyExplainer&) = delete;
    ~PolicyExplainer() = default;

    /// Throws `ProtocolError` for evidence that no query can have.
    [[nodiscard]] Explanation explain(const Evidence& evidence) const {
        const RoutingPolicy& policy = router_.policy_for(evidence.u);
        const auto& mixture = router_.mixture();
        std::size_t part = 0;
        while (&mixture[part].policy != &policy) ++part;
        Explanation explanation;
        explanation.action = policy.next(evidence);
        explanation.current = evidence.current;
        explanation.lambda = router_.report().lambda;
        if (policy.vectors() != nullptr) {
            explain_vectors(explanation, evidence, *policy.vectors());
        } else if (!evidence.started()) {
            for (int first = 0; first <= evidence.last_model(); ++first)
                offer(explanation, Action::route(first), values_[part].start(first));
        } else if (evidence.current == evidence.last_model()) {
            const RoutingPosition before = policy.find(evidence);
            explanation.right = last_score(before);
            offer(explanation, Action::accept(), {*explanation.right, 0.0, 0.0, 0.0});
        } else {
            explain_cell(explanation, evidence, policy, values_[part]);
        }
        explanation.reason = reason(explanation);
        return explanation;
    }

 private:
    static void evaluate_node(Values& values, const RoutingPolicy& policy, Index n) {
        const RoutedModel& model = values.model_of(n);
        std::vector<double> gains;
        const auto follow = [&](Index state, int drawn, int count) {
            const Choice& choice = policy.cell(n, state).best;
            values.at(n, state) = choice.kind == ActionKind::accept  ? values.accept(n, state)
                                  : choice.kind == ActionKind::route ? values.route(n, state, choice.argument)
                                  : model.counts() ? values.verify(n, drawn, count, choice.argument, gains)
                                                   : values.reveal(n);
        };
        if (!model.counts()) {
            for (Index state = model.states(); state-- > 0;) follow(state, 0, 0);
            return;
        }
        for (int drawn = model.draws; drawn >= 0; --drawn) {
            for (int count = model.most(drawn); count >= 0; --count)
                follow(model.state(drawn, count), drawn, count);
        }
    }

    void offer(Explanation& explanation, const Action& action, const RoutingValue& value) const {
        explanation.alternatives.push_back({action, value,
                                            net_value(value, explanation.lambda, router_.trained().prices),
                                            action == explanation.action});
    }

    /// An action of which no more is known than the net value of what follows, and what is paid at once.
    void offer_net(Explanation& explanation, const Action& action, double follows, double paid) const {
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        explanation.alternatives.push_back({action,
                                            {unknown, unknown, unknown, unknown},
                                            follows - explanation.lambda * paid,
                                            action == explanation.action});
    }

    /// Where a fallback is in force, its vectors are worth nothing, and only what ends at once is told.
    template <class Vectors>
    void explain_vectors(Explanation& explanation, const Evidence& evidence, const Vectors& vectors) const {
        const auto& model = vectors.model();
        const auto& chain = model.chain();
        const RoutingPrices& prices = router_.trained().prices;
        const bool falls_back = !router_.report().fallback.empty();
        const auto about = vectors.believed(evidence);
        const int current = evidence.current;
        const int last = evidence.last_model();
        const auto price = [&](int to) { return prices.answers[static_cast<std::size_t>(to)]; };
        if (current >= 0) {
            explanation.right = chain.score(about, current);
            offer(explanation, Action::accept(), {*explanation.right, 0.0, 0.0, 0.0});
        }
        if (current == last) return;
        for (int to = current + 1; to <= last; ++to) {
            const auto arrived = to < last ? chain.arrive(about, to) : about;
            if (to == last || falls_back) {
                if (to == last || Action::route(to) == explanation.action)
                    offer(explanation, Action::route(to), {chain.score(arrived, to), price(to), 0.0, 0.0});
            } else {
                offer_net(explanation, Action::route(to),
                          vectors.vectors().value(model.belief(to, 0, arrived)), price(to));
            }
        }
        if (current < 0 || chain.position(current) < 0) return;
        explanation.belief.assign(about.levels.begin(), about.levels.end());
        const RoutedModel& shape = vectors.models()[static_cast<std::size_t>(current)];
        if (shape.kind == VerificationKind::verdicts) {
            const auto grid = detail::level_grid(about.levels.size());
            explanation.levels.assign(grid.begin(), grid.end());
        }
        if (!falls_back) explain_draws(explanation, evidence.current_model(), vectors, about, shape);
    }

    template <class Vectors, class About>
    void explain_draws(Explanation& explanation, const ModelEvidence& known, const Vectors& vectors,
                       const About& about, const RoutedModel& shape) const {
        const int current = explanation.current;
        const RoutingPrices& prices = router_.trained().prices;
        double settled = -std::numeric_limits<double>::infinity();
        for (const Alternative& alternative : explanation.alternatives)
            settled = std::max(settled, alternative.net);
        // Net value behind a draw from levels of which `levels` is the chance together with what was seen.
        const auto behind = [&](int drawn, const auto& levels) {
            const double chance = levels.sum();
            if (!(chance > 0.0)) return 0.0;
            const auto belief = vectors.model().belief(current, drawn, {about.position, levels / chance});
            return chance * vectors.vectors().value(belief);
        };
        const bool counts = shape.kind == VerificationKind::verdicts;
        const int left = counts ? shape.draws - known.drawn : 1 - known.drawn;
        for (const int draws : counts ? batches(explanation.action) : std::vector<int>{1}) {
            if (draws > left) continue;
            double follows = 0.0;
            if (counts) {
                const auto grid = detail::level_grid(about.levels.size());
                double ways = 1.0;
                for (int j = 0; j <= draws; ++j) {
                    const Eigen::VectorXd seen = (ways * about.levels.array() * grid.array().pow(j) *
                                                  (1.0 - grid.array()).pow(draws - j))
                                                     .matrix();
                    follows += behind(known.parsed + draws, seen);
                    ways *= static_cast<double>(draws - j) / static_cast<double>(j + 1);
                }
            } else {
                for (Index level = 0; level < about.levels.size(); ++level) {
                    Eigen::VectorXd seen = Eigen::VectorXd::Zero(about.levels.size());
                    seen(level) = about.levels(level);
                    follows += behind(1, seen);
                }
            }
            const double paid = draws * prices.tries_of(shape.kind, current) *
                                    prices.draws[static_cast<std::size_t>(current)] +
                                prices.round;
            offer_net(explanation, Action::verify(draws), follows, paid);
            if (draws == 1) explanation.draw_value = explanation.alternatives.back().net - settled;
        }
    }

    /// Expected score of the last model after what was seen at `before`.
    [[nodiscard]] double last_score(const RoutingPosition& before) const {
        const Tree& tree = *router_.trained().tree;
        return before.node < 0 ? tree.last_alone
                               : tree.last(tree.layout->node(before.node).first_cell + before.state);
    }

    void explain_cell(Explanation& explanation, const Evidence& evidence, const RoutingPolicy& policy,
                      const Values& values) const {
        const RoutingPosition at = policy.find(evidence);
        const Index node = at.node;
        const Index state = at.state;
        const RoutedModel& model = values.model_of(node);
        const ModelEvidence& known = evidence.current_model();
        explanation.right = values.accept(node, state).score;
        add_belief(explanation, evidence, model);
        const bool plurality = model.kind == VerificationKind::samples;
        offer(explanation, Action::accept(plurality ? AcceptedAnswer::plurality : AcceptedAnswer::first),
              values.accept(node, state));
        for (int to = evidence.current + 1; to <= evidence.last_model(); ++to)
            offer(explanation, Action::route(to), values.route(node, state, to));
        double settled = -std::numeric_limits<double>::infinity();
        for (const Alternative& alternative : explanation.alternatives)
            settled = std::max(settled, alternative.net);
        if (!model.counts()) {
            if (model.states() > 1 && !known.verified()) {
                offer(explanation, Action::verify(1), values.reveal(node));
                explanation.draw_value = explanation.alternatives.back().net - settled;
            }
            return;
        }
        const bool plain = model.kind == VerificationKind::verdicts;
        const int drawn = plain ? known.parsed : known.drawn;
        const int count = static_cast<int>(state - model.state(drawn, 0));
        std::vector<double> gains;
        const auto value_of = [&](int draws) { return values.verify(node, drawn, count, draws, gains); };
        const int left = model.draws - known.drawn;
        for (const int draws : batches(explanation.action)) {
            if (draws <= left) offer(explanation, Action::verify(draws), value_of(draws));
        }
        if (left > 0)
            explanation.draw_value =
                net_value(value_of(1), explanation.lambda, router_.trained().prices) - settled;
    }

    /// The batches that the policy had to choose from, and the one that it did choose where fewer draws remain.
    [[nodiscard]] std::vector<int> batches(const Action& chosen) const {
        std::vector<int> all{1};
        if (router_.trained().prices.round > 0.0) all = router_.options().batches;
        const auto at = std::lower_bound(all.begin(), all.end(), chosen.draws);
        if (chosen.kind == ActionKind::verify && (at == all.end() || *at != chosen.draws))
            all.insert(at, chosen.draws);
        return all;
    }

    void add_belief(Explanation& explanation, const Evidence& evidence, const RoutedModel& model) const {
        if (!chain_ || chain_->position(evidence.current) < 0) return;
        LevelBelief belief;
        for (int m = 0; m <= evidence.current; ++m) {
            const ModelEvidence& known = evidence.models[static_cast<std::size_t>(m)];
            if (!known.answered) continue;
            belief = chain_->arrive(belief, m);
            const RoutedModel& shape = router_.trained().tree->layout->models()[static_cast<std::size_t>(m)];
            if (chain_->position(m) >= 0) belief = chain_->observe(belief, shape.state(known));
        }
        explanation.belief.assign(belief.levels.begin(), belief.levels.end());
        if (model.kind != VerificationKind::verdicts) return;
        const auto grid = detail::level_grid(belief.levels.size());
        explanation.levels.assign(grid.begin(), grid.end());
    }

    [[nodiscard]] std::string reason(const Explanation& explanation) const {
        constexpr double rounding = 1e-9;
        const PomdpReport& report = router_.report();
        if (explanation.current == static_cast<int>(router_.trained().models.size()) - 1)
            return "the last model has answered";
        const auto& all = explanation.alternatives;
        const auto chosen = std::find_if(all.begin(), all.end(), [](const auto& a) { return a.chosen; });
        const auto rival = [&](const Alternative& other) {
            return !other.chosen && other.net > chosen->net - rounding;
        };
        if (!report.fallback.empty()) return report.fallback;
        if (std::any_of(all.begin(), all.end(),
                        [&](const auto& other) { return other.net > chosen->net + rounding; })) {
            if (report.share < 1.0) return "one of two policies that are mixed so that the objective is met";
            if (report.objective.kind == ObjectiveKind::max_ibc)
                return "for the highest IBC nothing is accepted before the first verdict";
            return "no policy that was found does better for the objective as a whole";
        }
        if (std::any_of(all.begin(), all.end(), rival))
            return "a tie of the highest net value: accepting goes first, then routing, then fewer verdicts";
        return "the highest net value: expected score less lambda times what is paid from here on";
    }

    const PomdpRouter& router_;
    std::vector<Values> values_;  // of the policies that are mixed
    std::optional<detail::BeliefChain> chain_;
};

}  // namespace automix
