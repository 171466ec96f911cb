// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/html_report.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/verdict_summary.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/detail/cost_scale.hpp>
#include <automix/evaluation/report/detail/html_page.hpp>
#include <automix/evaluation/report/detail/html_queries.hpp>
#include <automix/evaluation/report/detail/markup.hpp>
#include <automix/evaluation/report/detail/report_charts.hpp>
#include <automix/evaluation/report/html_report.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/evaluation/report_contents.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// A figure of the router with its interval, and what it means.
struct PageFigure {
    std::string name{};
    std::string value{};
    std::string interval{};  ///< empty if there is none
    std::string meaning{};
};

/// Returns the facts that a router reads, such as `text, data set and features`.
inline std::string facts_text(const ContextFields& fields) {
    std::vector<std::string> names;
    if (fields.text) names.emplace_back("text");
    if (fields.dataset) names.emplace_back("data set");
    if (fields.features) names.emplace_back("features");
    if (fields.prior) names.emplace_back("prior");
    const std::string last = names.back();
    names.pop_back();
    return names.empty() ? last : joined(names) + " and " + last;
}

/// Writes the sections of the page of one report.
class ReportPage {
 public:
    explicit ReportPage(const ReportContents& report)
        : report_(report),
          main_(report.routers.front()),
          scale_(report.unit, std::max(main_.test.report.cost, main_.test.baselines.always_large.cost)) {}

    [[nodiscard]] std::string page() const {
        return html_page("automix report: " + escape_controls(main_.name), head(),
                         {{"frontier", "Quality against cost", frontier()},
                          {"figures", "Figures", figures()},
                          {"promise", "What is promised", promises()},
                          {"paid", "What is paid for", paid()},
                          {"routes", "Where queries go", routes()},
                          {"belief", "Can the forecasts be trusted?", belief()},
                          {"verdicts", "What verdicts tell", verdicts()},
                          {"context", "What the query tells", context()},
                          {"learning", "Are more labels worth it?", learning()},
                          {"warnings", "Warnings", warnings()},
                          {"queries", "Queries, explained", queries_html(report_, scale_)},
                          {"made", "How it was made", made()}});
    }

 private:
    static std::string paragraph(std::string_view text) { return text_element("p", text) + '\n'; }

    static std::string figure(std::string_view chart, std::string_view caption = {},
                              std::string_view attributes = {}) {
        return element("figure", attributes,
                       (caption.empty() ? std::string() : text_element("figcaption", caption)) +
                           std::string(chart)) +
               '\n';
    }

    static std::string key(std::string_view style, std::string_view text) {
        return element("li", "",
                       R"(<svg viewBox="0 0 16 12" aria-hidden="true"><rect)" + attribute("class", style) +
                           R"( width="16" height="12" rx="2"/></svg>)" + markup_text(text));
    }

    [[nodiscard]] std::string model_keys() const {
        std::string keys;
        for (std::size_t m = 0; m < report_.models.size(); ++m)
            keys += key(model_style(m), report_.models[m]);
        return element("ul", " class=\"keys\"", keys) + '\n';
    }

    [[nodiscard]] std::string head() const {
        const Report& report = main_.test.report;
        const auto& intervals = main_.test.intervals;
        std::string cards;
        for (const PageFigure& card : key_figures()) {
            cards += element("li", "",
                             text_element("span", card.name, " class=\"name\"") +
                                 text_element("span", card.value, " class=\"value\"") +
                                 text_element("span", card.interval, " class=\"range\"")) +
                     '\n';
        }
        std::string kind = "automix report, " + std::to_string(report.rows) + " test queries";
        if (report_.train_rows > 0) kind += ", trained on " + std::to_string(report_.train_rows) + " others";
        if (!report_.models.empty()) kind += ": " + joined(report_.models, " \xE2\x86\x92 ");
        std::string text = text_element("p", kind, " class=\"kind\"") + '\n' +
                           text_element("h1", conclusion(main_.test, main_.name)) + '\n' +
                           element("ul", " class=\"cards\"", '\n' + cards) + '\n';
        if (intervals)
            text += text_element("p",
                                 format_number(100.0 * intervals->level) +
                                     " % intervals, from paired resamples of the test queries.",
                                 " class=\"kind\"") +
                    '\n';
        return text;
    }

