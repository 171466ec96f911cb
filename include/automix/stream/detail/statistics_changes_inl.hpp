// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/statistics_changes.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/stream/statistics_changes.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

inline void require_model(const Statistics& statistics, Index model) {
    if (model < 0 || model >= std::ssize(statistics.models))
        throw ArgumentError("model: expected a number from 0 to " +
                            std::to_string(std::ssize(statistics.models) - 1) + ", found " +
                            std::to_string(model));
}

/// Returns statistics of the models with these numbers, in that order; a number may stand twice. The last one is not
/// verified.
inline Statistics with_models(const Statistics& statistics, const std::vector<std::size_t>& chosen) {
    Statistics changed;
    changed.logs = statistics.logs;
    for (const std::size_t m : chosen) changed.models.push_back(statistics.models[m]);
    ModelShape& last = changed.models.back();
    last.kind = VerificationKind::none;
    last.draws = 0;
    last.further.clear();
    // The places of the verifications that are kept, first those of the first verifiers. The last model has none.
    constexpr std::size_t no_place = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> places;
    std::vector<std::size_t> further;
    for (std::size_t i = 0; i + 1 < chosen.size(); ++i)
        places.push_back(chosen[i] + 1 < statistics.models.size() ? chosen[i] : no_place);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        for (std::size_t v = 0; v < changed.models[i].further.size(); ++v) {
            const auto model = static_cast<Index>(chosen[i]);
            const auto verifier = static_cast<Index>(v) + 1;
            places.push_back(evidence_place(statistics.models, model, verifier));
            further.push_back(further_number(statistics.models, model, verifier));
        }
    }
    const std::size_t models = chosen.size();
    for (const FoldStatistics& from : statistics.folds) {
        FoldStatistics& to = changed.folds.emplace_back(changed.models);
        for (const EvidenceCell& cell : from.cells) {
            std::vector<Verification> evidence;
            for (const std::size_t place : places) {
                evidence.push_back(place == no_place ? Verification{} : cell.evidence[place]);
            }
            EvidenceCell kept(evidence, static_cast<Index>(models));
            kept.weight = cell.weight;
            for (std::size_t i = 0; i < models; ++i) {
                kept.scores[i] = cell.scores[chosen[i]];
                for (std::size_t j = 0; j < models; ++j)
                    kept.products[i * models + j] = cell.products[chosen[i] * cell.scores.size() + chosen[j]];
            }
            to.cell(evidence).add(kept, 1.0);
        }
        for (std::size_t i = 0; i < models; ++i) {
            to.answer_prices[i] = from.answer_prices[chosen[i]];
            to.draw_prices[i] = i + 1 < models ? from.draw_prices[chosen[i]] : 0.0;
        }
        for (std::size_t v = 0; v < further.size(); ++v)
            to.further_draw_prices[v] = from.further_draw_prices[further[v]];
    }
    return changed;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE Statistics joined_statistics(const Statistics& statistics, Index neighbour,
                                            const std::string& name, double rows,
                                            std::optional<double> price) {
    detail::require_model(statistics, neighbour);
    const std::vector<std::string> names = names_of(statistics.models);
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end())
        throw ArgumentError("name: expected a new name beside " + joined(names) + ", found " +
                            in_quotes(name));
    std::vector<std::size_t> chosen;
    for (std::size_t m = 0; m < names.size(); ++m) {
        chosen.push_back(m);
        if (m == as_size(neighbour)) chosen.push_back(m);
    }
    Statistics wider = detail::with_models(statistics, chosen);
    wider.models[as_size(neighbour) + 1].name = name;
    scale_to(wider, rows);
    if (price) set_answer_price(wider, neighbour + 1, *price);
    return wider;
}

AUTOMIX_INLINE Statistics statistics_without(const Statistics& statistics, Index model) {
    detail::require_model(statistics, model);
    if (statistics.models.size() < 3)
        throw ArgumentError("model: expected at least two models to be left of " +
                            joined(names_of(statistics.models)));
    std::vector<std::size_t> chosen;
    for (std::size_t m = 0; m < statistics.models.size(); ++m) {
        if (m != as_size(model)) chosen.push_back(m);
    }
    return detail::with_models(statistics, chosen);
}

AUTOMIX_INLINE void set_answer_price(Statistics& statistics, Index model, double price) {
    detail::require_model(statistics, model);
    require_price(price, "price of an answer");
    for (FoldStatistics& fold : statistics.folds) fold.answer_prices[as_size(model)] = price * fold.weight();
}

AUTOMIX_INLINE void take_prices(Statistics& statistics, const Statistics& from) {
    statistics.require_same_models(from);
    const FoldStatistics total = from.total();
    const double rows = total.weight();
    for (FoldStatistics& fold : statistics.folds) {
        const double factor = fold.weight() / rows;
        const auto take = [&](std::vector<double>& to, const std::vector<double>& sums) {
            for (std::size_t i = 0; i < to.size(); ++i) to[i] = factor * sums[i];
        };
        take(fold.answer_prices, total.answer_prices);
        take(fold.draw_prices, total.draw_prices);
        take(fold.further_draw_prices, total.further_draw_prices);
    }
}

AUTOMIX_INLINE void scale_to(Statistics& statistics, double rows) {
    const double weight = statistics.total().weight();
    if (!(rows > 0.0 && std::isfinite(rows) && weight > 0.0))
        throw ArgumentError("rows: expected a number above 0 and statistics of rows, found " +
                            format_number(rows) + " and " + format_number(weight));
    statistics *= rows / weight;
}

}  // namespace automix
