// SPDX-License-Identifier: Apache-2.0
// Explanations of the POMDP router, of the policy in force. For a policy that is the best for its lambda these are the
// values that it was chosen by; for any other (a fallback, two policies mixed, maximum IBC) they are what it comes to.
// Of a policy of alpha vectors, which has no table, actions that go on are told by their net value alone: that of the vectors
// at the beliefs they lead to. An explainer is O(cells * outcomes) to make; an explanation is O(batches * draws^2 + states *
// levels of models asked), by vectors O(batches * draws * vectors * levels).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Explains the decisions of a trained router, which must outlive it unchanged. Safe to share between threads. On the scalar
/// of the router's tree, so that explaining is compiled where it is used.
class PolicyExplainer {
    using Tree = detail::RoutingTree;
    using Values = detail::CellValues;

 public:
    /// Throws `NotTrainedError` where there is no policy, or one of a curve, of which nothing else is kept.
    explicit PolicyExplainer(const PomdpRouter& router);
    /// True where a router has what explanations are read from: a table of values, or alpha vectors and a belief.
    [[nodiscard]] static bool has_table(const PomdpRouter& router) noexcept;
    PolicyExplainer(const PolicyExplainer&) = delete;
    PolicyExplainer& operator=(const PolicyExplainer&) = delete;
    ~PolicyExplainer() = default;

    /// Throws `ProtocolError` for evidence that no query can have.
    [[nodiscard]] Explanation explain(const Evidence& evidence) const;

 private:
    static void evaluate_node(Values& values, const RoutingPolicy& policy, Index n);

    void offer(Explanation& explanation, const Action& action, const detail::RoutingValue& value) const;

    /// An action of which no more is known than the net value of what follows, and what is paid at once.
    void offer_net(Explanation& explanation, const Action& action, double follows, double paid) const;

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
        const detail::CascadeModel& shape = vectors.models()[static_cast<std::size_t>(current)];
        if (shape.kind == VerificationKind::verdicts) {
            const auto grid = detail::level_grid(about.levels.size());
            explanation.levels.assign(grid.begin(), grid.end());
        }
        if (!falls_back) explain_draws(explanation, evidence.current_model(), vectors, about, shape);
    }

    template <class Vectors, class About>
    void explain_draws(Explanation& explanation, const ModelEvidence& known, const Vectors& vectors,
                       const About& about, const detail::CascadeModel& shape) const {
        const int current = explanation.current;
        const RoutingPrices& prices = router_.trained().prices;
        double without_verifying = -std::numeric_limits<double>::infinity();
        for (const Alternative& alternative : explanation.alternatives)
            without_verifying = std::max(without_verifying, alternative.net);
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
            const double paid = draws * prices.draws_per_verdict_of(shape.kind, current) *
                                    prices.draws[static_cast<std::size_t>(current)] +
                                prices.round;
            offer_net(explanation, Action::verify(draws), follows, paid);
            if (draws == 1) explanation.draw_value = explanation.alternatives.back().net - without_verifying;
        }
    }

    /// Expected score of the last model after what was seen at `before`.
    [[nodiscard]] double last_score(const RoutingPosition& before) const;

    void explain_cell(Explanation& explanation, const Evidence& evidence, const RoutingPolicy& policy,
                      const Values& values) const;

    /// The batches that the policy had to choose from, and the one that it did choose where fewer draws remain.
    [[nodiscard]] std::vector<int> batches(const Action& chosen) const;

    void add_belief(Explanation& explanation, const Evidence& evidence,
                    const detail::CascadeModel& model) const;

    [[nodiscard]] std::string reason(const Explanation& explanation) const;

    const PomdpRouter& router_;
    std::vector<Values> values_;  // of the policies that are mixed
    std::optional<detail::BeliefChain> chain_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/policy_explainer_inl.hpp>
#endif
