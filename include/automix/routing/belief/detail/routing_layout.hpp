// SPDX-License-Identifier: Apache-2.0
// The reachable evidence of the routing POMDP as a tree. A node is a model that has just answered, after a history of
// smaller models, each left at some state of its evidence. The cells of a node are the states of evidence on its
// answer: (parsed, positive) verdicts, or a confidence that is unseen or in a cell; if the answer has several verifiers,
// all combinations of their states, that of the first varying fastest. A route from a cell leads to a
// child node. The last model has no nodes, since its answer is always accepted. The layout depends on the models'
// shapes alone. If the answer has signals, there is a node for each stratum of them. O(cells).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/confidence_cell.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace automix::detail {

/// The states of what one verifier says of an answer.
struct VerifierStates {
    VerificationKind kind = VerificationKind::none;
    int draws = 0;                     ///< maximum number of draws on an answer
    std::vector<double> boundaries{};  ///< between cells of a logged confidence, ascending

    friend bool operator==(const VerifierStates&, const VerifierStates&) = default;

    /// Returns the number of states.
    [[nodiscard]] Index states() const noexcept {
        switch (kind) {
            case VerificationKind::verdicts:
            case VerificationKind::samples:
                return first_state(draws + 1);
            case VerificationKind::confidence:
                return 2 + std::ssize(boundaries);
            case VerificationKind::none:
                break;
        }
        return 1;
    }

    /// Returns true if draws come one by one, and each leaves the state's count as it is or adds one.
    [[nodiscard]] bool counts() const noexcept {
        return kind == VerificationKind::verdicts || kind == VerificationKind::samples;
    }

    /// Returns the maximum count after `drawn` draws: of positive verdicts, or of samples in the largest cluster.
    [[nodiscard]] int max_count(int drawn) const noexcept {
        return kind == VerificationKind::samples ? drawn + 1 : drawn;
    }

    /// Returns the state of a count after `drawn` draws. Requires a model that counts.
    [[nodiscard]] Index state(int drawn, int count) const noexcept { return first_state(drawn) + count; }

    /// Returns the first state that only verification reaches.
    [[nodiscard]] Index after_arrival() const noexcept { return counts() ? state(1, 0) : 1; }

    /// Returns the number of draws after which a state is reached. Requires a verifier that counts.
    [[nodiscard]] int drawn(Index state) const noexcept {
        int drawn = 0;
        while (first_state(drawn + 1) <= state) ++drawn;
        return drawn;
    }

    /// Returns the state of the evidence on an answer. Requires at most `draws` draws.
    [[nodiscard]] Index state(const VerifierEvidence& evidence) const noexcept {
        switch (kind) {
            case VerificationKind::verdicts:
                return state(evidence.parsed, evidence.positive);
            case VerificationKind::samples:
                return state(evidence.drawn, evidence.samples > 0 ? evidence.largest_cluster : 1);
            case VerificationKind::confidence:
                return evidence.verified() ? 1 + confidence_cell(boundaries, evidence.confidence()) : 0;
            case VerificationKind::none:
                break;
        }
        return 0;
    }

 private:
    [[nodiscard]] Index first_state(int drawn) const noexcept {
        return first_count(drawn) + (kind == VerificationKind::samples ? drawn : 0);
    }
};

/// The shape of a model: the verifiers of its answers, and the strata of their signals.
struct CascadeModel {
    std::vector<VerifierStates> verifiers{1};  ///< at least one
    Index strata = 1;                          ///< number of strata of the answer's signals

    CascadeModel() = default;
    /// Makes the shape of a model with one verifier.
    CascadeModel(VerificationKind kind, int draws, std::vector<double> boundaries, Index signal_strata = 1)
        : verifiers{{kind, draws, std::move(boundaries)}}, strata(signal_strata) {}

    friend bool operator==(const CascadeModel&, const CascadeModel&) = default;

    /// Returns the first verifier, and the only one but for trees over several.
    [[nodiscard]] const VerifierStates& first() const { return verifiers.front(); }
    /// Returns the number of verifiers.
    [[nodiscard]] Index verifier_count() const noexcept { return std::ssize(verifiers); }
    /// Returns true if any verifier can judge its answers.
    [[nodiscard]] bool verified() const noexcept { return states() > 1; }

