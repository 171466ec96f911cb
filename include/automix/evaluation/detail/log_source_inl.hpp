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
    : data_(data), prices_(prices), drawn_(as_size(data.models()), 0) {}

AUTOMIX_INLINE void LogSource::open(Index row) {
    row_ = row;
    std::fill(drawn_.begin(), drawn_.end(), std::size_t{0});
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

AUTOMIX_INLINE Drawn LogSource::draw(Index model, int draws) {
    const auto verdicts = data_.verdicts(row_, model);
    if (verdicts.empty()) return reveal(model);
    std::size_t& position = drawn_[as_size(model)];
    const std::size_t left = verdicts.size() - position;
    const std::size_t count = draws == all_draws ? left : as_size(draws);
    if (count > left || left == 0) {
        fail(model, "asked for " + (draws == all_draws ? std::string("further") : std::to_string(draws)) +
                        " verdicts after " + std::to_string(position) + ", but only " +
                        std::to_string(verdicts.size()) +
                        " are logged; log more, or train with fewer draws "
                        "(--max-draws)");
    }
    Drawn drawn;
    for (const Verdict verdict : verdicts.subspan(position, count)) {
        drawn.parsed += verdict != Verdict::unparsed ? 1 : 0;
        drawn.positive += verdict == Verdict::positive ? 1 : 0;
    }
    drawn.drawn = static_cast<int>(count);
    drawn.cost = count == verdicts.size() ? prices_.verifications[as_size(model)](row_)
                                          : static_cast<double>(count) * prices_.draws[as_size(model)](row_);
    position += count;
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

AUTOMIX_INLINE Drawn LogSource::reveal(Index model) {
    const double confidence = data_.confidences(model)(row_);
    if (std::isnan(confidence)) fail(model, "neither verdicts nor a confidence are logged");
    if (drawn_[as_size(model)]++ > 0)
        fail(model, "asked for further verdicts, but only a confidence is logged");
    Drawn drawn;
    drawn.drawn = drawn.parsed = 1;
    drawn.logged_confidence = confidence;
    drawn.cost = prices_.verifications[as_size(model)](row_);
    return drawn;
}

AUTOMIX_INLINE std::span<const std::int32_t> LogSource::known_samples(Index model) const {
    const auto clusters = data_.clusters(row_, model);
    return clusters.first(std::min(drawn_[as_size(model)] + 1, clusters.size()));
}

AUTOMIX_INLINE void LogSource::fail(Index model, const std::string& what) const {
    const Place place = data_.place(row_);
    throw DataError(Place{place.file, place.line,
                          "id " + in_quotes(data_.id(row_)) + ", model " +
                              in_quotes(data_.model_names()[as_size(model)])},
                    what);
}

}  // namespace automix