    [[nodiscard]] std::vector<PageFigure> key_figures() const {
        const Report& report = main_.test.report;
        const auto& intervals = main_.test.intervals;
        const Report& large = main_.test.baselines.always_large;
        std::vector<PageFigure> cards;
        cards.push_back({"Score", format_fixed(report.performance, 3),
                         intervals ? format_interval(intervals->performance, 3) : "", ""});
        cards.push_back(
            {"Cost, " + scale_.per(), scale_.number(report.cost),
             intervals ? scale_.number(intervals->cost.low) + " to " + scale_.number(intervals->cost.high)
                       : "",
             ""});
        if (large.cost > 0.0)
            cards.push_back({"Of the last model's cost", format_percent(report.cost / large.cost), "", ""});
        if (report.ibc_lift)
            cards.push_back(
                {"IBC lift over mixing", format_percent(*report.ibc_lift, true),
                 intervals && intervals->ibc_lift ? format_percent_interval(intervals->ibc_lift) : "", ""});
        cards.push_back({"Queries sent on", format_percent(report.routed), "", ""});
        return cards;
    }

    [[nodiscard]] std::string frontier() const {
        if (!report_.frontier) return {};
        const Frontier& frontier = *report_.frontier;
        std::string text = paragraph(
            "The line is the router at every price of quality, from saving everything to sparing nothing; "
            "the large "
            "diamond is the policy that was chosen. Above the dashed line it is better than sending queries "
            "to the "
            "cheapest and the last model at random. The oracle knows all scores beforehand, so nothing can "
            "pass it.");
        text += figure(frontier_picture(report_, scale_));
        HtmlTable table{"The policies of the frontier, on the test queries",
                        {"policy", "score", "cost", "sent on", "verdicts"},
                        {}};
        const auto add = [&](const std::string& name, const Report& report) {
            table.rows.push_back({name, format_fixed(report.performance, 4), scale_.number(report.cost),
                                  format_percent(report.routed), format_fixed(report.draws, 2)});
        };
        for (const FrontierPoint& model : frontier.models) add(model.name + " alone", model.report);
        for (std::size_t i = 0; i < frontier.policies.size(); ++i)
            add(frontier.router + ", policy " + std::to_string(i + 1), frontier.policies[i].report);
        return text + folded("The same as a table", to_html(table));
    }

    /// Returns every figure of the router. Further figures of the field belong here.
    [[nodiscard]] std::vector<PageFigure> all_figures() const {
        const Report& report = main_.test.report;
        const auto& intervals = main_.test.intervals;
        const auto metric = [](const OptionalMetric& value, auto format) {
            return value ? format(*value) : "- (" + value.reason() + ")";
        };
        const auto percent = [](double ratio) { return format_percent(ratio, true); };
        return {{"score", format_fixed(report.performance, 4),
                 intervals ? format_interval(intervals->performance, 4) : "", "mean per query, 0 to 1"},
                {"cost", scale_.number(report.cost),
                 intervals ? scale_.number(intervals->cost.low) + " to " + scale_.number(intervals->cost.high)
                           : "",
                 scale_.per()},
                {"mixing", metric(report.mixing_performance, [](double v) { return format_fixed(v, 4); }), "",
                 "score of random mixing of the end models at the same cost"},
                {"IBC", metric(report.ibc, [](double v) { return format_significant(v, 3); }), "",
                 "score gained per unit of price, against the first model"},
                {"IBC lift", metric(report.ibc_lift, percent),
                 intervals && report.ibc_lift ? format_percent_interval(intervals->ibc_lift) : "",
                 "IBC over that of mixing"},
                {"gap recovered", metric(report.gap_recovered, [](double v) { return format_percent(v); }),
                 "", "share of the gap in score between the first and the last model"},
                {"excess", metric(report.excess, [](double v) { return format_percent(v / 100.0, true); }),
                 "", "gap recovered less that of mixing at the same cost"},
                {"sent on", format_percent(report.routed), "",
                 "share of queries that ask a model beyond the first"},
                {"verdicts", format_fixed(report.draws, 2), "",
                 "per query, in " + format_fixed(report.rounds, 2) + " rounds"}};
    }

