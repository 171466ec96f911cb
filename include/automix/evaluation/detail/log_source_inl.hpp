// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/log_source.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/plurality.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/source.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace automix {

AUTOMIX_INLINE LogSource::LogSource(const Dataset& data, const PriceTable& prices)
    : data_(data), prices_(prices) {
    for (Index model = 0; model < data.models(); ++model) {
        const auto m = as_size(model);
        verifiers_.push_back({{LoggedVerifier(data, model), &prices.draws[m], &prices.verifications[m]}});
    }
}

AUTOMIX_INLINE void LogSource::bind(const std::vector<ModelShape>& models) {
    for (Index model = 0; model < std::min(std::ssize(models), data_.models()); ++model) {
        const ModelShape& shape = models[as_size(model)];
        const auto refuse = [&](const std::string& what) {
            throw DataError(
                Place{{}, 0, "verifiers of model " + in_quotes(data_.model_names()[as_size(model)])}, what);
        };
        if (shape.kind != VerificationKind::none && shape.verifier != data_.first_verifier())
            refuse("the policy was trained on verdicts of " + in_quotes(shape.verifier) +
                   ", and those of the log are of " + in_quotes(data_.first_verifier()) +
                   "; choose the policy's (--verifier " + shape.verifier + ")");
        std::vector<Asked>& verifiers = verifiers_[as_size(model)];
        verifiers.resize(1, verifiers.front());
        for (const VerifierShape& verifier : shape.further) {
            const auto number = data_.find_verifier(model, verifier.name);
            if (!number)
                refuse("the policy asks the verifier " + in_quotes(verifier.name) +
                       ", which the log does not have");
            verifiers.push_back({LoggedVerifier(data_, model, *number),
                                 &prices_.further_draws(data_, model, verifier.name), nullptr,
                                 verifier.name});
        }
    }
}

AUTOMIX_INLINE void LogSource::open(Index row) {
    row_ = row;
    for (std::vector<Asked>& verifiers : verifiers_) {
        for (Asked& verifier : verifiers) verifier.drawn = 0;
    }
}

AUTOMIX_INLINE Answered LogSource::answer(Index model) {
    Answered answered{prices_.answers[as_size(model)](row_), data_.flagged(row_, model), {}};
    if (const auto clusters = data_.clusters(row_, model); !clusters.empty()) {
        answered.samples = 1;
        answered.largest_cluster = clusters.front() >= 0 ? 1 : 0;
    }
    if (!data_.signal_names(model).empty()) answered.signals = data_.answer_signals(row_, model);
    return answered;
}

AUTOMIX_INLINE Drawn LogSource::draw(Index model, Index verifier, int draws) {
    std::vector<Asked>& verifiers = verifiers_[as_size(model)];
    if (verifier >= std::ssize(verifiers))
        fail(model, "asked for verdicts of verifier " + std::to_string(verifier) + " of " +
                        std::to_string(verifiers.size()));
    Asked& asked = verifiers[as_size(verifier)];
    const auto verdicts = asked.logged.verdicts(row_);
    if (verdicts.empty()) return reveal(asked);
    const std::size_t left = verdicts.size() - asked.drawn;
    const std::size_t count = draws == all_draws ? left : as_size(draws);
    if (count > left || left == 0) {
        fail(model,
             "asked for " + (draws == all_draws ? std::string("further") : std::to_string(draws)) +
                 " verdicts after " + std::to_string(asked.drawn) + ", but only " +
                 std::to_string(verdicts.size()) +
                 " are logged; log more, or train with fewer draws "
                 "(--max-draws)",
             asked.name);
    }
    Drawn drawn;
    for (const Verdict verdict : verdicts.subspan(asked.drawn, count)) {
        drawn.parsed += verdict != Verdict::unparsed ? 1 : 0;
        drawn.positive += verdict == Verdict::positive ? 1 : 0;
    }
    drawn.drawn = static_cast<int>(count);
    drawn.cost = asked.whole != nullptr && count == verdicts.size()
                     ? (*asked.whole)(row_)
                     : static_cast<double>(count) * (*asked.draw)(row_);
    asked.drawn += count;
    if (verifier > 0) return drawn;
    const auto clusters = known_samples(model);
    drawn.samples = static_cast<int>(clusters.size());
    if (!clusters.empty()) drawn.largest_cluster = plurality(clusters).size;
    return drawn;
}

AUTOMIX_INLINE double LogSource::score(Index model, AcceptedAnswer accepted) const {
    if (accepted == AcceptedAnswer::first) return data_.scores(model)(row_);
    const auto clusters = known_samples(model);
    if (clusters.empty()) fail(model, "the plurality of its samples was accepted, but none are known");
    const Plurality chosen = plurality(clusters);
    return chosen.size == 0 ? data_.scores(model)(row_) : data_.sample_scores(row_, model)[chosen.sample];
}

AUTOMIX_INLINE Drawn LogSource::reveal(Asked& verifier) {
    const Index model = verifier.logged.model();
    const double confidence = verifier.logged.confidences()(row_);
    if (std::isnan(confidence)) fail(model, "neither verdicts nor a confidence are logged", verifier.name);
    if (verifier.drawn++ > 0)
        fail(model, "asked for further verdicts, but only a confidence is logged", verifier.name);
    Drawn drawn;
    drawn.drawn = drawn.parsed = 1;
    drawn.logged_confidence = confidence;
    drawn.cost = (*(verifier.whole != nullptr ? verifier.whole : verifier.draw))(row_);
    return drawn;
}

AUTOMIX_INLINE std::span<const std::int32_t> LogSource::known_samples(Index model) const {
    const auto clusters = data_.clusters(row_, model);
    return clusters.first(std::min(verifiers_[as_size(model)].front().drawn + 1, clusters.size()));
}

AUTOMIX_INLINE void LogSource::fail(Index model, const std::string& what, const std::string& verifier) const {
    const Place place = data_.place(row_);
    throw DataError(Place{place.file, place.line,
                          "id " + in_quotes(data_.id(row_)) + ", model " +
                              in_quotes(data_.model_names()[as_size(model)]) +
                              (verifier.empty() ? "" : ", verifier " + in_quotes(verifier))},
                    what);
}

}  // namespace automix
