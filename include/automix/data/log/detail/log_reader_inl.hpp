// SPDX-License-Identifier: Apache-2.0
// Definitions of data/log/log_reader.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/log/detail/folded.hpp>
#include <automix/data/log/detail/log_handler.hpp>
#include <automix/data/log/detail/log_parts.hpp>
#include <automix/data/log/detail/samples.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/file/content_kind.hpp>
#include <automix/file/csv_line.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/json/line_repair.hpp>
#include <automix/json/sax.hpp>
#include <automix/json/syntax_hint.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// An error for a quoted field of a table that does not end.
class OpenFieldError : public DataError {
 public:
    using DataError::DataError;
};

/// Returns true if a text that a reader keeps has a character that a repair put there.
inline bool has_replacement(const LogRecord& log) {
    const auto has = [](std::string_view text) {
        return text.find(replacement_character) != std::string_view::npos;
    };
    const auto has_any = [&](const auto& texts) {
        return std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return text && has(*text); });
    };
    const Record& row = log.record;
    const std::array<const std::string*, 4> fields{&row.id, &row.dataset, &row.split, &row.category};
    const std::array<std::optional<std::string>, 3> texts{log.question, log.context, log.reference};
    return has_any(fields) || has_any(texts) ||
           std::any_of(log.other_references.begin(), log.other_references.end(), has) ||
           std::any_of(log.features.begin(), log.features.end(),
                       [&](const QueryFeature& feature) {
                           return has(feature.name) || (feature.text && has(*feature.text));
                       }) ||
           std::any_of(log.texts.begin(), log.texts.end(), [&](const ModelTexts& model) {
               return (model.answer && has(*model.answer)) || has_any(model.samples);
           });
}

/// Returns true for the first line of a table in CSV or TSV.
inline bool is_header(std::string_view line, const std::string& path) {
    const std::string name = folded(path);
    if (name.ends_with(".csv") || name.ends_with(".tsv")) return true;
    const bool separated = line.find_first_of(",\t;") != std::string_view::npos;
    const bool text = std::none_of(line.begin(), line.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20U && c != '\t' && c != '\r';
    });
    return separated && text;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE LogReader::LogReader(std::vector<std::string> paths, ReadOptions options)
    : paths_(std::move(paths)),
      options_(std::move(options)),
      handler_(detail::log_parts(options_), detail::signal_choice(options_),
               detail::verifier_choice(options_)) {
    if (paths_.empty()) throw ArgumentError("no log to read");
    for (std::string& answer : options_.fixed_answers) answer = detail::folded(answer);
    if (options_.mapping) map(*options_.mapping);
    open_next();
}

AUTOMIX_INLINE LogReader::LogReader(const std::string& path, ReadOptions options)
    : LogReader(std::vector<std::string>{path}, std::move(options)) {}

AUTOMIX_INLINE bool LogReader::next(LogRecord& record) {
    while (lines_ || open_next()) {
        std::string_view line;
        while (lines_->next(line)) {
            if (detail::is_blank(line)) continue;
            if (std::exchange(first_line_, false) && !is_record(line)) continue;
            if (read(line, record)) {
                ++records_;
                ++all_records_;
                return true;
            }
        }
        lines_.reset();
        require_records();
    }
    return false;
}

AUTOMIX_INLINE void LogReader::require_records() const {
    const bool last = opened_ == paths_.size();
    if (records_ > 0 && !(last && notes_.skipped() > all_records_)) {
        if (!last) return;
        if (mapped_) return mapped_->require_found();
        return handler_.require_found();
    }
    if (notes_.skipped() == 0) throw DataError(Place{place_.file, 0, {}}, "no records");
    throw DataError("more rows are bad (" + std::to_string(notes_.skipped()) + ") than good (" +
                    std::to_string(all_records_) + "); the first is " + notes_.first_skipped());
}

AUTOMIX_INLINE void LogReader::map(const ColumnMapping& mapping) {
    std::vector<std::string> names;
    for (const ModelMapping& model : mapping.models) names.push_back(model.name);
    if (names.empty()) throw ArgumentError("the mapping names no models");
    chosen_ = detail::choose_models(names, options_.models);
    const bool answers = std::any_of(mapping.models.begin(), mapping.models.end(),
                                     [](const ModelMapping& model) { return !model.answer.empty(); });
    if (!options_.fixed_answers.empty() && !answers)
        throw ArgumentError("fixed answers: the mapping names no answers to compare");
    mapped_.emplace(mapping, chosen_.keep, detail::log_parts(options_), detail::signal_choice(options_),
                    detail::verifier_choice(options_));
}

