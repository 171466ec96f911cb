// SPDX-License-Identifier: Apache-2.0
// A policy of the routing POMDP. It is a table over the tree of evidence, in which a decision is a look-up, O(models
// asked). If that tree is too large, it is the alpha vectors of the engine. Both also give the best action without
// verifying. It is taken if all draws are used up although the counts are not full, because some replies could not be
// parsed. A policy that reads the query is a table for each query, or for
// each stratum of queries, solved from their forecasts.
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/evidence.hpp>

#include <memory>
#include <vector>

namespace automix {

namespace detail {
class VectorPolicy;
class QuerySolver;
}  // namespace detail

/// A cell of the tree. The node is -1 before any model has answered, the last one excepted.
struct RoutingPosition {
    Index node = -1;
    Index state = 0;
};

class RoutingPolicy {
 public:
    using Vectors = detail::VectorPolicy;

    RoutingPolicy() = default;
    /// Makes a policy of a table with one entry for each cell. Policies over the same models may share a layout.
    RoutingPolicy(std::shared_ptr<const detail::RoutingLayout> layout, std::vector<detail::CellPolicy> cells,
                  Index first_model);

    explicit RoutingPolicy(std::shared_ptr<const Vectors> vectors);

    /// Makes a policy that reads the query: it is solved for each one.
    explicit RoutingPolicy(std::shared_ptr<const detail::QuerySolver> solver);

    /// Returns the next action. Throws `ProtocolError` for evidence that no query can have under this layout, and for
    /// evidence without a forecast if the policy reads the query.
    [[nodiscard]] Action next(const Evidence& evidence) const;

    /// Returns the policy for the query of that forecast: the same one unless it reads the query.
    [[nodiscard]] RoutingPolicy at(const QueryForecast& forecast) const;

    /// Returns the same for a query of which verdicts may be known although the policy draws none.
    [[nodiscard]] RoutingPolicy with_verdicts_at(const QueryForecast& forecast) const;

    /// Returns true if the policy reads the query.
    [[nodiscard]] bool reads_query() const noexcept { return solver_ != nullptr; }
    /// Returns what solves the policy of each query; null unless it reads the query.
    [[nodiscard]] const detail::QuerySolver* solver() const noexcept { return solver_.get(); }

    /// Returns the number of strata of queries that the policy is solved for; 0 if it is solved for each query, or reads
    /// none.
    [[nodiscard]] Index strata_count() const noexcept;

    /// Returns the same table with another model asked first. Requires a table.
    [[nodiscard]] RoutingPolicy starting_at(Index first) const;

    /// Returns the shapes of the models.
    [[nodiscard]] const std::vector<detail::CascadeModel>& models() const noexcept;
    /// Returns the number of alpha vectors; 0 for a table.
    [[nodiscard]] Index vector_count() const noexcept;
    /// Returns the alpha vectors; null for a table.
    [[nodiscard]] const Vectors* vectors() const noexcept { return vectors_.get(); }

    // The functions below require a table.

    /// Returns the cell of some evidence: at the largest model that has answered, the last one excepted. Throws as
    /// `next`.
    [[nodiscard]] RoutingPosition find(const Evidence& evidence) const;

    [[nodiscard]] const detail::RoutingLayout& layout() const noexcept { return *layout_; }
    [[nodiscard]] const std::vector<detail::CellPolicy>& cells() const noexcept { return *cells_; }
    [[nodiscard]] const detail::CellPolicy& cell(Index node, Index state) const;
    [[nodiscard]] Index first_model() const noexcept { return first_model_; }

 private:
    [[nodiscard]] detail::CompactAction decide(const Evidence& evidence, bool without_verifying) const;

    [[nodiscard]] AcceptedAnswer accepted(Index model) const;

    /// Throws unless the forecast is over as many models as the policy.
    void require_models_of(const QueryForecast& forecast) const;

    /// Throws unless the evidence is over as many models as the policy and the current model has answered.
    void require_possible(const Evidence& evidence) const;

    /// Throws unless the table has a state for the evidence on an answer.
    static void require_known(Index model, const ModelEvidence& known, const detail::CascadeModel& shape);

    static void require_verifier(Index model, const VerifierEvidence& known,
                                 const detail::VerifierStates& shape);

    [[noreturn]] static void refuse(Index model, const VerifierEvidence& known,
                                    const detail::VerifierStates& shape);

    std::shared_ptr<const detail::RoutingLayout> layout_{};
    std::shared_ptr<const std::vector<detail::CellPolicy>> cells_{};
    std::shared_ptr<const Vectors> vectors_{};
    std::shared_ptr<const detail::QuerySolver> solver_{};
    Index first_model_ = 0;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/policy_inl.hpp>
#endif