    /// Returns the number of states of evidence on one answer.
    [[nodiscard]] Index states() const noexcept { return stride(std::ssize(verifiers)); }
    /// Returns the distance of two states between which the state of that verifier grows by one.
    [[nodiscard]] Index stride(Index verifier) const noexcept {
        Index stride = 1;
        for (Index v = 0; v < verifier; ++v) stride *= verifiers[as_size(v)].states();
        return stride;
    }
    /// Returns the state of one verifier in a state of the evidence.
    [[nodiscard]] Index part(Index state, Index verifier) const noexcept {
        return state / stride(verifier) % verifiers[as_size(verifier)].states();
    }
    /// Returns the state of the evidence on an answer. Requires no more draws than the verifiers have.
    [[nodiscard]] Index state(const ModelEvidence& evidence) const {
        Index state = 0;
        for (Index v = 0; v < std::ssize(verifiers); ++v)
            state += stride(v) * verifiers[as_size(v)].state(evidence.verifier(v));
        return state;
    }
    /// Returns true if no verifier has judged the answer in that state.
    [[nodiscard]] bool unverified(Index state) const noexcept {
        for (Index v = 0; v < std::ssize(verifiers); ++v) {
            if (part(state, v) >= verifiers[as_size(v)].after_arrival()) return false;
        }
        return true;
    }
};

/// A model that has answered, after some history, with signals in a stratum.
struct RoutingNode {
    Index model = 0;
    Index stratum = 0;
    Index first_cell = 0;
    Index first_child = 0;  ///< children by cell, then by model routed to
};

/// Returns the mean prices of a verifier of a model's answers.
inline VerifierPrices prices_of(const RoutingPrices& prices, const std::vector<CascadeModel>& models,
                                Index model, Index verifier) {
    if (verifier > 0) return prices.further[further_number(models, model, verifier)];
    return {prices.draws[as_size(model)],
            prices.draws_per_verdict_of(models[as_size(model)].first().kind, model)};
}

class RoutingLayout {
 public:
    RoutingLayout() = default;

    explicit RoutingLayout(std::vector<CascadeModel> models) : models_(std::move(models)), roots_{0} {
        for (Index first = 0; first < last_model(); ++first) {
            roots_.push_back(roots_.back() + strata(first));
            add_nodes(first);
        }
        for (Index n = 0; n < nodes(); ++n) {
            RoutingNode& node = nodes_[as_size(n)];
            node.first_child = nodes();
            const Index model = node.model;
            for (Index cell = 0; cell < states(model); ++cell) {
                for (Index to = model + 1; to < last_model(); ++to) add_nodes(to);
            }
        }
    }

    /// Returns the number of cells of the tree over these models.
    static double count_cells(const std::vector<CascadeModel>& models) {
        double later = 0.0;  // sum over all trees that start at a larger model
        for (std::size_t m = models.size() - 1; m-- > 0;)
            later += static_cast<double>(models[m].strata * models[m].states()) * (1.0 + later);
        return later;
    }

    [[nodiscard]] const std::vector<CascadeModel>& models() const noexcept { return models_; }
    [[nodiscard]] Index last_model() const noexcept { return std::ssize(models_) - 1; }
    [[nodiscard]] Index states(Index model) const { return models_[as_size(model)].states(); }
    [[nodiscard]] Index nodes() const noexcept { return std::ssize(nodes_); }
    [[nodiscard]] Index cells() const noexcept { return cells_; }
    [[nodiscard]] const RoutingNode& node(Index n) const { return nodes_[as_size(n)]; }

    [[nodiscard]] Index strata(Index model) const { return models_[as_size(model)].strata; }
    /// Returns the maximum number of verifiers of a model.
    [[nodiscard]] Index max_verifiers() const noexcept {
        Index most = 1;
        for (const CascadeModel& model : models_) most = std::max(most, std::ssize(model.verifiers));
        return most;
    }

    /// Returns the node of a model that is asked first, in the first stratum of its signals; those of the other strata
    /// follow. Requires a model before the last.
    [[nodiscard]] Index root(Index model) const { return roots_[as_size(model)]; }

    /// Returns the node that a route from a state of node `n` leads to, in the first stratum. Requires a larger model
    /// before the last.
    [[nodiscard]] Index child(Index n, Index state, Index to) const {
        const RoutingNode& from = node(n);
        const Index first = root(from.model + 1);
        return from.first_child + state * (roots_.back() - first) + (root(to) - first);
    }

 private:
    void add_nodes(Index model) {
        for (Index stratum = 0; stratum < strata(model); ++stratum) {
            nodes_.push_back({model, stratum, cells_, 0});
            cells_ += states(model);
        }
    }

    std::vector<CascadeModel> models_{};
    std::vector<Index> roots_{};  ///< first node of each model that is asked first, then their number
    std::vector<RoutingNode> nodes_{};
    Index cells_ = 0;
};

}  // namespace automix::detail
