// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/policy.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/vector_policy.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE RoutingPolicy::RoutingPolicy(std::shared_ptr<const detail::RoutingLayout> layout,
                                            std::vector<detail::CellPolicy> cells, Index first_model)
    : layout_(std::move(layout)),
      cells_(std::make_shared<const std::vector<detail::CellPolicy>>(std::move(cells))),
      first_model_(first_model) {}

AUTOMIX_INLINE RoutingPolicy::RoutingPolicy(std::shared_ptr<const Vectors> vectors)
    : vectors_(std::move(vectors)), first_model_(vectors_->first_model()) {}

AUTOMIX_INLINE RoutingPolicy::RoutingPolicy(std::shared_ptr<const detail::QuerySolver> solver)
    : solver_(std::move(solver)) {}

AUTOMIX_INLINE RoutingPolicy RoutingPolicy::at(const QueryForecast& forecast) const {
    if (!solver_) return *this;
    require_models_of(forecast);
    const std::shared_ptr<const detail::SolvedTree> solved = solver_->solved(forecast);
    RoutingPolicy table;
    table.layout_ = solver_->layout();
    table.cells_ = {solved, &solved->cells};
    table.first_model_ = solved->first_model;
    return table;
}

AUTOMIX_INLINE RoutingPolicy RoutingPolicy::with_verdicts_at(const QueryForecast& forecast) const {
    if (!solver_ || solver_->rule().verify) return at(forecast);
    require_models_of(forecast);
    detail::SolvedTree solved = solver_->solve(forecast);
    return {solver_->tree().layout, std::move(solved.cells), solved.first_model};
}

AUTOMIX_INLINE void RoutingPolicy::require_models_of(const QueryForecast& forecast) const {
    for (const auto* column : {&forecast.scores, &forecast.answer_prices, &forecast.draw_prices}) {
        if (column->size() != models().size())
            throw ProtocolError("forecast of " + std::to_string(column->size()) +
                                " models, the policy is over " + std::to_string(models().size()));
    }
}

AUTOMIX_INLINE Action RoutingPolicy::next(const Evidence& evidence) const {
    require_possible(evidence);
    if (solver_) {
        if (!evidence.forecast)
            throw ProtocolError(
                "the policy reads the query, but its forecast is not known; put it into the evidence by "
                "read_query");
        const bool drawn = std::any_of(evidence.models.begin(), evidence.models.end(),
                                       [](const ModelEvidence& known) { return known.judged(); });
        const RoutingPolicy of_query = drawn ? with_verdicts_at(*evidence.forecast) : at(*evidence.forecast);
        if (solver_->tree().belief->signals.empty()) return of_query.next(evidence);
        Evidence read = evidence;
        solver_->set_strata(read);
        return of_query.next(read);
    }
    if (!evidence.started()) return Action::route(first_model_);
    if (evidence.current == evidence.last_model()) return Action::accept();
    const std::vector<detail::VerifierStates>& verifiers = models()[as_size(evidence.current)].verifiers;
    const auto left = [&](Index verifier) {
        return verifiers[as_size(verifier)].draws - evidence.current_model().verifier(verifier).drawn;
    };
    detail::CompactAction choice = decide(evidence, vectors_ && left(0) <= 0);
    if (choice.kind == ActionKind::verify && left(choice.verifier) <= 0) choice = decide(evidence, true);
    switch (choice.kind) {
        case ActionKind::accept:
            return Action::accept(accepted(evidence.current));
        case ActionKind::route:
            return Action::route(choice.argument);
        case ActionKind::verify:
            break;
    }
    return Action::verify(std::min<int>(choice.argument, left(choice.verifier)), choice.verifier);
}

AUTOMIX_INLINE Index RoutingPolicy::vector_count() const noexcept {
    return vectors_ ? static_cast<Index>(vectors_->vectors().vectors()) : 0;
}

AUTOMIX_INLINE Index RoutingPolicy::strata_count() const noexcept {
    return solver_ ? std::ssize(solver_->trees()->strata().means) : 0;
}

AUTOMIX_INLINE RoutingPolicy RoutingPolicy::starting_at(Index first) const {
    RoutingPolicy policy = *this;
    policy.first_model_ = first;
    return policy;
}

AUTOMIX_INLINE const std::vector<detail::CascadeModel>& RoutingPolicy::models() const noexcept {
    if (solver_) return solver_->models();
    return vectors_ ? vectors_->models() : layout_->models();
}

AUTOMIX_INLINE RoutingPosition RoutingPolicy::find(const Evidence& evidence) const {
    RoutingPosition at;
    for (Index model = 0; model <= evidence.current && model < layout_->last_model(); ++model) {
        const ModelEvidence& known = evidence.models[as_size(model)];
        if (!known.answered) continue;
        at.node = at.node < 0 ? layout_->root(model) : layout_->child(at.node, at.state, model);
        const detail::CascadeModel& shape = layout_->models()[as_size(model)];
        require_known(model, known, shape);
        at.node += known.stratum;
        at.state = shape.state(known);
    }
    return at;
}

