// SPDX-License-Identifier: Apache-2.0
// Routers that need no training, and four queries on which all their figures are easy by hand.
#pragma once

#include "routing/tables.hpp"

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <string>

namespace by_hand {

using namespace automix;

/// Verifies the first answer and sends a confidence below one half to the last model. If it is trained on at least
/// `blind_from` rows, it always asks the last model instead.
struct ByConfidence {
    Index blind_from = 1'000'000;
    bool blind = false;

    static std::string name() { return "by_confidence"; }
    [[nodiscard]] static Parameters parameters() { return {}; }

    TrainingResult train(const TrainingData& training) {
        blind = training.data.rows() >= blind_from;
        return {};
    }

    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(blind ? evidence.last_model() : 0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        const ModelEvidence& model = evidence.current_model();
        if (!model.verified()) return Action::verify(all_draws);
        return model.confidence() < 0.5 ? Action::route(evidence.last_model()) : Action::accept();
    }
};

/// Prices 1 and 9, and 1 for a verification. Sent on: a1 (gains 1) and a2 (gains nothing). Kept: b1 (right), b2 (wrong).
inline Dataset queries() {
    using tables::confident;
    using tables::record;
    using tables::scored;
    Dataset data({"small", "large"});
    data.append(record("a1", {confident(0.0, 0.0), scored(1.0)}, "a"));
    data.append(record("a2", {confident(1.0, 0.2), scored(1.0)}, "a"));
    data.append(record("b1", {confident(1.0, 1.0), scored(0.5)}, "b"));
    data.append(record("b2", {confident(0.0, 0.8), scored(1.0)}, "b"));
    return data;
}

inline PriceTable prices(const Dataset& data) { return resolve_prices(data, {{1.0, 9.0}, 1.0, {}}); }

}  // namespace by_hand
