// SPDX-License-Identifier: Apache-2.0
#include "policy_summary.hpp"

#include "command.hpp"

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/evaluation/report/report_json.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/routing/belief/policy_cells.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/json/pomdp_report_json.hpp>
#include <automix/routing/promise_certificate.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

OrderedJson policies_json(const std::vector<ModelShape>& models, const std::vector<PolicyShare>& mixture) {
    OrderedJson json = OrderedJson::array();
    for (const auto& [share, policy] : mixture) {
        const bool reads = policy.reads_query();
        json.push_back({{"share", share},
                        {"first", reads ? OrderedJson(nullptr)
                                        : OrderedJson(models[as_size(policy.first_model())].name)},
                        {"cells", reads ? std::vector<std::string>() : policy_cells(policy).lines}});
    }
    return json;
}

/// `of` names the queries that the policy is for, with `: ` behind; empty for all.
std::string policy_text(const PolicySummary& summary, const PolicyShare& part, const std::string& of) {
    if (part.policy.reads_query()) {
        const Index strata = part.policy.strata_count();
        return "\n" + of + (part.share < 1.0 ? format_percent(part.share) + " of queries: " : "") +
               (strata > 0 ? "solved for " + std::to_string(strata) + " strata of queries, from what their "
                           : std::string("solved for each query, from what its ")) +
               to_string(summary.router.reads()) + (strata > 0 ? " tell\n" : " tells\n");
    }
    const auto& models = summary.statistics.models;
    const Index first = part.policy.first_model();
    const std::string name = printable(models[as_size(first)].name);
    std::string text = "\n" + of + (part.share < 1.0 ? format_percent(part.share) + " of queries: " : "") +
                       "starts at " + name + '\n';
    if (const Index vectors = part.policy.vector_count(); vectors > 0)
        return text + "  and goes on by " + std::to_string(vectors) + " alpha vectors\n";
    const PolicyCells cells = policy_cells(part.policy);
    if (cells.verifiers > 1)
        return text +
               wrap_text("  and asks " + joined(printable(several_verifiers(models, first)), ", ") +
                             " about its answer, by the counts of each: see decide",
                         2) +
               '\n';
    const std::vector<std::string>& lines = cells.lines;
    if (lines.empty()) return text + "  and takes its answer\n";
    text += !cells.counts ? "unverified, and by confidence"
            : cells.kind == VerificationKind::samples
                ? "further samples downwards, size of the largest cluster across"
                : "verdicts downwards, positives across";
    text += models.size() == 2 ? ": a accept, r route, v verify\n"
                               : ": a accept, rJ route to model J (from 0), v verify\n";
    for (std::size_t drawn = 0; drawn < lines.size(); ++drawn) {
        const std::string number = std::to_string(drawn);
        const std::string margin = cells.counts ? std::string(number.size() < 2 ? 1 : 0, ' ') + number : " ";
        text += "  " + margin + "  " + lines[drawn] + '\n';
    }
    if (cells.counts && cells.draws >= static_cast<int>(lines.size()))
        text += "  .. to " + std::to_string(cells.draws) + '\n';
    return text;
}

}  // namespace

std::vector<ModelPrices> used_prices(const PomdpRouter& router, const std::vector<ModelPrices>& of_log) {
    const TrainedPolicy& trained = router.trained();
    std::vector<ModelPrices> used;
    std::size_t place = 0;  // in the prices of further verifiers
    for (std::size_t m = 0; m < trained.models.size(); ++m) {
        const ModelShape& model = trained.models[m];
        const double draws = model.kind == VerificationKind::verdicts ? model.draws : 1.0;
        used.push_back({model.name,
                        trained.prices.answers[m],
                        PriceOrigin::statistics,
                        model.kind != VerificationKind::none,
                        trained.prices.draws[m],
                        draws * trained.prices.draws[m],
                        PriceOrigin::statistics,
                        {}});
        for (const VerifierShape& verifier : model.further) {
            const double price = trained.prices.further[place++].draw;
            used[m].further.push_back(
                {verifier.name, price, price * verifier.draws, PriceOrigin::statistics});
        }
        if (m >= of_log.size()) continue;
        for (VerifierPrice& verifier : used[m].further) {
            for (const VerifierPrice& logged : of_log[m].further) {
                if (logged.name == verifier.name) verifier.origin = logged.origin;
            }
        }
        used[m].answer_origin = of_log[m].answer_origin;
        used[m].verification_origin = of_log[m].verification_origin;
    }
    return used;
}