AUTOMIX_INLINE bool LogReader::open_next() {
    if (opened_ == paths_.size()) return false;
    const std::string& path = paths_[opened_++];
    lines_.emplace(path, options_.max_line_bytes);
    detail::require_content(lines_->head(), detail::ContentKind::log, path);
    detail::require_rows(lines_->head(), path);
    place_ = {path, 0, {}};
    records_ = 0;
    first_line_ = true;
    splitter_.reset();
    handler_.start_file();
    return true;
}

AUTOMIX_INLINE bool LogReader::is_record(std::string_view line) {
    place_.line = lines_->line();
    const char first = line[line.find_first_not_of(" \t\r")];
    if (first == '{' || first == '[' || !detail::is_header(line, place_.file)) return true;
    splitter_.emplace(detail::separator_of(line));
    try {
        split_row(line);
        if (!mapped_) {
            std::vector<std::string> names;
            for (const std::string& field : fields_) names.push_back(in_quotes(field));
            throw DataError("a table needs a mapping that names its columns (--map); it has " +
                            joined(names));
        }
        mapped_->set_header(fields_);
    } catch (const DataError& error) {
        throw placed(error);
    }
    header_ = fields_;
    return false;
}

AUTOMIX_INLINE bool LogReader::read(std::string_view line, LogRecord& record) {
    place_.line = lines_->line();
    try {
        if (splitter_) {
            split_row(line);
            if (detail::is_blank_row(fields_)) {
                notes_.pass_blank(place_);
                return false;
            }
            if (is_cut_row()) {
                cut_off();
                return false;
            }
            parse_fields(record);
        } else {
            parse(line, record);
        }
        for (const std::string& message : handler_.take_near_fields()) notes_.add(place_, message);
        return true;
    } catch (const detail::JsonSyntaxError& error) {
        if (!is_cut_off(line, error)) {
            const std::string hint = detail::syntax_hint(line, error.column());
            refuse(DataError(error.place(), error.detail() + (hint.empty() ? "" : "; " + hint)));
        } else {
            cut_off();
        }
    } catch (const detail::OpenFieldError& error) {
        throw placed(error);  // it has swallowed the rest of the file
    } catch (const DataError& error) {
        refuse(error);
    }
    return false;
}

AUTOMIX_INLINE void LogReader::cut_off() {
    if (options_.allow_truncated) {
        truncated_.push_back(place_);
    } else {
        refuse(DataError("truncated last line"));
    }
}

AUTOMIX_INLINE void LogReader::refuse(const DataError& error) {
    if (!options_.skip_bad_rows) throw placed(error);
    notes_.skip(placed(error));
}

AUTOMIX_INLINE DataError LogReader::placed(const DataError& error) const {
    return DataError(Place{place_.file, place_.line, error.place().field}, error.detail());
}

AUTOMIX_INLINE bool LogReader::is_cut_off(std::string_view line, const detail::JsonSyntaxError& error) const {
    return lines_->ended() && error.column() > line.size();
}

AUTOMIX_INLINE bool LogReader::is_cut_row() const {
    return lines_->ended() && detail::is_cut_number(fields_.back()) &&
           mapped_->reads_number(fields_.size() - 1);
}

AUTOMIX_INLINE void LogReader::parse(std::string_view line, LogRecord& record) {
    try {
        parse_object(line, record, nullptr);
    } catch (const detail::JsonRangeError&) {
        if (!parse_repaired(line, record)) throw;
    } catch (const detail::JsonSyntaxError& error) {
        if (is_cut_off(line, error) || !parse_repaired(line, record)) throw;
    }
}

AUTOMIX_INLINE bool LogReader::parse_repaired(std::string_view line, LogRecord& record) {
    const detail::RepairedLine repaired = detail::LineRepair(line).run();
    if (repaired.numbers.empty() && repaired.character.empty()) return false;
    try {
        parse_object(repaired.text, record, &repaired.numbers);
    } catch (const detail::JsonSyntaxError&) {
        return false;
    }
    if (!repaired.character.empty() && detail::has_replacement(record))
        throw detail::JsonSyntaxError(repaired.column,
                                      repaired.character + " cannot be read: " + repaired.advice);
    notes_.tolerate(place_, repaired.first());
    return true;
}