    [[nodiscard]] std::string figures() const {
        HtmlTable table{"", {"figure", "value", "interval", "meaning"}, {}, "facts"};
        for (const PageFigure& figure : all_figures())
            table.rows.push_back({figure.name, figure.value, figure.interval, figure.meaning});
        HtmlTable others{"Beside it, on the same queries; cost in " + scale_.per(),
                         {"router", "score", "cost", "IBC lift", "gap recovered", "sent on", "verdicts"},
                         {}};
        const auto add = [&](const std::string& name, const Report& report) {
            others.rows.push_back({name, format_fixed(report.performance, 4), scale_.number(report.cost),
                                   report.ibc_lift ? format_percent(*report.ibc_lift, true) : "-",
                                   report.gap_recovered ? format_percent(*report.gap_recovered) : "-",
                                   format_percent(report.routed), format_fixed(report.draws, 2)});
        };
        for (const ReportedRouter& router : report_.routers) add(router.name, router.test.report);
        const Baselines& baselines = main_.test.baselines;
        add("first model alone", baselines.always_small);
        add("last model alone", baselines.always_large);
        add("random mixing", baselines.random_mix);
        add("oracle", baselines.oracle);
        return to_html(table) + to_html(others);
    }

    /// Returns the certificates of the main router; nothing if it promises nothing.
    [[nodiscard]] std::string promises() const {
        std::string items;
        for (const PromiseCertificate& promise : main_.promises)
            items += text_element("li", to_string(promise)) + '\n';
        if (items.empty()) return {};
        return paragraph(
                   "Proven by rows that did not train the policy, for queries like them. The test queries "
                   "above only "
                   "illustrate it.") +
               element("ul", "", '\n' + items) + '\n';
    }

    [[nodiscard]] std::string paid() const {
        if (!report_.routes) return {};
        const auto& payments = report_.routes->payments;
        BarRow router{main_.name, "", {}};
        HtmlTable table{"Mean cost, " + scale_.per(), {"model", "answers", "verdicts", "both", "share"}, {}};
        double all = 0.0;
        double verdicts = 0.0;
        for (const ModelPayment& payment : payments) {
            all += payment.answer + payment.verification;
            verdicts += payment.verification;
        }
        const auto share = [&](double part) { return format_percent(all > 0.0 ? part / all : 0.0); };
        for (std::size_t m = 0; m < payments.size(); ++m) {
            const ModelPayment& paid = payments[m];
            const std::string& name = report_.models[m];
            const auto tip = [&](const std::string& kind, double part) {
                std::string text = kind;
                text.append(" ")
                    .append(name)
                    .append("\n")
                    .append(scale_.text(part))
                    .append("\n")
                    .append(share(part));
                return text.append(" of the cost");
            };
            router.parts.push_back(
                {paid.answer, model_style(m), share(paid.answer), tip("answers of", paid.answer)});
            router.parts.push_back({paid.verification, model_style(m) + " verdicts", "",
                                    tip("verdicts on answers of", paid.verification)});
            const double both = paid.answer + paid.verification;
            table.rows.push_back({name, scale_.number(paid.answer), scale_.number(paid.verification),
                                  scale_.number(both), share(both)});
        }
        router.note = scale_.number(all);
        const auto alone = [&](std::size_t model, const Report& report) {
            return BarRow{report_.models[model] + " alone",
                          scale_.number(report.cost),
                          {{report.cost, model_style(model), "",
                            report_.models[model] + " alone\n" + scale_.text(report.cost)}}};
        };
        const Report& small = main_.test.baselines.always_small;
        const Report& large = main_.test.baselines.always_large;
        const double full = std::max({all, small.cost, large.cost});
        std::string text =
            paragraph(verdicts > 0.0 ? "Of its cost of " + scale_.text(all) + ", " + share(verdicts) +
                                           " is paid for verdicts and the rest for answers."
                                     : "All of its cost of " + scale_.text(all) + " is paid for answers.");
        text += model_keys();
        text += figure(stacked_bars({router, alone(0, small), alone(report_.models.size() - 1, large)}, full,
                                    "Cost by model and kind"),
                       "Cost, " + scale_.per() + ". Pale parts are verdicts.");
        return text + to_html(table);
    }

    [[nodiscard]] BarRow route_row(const std::string& name, const RouteGroup& group) const {
        BarRow row{name, std::to_string(group.rows) + " queries", {}};
        for (std::size_t m = 0; m < group.accepted.size(); ++m) {
            const std::string share = format_percent(group.accepted[m]);
            std::string tip = name;
            tip.append("\n").append(share).append(" answered by ").append(report_.models[m]);
            tip.append("\nscore ").append(format_fixed(group.score, 3));
            tip.append(", cost ").append(scale_.text(group.cost));
            row.parts.push_back({group.accepted[m], model_style(m), share, std::move(tip)});
        }
        return row;
    }

