// SPDX-License-Identifier: Apache-2.0
// The table of a policy as lines of text, one for each node of the tree of evidence. A cell is `a` (accept), `rJ`
// (route to model J) or `vK` with the action if no draws are left (`v2a`, `v1r2`). A verifier beyond the first is named
// by its number, as in `v2@1a`. Cells stand by (drawn, count) with a comma before each further draw, as in `v1a, a v1r1,
// a r1 r1`. For a confidence the cell before any evidence comes first. With several verifiers cells stand by states,
// without commas. Linear in the cells.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/policy.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace automix::detail {

inline std::string choice_text(const CompactAction& choice) {
    switch (choice.kind) {
        case ActionKind::accept:
            return "a";
        case ActionKind::route:
            return "r" + std::to_string(choice.argument);
        case ActionKind::verify:
            break;
    }
    return "v" + std::to_string(choice.argument) +
           (choice.verifier == 0 ? "" : "@" + std::to_string(choice.verifier));
}

inline std::string cell_text(const CellPolicy& cell) {
    return choice_text(cell.best) +
           (cell.best.kind == ActionKind::verify ? choice_text(cell.without_verifying) : "");
}

/// Returns the text of the cells of node `n`.
template <class Policy>
std::string node_text(const Policy& policy, Index n) {
    const RoutingLayout& layout = policy.layout();
    const CascadeModel& model = layout.models()[as_size(layout.node(n).model)];
    std::string text;
    const VerifierStates& first = model.first();
    const bool counts = first.counts() && model.verifiers.size() == 1;
    int drawn = 0;
    for (Index state = 0; state < model.states(); ++state) {
        if (state > 0) {
            const bool next = counts && state == first.state(drawn + 1, 0);
            if (next) ++drawn;
            text += next ? ", " : " ";
        }
        text += cell_text(policy.cell(n, state));
    }
    return text;
}

/// A reader of the cells of nodes. Throws `DataError` with the error alone, without file or field.
class NodeReader {
 public:
    explicit NodeReader(const RoutingLayout& layout) : layout_(layout) {}

    /// Appends the cells of node `n`.
    void read(std::string_view text, Index n, std::vector<CellPolicy>& cells) {
        model_ = layout_.node(n).model;
        const CascadeModel& shape = layout_.models()[as_size(model_)];
        const Index states = shape.states();
        Index state = 0;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find_first_of(" ,"), text.size());
            if (end > 0) {
                if (state < states) {
                    find_left(shape, state);
                    cells.push_back(cell(text.substr(0, end)));
                }
                ++state;
            }
            text.remove_prefix(std::max<std::size_t>(1, end));
        }
        if (state != states)
            throw DataError("expected " + std::to_string(states) + " cells, found " + std::to_string(state));
    }

 private:
    /// Sets the draws of each verifier that remain in a state.
    void find_left(const CascadeModel& shape, Index state) {
        left_.clear();
        for (Index v = 0; v < std::ssize(shape.verifiers); ++v) {
            const VerifierStates& verifier = shape.verifiers[as_size(v)];
            const Index part = shape.part(state, v);
            left_.push_back(verifier.counts() ? verifier.draws - verifier.drawn(part)
                            : part == 0       ? verifier.draws
                                              : 0);
        }
    }

    [[nodiscard]] CellPolicy cell(std::string_view token) const {
        std::string_view rest = token;
        const auto number = [&]<class Number>(Number least, Number most) {
            Number value = 0;
            const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
            if (error != std::errc{} || value < least || value > most) complain(token);
            rest.remove_prefix(as_size(end - rest.data()));
            return value;
        };
        const auto without_verifying = [&]() -> CompactAction {
            const bool routed = rest.starts_with('r');
            if (!routed && !rest.starts_with('a')) complain(token);
            rest.remove_prefix(1);
            return routed ? CompactAction::route(number(model_ + 1, layout_.last_model())) : CompactAction{};
        };
        CellPolicy cell;
        const bool verified = rest.starts_with('v');
        if (verified) {
            rest.remove_prefix(1);
            const int draws = number(1, *std::max_element(left_.begin(), left_.end()));
            Index verifier = 0;
            if (rest.starts_with('@')) {
                rest.remove_prefix(1);
                verifier = number(Index{1}, std::ssize(left_) - 1);
            }
            if (draws > left_[as_size(verifier)]) complain(token);
            cell.best = CompactAction::verify(draws, verifier);
        }
        cell.without_verifying = without_verifying();
        if (!verified) cell.best = cell.without_verifying;
        if (!rest.empty()) complain(token);
        return cell;
    }

    [[noreturn]] void complain(std::string_view token) const {
        const int left = *std::max_element(left_.begin(), left_.end());
        throw DataError(
            "expected a, rJ of a model J from " + std::to_string(model_ + 1) + " to " +
            std::to_string(layout_.last_model()) +
            (left > 0 ? ", or vK of up to " + std::to_string(left) + " draws with either behind" : "") +
            ", found " + in_quotes(token));
    }

    const RoutingLayout& layout_;
    Index model_ = 0;
    std::vector<int> left_;  ///< draws of each verifier that remain in the cell
};

}  // namespace automix::detail
