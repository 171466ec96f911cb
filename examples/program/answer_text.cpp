// SPDX-License-Identifier: Apache-2.0
#include "answer_text.hpp"

#include "command.hpp"

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/utf8.hpp>
#include <automix/evaluation/report/explanation_text.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/live/query_metric.hpp>
#include <automix/text/metric.hpp>

#include <algorithm>
#include <cstddef>

namespace automix::program {
namespace {

/// Returns verdicts in the order drawn: `+` positive, `-` negative, `?` unparsed.
std::string verdict_signs(const std::vector<Verdict>& verdicts) {
    std::string signs;
    for (const Verdict verdict : verdicts)
        signs += verdict == Verdict::positive ? '+' : verdict == Verdict::negative ? '-' : '?';
    return signs;
}

/// Returns the verdicts on a model's answer, those of further verifiers behind their names.
std::string verdicts_of(const ModelShare& share) {
    std::vector<std::string> all;
    if (!share.verdicts.empty()) all.push_back(verdict_signs(share.verdicts));
    for (const VerifierShare& verifier : share.further) {
        if (!verifier.verdicts.empty())
            all.push_back(printable(verifier.verifier) + verdict_signs(verifier.verdicts));
    }
    return joined(all, " ");
}

std::string shortened(const std::string& text, std::size_t most) {
    return text.size() <= most ? text : std::string(first_bytes(text, most - 2)) + "..";
}

std::string table_of(std::span<const LiveAnswer> answers, const std::vector<std::string>& models) {
    constexpr std::size_t widest = 40;
    TextTable table({"id", "answer", "model", "verdicts", "cost"});
    for (const LiveAnswer& answer : answers) {
        std::vector<std::string> verdicts;
        for (const ModelShare& share : answer.models) {
            if (const std::string said = verdicts_of(share); !said.empty()) verdicts.push_back(said);
        }
        table.add({printable(answer.id),
                   answer.failed() ? "failed: " + printable(answer.failure->message)
                                   : shortened(printable(answer.text), widest),
                   answer.failed()
                       ? ""
                       : printable(models[as_size(answer.model)]) + (answer.degraded ? " (degraded)" : "") +
                             (answer.finish == FinishReason::length ? " (cut)" : ""),
                   joined(verdicts, " "), cost_text(answer.cost())});
    }
    return table.text();
}

std::string costs_text(std::span<const LiveAnswer> answers, const std::vector<std::string>& models) {
    double spent = 0.0;
    double verification = 0.0;
    double last = 0.0;
    std::size_t asked_last = 0;
    std::vector<std::size_t> accepted(models.size(), 0);
    std::size_t failed = 0;
    std::size_t degraded = 0;
    double answered = 0.0;  // cost of those that did not fail
    for (const LiveAnswer& answer : answers) {
        spent += answer.cost();
        verification += answer.verification_cost();
        degraded += answer.degraded ? 1 : 0;
        if (answer.failed()) {
            ++failed;
        } else {
            ++accepted[as_size(answer.model)];
            answered += answer.cost();
        }
        if (!answer.models.empty() && answer.models.back().answer) {
            last += answer.models.back().answer_cost;
            ++asked_last;
        }
    }
    std::string text = std::to_string(answers.size()) + " queries";
    for (std::size_t m = 0; m < models.size(); ++m)
        text += ", " + std::to_string(accepted[m]) + " answered by " + printable(models[m]);
    if (failed > 0) text += ", " + std::to_string(failed) + " failed";
    if (degraded > 0) text += "; of the answers " + std::to_string(degraded) + " degraded";
    text += "\ncost " + cost_text(spent) + ", of it verification " + cost_text(verification);
    if (asked_last > 0) {
        const double always =
            last / static_cast<double>(asked_last) * static_cast<double>(answers.size() - failed);
        text += "; " + printable(models.back()) + " for every query" +
                (failed > 0 ? " that did not fail" : "") + ", at its mean price here, " + cost_text(always);
        if (always > 0.0) text += ": saved " + format_percent(1.0 - answered / always);
    }
    return text + '\n';
}

std::string matches_text(std::span<const Query> queries, std::span<const LiveAnswer> answers) {
    const QueryMetric matches = exact_match;
    std::size_t known = 0;
    double right = 0.0;
    for (std::size_t i = 0; i < queries.size(); ++i) {
        if (!queries[i].reference) continue;
        ++known;
        if (!answers[i].failed()) right += matches(queries[i], answers[i].text);
    }
    if (known == 0) return "";
    return format_fixed(right, 0) + " of " + std::to_string(known) + " answers match their references\n";
}

}  // namespace

std::string answers_text(std::span<const Query> queries, std::span<const LiveAnswer> answers,
                         const std::vector<std::string>& models) {
    std::string text =
        table_of(answers, models) + '\n' + costs_text(answers, models) + matches_text(queries, answers);
    const auto verified = std::find_if(answers.begin(), answers.end(), [](const LiveAnswer& answer) {
        return answer.explanation && answer.verification_cost() > 0.0;
    });
    if (verified != answers.end()) {
        text += "\nwhy " + printable(verified->id) + " was decided so, after verdicts " +
                verdicts_of(verified->models[as_size(verified->explanation->current)]) + "\n" +
                to_text(*verified->explanation, models);
    }
    return text;
}

}  // namespace automix::program
