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

#include <algorithm>
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
    if (step.current < 0) return "nothing asked";
    const std::string& answered = models[as_size(step.current)];
    if (step.parsed == 0) return answered + ", no verdicts";
    return answered + ", " + std::to_string(step.positive) + " of " + std::to_string(step.parsed) +
           " positive";
}

/// Returns what the query told of each model, as a table.
inline std::string told_html(const Explanation& explanation, const std::vector<std::string>& models,
                             const CostScale& scale) {
    if (explanation.told.empty()) return {};
    HtmlTable table{"What the query tells beforehand; price of an answer in " + scale.per(),
                    {"model", "expected score", "on average", "price", "strongest words, log odds"},
                    {},
                    "facts"};
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

/// Returns the actions that were possible at any step, in the order in which they first were.
inline std::vector<std::string> possible_actions(const ExplainedQuery& query,
                                                 const std::vector<std::string>& models) {
    std::vector<std::string> actions;
    const auto add = [&](const Action& action) {
        const std::string text = action_text(action, models);
        if (std::find(actions.begin(), actions.end(), text) == actions.end()) actions.push_back(text);
    };
    for (const ExplainedStep& step : query.steps) {
        if (step.explanation) {
            for (const Alternative& alternative : step.explanation->alternatives) add(alternative.action);
        } else {
            add(step.action);
        }
    }
    return actions;
}

/// Returns the cell of an action at a step: its net value, and expected score and cost if they are known.
inline std::string action_cell(const ExplainedStep& step, const std::string& action,
                               const std::vector<std::string>& models, const CostScale& scale) {
    const bool chosen = action_text(step.action, models) == action;
    std::string content = chosen ? "\xE2\x9C\x93 " : "";
    if (step.explanation) {
        for (const Alternative& alternative : step.explanation->alternatives) {
            if (action_text(alternative.action, models) != action) continue;
            content += format_fixed(alternative.net, 4);
            if (std::isnan(alternative.value.score)) continue;
            content += text_element("small", format_fixed(alternative.value.score, 3) + " for " +
                                                 scale.number(alternative.value.cost));
        }
    }
    return element("td", chosen ? " class=\"chosen\"" : "", content);
}

/// Returns a table with a row for each decision and a column for each action.
inline std::string steps_html(const ExplainedQuery& query, const std::vector<std::string>& models,
                              const CostScale& scale) {
    const std::vector<std::string> actions = possible_actions(query, models);
    std::string head = text_element("th", "known", " scope=\"col\"") +
                       text_element("th", "probability right", " scope=\"col\"");
    for (const std::string& action : actions) head += text_element("th", action, " scope=\"col\"");
    std::string rows;
    for (const ExplainedStep& step : query.steps) {
        const bool believed = step.explanation && step.explanation->right;
        std::string cells = text_element("th", known_text(step, models), " scope=\"row\"") +
                            text_element("td", believed ? format_fixed(*step.explanation->right, 3) : "-");
        for (const std::string& action : actions) cells += action_cell(step, action, models, scale);
        rows += element("tr", "", cells) + '\n';
    }
    const std::string caption =
        "Each decision, and what each action was worth then: its net value, and below it the expected score "
        "and cost "
        "from there on, " +
        scale.per() + ".";
    return text_element("p", caption, " class=\"note\"") + '\n' +
           scrolled("Decisions on " + query.id, element("table", " class=\"steps\"",
                                                        element("thead", "", element("tr", "", head)) +
                                                            element("tbody", "", '\n' + rows))) +
           '\n';
}

/// Returns the reasons of the decisions, each once.
inline std::string reasons_html(const ExplainedQuery& query) {
    std::vector<std::string> reasons;
    for (const ExplainedStep& step : query.steps) {
        if (!step.explanation || step.explanation->reason.empty()) continue;
        const std::string& reason = step.explanation->reason;
        if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) reasons.push_back(reason);
    }
    if (reasons.empty()) return {};
    return text_element("p", "Chosen for: " + joined(reasons, "; ") + ".", " class=\"soft\"") + '\n';
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
    if (!query.steps.empty() && query.steps.front().explanation)
        body += told_html(*query.steps.front().explanation, models, scale);
    body += steps_html(query, models, scale) + reasons_html(query);
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
