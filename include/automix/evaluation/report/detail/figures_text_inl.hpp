// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/figures_text.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/field_figures.hpp>
#include <automix/evaluation/report/comparison_text.hpp>
#include <automix/evaluation/report/figures_text.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// Lays out tables of some figures: shares of calls and scores by `plain`, shares in per cent by `percent`, and prices by
/// `price`, each with the interval or standard error of its figure.
template <class Value, class Routers, class FiguresOf, class Plain, class Percent, class Price>
std::string figure_tables(std::string_view title, const Routers& routers, FiguresOf figures_of, Plain plain,
                          Percent percent, Price price) {
    const std::string first(title);
    TextTable calls({first, "APGR", "CPT(50 %)", "CPT(80 %)"});
    TextTable areas({first, "AIQ", "deferral area"});
    TextTable costs({first, "cost at 50 %", "at 80 %", "at 95 %", "at 100 % of the gap"});
    TextTable scores({first, "score at 25 %", "at 50 %", "at 75 % of the extra cost"});
    for (const auto& router : routers) {
        const FieldFigures<Value>& figures = figures_of(router);
        calls.add({router.name, plain(figures.apgr, 3), percent(figures.cpt_50), percent(figures.cpt_80)});
        areas.add({router.name, plain(figures.aiq, 4), plain(figures.deferral_area, 4)});
        costs.add({router.name, price(figures.cost_50), price(figures.cost_80), price(figures.cost_95),
                   price(figures.cost_100)});
        scores.add({router.name, plain(figures.score_25, 4), plain(figures.score_50, 4),
                    plain(figures.score_75, 4)});
    }
    return calls.text() + '\n' + areas.text() + '\n' + costs.text() + '\n' + scores.text();
}

/// Formats a figure with its interval in brackets, both by `format`.
template <class Format>
std::string with_interval(const FigureInterval& figure, Format format) {
    if (!figure.value) return "-";
    if (!figure.interval) return format(*figure.value);
    return format(*figure.value) + " (" + format(figure.interval->low) + " to " +
           format(figure.interval->high) + ")";
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string figures_legend() {
    return wrap_text(
               "figures of the policies for all prices of quality, on the rows tested; APGR: mean share of "
               "the "
               "score gap recovered over all shares of calls of the large model; CPT: share of its calls "
               "that "
               "recovers so much of the gap, per cent; both of two models only; AIQ: mean score of the "
               "non-decreasing hull over costs; deferral area: mean score over costs; cost: minimum cost "
               "that "
               "recovers so much of the gap, in the unit of the prices; score: at so much of the extra cost "
               "of "
               "the last model",
               0) +
           '\n';
}

AUTOMIX_INLINE std::string figures_table(std::string_view title, const std::vector<ComparedRouter>& routers) {
    return detail::figure_tables<MeanMetric>(
        title, routers, [](const ComparedRouter& router) -> auto& { return router.metrics.figures; },
        [](const MeanMetric& metric, int digits) { return format_mean(metric, digits); },
        [](const MeanMetric& metric) { return format_mean(metric, 1, 100.0); },
        [](const MeanMetric& metric) { return format_mean_price(metric); });
}

AUTOMIX_INLINE std::string figures_table(std::string_view title,
                                         const std::vector<CurveEvaluation>& routers) {
    const auto plain = [](const FigureInterval& figure, int digits) {
        return detail::with_interval(figure, [digits](double value) { return format_fixed(value, digits); });
    };
    const auto price = [](const FigureInterval& figure) {
        return detail::with_interval(figure, [](double value) { return format_price(value); });
    };
    std::string text = detail::figure_tables<FigureInterval>(
        title, routers, [](const CurveEvaluation& router) -> auto& { return router.figures; }, plain,
        [](const FigureInterval& figure) {
            return detail::with_interval(figure, [](double value) { return format_fixed(100.0 * value, 1); });
        },
        price);
    if (routers.size() < 2) return text;
    const std::string& first = routers.front().name;
    TextTable pairs({"against " + first, "ratio of costs at 95 % of the gap",
                     "difference of scores at 50 % of the extra cost"});
    for (const CurveEvaluation& router : routers) {
        if (&router == &routers.front()) continue;
        pairs.add({router.name, plain(router.cost_ratio, 3), plain(router.score_difference, 4)});
    }
    return text + '\n' + pairs.text();
}

}  // namespace automix
