// SPDX-License-Identifier: Apache-2.0
// Streaming reader of a log in JSON Lines, in the schema `automix-log/1` or, through a mapping, in another shape. Reads
// one record at a time into reused buffers, in constant memory. Blank lines are passed over. Errors name file, line and
// field.
#pragma once

#include <automix/core/error.hpp>
#include <automix/data/column_mapping.hpp>
#include <automix/io/line_reader.hpp>
#include <automix/io/log_handler.hpp>
#include <automix/io/log_record.hpp>
#include <automix/io/mapped_handler.hpp>
#include <automix/io/sax.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

struct ReadOptions {
    std::vector<std::string> models{};         ///< to keep, in the log's order; empty: all
    std::vector<std::string> fixed_answers{};  ///< answers to flag, compared without case and outer blanks
    std::optional<ColumnMapping> mapping{};    ///< for logs in another shape
    bool keep_samples = false;                 ///< clusters and scores of the samples
    bool keep_texts = false;                   ///< questions, contexts, references, answers, samples
    bool allow_truncated = false;              ///< skip a last line that was cut off instead of refusing it
    std::size_t max_line_bytes = std::size_t{64} << 20U;
};

namespace detail {

/// Lower case and without outer blanks, for ASCII.
inline std::string folded(std::string_view text) {
    const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

/// Numbers equal samples equally and scores them: one equal to the answer has the answer's score, another one 1 where
/// it equals the reference, else 0, unless scores are logged.
inline void cluster_samples(ModelRecord& model, const ModelTexts& texts, const std::optional<std::string>& reference) {
    const auto& samples = texts.samples;
    const bool scored = !model.sample_scores.empty();
    model.clusters.clear();
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto first = std::find(samples.begin(), samples.end(), samples[i]);
        model.clusters.push_back(samples[i] ? static_cast<std::int32_t>(first - samples.begin()) : -1);
        if (scored) continue;
        const bool right = samples[i] && reference && *samples[i] == *reference;
        model.sample_scores.push_back(samples[i] && samples[i] == texts.answer ? model.score : right ? 1.0 : 0.0);
    }
}

}  // namespace detail

class LogReader {
 public:
    /// `order` is the order of models that the log must have; empty: that of its first record.
    /// Throws `DataError` where the file cannot be opened.
    explicit LogReader(const std::string& path, ReadOptions options = {}, std::vector<std::string> order = {})
        : lines_(path, options.max_line_bytes),
          options_(std::move(options)),
          order_(std::move(order)),
          handler_(options_.models, parts(options_)) {
        if (options_.mapping) mapped_.emplace(wanted(*options_.mapping, options_.models));
        for (std::string& answer : options_.fixed_answers) answer = detail::folded(answer);
    }

    /// Fills `record` with the next one; false at the end. Throws `DataError` for whatever the line has wrong, and
    /// `ArgumentError` for models that the log does not have.
    bool next(LogRecord& record) {
        std::string_view line;
        while (lines_.next(line)) {
            if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
            try {
                parse(line, record);
                return true;
            } catch (const JsonSyntaxError& error) {
                if (!lines_.unfinished()) fail(error);
                if (!options_.allow_truncated) throw DataError(lines_.place(), "truncated last line");
                truncated_ = true;
                return false;
            } catch (const DataError& error) {
                fail(error);
            }
        }
        return false;
    }

    /// File and line of the record handed out last.
    [[nodiscard]] Place place() const { return lines_.place(); }

    /// All models of the log, kept or not; empty before the first record.
    [[nodiscard]] const std::vector<std::string>& order() const noexcept { return order_; }

    /// True where a truncated last line was skipped.
    [[nodiscard]] bool truncated() const noexcept { return truncated_; }

 private:
    static LogParts parts(const ReadOptions& options) {
        return {!options.fixed_answers.empty(), options.keep_samples, options.keep_texts};
    }

    static ColumnMapping wanted(ColumnMapping mapping, const std::vector<std::string>& models) {
        std::erase_if(mapping.models, [&](const ModelMapping& model) {
            return !models.empty() && std::find(models.begin(), models.end(), model.name) == models.end();
        });
        return mapping;
    }

    /// The first record says which models there are: those asked for must be among them, in the same order.
    void settle_order() {
        if (mapped_) {
            for (const ModelMapping& model : options_.mapping->models) order_.push_back(model.name);
        } else {
            order_ = handler_.order();
        }
        auto from = order_.begin();
        for (const std::string& name : options_.models) {
            const auto found = std::find(order_.begin(), order_.end(), name);
            if (found == order_.end()) {
                throw ArgumentError(to_string(lines_.place()) + ": models: no model " + in_quotes(name) + "; the log has " +
                                    joined(order_));
            }
            if (found < from) {
                throw ArgumentError(to_string(lines_.place()) + ": models: " + joined(options_.models) +
                                    " stand in another order than the log's " + joined(order_));
            }
            from = found + 1;
        }
    }

    void parse(std::string_view line, LogRecord& record) {
        if (mapped_) {
            const Place here = lines_.place();
            mapped_->start(record, here.file + ":" + std::to_string(here.line));
            parse_json_line(line, *mapped_);
            mapped_->finish();
        } else {
            handler_.start(record);
            parse_json_line(line, handler_);
            handler_.finish(order_);
        }
        if (order_.empty()) settle_order();
        for (std::size_t m = 0; m < record.record.models.size(); ++m) {
            ModelRecord& model = record.record.models[m];
            const auto& answer = record.texts[m].answer;
            model.flagged = answer && std::find(options_.fixed_answers.begin(), options_.fixed_answers.end(),
                                                detail::folded(*answer)) != options_.fixed_answers.end();
            if (options_.keep_samples) detail::cluster_samples(model, record.texts[m], record.reference);
        }
    }

    [[noreturn]] void fail(const DataError& error) const {
        Place place = lines_.place();
        place.field = error.place().field;
        throw DataError(place, error.detail());
    }

    LineReader lines_;
    ReadOptions options_;
    std::vector<std::string> order_;
    LogHandler handler_;
    std::optional<MappedHandler> mapped_;
    bool truncated_ = false;
};

}  // namespace automix
