// SPDX-License-Identifier: Apache-2.0
// Explanations of the POMDP router: the value of each action if the router's policy is followed afterwards. A policy
// that is the best for its lambda was chosen by these values; a fallback, a mixture or maximum IBC was not. A policy of
// alpha vectors has no table. An action after which the query goes on then has a net value only, which is that of the
// vectors at the next beliefs. Making an explainer is O(cells * outcomes). An explanation is O(batches * draws^2 +
// states * levels of models asked), or O(batches * draws * vectors * levels) by vectors. If the policy reads the query,
// it is one solution more.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/round_outcomes.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/vector_policy.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/routing_value.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace automix {

class PomdpRouter;

/// An explainer of a trained router's decisions. The router must outlive it unchanged. Threads may share an explainer.
class PolicyExplainer {
    using Tree = detail::RoutingTree;
    using Values = detail::CellValues;

 public:
    /// Computes the values. Throws `NotTrainedError` if there is no policy, or if it is from a curve, which keeps no
    /// tree.
    explicit PolicyExplainer(const PomdpRouter& router);
    /// Returns true if a router can be explained: it has a policy and the tree that the policy was found on.
    [[nodiscard]] static bool has_table(const PomdpRouter& router) noexcept;
    PolicyExplainer(const PolicyExplainer&) = delete;
    PolicyExplainer& operator=(const PolicyExplainer&) = delete;
    ~PolicyExplainer() = default;

    /// Explains the decision at some evidence. Throws `ProtocolError` for evidence that no query can have, and for
    /// evidence without a forecast if the policy reads the query.
    [[nodiscard]] Explanation explain(const Evidence& evidence) const;

    /// Explains also what the facts on the query tell of each model, if the policy reads them. Throws also as
    /// `ContextModel::explain`.
    [[nodiscard]] Explanation explain(const Evidence& evidence, const QueryFacts& facts) const;

 private:
    /// A table with the values of its cells.
    struct Table {
        /// Computes the values. Tree, prices and policy must outlive the table.
        Table(const Tree& tree, const RoutingPrices& prices, const RoutingPolicy& policy);

        const Tree& tree;
        const RoutingPrices& prices;
        const RoutingPolicy& policy;
        Values values;
        std::optional<detail::BeliefChain> chain{};  ///< empty for pluralities
    };

    // These two read the router, whose type is complete only where they are defined.
    [[nodiscard]] const RoutingPrices& prices() const;
    [[nodiscard]] bool falls_back() const;

    static void evaluate_node(Values& values, const RoutingPolicy& policy, Index n);

    /// Explains the decision of a table.
    void explain_table(Explanation& explanation, const Evidence& evidence, const Table& table) const;

    /// Returns the number of the policy of a query among all of the router.
    [[nodiscard]] std::size_t number_of(const RoutingPolicy& policy) const;

    void offer(Explanation& explanation, const Action& action, const RoutingValue& value) const;

    /// Adds an action of which only the net value that follows and the immediate payment are known.
    void offer_net(Explanation& explanation, const Action& action, double follows, double paid) const;

    /// Explains a policy of alpha vectors. The vectors of a fallback hold no values, so only actions that end the query
    /// are explained.
    template <class Vectors>
    void explain_vectors(Explanation& explanation, const Evidence& evidence, const Vectors& vectors) const {
        const auto& model = vectors.model();
        const auto& chain = model.chain();
        const RoutingPrices& prices = this->prices();
        const bool falls_back = this->falls_back();
        const auto about = vectors.believed(evidence);
        const Index current = evidence.current;
        const Index last = evidence.last_model();
        const auto price = [&](Index to) { return prices.answers[as_size(to)]; };
        if (current >= 0) {
            explanation.right = chain.score(about, current);
            offer(explanation, Action::accept(), {*explanation.right, 0.0, 0.0, 0.0});
        }
        if (current == last) return;
        for (Index to = current + 1; to <= last; ++to) {
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
        const detail::VerifierStates& shape = vectors.models()[as_size(current)].first();
        if (shape.kind == VerificationKind::verdicts) {
            const auto grid = detail::level_grid(about.levels.size());
            explanation.levels.assign(grid.begin(), grid.end());
        }
        if (!falls_back) explain_draws(explanation, evidence.current_model(), vectors, about, shape);
    }

    template <class Vectors, class About>
    void explain_draws(Explanation& explanation, const ModelEvidence& known, const Vectors& vectors,
                       const About& about, const detail::VerifierStates& shape) const {
        const Index current = explanation.current;
        const RoutingPrices& prices = this->prices();
        double without_verifying = -std::numeric_limits<double>::infinity();
        for (const Alternative& alternative : explanation.alternatives)
            without_verifying = std::max(without_verifying, alternative.net);
        // Returns probability times net value after a draw; `levels` is the joint weight of levels and observation.
        const auto behind = [&](int drawn, const auto& levels) {
            const double probability = levels.sum();
            if (!(probability > 0.0)) return 0.0;
            const auto belief =
                vectors.model().belief(current, drawn, {about.position, levels / probability});
            return probability * vectors.vectors().value(belief);
        };
        const bool counts = shape.kind == VerificationKind::verdicts;
        const int left = counts ? shape.draws - known.drawn : 1 - known.drawn;
        for (const int draws : counts ? batches(explanation.action) : std::vector<int>{1}) {
            if (draws > left) continue;
            double follows = 0.0;
            if (counts) {
                const Eigen::ArrayXd rates = detail::level_grid(about.levels.size()).array();
                const Eigen::ArrayXd levels = about.levels.array();
                std::vector<Eigen::ArrayXd> weights;
                detail::for_each_outcome(
                    draws, levels, weights, [&](int, int) -> const Eigen::ArrayXd& { return rates; },
                    [&](int, const Eigen::ArrayXd& seen) {
                        follows += behind(known.parsed + draws, seen.matrix());
                    });
            } else {
                for (Index level = 0; level < about.levels.size(); ++level) {
                    Eigen::VectorXd seen = Eigen::VectorXd::Zero(about.levels.size());
                    seen(level) = about.levels(level);
                    follows += behind(1, seen);
                }
            }
            const double paid =
                draws * prices.draws_per_verdict_of(shape.kind, current) * prices.draws[as_size(current)] +
                prices.round;
            offer_net(explanation, Action::verify(draws), follows, paid);
            if (draws == 1) explanation.draw_value = explanation.alternatives.back().net - without_verifying;
        }
    }

    /// Returns the expected score of the last model, given the cell before it was asked.
    [[nodiscard]] static double last_score(const Tree& tree, const RoutingPosition& before);

    void explain_cell(Explanation& explanation, const Evidence& evidence, const Table& table) const;

    /// Returns the batches of the policy, and the chosen one if it is smaller because few draws remain.
    [[nodiscard]] std::vector<int> batches(const Action& chosen) const;

    static void add_belief(Explanation& explanation, const Evidence& evidence, const Table& table,
                           const detail::CascadeModel& model);

    /// `mixed` says that the query's policy is one of two.
    [[nodiscard]] std::string reason(const Explanation& explanation, bool mixed) const;

    const PomdpRouter& router_;
    std::vector<std::optional<Table>> tables_;  // of all policies of the router; empty if one reads the query
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/policy_explainer_inl.hpp>
#endif
