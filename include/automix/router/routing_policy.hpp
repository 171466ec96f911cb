// SPDX-License-Identifier: Apache-2.0
// A policy of the routing POMDP as a table over the tree of evidence: for each cell the best action, and the best one
// without verifying for when the draws are used up (replies that cannot be parsed are paid for but tell nothing). A decision
// is a look-up, O(models asked).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/router/action.hpp>
#include <automix/router/evidence.hpp>
#include <automix/router/routing_layout.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// An action of the table; `argument` is the model routed to, or the number of draws.
struct Choice {
    ActionKind kind = ActionKind::accept;
    std::uint8_t argument = 0;

    static constexpr Choice route(int model) noexcept {
        return {ActionKind::route, static_cast<std::uint8_t>(model)};
    }
    static constexpr Choice verify(int draws) noexcept {
        return {ActionKind::verify, static_cast<std::uint8_t>(draws)};
    }

    friend constexpr bool operator==(const Choice&, const Choice&) = default;
};

/// What to do in one cell.
struct CellPolicy {
    Choice best{};
    Choice settled{};  ///< best without verifying

    friend constexpr bool operator==(const CellPolicy&, const CellPolicy&) = default;
};

/// A cell of the tree; node -1 before any model but the last has answered.
struct RoutingPosition {
    Index node = -1;
    Index state = 0;
};

/// A table of choices. The layout is shared by policies over the same models.
class RoutingPolicy {
 public:
    RoutingPolicy() = default;
    RoutingPolicy(std::shared_ptr<const RoutingLayout> layout, std::vector<CellPolicy> cells, int first_model)
        : layout_(std::move(layout)), cells_(std::move(cells)), first_model_(first_model) {}

    /// Throws `ProtocolError` for evidence that no query under this layout can have.
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(first_model_);
        if (evidence.current == layout_->last_model()) return Action::accept();
        const auto [node, state] = find(evidence);
        const CellPolicy& cell = this->cell(node, state);
        const int left = layout_->models()[static_cast<std::size_t>(evidence.current)].draws -
                         evidence.current_model().drawn;
        const Choice& choice = left > 0 ? cell.best : cell.settled;
        switch (choice.kind) {
            case ActionKind::accept:
                return Action::accept(accepted(evidence.current));
            case ActionKind::route:
                return Action::route(choice.argument);
            case ActionKind::verify:
                break;
        }
        return Action::verify(std::min<int>(choice.argument, left));
    }

    /// Where evidence stands in the tree: at the largest model that answered, but the last. Throws as `next`.
    [[nodiscard]] RoutingPosition find(const Evidence& evidence) const {
        RoutingPosition at;
        for (int model = 0; model <= evidence.current && model < layout_->last_model(); ++model) {
            const ModelEvidence& known = evidence.models[static_cast<std::size_t>(model)];
            if (!known.answered) continue;
            at.node = at.node < 0 ? RoutingLayout::root(model) : layout_->child(at.node, at.state, model);
            const RoutedModel& shape = layout_->models()[static_cast<std::size_t>(model)];
            require_known(model, known, shape);
            at.state = shape.state(known);
        }
        return at;
    }

    [[nodiscard]] const RoutingLayout& layout() const noexcept { return *layout_; }
    [[nodiscard]] const std::vector<CellPolicy>& cells() const noexcept { return cells_; }
    [[nodiscard]] const CellPolicy& cell(Index node, Index state) const {
        return cells_[static_cast<std::size_t>(layout_->node(node).first_cell + state)];
    }
    [[nodiscard]] int first_model() const noexcept { return first_model_; }

 private:
    [[nodiscard]] AcceptedAnswer accepted(int model) const {
        return layout_->models()[static_cast<std::size_t>(model)].kind == VerificationKind::samples
                   ? AcceptedAnswer::plurality
                   : AcceptedAnswer::first;
    }

    static void require_known(int model, const ModelEvidence& known, const RoutedModel& shape) {
        if (known.drawn > shape.draws) {
            throw ProtocolError("model " + std::to_string(model) + ": " + std::to_string(known.drawn) +
                                " verdicts were drawn, the policy is for at most " +
                                std::to_string(shape.draws));
        }
        if (shape.kind == VerificationKind::samples && known.drawn > 0 && known.samples == 0) {
            throw ProtocolError("model " + std::to_string(model) +
                                ": the policy accepts pluralities, but the samples are not known");
        }
    }

    std::shared_ptr<const RoutingLayout> layout_{};
    std::vector<CellPolicy> cells_{};
    int first_model_ = 0;
};

}  // namespace automix
