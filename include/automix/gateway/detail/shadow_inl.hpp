// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/shadow.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>
#include <automix/gateway/shadow.hpp>
#include <automix/live/query_prior.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/source.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// A source that serves what was seen of an answered query again. It throws `Unseen` for anything else.
class SeenSource {
 public:
    /// Thrown for an answer or a verdict that was not seen.
    struct Unseen {
        bool later = false;  ///< the answer of a model after the one that answered
    };

    SeenSource(const std::vector<ModelShape>& models, const LiveAnswer& answer)
        : models_(models), answer_(answer), used_(models.size()) {
        for (std::size_t m = 0; m < models.size(); ++m) used_[m].resize(as_size(models[m].verifier_count()));
    }

    Answered answer(Index model) {
        if (!answer_.models[as_size(model)].answer) throw Unseen{model > answer_.model};
        return {};
    }

    Drawn draw(Index model, int draws) { return draw(model, 0, draws); }

    Drawn draw(Index model, Index verifier, int draws) {
        const VerifierShare& said = share(model, verifier);
        Drawn drawn;
        if (models_[as_size(model)].verifier_shape(verifier).kind == VerificationKind::confidence) {
            if (!said.confidence) throw Unseen{};
            drawn.drawn = drawn.parsed = 1;
            drawn.logged_confidence = said.confidence;
            return drawn;
        }
        std::size_t& used = used_[as_size(model)][as_size(verifier)];
        for (; drawn.drawn < draws || draws == all_draws; ++drawn.drawn) {
            if (used == said.verdicts.size()) throw Unseen{};
            const Verdict verdict = said.verdicts[used++];
            drawn.parsed += verdict == Verdict::unparsed ? 0 : 1;
            drawn.positive += verdict == Verdict::positive ? 1 : 0;
        }
        return drawn;
    }

 private:
    /// Returns what the verifier of that name said of a model's answer.
    [[nodiscard]] const VerifierShare& share(Index model, Index verifier) const {
        const std::string name = models_[as_size(model)].verifier_shape(verifier).name;
        const ModelShare& all = answer_.models[as_size(model)];
        if (all.verifier == name) return all;
        for (const VerifierShare& other : all.further) {
            if (other.verifier == name) return other;
        }
        throw Unseen{};
    }

    const std::vector<ModelShape>& models_;
    const LiveAnswer& answer_;
    std::vector<std::vector<std::size_t>> used_;  ///< verdicts of each model's verifiers that were served
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE ShadowOutcome shadow_outcome(const ServedPolicy& shadow, const Query& query,
                                            const LiveAnswer& answer) {
    const std::vector<ModelShape>& models = shadow.router().trained().models;
    if (answer.failed() || answer.degraded || models.size() != answer.models.size())
        return ShadowOutcome::unknown;
    try {
        const std::vector<double> prior =
            shadow.router().reads().prior ? prior_for(query, shadow.names()) : std::vector<double>{};
        Evidence evidence(std::ssize(models));
        evidence.reset(shadow.uniform(query.id));
        read_query(shadow.router(), {query.question, query.context, query.dataset, query.features, prior},
                   evidence);
        detail::SeenSource seen(models, answer);
        const Outcome outcome = run(shadow.router(), seen, evidence);
        return outcome.model == answer.model ? ShadowOutcome::agree : ShadowOutcome::disagree;
    } catch (const detail::SeenSource::Unseen& unseen) {
        return unseen.later ? ShadowOutcome::disagree : ShadowOutcome::unknown;
    } catch (const Error&) {
        return ShadowOutcome::unknown;
    }
}

}  // namespace automix
