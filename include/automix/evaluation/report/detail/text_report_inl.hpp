// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/text_report.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/belief/context_choice.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::string format_interval(const Interval& interval, int digits) {
    return format_fixed(interval.low, digits) + " to " + format_fixed(interval.high, digits);
}

AUTOMIX_INLINE std::string format_price_interval(const Interval& interval) {
    return format_price(interval.low) + " to " + format_price(interval.high);
}

AUTOMIX_INLINE std::string format_percent_interval(const std::optional<Interval>& interval) {
    return interval ? format_percent(interval->low, true) + " to " + format_percent(interval->high, true)
                    : "-";
}

AUTOMIX_INLINE std::string format_percent_interval(const std::optional<Interval>& interval,
                                                   const OptionalMetric& metric) {
    return metric ? format_percent_interval(interval) : "-";
}

}  // namespace automix

namespace automix::detail {

inline std::string percent_or_dash(const OptionalMetric& ratio, bool with_sign) {
    return ratio ? format_percent(*ratio, with_sign) : "-";
}

inline std::vector<std::string> report_cells(const std::string& name, const Report& report) {
    return {name,
            format_fixed(report.performance, 4),
            report.mixing_performance ? format_fixed(*report.mixing_performance, 4) : "-",
            format_price(report.cost),
            report.ibc ? format_significant(*report.ibc, 3) : "-",
            percent_or_dash(report.ibc_lift, true),
            percent_or_dash(report.gap_recovered, false),
            report.excess ? format_percent(*report.excess / 100.0, true) : "-",
            format_percent(report.routed),
            format_fixed(report.draws, 2)};
}

/// Names the first or the last model, or returns `otherwise` if the evaluation has no names.
inline std::string model_name(const std::string& name, const char* otherwise) {
    return name.empty() ? otherwise : escape_controls(name);
}

/// Formats a ratio in per cent with three significant digits.
inline std::string precise_percent(double ratio) { return format_significant(100.0 * ratio, 3) + " %"; }

/// Returns the names of facts, in the order text, data set, features, prior.
inline std::vector<std::string> fact_names(const ContextFields& fields) {
    std::vector<std::string> names;
    if (fields.text) names.emplace_back("text");
    if (fields.dataset) names.emplace_back("data set");
    if (fields.features) names.emplace_back("features");
    if (fields.prior) names.emplace_back("prior");
    return names;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string report_table(std::string_view title, const NamedReports& reports,
                                        bool with_legend) {
    TextTable table({std::string(title), "score", "mixing", "cost", "IBC", "IBC lift", "gap", "excess",
                     "routed", "draws"});
    std::vector<std::string> notes;
    for (const auto& [name, report] : reports) {
        table.add(detail::report_cells(name, report));
        const std::string& reason = report.undefined();
        if (!reason.empty() && std::find(notes.begin(), notes.end(), reason) == notes.end())
            notes.push_back(reason);
    }
    std::string text = table.text();
    for (const std::string& note : notes) text += wrap_text("- undefined: " + note) + '\n';
    return with_legend ? text + report_legend() : text;
}

AUTOMIX_INLINE std::string report_legend() {
    return wrap_text(
               "score: mean per query, 0 to 1; mixing: score of mixing the end models at random at the same "
               "cost; cost: mean per query, in the unit of the prices; IBC: score gained per unit of cost; "
               "lift: IBC over that of mixing; gap: share of the score gap recovered; excess: gap less that "
               "of mixing; routed: share of queries that ask a larger model; draws: verdicts per query",
               0) +
           '\n';
}

AUTOMIX_INLINE std::string_view to_string(PriceOrigin origin) {
    switch (origin) {
        case PriceOrigin::given:
            return "given";
        case PriceOrigin::recorded:
            return "recorded";
        case PriceOrigin::statistics:
            return "statistics";
        case PriceOrigin::standard:
            break;
    }
    return "default";
}

AUTOMIX_INLINE std::string price_table(const std::vector<ModelPrices>& prices) {
    TextTable table({"prices", "answer", "from", "one draw", "all draws", "from"});
    for (const ModelPrices& model : prices) {
        const auto cell = [&](std::string text) { return model.verified ? std::move(text) : "-"; };
        table.add({model.model, format_price(model.answer), std::string(to_string(model.answer_origin)),
                   cell(format_price(model.draw)), cell(format_price(model.verification)),
                   cell(std::string(to_string(model.verification_origin)))});
        for (const VerifierPrice& verifier : model.further) {
            table.add({"  " + detail::escape_controls(verifier.name), "", "", format_price(verifier.draw),
                       format_price(verifier.verification), std::string(to_string(verifier.origin))});
        }
    }
    return table.text() +
           "prices: means over the queries, in your unit; default: the library's, as none was stated\n";
}

AUTOMIX_INLINE std::string contexts_text(const std::vector<ContextWorth>& tried) {
    std::string chosen;
    std::string others;
    for (const ContextWorth& context : tried) {
        const std::vector<std::string> names = detail::fact_names(context.fields);
        const std::string name = names.empty() ? "nothing" : joined(names, " and ");
        if (context.chosen) {
            chosen = "reads " + name + ": held-out excess " + format_significant(context.mean, 3) +
                     " (standard error " + format_significant(context.se, 2) + ")";
        } else {
            others +=
                "; " + name + (names.size() == 1 ? " alone " : " ") + format_significant(context.mean, 3);
        }
    }
    return chosen.empty() ? chosen : chosen + others;
}

AUTOMIX_INLINE std::string conclusion(const Evaluation& evaluation, const std::string& router) {
    using detail::precise_percent;
    const Report& report = evaluation.report;
    const Report& small = evaluation.baselines.always_small;
    const Report& large = evaluation.baselines.always_large;
    const auto& models = evaluation.prices;
    const std::string smaller =
        detail::model_name(models.empty() ? "" : models.front().model, "the small model");
    const std::string larger =
        detail::model_name(models.empty() ? "" : models.back().model, "the large model");
    const std::string name = router == "router" ? "The router" : detail::escape_controls(router);

    if (report.rows == 0) return "No query was evaluated.";
    if (models.size() == 1)
        return "There is only " + smaller + ", so there is nothing to route: it scores " +
               format_fixed(report.performance, 3) + ".";
    if (!(large.performance > 0.0))
        return larger + " scores 0 on these queries, so no share of its score is defined.";
    const std::string cost =
        large.cost > 0.0 ? precise_percent(report.cost / large.cost) + " of its cost"
                         : "a cost of " + format_price(report.cost) + ", while " + larger + " is free";
    const bool dearer = report.cost > large.cost && !nearly_equal(report.cost, large.cost);
    if (const std::string obstacle = gap_obstacle(small.point(), large.point()); !obstacle.empty())
        return larger + " scores no better than " + smaller + " (" + format_fixed(large.performance, 3) +
               " against " + format_fixed(small.performance, 3) + "); " + name + " scores " +
               format_fixed(report.performance, 3) + " at " + cost + ".";

    const double share = report.performance / large.performance;
    if (report.routed == 0.0 && report.draws == 0.0)
        return name + " accepts every answer of " + smaller + ": " + precise_percent(share) + " of " +
               larger + "'s score at " + cost + ".";
    if (report.draws == 0.0 && nearly_equal(report.routed, 1.0) && nearly_equal(report.cost, large.cost))
        return name + " asks " + larger + " every time, so it keeps all of its score and saves nothing.";
    const bool equal = nearly_equal(report.performance, large.performance);
    std::string text = name;
    if (equal) {
        text += " keeps all of " + larger + "'s score at " + cost;
    } else if (share > 1.0) {
        text += " scores " + precise_percent(share - 1.0) + " more than " + larger + " at " + cost;
    } else {
        text += " keeps " + precise_percent(share) + " of " + larger + "'s score at " + cost;
    }
    if (report.performance < small.performance && report.cost > small.cost) {
        text += "; " + smaller + " alone scores more and costs less";
    } else if (dearer && large.cost > 0.0 && share <= 1.0) {
        text += "; " + larger + " alone " + (equal ? "scores as much" : "scores more") + " and costs less";
    }
    return text + ".";
}

AUTOMIX_INLINE std::string to_text(const Evaluation& evaluation, const std::string& name) {
    const auto& baselines = evaluation.baselines;
    std::string text = report_table(std::to_string(evaluation.report.rows) + " queries",
                                    {{name, evaluation.report},
                                     {"always small", baselines.always_small},
                                     {"always large", baselines.always_large},
                                     {"oracle", baselines.oracle}});
    if (evaluation.intervals) {
        const auto& intervals = *evaluation.intervals;
        text += '\n' +
                wrap_text(format_number(100.0 * intervals.level) + " % intervals of the router: score " +
                          format_interval(intervals.performance, 4) + ", cost " +
                          format_price_interval(intervals.cost) + ", IBC lift " +
                          format_percent_interval(intervals.ibc_lift, evaluation.report.ibc_lift)) +
                '\n';
    }
    if (!evaluation.prices.empty()) text += '\n' + price_table(evaluation.prices);
    return text + '\n' + wrap_text(conclusion(evaluation, name)) + '\n';
}

}  // namespace automix