std::string to_json_text(const PolicySummary& summary) {
    const FoldStatistics total = summary.statistics.total();
    const std::vector<ModelShape>& models = summary.statistics.models;
    OrderedJson json{{"policy", summary.path},
                     {"models", names_of(models)},
                     {"rows", total.weight()},
                     {"cells", total.cells.size()},
                     {"report", to_json(summary.router.report())}};
    json["policies"] = policies_json(models, summary.router.mixture());
    for (const PolicyGroup& group : summary.router.trained().groups)
        json["groups"].push_back({{"name", group.name}, {"policies", policies_json(models, group.mixture)}});
    json["prices"] = to_json(summary.prices);
    json["warnings"] = summary.warnings;
    return program::to_text(json);
}

std::string to_text(const PolicySummary& summary) {
    const PomdpReport& report = summary.router.report();
    const FoldStatistics total = summary.statistics.total();
    const std::string& by = summary.router.options().promise_by;
    std::string text =
        joined(printable(names_of(summary.statistics.models)), " -> ") + ": trained on " +
        format_number(total.weight()) + " queries, " + std::to_string(total.cells.size()) +
        " cells of evidence; saved to " + printable(summary.path) + '\n' + "objective " +
        to_string(report.objective) +
        (by.empty() ? ": " + format_significant(report.lambda, 4) + " of score is worth one unit of price\n"
                    : ", for each " + printable(by) + '\n');
    if (report.gap > 0.0)
        text += "the best policy is better by at most " + format_fixed(report.gap, 4) + " of score, net\n";
    text += std::string("guard ") + (report.guard.passed ? "passed" : "not passed") +
            ": held-out excess over mixing " + format_fixed(report.guard.mean, 4) + ", standard error " +
            format_fixed(report.guard.se, 4) + '\n';
    if (!report.contexts.empty()) text += wrap_text(contexts_text(report.contexts)) + '\n';
    for (const PromiseCertificate& promise : report.promises)
        text += wrap_text("promise: " + printable(to_string(promise))) + '\n';
    if (!by.empty())
        text += "queries of any other " + printable(by) +
                " go to the last model, and nothing is promised of them\n";
    if (!report.fallback.empty()) text += "fallback: " + printable(report.fallback) + '\n';
    if (report.held_out) {
        const HeldOut& rows = *report.held_out;
        text += "held-out queries: score " + format_fixed(rows.score, 4) + " (standard error " +
                format_fixed(rows.score_se, 4) + "), cost " + format_price(rows.cost) + " (" +
                format_price(rows.cost_se) + ")\n";
    }
    text += "forecast of a query: score " + format_fixed(report.expected.score, 4) + ", cost " +
            format_price(report.expected.cost) + ", " + format_fixed(report.expected.draws, 2) +
            " draws in " + format_fixed(report.expected.rounds, 2) + " rounds\n";
    const std::vector<PolicyGroup>& groups = summary.router.trained().groups;
    for (const PolicyGroup& group : groups) {
        for (const PolicyShare& part : group.mixture)
            text += policy_text(summary, part, printable(group.name) + ": ");
    }
    for (const PolicyShare& part : summary.router.mixture())
        text += policy_text(summary, part, groups.empty() ? "" : "all others: ");
    std::vector<ModelPrices> prices = summary.prices;
    for (ModelPrices& model : prices) model.model = printable(model.model);
    return text + '\n' + price_table(prices) + warnings_text(summary.warnings);
}

}  // namespace automix::program
