// SPDX-License-Identifier: Apache-2.0
// This file defines one line of a log with its texts: a `Record` and, apart from it, the question and the answers.
// Readers fill the texts only on request.
#pragma once

#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// The schema of a log, as its records name it.
inline constexpr std::string_view log_schema = "automix-log/1";

/// The texts of one model. A text is absent if a generation failed or was not logged.
struct ModelTexts {
    std::optional<std::string> answer{};
    std::vector<std::optional<std::string>> samples{};  ///< all answers, `answer` first
    std::optional<std::uint64_t> prompt_tokens{};       ///< token usage of the answer
    std::optional<std::uint64_t> completion_tokens{};
    std::optional<std::string> finish{};  ///< why the answer ended: stop, length (it was cut), or other
};

struct LogRecord {
    Record record{};
    std::optional<std::string> question{};
    std::optional<std::string> context{};
    std::optional<std::string> reference{};
    std::vector<std::string> other_references{};  ///< further right answers, if `reference` is a list
    std::vector<QueryFeature> features{};         ///< names differ
    std::vector<double> prior{};                  ///< in [0, 1], one for each model of `record`; or empty
    std::vector<std::string> model_names{};       ///< one for each model of `record`
    std::vector<ModelTexts> texts{};              ///< one for each model of `record`
};

/// Returns the facts on the query of a record, as views of it.
inline QueryFacts query_facts(const LogRecord& log) {
    const auto view = [](const std::optional<std::string>& text) {
        return text ? std::string_view(*text) : std::string_view();
    };
    return {view(log.question), view(log.context), log.record.dataset, log.features, log.prior};
}

namespace detail {

/// Empties a record for the next line, with models of these names. It keeps its buffers.
inline void reset(LogRecord& log, const std::vector<std::string>& model_names) {
    Record& row = log.record;
    for (auto* text : {&row.id, &row.dataset, &row.split, &row.category}) text->clear();
    for (auto* text : {&log.question, &log.context, &log.reference}) text->reset();
    log.other_references.clear();
    log.features.clear();
    log.prior.clear();
    if (log.model_names != model_names) log.model_names = model_names;
    row.models.resize(model_names.size());
    log.texts.resize(model_names.size());
    for (ModelRecord& model : row.models) {
        model.score = 0.0;
        model.flagged = false;
        for (auto* number : {&model.confidence, &model.cost, &model.draw_cost}) number->reset();
        model.verdicts.clear();
        model.clusters.clear();
        model.sample_scores.clear();
        model.signals.clear();
        model.verifiers.clear();
    }
    for (ModelTexts& texts : log.texts) {
        texts.answer.reset();
        texts.finish.reset();
        texts.samples.clear();
        for (auto* count : {&texts.prompt_tokens, &texts.completion_tokens}) count->reset();
    }
}

}  // namespace detail

}  // namespace automix