AUTOMIX_INLINE void LogReader::parse_object(std::string_view line, LogRecord& record,
                                            const std::vector<std::string>* numbers) {
    if (mapped_) {
        mapped_->start(record, line_id());
        detail::parse_json_line(line, *mapped_, numbers);
        mapped_->finish();
    } else {
        if (!models_known_) learn_models(line, record, numbers);
        handler_.start(record);
        if (numbers == nullptr && fast_.parse(line)) {
            fast_.send(handler_);
        } else {
            detail::parse_json_line(line, handler_, numbers);
        }
        handler_.finish();
    }
    finish(record);
}

AUTOMIX_INLINE void LogReader::learn_models(std::string_view line, LogRecord& record,
                                            const std::vector<std::string>* numbers) {
    handler_.set_models({}, {});
    handler_.start(record);
    detail::parse_json_line(line, handler_, numbers);
    handler_.finish();
    log_models_ = handler_.names();
    chosen_ = detail::choose_models(log_models_, options_.models);
    handler_.set_models(log_models_, chosen_.keep);
    models_known_ = true;
}

AUTOMIX_INLINE void LogReader::split_row(std::string_view line) {
    std::size_t bytes = line.size();
    while (!splitter_->add(line, fields_)) {
        if (!lines_->next(line)) {
            throw detail::OpenFieldError(Place{{}, 0, "field " + std::to_string(fields_.size())},
                                         "a quoted field does not end");
        }
        bytes += line.size();
        if (bytes > options_.max_line_bytes) {
            throw detail::OpenFieldError(
                Place{}, "row longer than " + std::to_string(options_.max_line_bytes) + " bytes");
        }
    }
}

AUTOMIX_INLINE void LogReader::parse_fields(LogRecord& record) {
    if (fields_ == header_)
        throw DataError("the header again, as of tables that were joined; delete this line");
    if (fields_.size() != header_.size()) {
        throw DataError("expected " + std::to_string(header_.size()) +
                        " fields, as there are columns, found " + std::to_string(fields_.size()));
    }
    mapped_->start(record, line_id());
    mapped_->take_row(fields_);
    mapped_->finish();
    finish(record);
}

AUTOMIX_INLINE void LogReader::finish(LogRecord& record) const {
    finish_texts(record);
    arrange(record);
}

AUTOMIX_INLINE void LogReader::arrange(LogRecord& record) const {
    if (chosen_.order.empty()) return;
    const auto arranged = [&](auto& values) {
        auto from = std::move(values);
        values.clear();
        for (const Index place : chosen_.order) values.push_back(std::move(from[as_size(place)]));
    };
    arranged(record.record.models);
    arranged(record.model_names);
    arranged(record.texts);
    if (!record.prior.empty()) arranged(record.prior);
    record.record.category.clear();  // it belongs to the pair of first and last model
}

AUTOMIX_INLINE std::string LogReader::line_id() const {
    const std::string line = std::to_string(place_.line);
    return paths_.size() == 1 ? line : std::to_string(opened_) + ":" + line;
}

AUTOMIX_INLINE void LogReader::finish_texts(LogRecord& record) const {
    const bool samples = options_.keep_samples || options_.keep_texts;
    if (!samples && options_.fixed_answers.empty()) return;
    std::size_t slot = 0;
    for (std::size_t m = 0; m < chosen_.keep.size(); ++m) {
        if (!chosen_.keep[m]) continue;
        ModelRecord& model = record.record.models[slot];
        ModelTexts& texts = record.texts[slot++];
        model.flagged = is_fixed(texts);
        if (samples) {
            if (texts.samples.empty()) model.sample_scores.clear();  // their samples are not logged
            detail::require_samples(model, texts, m);
            detail::cluster_samples(model, texts, record.reference, record.other_references);
        }
        if (options_.keep_texts) continue;
        texts.answer.reset();
        texts.samples.clear();
    }
    if (options_.keep_texts) return;
    record.reference.reset();
    record.other_references.clear();
}

AUTOMIX_INLINE bool LogReader::is_fixed(const ModelTexts& texts) const {
    if (options_.fixed_answers.empty()) return false;
    const auto& answer = texts.answer || texts.samples.empty() ? texts.answer : texts.samples.front();
    const auto& fixed = options_.fixed_answers;
    return answer && std::find(fixed.begin(), fixed.end(), detail::folded(*answer)) != fixed.end();
}

}  // namespace automix
