// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/detail/html_queries.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/evaluation/explained_queries.hpp>
#include <automix/evaluation/report/detail/cost_scale.hpp>
#include <automix/evaluation/report/detail/html_page.hpp>
#include <automix/evaluation/report/detail/html_queries.hpp>
#include <automix/evaluation/report/detail/markup.hpp>
#include <automix/evaluation/report/explanation_text.hpp>
#include <automix/evaluation/report_contents.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/explanation.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

inline std::string fate_text(QueryFate fate) {
    switch (fate) {
        case QueryFate::kept_right:
            return "kept, right";
        case QueryFate::kept_wrong:
            return "kept, wrong";
        case QueryFate::sent_gained:
            return "sent on, gained";
        case QueryFate::sent_in_vain:
            break;
    }
    return "sent on, in vain";
}

inline bool is_good(QueryFate fate) {
    return fate == QueryFate::kept_right || fate == QueryFate::sent_gained;
}

/// Returns what was known when a step was decided.
inline std::string known_text(const ExplainedStep& step, const std::vector<std::string>& models) {
    if (step.current < 0) return "Nothing was asked yet.";
    std::string text = models[as_size(step.current)] + " had answered";
    if (step.parsed > 0)
        text += ", " + std::to_string(step.positive) + " of " + std::to_string(step.parsed) +
                " verdicts positive";
    if (step.explanation && step.explanation->right)
        text += "; right with probability " + format_fixed(*step.explanation->right, 3);
    return text + '.';
}

/// Returns what the query told of each model, as a table.
inline std::string told_html(const Explanation& explanation, const std::vector<std::string>& models,
                             const CostScale& scale) {
    if (explanation.told.empty()) return {};
    HtmlTable table{"What the query tells beforehand; price of an answer in " + scale.per(),
                    {"model", "expected score", "on average", "price", "strongest words, log odds"},
                    {}};
    for (std::size_t m = 0; m < explanation.told.size(); ++m) {
        const ModelReasons& told = explanation.told[m];
        std::vector<std::string> words;
        for (const WordReason& word : told.score.strongest)
            words.push_back(in_quotes(word.word) + (word.log_odds < 0.0 ? " " : " +") +
                            format_fixed(word.log_odds, 2));
        table.rows.push_back({models[m], format_fixed(told.score.score, 3),
                              format_fixed(told.score.mean_score, 3), scale.number(told.answer_price),
                              joined(words)});
    }
    return to_html(table);
}

inline std::string alternatives_html(const Explanation& explanation, const std::vector<std::string>& models,
                                     const CostScale& scale) {
    HtmlTable table{"Cost in " + scale.per() + "; net is score less what the cost is worth",
                    {"action", "expected score", "expected cost", "net"},
                    {}};
    for (const Alternative& alternative : explanation.alternatives) {
        const bool known = !std::isnan(alternative.value.score);
        table.rows.push_back(
            {action_text(alternative.action, models) + (alternative.chosen ? "  \xE2\x9C\x93" : ""),
             known ? format_fixed(alternative.value.score, 4) : "-",
             known ? scale.number(alternative.value.cost) : "-", format_fixed(alternative.net, 4)});
    }
    return to_html(table);
}

inline std::string query_html(const ExplainedQuery& query, const std::vector<std::string>& models,
                              const CostScale& scale) {
    const std::string fate =
        text_element("span", fate_text(query.fate),
                     std::string(" class=\"fate ") + (is_good(query.fate) ? "good" : "bad") + '"');
    std::string summary = fate + markup_text(query.id);
    if (!query.dataset.empty())
        summary += text_element("span", " \xC2\xB7 " + query.dataset, " class=\"soft\"");
    std::string body;
    if (!query.question.empty()) body += text_element("blockquote", query.question) + '\n';
    std::string scores;
    for (std::size_t m = 0; m < models.size(); ++m)
        scores += (m == 0 ? "" : ", ") + models[m] + ' ' + format_number(query.scores[m]);
    body += text_element("p", "Accepted: " + models[as_size(query.accepted)] + ", score " +
                                  format_number(query.score) + ", cost " + scale.text(query.cost) +
                                  ". Scores of all models: " + scores + ".") +
            '\n';
    std::string steps;
    for (const ExplainedStep& step : query.steps) {
        std::string text = text_element("strong", action_text(step.action, models)) + ' ' +
                           markup_text(known_text(step, models));
        if (step.explanation) {
            if (!step.explanation->reason.empty())
                text += text_element("p", "Chosen: " + step.explanation->reason + '.', " class=\"soft\"");
            if (step.current < 0) text += told_html(*step.explanation, models, scale);
            text += alternatives_html(*step.explanation, models, scale);
        }
        steps += element("li", "", text) + '\n';
    }
    body += element("ol", " class=\"steps\"", '\n' + steps);
    return element("details", " class=\"query\"", element("summary", "", summary) + '\n' + body) + '\n';
}

AUTOMIX_INLINE std::string queries_html(const ReportContents& report, const CostScale& scale) {
    if (report.queries.empty()) return {};
    std::string text =
        text_element("p",
                     "Test queries of each kind, as chance has it: kept at the first model and right, kept "
                     "and wrong, sent on with a gain, and sent on in vain. Open one for every decision "
                     "on it and what the alternatives were worth.") +
        '\n';
    for (const ExplainedQuery& query : report.queries) text += query_html(query, report.models, scale);
    return text;
}

}  // namespace automix::detail