    [[nodiscard]] std::string routes() const {
        if (!report_.routes) return {};
        const QueryRoutes& routes = *report_.routes;
        std::vector<BarRow> datasets;
        HtmlTable table{"Whose answer is accepted; cost in " + scale_.per(), {"queries", "number"}, {}};
        for (const std::string& model : report_.models) table.header.push_back(model);
        table.header.insert(table.header.end(), {"score", "cost"});
        const auto add = [&](std::vector<BarRow>& rows, const std::string& name, const RouteGroup& group) {
            rows.push_back(route_row(name, group));
            std::vector<std::string> cells{name, std::to_string(group.rows)};
            for (const double share : group.accepted) cells.push_back(format_percent(share));
            cells.push_back(format_fixed(group.score, 3));
            cells.push_back(scale_.number(group.cost));
            table.rows.push_back(std::move(cells));
        };
        add(datasets, "all", routes.all);
        // The largest data sets are drawn, and all stand in the table.
        constexpr std::size_t shown = 15;
        std::vector<RouteGroup> groups = routes.datasets;
        std::stable_sort(groups.begin(), groups.end(),
                         [](const RouteGroup& a, const RouteGroup& b) { return a.rows > b.rows; });
        for (std::size_t i = 0; i < groups.size() && groups.size() > 1; ++i) {
            add(datasets, groups[i].name.empty() ? "(no data set)" : groups[i].name, groups[i]);
            if (i >= shown) datasets.pop_back();
        }
        std::string text =
            paragraph("The model whose answer is accepted in the end, as a share of the queries.");
        text +=
            model_keys() + figure(stacked_bars(datasets, 1.0, "Accepted answers by data set"), "By data set");
        if (groups.size() > shown)
            text += paragraph("The " + std::to_string(shown) + " largest of " +
                              std::to_string(groups.size()) + " data sets are drawn; the table has all.");
        if (!routes.strata.empty()) {
            std::vector<BarRow> strata;
            for (const RouteGroup& group : routes.strata)
                add(strata, format_fixed(group.low, 2) + " to " + format_fixed(group.high, 2), group);
            text +=
                figure(stacked_bars(strata, 1.0, "Accepted answers by forecast"),
                       "By what the query tells before anything is asked: the score that is forecast of " +
                           report_.models.front() + ", in strata of like size");
        }
        return text + folded("The same as a table", to_html(table));
    }

    [[nodiscard]] std::string belief() const {
        if (report_.reliability.empty()) return {};
        std::string text = paragraph(
            "Forecasts of scores against what was found, on test queries. A forecast that can be trusted "
            "lies on the "
            "dashed line; bars are two standard errors, and larger dots stand for more answers. The Brier "
            "score is the "
            "mean squared error of the forecast, and the calibration error its mean distance from the line.");
        std::string panels;
        HtmlTable table{"",
                        {"forecast", "answers", "expected", "found", "Brier score", "of the mean alone",
                         "calibration error"},
                        {}};
        for (const BeliefReliability& entry : report_.reliability) {
            const Reliability& figures = entry.figures;
            const std::string name =
                (entry.source == ForecastSource::query    ? "From the query, "
                 : entry.source == ForecastSource::belief ? "When deciding, "
                                                          : "Share of positive verdicts, ") +
                entry.model;
            panels += figure(reliability_chart(figures, name),
                             name + ": Brier score " + format_fixed(figures.brier, 3) +
                                 ", calibration error " + format_fixed(figures.calibration_error, 3),
                             " class=\"small\"");
            table.rows.push_back({name, format_fixed(figures.weight, 0), format_fixed(figures.predicted, 3),
                                  format_fixed(figures.observed, 3), format_fixed(figures.brier, 4),
                                  format_fixed(figures.observed * (1.0 - figures.observed), 4),
                                  format_fixed(figures.calibration_error, 4)});
        }
        text += element("div", " class=\"panels\"", '\n' + panels) + '\n';
        return text + folded("The same as a table", to_html(table));
    }