AUTOMIX_INLINE const detail::CellPolicy& RoutingPolicy::cell(Index node, Index state) const {
    return (*cells_)[as_size(layout_->node(node).first_cell + state)];
}

AUTOMIX_INLINE detail::CompactAction RoutingPolicy::decide(const Evidence& evidence,
                                                           bool without_verifying) const {
    if (!vectors_) {
        const auto [node, state] = find(evidence);
        const detail::CellPolicy& at = cell(node, state);
        return without_verifying ? at.without_verifying : at.best;
    }
    for (Index model = 0; model <= evidence.current; ++model) {
        require_known(model, evidence.models[as_size(model)], models()[as_size(model)]);
    }
    return vectors_->decide(evidence, without_verifying);
}

AUTOMIX_INLINE AcceptedAnswer RoutingPolicy::accepted(Index model) const {
    return models()[as_size(model)].first().kind == VerificationKind::samples ? AcceptedAnswer::plurality
                                                                              : AcceptedAnswer::first;
}

AUTOMIX_INLINE void RoutingPolicy::require_possible(const Evidence& evidence) const {
    if (evidence.models.size() != models().size()) {
        throw ProtocolError("evidence of " + std::to_string(evidence.models.size()) +
                            " models, the policy is over " + std::to_string(models().size()));
    }
    if (!evidence.started()) return;
    if (evidence.current > evidence.last_model())
        throw ProtocolError("the current model is " + std::to_string(evidence.current) + " of " +
                            std::to_string(models().size()));
    if (!evidence.current_model().answered)
        throw ProtocolError("model " + std::to_string(evidence.current) +
                            " is the current one, but has not answered");
}

AUTOMIX_INLINE void RoutingPolicy::require_known(Index model, const ModelEvidence& known,
                                                 const detail::CascadeModel& shape) {
    if (known.stratum < 0 || known.stratum >= shape.strata)
        throw ProtocolError("model " + std::to_string(model) + ": the signals are in stratum " +
                            std::to_string(known.stratum) + " of " + std::to_string(shape.strata));
    for (Index v = 0; v < std::ssize(shape.verifiers); ++v)
        require_verifier(model, known.verifier(v), shape.verifiers[as_size(v)]);
    for (Index v = std::ssize(shape.verifiers); v <= std::ssize(known.further); ++v) {
        if (known.verifier(v).verified())
            throw ProtocolError("model " + std::to_string(model) + ": verdicts of verifier " +
                                std::to_string(v) + ", the policy is for " +
                                std::to_string(shape.verifiers.size()));
    }
}

AUTOMIX_INLINE void RoutingPolicy::require_verifier(Index model, const VerifierEvidence& known,
                                                    const detail::VerifierStates& shape) {
    const bool plain = shape.kind == VerificationKind::verdicts;
    const bool clusters = shape.kind == VerificationKind::samples && known.samples > 0;
    const bool ordered = 0 <= known.positive && known.positive <= known.parsed && known.parsed <= known.drawn;
    const bool grouped = 0 <= known.largest_cluster && known.largest_cluster - 1 <= known.drawn;
    const bool by_confidence = shape.kind == VerificationKind::confidence;
    const bool other_kind = known.verified() && by_confidence != known.logged_confidence.has_value();
    if (known.drawn < 0 || known.drawn > shape.draws || other_kind || (plain && !ordered) ||
        (clusters && !grouped) ||
        (shape.kind == VerificationKind::samples && known.drawn > 0 && known.samples <= 0))
        refuse(model, known, shape);
}

AUTOMIX_INLINE void RoutingPolicy::refuse(Index model, const VerifierEvidence& known,
                                          const detail::VerifierStates& shape) {
    const std::string drawn =
        "model " + std::to_string(model) + ": " + std::to_string(known.drawn) + " verdicts were drawn, ";
    if (known.drawn < 0 || known.drawn > shape.draws)
        throw ProtocolError(drawn + "the policy is for at most " + std::to_string(shape.draws));
    if (shape.kind == VerificationKind::confidence) {
        throw ProtocolError("model " + std::to_string(model) +
                            ": the policy was trained on confidences, but verdicts were drawn");
    }
    if (known.logged_confidence) {
        throw ProtocolError("model " + std::to_string(model) +
                            ": the policy was trained on verdicts, but a confidence was given");
    }
    if (shape.kind == VerificationKind::verdicts) {
        throw ProtocolError(drawn + std::to_string(known.parsed) + " of them parsed and " +
                            std::to_string(known.positive) + " positive");
    }
    if (known.samples <= 0) {
        throw ProtocolError("model " + std::to_string(model) +
                            ": the policy accepts pluralities, but the samples are not known");
    }
    throw ProtocolError(drawn + "the largest cluster of samples is said to hold " +
                        std::to_string(known.largest_cluster));
}

}  // namespace automix
