// SPDX-License-Identifier: Apache-2.0
// Definitions of data/log/log_reader.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/data/log/detail/log_handler.hpp>
#include <automix/data/log/detail/samples.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/json/sax.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the text in lower case and without outer blanks, for ASCII.
inline std::string folded(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    std::string out(text.substr(begin, text.find_last_not_of(blanks) - begin + 1));
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE LogReader::LogReader(std::vector<std::string> paths, ReadOptions options)
    : paths_(std::move(paths)), options_(std::move(options)), handler_(parts(options_)) {
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
            if (read(line, record)) {
                ++records_;
                return true;
            }
        }
        lines_.reset();
        if (records_ == 0) throw DataError(Place{place_.file, 0, {}}, "no records");
    }
    return false;
}

AUTOMIX_INLINE detail::LogParts LogReader::parts(const ReadOptions& options) noexcept {
    return {!options.fixed_answers.empty(), options.keep_samples, options.keep_texts};
}

AUTOMIX_INLINE void LogReader::map(const ColumnMapping& mapping) {
    if (!options_.fixed_answers.empty())
        throw ArgumentError("fixed answers: a mapping names no answers to compare");
    std::vector<std::string> names;
    for (const ModelMapping& model : mapping.models) names.push_back(model.name);
    if (names.empty()) throw ArgumentError("the mapping names no models");
    mapped_.emplace(mapping, detail::choose_models(names, options_.models));
}

AUTOMIX_INLINE bool LogReader::open_next() {
    if (opened_ == paths_.size()) return false;
    const std::string& path = paths_[opened_++];
    lines_.emplace(path, options_.max_line_bytes);
    place_ = {path, 0, {}};
    records_ = 0;
    return true;
}

AUTOMIX_INLINE bool LogReader::read(std::string_view line, LogRecord& record) {
    place_.line = lines_->line();
    try {
        parse(line, record);
        return true;
    } catch (const detail::JsonSyntaxError& error) {
        if (!lines_->ended() || error.column() <= line.size()) fail(error);
        if (!options_.allow_truncated) throw DataError(place_, "truncated last line");
        truncated_.push_back(place_);
        return false;
    } catch (const DataError& error) {
        fail(error);
    }
}

AUTOMIX_INLINE void LogReader::fail(const DataError& error) const {
    throw DataError(Place{place_.file, place_.line, error.place().field}, error.detail());
}

AUTOMIX_INLINE void LogReader::parse(std::string_view line, LogRecord& record) {
    if (mapped_) {
        mapped_->start(record, line_id());
        detail::parse_json_line(line, *mapped_);
        mapped_->finish();
        return;
    }
    if (!models_known_) learn_models(line, record);
    handler_.start(record);
    detail::parse_json_line(line, handler_);
    handler_.finish();
    finish_texts(record);
}

AUTOMIX_INLINE void LogReader::learn_models(std::string_view line, LogRecord& record) {
    handler_.set_models({}, {});
    handler_.start(record);
    detail::parse_json_line(line, handler_);
    handler_.finish();
    log_models_ = handler_.names();
    keep_ = detail::choose_models(log_models_, options_.models);
    handler_.set_models(log_models_, keep_);
    models_known_ = true;
}

AUTOMIX_INLINE std::string LogReader::line_id() const {
    const std::string line = std::to_string(place_.line);
    return paths_.size() == 1 ? line : std::to_string(opened_) + ":" + line;
}

AUTOMIX_INLINE void LogReader::finish_texts(LogRecord& record) const {
    const bool samples = options_.keep_samples || options_.keep_texts;
    if (!samples && options_.fixed_answers.empty()) return;
    std::size_t slot = 0;
    for (std::size_t m = 0; m < keep_.size(); ++m) {
        if (!keep_[m]) continue;
        ModelRecord& model = record.record.models[slot];
        ModelTexts& texts = record.texts[slot++];
        model.flagged = is_fixed(texts);
        if (samples) {
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