    static std::string columns_text(const ColumnTest& test) {
        if (test.columns < 2) return "The draws hardly vary, so nothing can be said of their order.";
        std::string text = "Cochran's Q of the draws is " + format_significant(test.cochran, 3) + " on " +
                           std::to_string(test.columns - 1) +
                           (test.columns == 2 ? " degree of freedom" : " degrees of freedom");
        constexpr double suspicious = 3.0;
        text +=
            test.ratio() > suspicious
                ? ", far from the one per degree of draws that can stand for each other: their order matters."
                : ", as of draws that can stand for each other.";
        if (test.equal)
            text += " Draws " + std::to_string(test.equal->first + 1) + " and " +
                    std::to_string(test.equal->second + 1) + " are the same in every row.";
        return text;
    }

    [[nodiscard]] std::string verdicts() const {
        if (report_.verdicts.empty()) return {};
        std::string text = paragraph(
            "The share of positive verdicts on right and on wrong answers, of the training queries. Where "
            "both have the "
            "same distribution, verdicts tell nothing; wrong answers at 100 % are blind spots that no draw "
            "finds.");
        text +=
            element("ul", " class=\"keys\"", key("right", "right answers") + key("wrong", "wrong answers")) +
            '\n';
        std::string panels;
        for (const VerdictSummary& model : report_.verdicts) {
            std::string caption = model.model + ": ";
            caption += model.discrimination
                           ? "a right answer has more positive verdicts than a wrong one with probability " +
                                 format_fixed(*model.discrimination, 3) + " (0.5 tells nothing)."
                           : "nothing to tell apart, as there is " + model.discrimination.reason() + ".";
            if (model.unparsed && *model.unparsed > 0.0)
                caption += ' ' + format_percent(*model.unparsed) + " of the verdicts could not be read.";
            if (model.columns) caption += ' ' + columns_text(*model.columns);
            panels += figure(verdict_chart(model, "Verdicts on answers of " + model.model), caption,
                             " class=\"small\"");
        }
        return text + element("div", " class=\"panels\"", '\n' + panels) + '\n';
    }

    [[nodiscard]] std::string context() const {
        if (!report_.context) return {};
        const ContextSummary& context = *report_.context;
        std::string text;
        if (!main_.contexts.empty()) text += paragraph("The router " + contexts_text(main_.contexts) + ".");
        if (context.reads.any() || !main_.contexts.empty()) {
            text += paragraph(context.reads.any()
                                  ? "It forecasts each model's score from the query's " +
                                        facts_text(context.reads) + " before anything is asked."
                                  : "So it reads nothing of a query, and decides by verdicts alone.");
        } else {
            text += paragraph("This router reads nothing of a query.");
        }
        if (!context.models.empty()) {
            text += paragraph(
                "The words, and pairs of words, that move the forecast of a model's score most over " +
                std::to_string(context.rows) +
                " test queries: the change of its log odds, and the number of queries that have them.");
            std::string panels;
            for (const ModelContext& model : context.models) {
                if (model.words.empty()) continue;
                panels += figure(words_chart(model, "Words that move the forecast of " + model.model),
                                 model.model, " class=\"small\"");
            }
            text += element("div", " class=\"panels wide\"", '\n' + panels) + '\n';
        }
        if (context.datasets.size() < 2) return text;
        HtmlTable table{
            context.reads.any() ? "Mean score found, and forecast in brackets" : "Mean score found",
            {"data set", "queries"},
            {}};
        for (const std::string& model : report_.models) table.header.push_back(model);
        for (const DatasetContext& dataset : context.datasets) {
            std::vector<std::string> cells{dataset.dataset.empty() ? "(no data set)" : dataset.dataset,
                                           std::to_string(dataset.rows)};
            for (std::size_t m = 0; m < dataset.scores.size(); ++m) {
                std::string cell = format_fixed(dataset.scores[m], 3);
                if (!dataset.forecasts.empty()) cell += " (" + format_fixed(dataset.forecasts[m], 3) + ")";
                cells.push_back(std::move(cell));
            }
            table.rows.push_back(std::move(cells));
        }
        constexpr std::size_t open = 15;
        if (context.datasets.size() <= open) return text + to_html(table);
        return text + folded("Scores of all " + std::to_string(context.datasets.size()) + " data sets",
                             to_html(table));
    }

