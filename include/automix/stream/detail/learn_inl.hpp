// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/learn.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/training.hpp>
#include <automix/stream/learn.hpp>
#include <automix/stream/seen_rows.hpp>
#include <automix/stream/statistics_changes.hpp>
#include <automix/stream/weighted_statistics.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

inline void validate_learning(const LearnOptions& options) {
    if (!(options.forget > 0.0 && options.forget <= 1.0))
        throw ArgumentError("forget: expected a factor above 0 and at most 1, found " +
                            format_number(options.forget));
    if (!(options.min_rows >= 2.0))
        throw ArgumentError("min_rows: expected a number of at least 2, found " +
                            format_number(options.min_rows));
}

/// Throws `DataError` unless there are enough effective rows of so many that were seen. `notes` say what was left out.
inline void require_rows(double effective, const std::string& seen, const std::vector<std::string>& notes,
                         const LearnOptions& options) {
    if (effective >= options.min_rows) return;
    throw DataError("too little was seen to learn from: " + seen +
                    " requests were seen whole and scored, which count as " +
                    format_significant(effective, 3) + " rows; " + format_number(options.min_rows) +
                    " are needed" + (notes.empty() ? "" : ". " + joined(notes, ". ")));
}

/// Adds the older rows of a policy to new ones, after forgetting.
inline void add_older(LearnedPolicy& learned, Statistics older, const LearnOptions& options) {
    if (options.forget != 1.0) older *= options.forget;
    if (learned.prices == RequestPrices::measured) take_prices(older, learned.statistics);
    learned.old_rows = older.total().weight();
    learned.statistics += older;
}

/// Throws `DataError` unless all prices of answers are logged.
inline void require_logged_prices(const Dataset& data) {
    for (Index model = 0; model < data.models(); ++model) {
        for (Index row = 0; row < data.rows(); ++row) {
            if (std::isnan(data.recorded_costs(model)(row)))
                throw DataError("prices are to be measured, but request " + in_quotes(data.id(row)) +
                                " has no cost of model " + in_quotes(data.model_names()[as_size(model)]) +
                                "; log it, or keep the old ones");
        }
    }
}

/// Adds a note for each model whose measured price is far from the one that the policy goes by.
inline void note_measured_prices(const Statistics& used, const Dataset& data, const SeenRows& rows,
                                 std::vector<std::string>& notes) {
    constexpr double tolerated = 0.2;
    const FoldStatistics total = used.total();
    for (Index model = 0; model < data.models(); ++model) {
        double sum = 0.0;
        double weights = 0.0;
        for (Index row = 0; row < data.rows(); ++row) {
            sum += rows.weights[as_size(row)] * data.recorded_costs(model)(row);
            weights += rows.weights[as_size(row)];
        }
        const double measured = sum / weights;
        const double price = total.answer_prices[as_size(model)] / total.weight();
        if (std::isnan(measured) || std::abs(measured - price) <= tolerated * price) continue;
        notes.push_back("prices: the policy goes by " + format_price(price) + " for an answer of " +
                        in_quotes(data.model_names()[as_size(model)]) + ", and requests measured " +
                        format_price(measured) + "; --prices measured goes by those");
    }
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE PriceTable constant_prices(const RoutingPrices& prices, const std::vector<ModelShape>& models,
                                          const Dataset& data) {
    PriceTable table;
    for (std::size_t m = 0; m < models.size(); ++m) {
        const double draw = prices.draws[m];
        const bool counts = models[m].kind == VerificationKind::verdicts;
        table.answers.emplace_back(prices.answers[m]);
        table.draws.emplace_back(draw);
        table.verifications.emplace_back(counts ? draw * models[m].draws : draw);
        table.answer_origins.push_back(PriceOrigin::statistics);
        table.verification_origins.push_back(PriceOrigin::statistics);
        auto& further = table.further.emplace_back();
        const auto model = static_cast<Index>(m);
        for (const std::string& name : data.verifier_names(model)) {
            std::optional<PriceColumn>& column = further.emplace_back();
            for (std::size_t v = 0; v < models[m].further.size(); ++v) {
                if (models[m].further[v].name == name)
                    column = PriceColumn(
                        prices.further[further_number(models, model, static_cast<Index>(v) + 1)].draw);
            }
        }
    }
    return table;
}

AUTOMIX_INLINE StatisticsOptions learning_options(const PomdpRouter& before, const Statistics& statistics) {
    const std::vector<ModelShape> models = before.models();
    StatisticsOptions options;
    options.folds = static_cast<int>(statistics.folds.size());
    options.seed = before.options().seed;
    options.verifiers = before.options().verifiers;
    for (std::size_t m = 0; m + 1 < models.size(); ++m) options.max_draws.push_back(models[m].draws);
    return options;
}

AUTOMIX_INLINE LearnedPolicy learn(const PomdpRouter& before, const Statistics& statistics,
                                   const SeenRows& rows, const LearnOptions& options) {
    detail::validate_learning(options);
    LearnedPolicy learned;
    learned.effective_rows = effective_rows(rows.weights);
    detail::require_rows(learned.effective_rows, std::to_string(rows.data.rows()), rows.notes(), options);
    const std::vector<ModelShape> models = before.models();
    PomdpOptions settings = before.options();
    settings.progress = options.progress;
    learned.prices = options.prices.value_or(options.fresh ? RequestPrices::measured : RequestPrices::old);
    const bool measured = learned.prices == RequestPrices::measured;
    if (measured && !options.fresh) detail::require_logged_prices(rows.data);
    const PriceTable prices =
        measured ? resolve_prices(rows.data) : constant_prices(before.trained().prices, models, rows.data);
    learned.statistics = weighted_statistics(rows, prices, learning_options(before, statistics));
    if (!options.fresh) detail::add_older(learned, statistics, options);

    learned.router = PomdpRouter(std::move(settings));
    const ContextChoice& context = before.options().context;
    const std::vector<Index> random = rows.random_rows();
    if (!random.empty() && (context.best || context.fields.any() || rows.data.has_signals())) {
        learned.context_rows = std::ssize(random);
        const Dataset data = rows.data.select_rows(random);
        const PriceTable table = prices.select_rows(random);
        learned.training = learned.router.train(learned.statistics, {data, table});
    } else {
        learned.training = learned.router.train(learned.statistics);
    }
    if (!learned.training.feasible) throw DataError("pomdp: " + learned.training.reason);

    if (before.reads().any() && !learned.router.reads().any())
        learned.notes.push_back("context: the policy before reads " + to_string(before.reads()) +
                                ", and this one reads no query");
    if (!options.fresh && !learned.router.report().contexts.empty())
        learned.notes.push_back(
            "context: what the query tells is learnt from " + std::to_string(learned.context_rows) +
            " requests alone, as statistics hold no texts; the belief is learnt from all");
    if (!measured) detail::note_measured_prices(learned.statistics, rows.data, rows, learned.notes);
    return learned;
}

}  // namespace automix
