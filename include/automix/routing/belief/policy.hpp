// SPDX-License-Identifier: Apache-2.0
// A policy of the routing POMDP: a table over the tree of evidence, where a decision is a look-up, O(models asked); or, where
// that tree is too large, the alpha vectors of the engine. Both say the best action and the best one without verifying, for
// when the draws are used up (replies that cannot be parsed are paid for but tell nothing).
#pragma once

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
}  // namespace detail

/// A cell of the tree; node -1 before any model but the last has answered.
struct RoutingPosition {
    Index node = -1;
    Index state = 0;
};

class RoutingPolicy {
 public:
    using Vectors = detail::VectorPolicy;

    RoutingPolicy() = default;
    /// A table of choices, one a cell. The layout is shared by policies over the same models.
    RoutingPolicy(std::shared_ptr<const detail::RoutingLayout> layout, std::vector<detail::CellPolicy> cells,
                  int first_model);

    explicit RoutingPolicy(std::shared_ptr<const Vectors> vectors);

    /// Throws `ProtocolError` for evidence that no query under this layout can have.
    [[nodiscard]] Action next(const Evidence& evidence) const;

    /// The same table, asking that model first. Requires a table.
    [[nodiscard]] RoutingPolicy starting_at(int first) const;

    /// The models that it is over.
    [[nodiscard]] const std::vector<detail::CascadeModel>& models() const noexcept;
    /// Number of alpha vectors; 0 for a table.
    [[nodiscard]] Index vector_count() const noexcept;
    /// The alpha vectors; null for a table.
    [[nodiscard]] const Vectors* vectors() const noexcept { return vectors_.get(); }

    // Of a table alone:

    /// Where evidence stands in the tree: at the largest model that answered, but the last. Throws as `next`.
    [[nodiscard]] RoutingPosition find(const Evidence& evidence) const;

    [[nodiscard]] const detail::RoutingLayout& layout() const noexcept { return *layout_; }
    [[nodiscard]] const std::vector<detail::CellPolicy>& cells() const noexcept { return *cells_; }
    [[nodiscard]] const detail::CellPolicy& cell(Index node, Index state) const;
    [[nodiscard]] int first_model() const noexcept { return first_model_; }

 private:
    [[nodiscard]] detail::CompactAction decide(const Evidence& evidence, bool without_verifying) const;

    [[nodiscard]] AcceptedAnswer accepted(int model) const;

    /// Evidence over as many models as the policy, the current one of which has answered.
    void require_possible(const Evidence& evidence) const;

    /// What one answer's evidence must be for the state of its table to exist.
    static void require_known(int model, const ModelEvidence& known, const detail::CascadeModel& shape);

    [[noreturn]] static void refuse(int model, const ModelEvidence& known, const detail::CascadeModel& shape);

    std::shared_ptr<const detail::RoutingLayout> layout_{};
    std::shared_ptr<const std::vector<detail::CellPolicy>> cells_{};
    std::shared_ptr<const Vectors> vectors_{};
    int first_model_ = 0;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/policy_inl.hpp>
#endif