    [[nodiscard]] std::string learning() const {
        if (!report_.learning || report_.learning->points.empty()) return {};
        const LearningCurve& curve = *report_.learning;
        std::string text;
        if (curve.last_gain) {
            const LearningPoint& before = curve.points[curve.points.size() - 2];
            const LearningPoint& last = curve.points.back();
            const double gain = *curve.last_gain;
            const std::string figures = format_significant(gain, 2) +
                                        " of score per query above mixing (standard error " +
                                        format_significant(curve.last_gain_se, 2) + ")";
            text += "From " + std::to_string(before.rows) + " to " + std::to_string(last.rows) +
                    " training queries the router gained " + figures + ". ";
            if (gain > 2.0 * curve.last_gain_se) {
                text +=
                    "That is more than chance, so further labels of this kind are likely to help, though "
                    "each "
                    "doubling tends to gain less than the one before.";
                if (curve.queries_to_pay_back)
                    text += " At " + scale_.unit_text(curve.label_price) +
                            " for a label, the last ones are paid back after " +
                            format_fixed(std::ceil(*curve.queries_to_pay_back), 0) + " queries.";
            } else {
                text +=
                    "That cannot be told from chance, so more labels of this kind are not known to be worth "
                    "their "
                    "price.";
            }
        } else {
            text += "There are too few training queries for a curve.";
        }
        std::string out = paragraph(text);
        out += figure(learning_chart(curve, scale_, "Excess over mixing by number of training queries"),
                      "Excess over random mixing on the test queries; bars are two standard errors");
        HtmlTable table{"Cost in " + scale_.per(),
                        {"training queries", "policies", "above mixing", "standard error", "score", "cost"},
                        {}};
        for (const LearningPoint& point : curve.points)
            table.rows.push_back({std::to_string(point.rows), std::to_string(point.policies),
                                  format_fixed(point.excess, 4), format_fixed(point.se, 4),
                                  format_fixed(point.score, 4), scale_.number(point.cost)});
        return out + folded("The same as a table", to_html(table));
    }

    [[nodiscard]] std::string warnings() const {
        if (report_.warnings.empty()) return paragraph("None.");
        std::string items;
        for (const std::string& warning : report_.warnings) items += text_element("li", warning) + '\n';
        return element("ul", " class=\"warnings\"", '\n' + items) + '\n';
    }

    [[nodiscard]] std::string made() const {
        std::string text;
        if (main_.guard) {
            const Guard& guard = *main_.guard;
            text +=
                paragraph("On held-out training rows the router gains " + format_significant(guard.mean, 3) +
                          " of score per query over mixing (standard error " +
                          format_significant(guard.se, 2) + "), so the guard " +
                          (guard.passed ? "lets it pass." : "refuses it, and a fallback is used."));
        }
        if (main_.held_out) {
            const HeldOut& rows = *main_.held_out;
            text += paragraph("Training expected a score of " + format_fixed(rows.score, 4) +
                              " (standard error " + format_fixed(rows.score_se, 4) + ") at a cost of " +
                              scale_.number(rows.cost) + " (" + scale_.number(rows.cost_se) + ") " +
                              scale_.per() + ".");
        }
        if (!main_.parameters.empty())
            text += element("p", "", text_element("code", to_string(main_.parameters))) + '\n';
        if (main_.test.prices.empty()) return text;
        HtmlTable table{"Mean prices on the test queries, " + scale_.per(),
                        {"model", "answer", "from", "one verdict", "all verdicts", "from"},
                        {}};
        for (const ModelPrices& model : main_.test.prices) {
            const auto cell = [&](std::string shown) { return model.verified ? std::move(shown) : "-"; };
            table.rows.push_back({model.model, scale_.number(model.answer),
                                  std::string(to_string(model.answer_origin)),
                                  cell(scale_.number(model.draw)), cell(scale_.number(model.verification)),
                                  cell(std::string(to_string(model.verification_origin)))});
        }
        return text + to_html(table);
    }

    const ReportContents& report_;
    const ReportedRouter& main_;
    CostScale scale_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string to_html(const ReportContents& report) {
    if (report.routers.empty()) throw ArgumentError("report: expected a router, found none");
    return detail::ReportPage(report).page();
}

AUTOMIX_INLINE std::string to_html(const Evaluation& evaluation, const std::string& name) {
    ReportContents report;
    for (const ModelPrices& model : evaluation.prices) report.models.push_back(model.model);
    ReportedRouter& router = report.routers.emplace_back();
    router.name = name;
    router.test = evaluation;
    return to_html(report);
}

}  // namespace automix
