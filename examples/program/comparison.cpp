// SPDX-License-Identifier: Apache-2.0
#include "comparison.hpp"

#include "command.hpp"

#include <automix/core/format.hpp>
#include <automix/evaluation/report/figures_json.hpp>
#include <automix/evaluation/report/figures_text.hpp>
#include <automix/evaluation/report/report_json.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/routing/json/pomdp_report_json.hpp>
#include <automix/stream/promise.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace automix::program {
namespace {

OrderedJson router_json(const RouterResult& router) {
    OrderedJson json{{"name", router.name}};
    if (router.feasible()) {
        json["parameters"] = to_json(router.parameters);
        json["train"] = to_json(router.train);
        json["test"] = to_json(router.test);
        json["datasets"] = datasets_json(router.test);
        json["conclusion"] = conclusion(router.test, router.name);
    } else {
        json["infeasible"] = router.infeasible;
        json["parameters"] = json["train"] = json["test"] = json["conclusion"] = nullptr;
        json["datasets"] = OrderedJson::object();
    }
    json["guard"] = router.guard ? to_json(*router.guard) : OrderedJson(nullptr);
    json["held_out"] = router.held_out ? to_json(*router.held_out) : OrderedJson(nullptr);
    json["contexts"] = OrderedJson::array();
    for (const ContextWorth& context : router.contexts) json["contexts"].push_back(to_json(context));
    for (const PromiseCertificate& promise : router.promises) json["promises"].push_back(to_json(promise));
    json["routed_price"] = router.feasible() ? to_json(router.test.routed_price) : OrderedJson(nullptr);
    json["warnings"] = router.warnings;
    return json;
}

std::string heading(const Comparison& comparison) {
    const auto base = [](const OptionalMetric& metric) {
        return metric ? format_significant(*metric, 3) : "- (" + metric.reason() + ")";
    };
    return wrap_text(joined(printable(comparison.models), " -> ") + ": trained on " +
                     std::to_string(comparison.train_rows) + " queries, tested on " +
                     std::to_string(comparison.test_rows)) +
           "\nbase IBC (score that the last model gains per unit of cost): train " +
           base(comparison.train_base) + ", test " + base(comparison.test_base) + "\n\n";
}

/// Lays out the reports on all test rows: the routers, and the baselines that are not among them.
std::string overall_table(const Comparison& comparison) {
    NamedReports reports;
    for (const RouterResult& router : comparison.routers) {
        if (router.feasible()) reports.emplace_back(router.name, router.test.report);
    }
    const Baselines& baselines = comparison.baselines;
    for (const auto& [name, report] :
         {std::pair{"always_small", &baselines.always_small},
          std::pair{"always_large", &baselines.always_large}, std::pair{"random_mix", &baselines.random_mix},
          std::pair{"oracle", &baselines.oracle}}) {
        const auto same = [&name = name](const auto& entry) { return entry.first == name; };
        if (std::none_of(reports.begin(), reports.end(), same)) reports.emplace_back(name, *report);
    }
    return report_table("all, " + std::to_string(comparison.test_rows), reports);
}

/// Lays out a table for each data set if there is more than one.
std::string dataset_tables(const Comparison& comparison) {
    std::vector<std::pair<std::string, NamedReports>> tables;
    for (const RouterResult& router : comparison.routers) {
        for (std::size_t i = 0; i < router.test.datasets.size(); ++i) {
            const auto& [dataset, report] = router.test.datasets[i];
            if (i == tables.size())
                tables.emplace_back(printable(dataset) + ", " + std::to_string(report.rows), NamedReports{});
            tables[i].second.emplace_back(router.name, report);
        }
    }
    std::string text;
    for (const auto& [title, reports] : tables)
        text += tables.size() > 1 ? '\n' + report_table(title, reports, false) : "";
    return text;
}

std::string interval_table(const Comparison& comparison) {
    const auto has_intervals = [](const RouterResult& router) { return router.test.intervals.has_value(); };
    const auto& routers = comparison.routers;
    const auto first = std::find_if(routers.begin(), routers.end(), has_intervals);
    if (first == routers.end()) return "";
    const double level = first->test.intervals->level;
    TextTable table({format_number(100.0 * level) + " % intervals", "score", "cost", "IBC lift"});
    for (const RouterResult& router : routers) {
        if (!has_intervals(router)) continue;
        const ConfidenceIntervals& intervals = *router.test.intervals;
        table.add({router.name, format_interval(intervals.performance, 4),
                   format_price_interval(intervals.cost), format_percent_interval(intervals.ibc_lift)});
    }
    return '\n' + table.text();
}

/// Lays out the figures of the routers' curves, if they were asked for.
std::string curves_text(const Comparison& comparison) {
    if (comparison.curves.empty()) return "";
    return '\n' + figures_table("figures with intervals", comparison.curves) + figures_legend();
}

/// Returns the parameters with numbers of four significant digits.
std::string parameters_text(Parameters parameters) {
    for (auto& [name, value] : parameters) {
        for (double& number : value.numbers)
            number = parse_number(format_significant(number, 4)).value_or(number);
    }
    return automix::to_string(parameters);
}

std::string policies(const Comparison& comparison) {
    std::string text;
    for (const RouterResult& router : comparison.routers) {
        const std::string policy =
            router.feasible() ? parameters_text(router.parameters) : printable(router.infeasible);
        const auto line = [&](const std::string& what) {
            text += wrap_text("  " + router.name + ": " + what, 4) + '\n';
        };
        if (!policy.empty()) line(policy);
        if (!router.contexts.empty()) line(contexts_text(router.contexts));
        for (const PromiseCertificate& promise : router.promises) line("promise: " + to_string(promise));
        if (router.held_out) {
            const HeldOut& rows = *router.held_out;
            line("held-out training rows: score " + format_fixed(rows.score, 4) + ", standard error " +
                 format_fixed(rows.score_se, 4) + "; cost " + format_price(rows.cost) + ", standard error " +
                 format_price(rows.cost_se));
        }
        if (router.guard) {
            const Guard& guard = *router.guard;
            line("held-out excess over mixing " + format_significant(guard.mean, 3) +
                 " (score per query), standard error " + format_significant(guard.se, 3) + ", guard " +
                 (guard.passed ? "passed" : "refused"));
        }
    }
    return text.empty() ? "" : "\npolicies\n" + text;
}

/// Lays out the prices with printable names, and what the queries cost that routers send on, if that is not the mean.
std::string prices_text(const Comparison& comparison) {
    std::vector<ModelPrices> prices = comparison.prices;
    for (ModelPrices& model : prices) model.model = printable(model.model);
    std::string text = '\n' + price_table(prices);
    const ModelPrices& last = prices.back();
    for (const RouterResult& router : comparison.routers) {
        if (!router.feasible() || !router.test.routed_price) continue;
        const double routed = *router.test.routed_price;
        if (format_price(routed) == format_price(last.answer)) continue;
        text += wrap_text("queries that " + router.name + " routes: an answer of " + last.model + " costs " +
                          format_price(routed)) +
                '\n';
    }
    return text;
}

/// Sums up each router in one sentence.
std::string conclusions(const Comparison& comparison) {
    std::string text;
    for (const RouterResult& router : comparison.routers) {
        if (!router.feasible()) continue;
        Evaluation test = router.test;
        for (ModelPrices& model : test.prices) model.model = printable(model.model);
        text += wrap_text(conclusion(test, router.name)) + '\n';
    }
    return text.empty() ? "" : '\n' + text;
}

}  // namespace

std::string to_json_text(const Comparison& comparison) {
    OrderedJson json;
    json["models"] = comparison.models;
    json["rows"] = {{"train", comparison.train_rows}, {"test", comparison.test_rows}};
    json["base_ibc"] = {{"train", to_json(comparison.train_base)}, {"test", to_json(comparison.test_base)}};
    json["warnings"] = comparison.warnings;
    json["routers"] = OrderedJson::array();
    for (const RouterResult& router : comparison.routers) json["routers"].push_back(router_json(router));
    json["baselines"] = to_json(comparison.baselines);
    json["prices"] = to_json(comparison.prices);
    for (const CurveEvaluation& curve : comparison.curves) json["curves"][curve.name] = to_json(curve);
    return to_text(json);
}

std::string to_text(const Comparison& comparison) {
    std::vector<std::string> warnings = comparison.warnings;
    for (const RouterResult& router : comparison.routers) {
        for (const std::string& warning : router.warnings) warnings.push_back(router.name + ": " + warning);
    }
    return heading(comparison) + overall_table(comparison) + dataset_tables(comparison) +
           interval_table(comparison) + curves_text(comparison) + prices_text(comparison) +
           policies(comparison) + conclusions(comparison) + warnings_text(warnings);
}

}  // namespace automix::program
