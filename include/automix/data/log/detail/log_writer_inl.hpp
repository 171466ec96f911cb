// SPDX-License-Identifier: Apache-2.0
// Definitions of data/log/log_writer.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/detail/validate.hpp>
#include <automix/data/log/detail/log_fields.hpp>
#include <automix/data/log/detail/log_handler.hpp>
#include <automix/data/log/detail/log_parts.hpp>
#include <automix/data/log/detail/samples.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/log_writer.hpp>
#include <automix/data/validate_facts.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/json/json_document.hpp>
#include <automix/json/sax.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

inline nlohmann::ordered_json verdicts_json(const std::vector<Verdict>& verdicts) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const Verdict verdict : verdicts) {
        json.push_back(verdict == Verdict::unparsed ? nlohmann::ordered_json(nullptr)
                                                    : nlohmann::ordered_json(static_cast<int>(verdict)));
    }
    return json;
}

/// Returns one model of a record as the object of its line. Sample scores are written only with the samples.
inline nlohmann::ordered_json model_json(const std::string& name, const ModelRecord& model,
                                         const ModelTexts& texts) {
    nlohmann::ordered_json json{{"name", name}};
    const auto set = [&json](const char* key, const auto& value) {
        if (value) json[key] = *value;
    };
    set("answer", texts.answer);
    set("finish", texts.finish);
    json["score"] = model.score;
    if (!model.verdicts.empty()) json["verdicts"] = verdicts_json(model.verdicts);
    set("confidence", model.confidence);
    for (const auto& sample : texts.samples)
        json["samples"].push_back(sample ? nlohmann::ordered_json(*sample) : nlohmann::ordered_json(nullptr));
    if (!texts.samples.empty() && !model.sample_scores.empty()) json["sample_scores"] = model.sample_scores;
    set("cost", model.cost);
    set("draw_cost", model.draw_cost);
    for (const VerifierRecord& verifier : model.verifiers) {
        nlohmann::ordered_json& entry = json["verifiers"][verifier.name] = nlohmann::ordered_json::object();
        if (!verifier.verdicts.empty()) entry["verdicts"] = verdicts_json(verifier.verdicts);
        if (verifier.confidence) entry["confidence"] = *verifier.confidence;
        if (verifier.draw_cost) entry["draw_cost"] = *verifier.draw_cost;
    }
    for (const Signal& signal : model.signals) json["signals"][signal.name] = signal.value;
    if (texts.prompt_tokens) json["usage"]["prompt_tokens"] = *texts.prompt_tokens;
    if (texts.completion_tokens) json["usage"]["completion_tokens"] = *texts.completion_tokens;
    return json;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json log_json(const LogRecord& log) {
    nlohmann::ordered_json json{{"schema", log_schema}, {"id", log.record.id}};
    const auto set_text = [&json](const char* key, const std::string& value) {
        if (!value.empty()) json[key] = value;
    };
    const auto set = [&json](const char* key, const std::optional<std::string>& value) {
        if (value) json[key] = *value;
    };
    set_text("dataset", log.record.dataset);
    set_text("split", log.record.split);
    set_text("category", log.record.category);
    set("question", log.question);
    set("context", log.context);
    set("reference", log.reference);
    if (log.reference && !log.other_references.empty()) {
        auto& references = json["reference"] = nlohmann::ordered_json::array({*log.reference});
        for (const std::string& reference : log.other_references) references.push_back(reference);
    }
    for (const QueryFeature& feature : log.features) {
        json["features"][feature.name] =
            feature.text ? nlohmann::ordered_json(*feature.text) : nlohmann::ordered_json(feature.number);
    }
    if (!log.prior.empty()) json["prior"] = log.prior;
    json["models"] = nlohmann::ordered_json::array();
    for (std::size_t m = 0; m < log.record.models.size(); ++m) {
        const ModelTexts no_texts;
        json["models"].push_back(detail::model_json(log.model_names[m], log.record.models[m],
                                                    m < log.texts.size() ? log.texts[m] : no_texts));
    }
    return json;
}

AUTOMIX_INLINE LogWriter::LogWriter(std::string path, Mode mode)
    : file_(std::move(path), mode, detail::is_whole_json) {
    if (file_.has_lines()) learn_models();
    file_.open();
}

AUTOMIX_INLINE void LogWriter::write(const LogRecord& log) {
    file_.put(line_of(log));
    models_ = log.model_names;
}

AUTOMIX_INLINE void LogWriter::learn_models() {
    detail::LineReader lines(file_.path(), std::numeric_limits<std::size_t>::max());
    for (std::string_view line; lines.next(line);) {
        if (detail::is_blank(line)) continue;
        try {
            detail::LogHandler handler{detail::LogParts{}};
            LogRecord first;
            handler.start(first);
            detail::parse_json_line(line, handler);
            handler.finish();
            models_ = handler.names();
            return;
        } catch (const DataError& error) {
            throw DataError(Place{file_.path(), lines.line(), error.place().field},
                            error.detail() + "; nothing is appended");
        }
    }
}

AUTOMIX_INLINE std::string LogWriter::line_of(const LogRecord& log) const {
    try {
        require_valid(log);
        return log_json(log).dump() + '\n';
    } catch (const nlohmann::ordered_json::exception&) {
        throw DataError(Place{file_.path(), 0, {}},
                        "record " + in_quotes(log.record.id) + ": a text is not UTF-8");
    } catch (const Error& error) {
        throw DataError(Place{file_.path(), 0, {}},
                        "record " + in_quotes(log.record.id) + ": " + error.what());
    }
}

AUTOMIX_INLINE void LogWriter::require_valid(const LogRecord& log) const {
    if (models_.empty()) {
        const Dataset names(log.model_names);  // throws unless there are names and all differ
    } else if (log.model_names != models_) {
        throw DataError(
            Place{{}, 0, "models"},
            "expected " + joined(models_) + ", as in the first record, found " + joined(log.model_names));
    }
    Record record = log.record;
    // Clusters are not written, so the number of sample scores is checked against the samples instead.
    for (ModelRecord& model : record.models) model.clusters.resize(model.sample_scores.size());
    automix::detail::require_valid(record, log.model_names);
    require_valid_facts(query_facts(log), log.model_names);
    for (std::size_t m = 0; m < log.texts.size() && m < record.models.size(); ++m) {
        if (!log.texts[m].samples.empty()) detail::require_samples(record.models[m], log.texts[m], m);
    }
}

}  // namespace automix
