// SPDX-License-Identifier: Apache-2.0
// Writes a log in the schema `automix-log/1`, one record a line, each flushed before the call returns: a killed writer
// loses at most the line that it was writing. Numbers are written so that they read back to the last bit. No record is
// written that the reader would refuse by itself, nor one with other models, or in another order, than the first of the
// file; that no id stands twice is for the caller to see to.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/validate.hpp>
#include <automix/io/file.hpp>
#include <automix/io/line_reader.hpp>
#include <automix/io/log_fields.hpp>
#include <automix/io/log_handler.hpp>
#include <automix/io/log_record.hpp>
#include <automix/io/samples.hpp>
#include <automix/io/sax.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace automix {

namespace detail {

/// One model of a record as the object of its line. Sample scores go with the samples alone.
template <class Json = nlohmann::ordered_json>
Json model_json(const std::string& name, const ModelRecord& model, const ModelTexts& texts) {
    Json json{{"name", name}};
    const auto set = [&json](const char* key, const auto& value) {
        if (value) json[key] = *value;
    };
    set("answer", texts.answer);
    json["score"] = model.score;
    for (const Verdict verdict : model.verdicts) {
        json["verdicts"].push_back(verdict == Verdict::unparsed ? Json(nullptr)
                                                                : Json(static_cast<int>(verdict)));
    }
    set("confidence", model.confidence);
    for (const auto& sample : texts.samples)
        json["samples"].push_back(sample ? Json(*sample) : Json(nullptr));
    if (!texts.samples.empty() && !model.sample_scores.empty()) json["sample_scores"] = model.sample_scores;
    set("cost", model.cost);
    set("draw_cost", model.draw_cost);
    if (texts.prompt_tokens) json["usage"]["prompt_tokens"] = *texts.prompt_tokens;
    if (texts.completion_tokens) json["usage"]["completion_tokens"] = *texts.completion_tokens;
    return json;
}

}  // namespace detail

/// A record as the object of its line. Requires a name for each model.
template <class Json = nlohmann::ordered_json>
Json log_json(const LogRecord& log) {
    Json json{{"schema", log_schema}, {"id", log.record.id}};
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
    json["models"] = Json::array();
    for (std::size_t m = 0; m < log.record.models.size(); ++m) {
        const ModelTexts no_texts;
        json["models"].push_back(detail::model_json<Json>(log.model_names[m], log.record.models[m],
                                                          m < log.texts.size() ? log.texts[m] : no_texts));
    }
    return json;
}

class LogWriter {
 public:
    /// What becomes of a file that is there. `append` refuses one whose last line was cut off, `repair` removes that line
    /// and appends, `create` starts anew.
    enum class Mode : std::uint8_t { append, repair, create };

    /// Throws `DataError` where the file cannot be opened, or cannot be appended to: where its last line is no object, or
    /// its first record no record.
    template <class Json = nlohmann::ordered_json>
    explicit LogWriter(std::string path, Mode mode = Mode::append) : path_(std::move(path)) {
        if (mode != Mode::create && std::filesystem::is_regular_file(path_)) {
            end_last_line<Json>(mode == Mode::repair);
            learn_models<Json>();
        }
        file_ = detail::open_file(path_, mode == Mode::create ? "wb" : "ab");
        if (needs_line_feed_) put("\n");
    }

    /// Writes one line and hands it to the operating system. Throws `DataError` for a record that the reader would refuse
    /// (nothing is written then), and where writing fails, as on a full disk (nothing more can be written then).
    template <class Json = nlohmann::ordered_json>
    void write(const LogRecord& log) {
        put(line_of<Json>(log));
        models_ = log.model_names;
    }

 private:
    /// A last line without a line feed gets one if it is whole; one that was cut off is removed or refused.
    template <class Json>
    void end_last_line(bool remove) {
        std::error_code error;
        const auto size = std::filesystem::file_size(path_, error);
        if (error || size == 0) return;
        const std::string last = last_line(size);
        if (last.empty()) return;
        if (last.find_first_not_of(" \t\r") != last.find('{')) {
            throw DataError(Place{path_, 0, {}}, "the last line is no record; nothing is appended behind it");
        }
        if (Json::accept(last)) {
            needs_line_feed_ = true;
            return;
        }
        if (!remove)
            throw DataError(Place{path_, 0, {}}, "truncated last line; nothing is appended behind it");
        std::filesystem::resize_file(path_, size - last.size(), error);
        if (error)
            throw DataError(Place{path_, 0, {}},
                            "the truncated last line cannot be removed: " + error.message());
    }

    /// Takes the names of the models from the first record, where there is one.
    template <class Json>
    void learn_models() {
        detail::LineReader lines(path_, std::numeric_limits<std::size_t>::max());
        for (std::string_view line; lines.next(line);) {
            if (detail::is_blank(line)) continue;
            try {
                detail::LogHandler<LogRecord> handler{detail::LogParts{}};
                LogRecord first;
                handler.start(first);
                detail::parse_json_line<Json>(line, handler);
                handler.finish();
                models_ = handler.names();
                return;
            } catch (const DataError& error) {
                throw DataError(Place{path_, lines.line(), error.place().field},
                                error.detail() + "; nothing is appended");
            }
        }
    }

    /// What stands behind the last line feed.
    [[nodiscard]] std::string last_line(std::uintmax_t size) const {
        const detail::File file = detail::open_file(path_, "rb");
        constexpr std::uintmax_t step = std::uintmax_t{1} << 16U;
        for (std::uintmax_t length = std::min(step, size);; length = std::min(2 * length, size)) {
            std::string tail(static_cast<std::size_t>(length), '\0');
            if (std::fseek(file.get(), -static_cast<long>(length), SEEK_END) != 0 ||
                std::fread(tail.data(), 1, tail.size(), file.get()) != tail.size()) {
                detail::fail_file(path_, "cannot be read");
            }
            const std::size_t feed = tail.rfind('\n');
            if (feed != std::string::npos) return tail.substr(feed + 1);
            if (length == size) return tail;
        }
    }

    template <class Json>
    [[nodiscard]] std::string line_of(const LogRecord& log) const {
        try {
            require_valid(log);
            return log_json<Json>(log).dump() + '\n';
        } catch (const typename Json::exception&) {
            throw DataError(Place{path_, 0, {}},
                            "record " + in_quotes(log.record.id) + ": a text is not UTF-8");
        } catch (const Error& error) {
            throw DataError(Place{path_, 0, {}}, "record " + in_quotes(log.record.id) + ": " + error.what());
        }
    }

    void require_valid(const LogRecord& log) const {
        if (models_.empty()) {
            const Dataset names(log.model_names);  // throws unless there are some, and differ
        } else if (log.model_names != models_) {
            throw DataError(
                Place{{}, 0, "models"},
                "expected " + joined(models_) + ", as in the first record, found " + joined(log.model_names));
        }
        Record record = log.record;
        // Clusters are not written, so scores of samples are held against the samples instead.
        for (ModelRecord& model : record.models) model.clusters.resize(model.sample_scores.size());
        automix::require_valid(record, log.model_names);
        for (std::size_t m = 0; m < log.texts.size() && m < record.models.size(); ++m) {
            if (!log.texts[m].samples.empty()) detail::require_samples(record.models[m], log.texts[m], m);
        }
    }

    void put(const std::string& bytes) {
        if (!file_) throw DataError(Place{path_, 0, {}}, "closed, because writing to it has failed");
        if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size() &&
            std::fflush(file_.get()) == 0)
            return;
        const int reason = errno;
        file_.reset();
        errno = reason;
        detail::fail_file(path_, "cannot be written");
    }

    std::string path_;
    std::vector<std::string> models_;  ///< of the records in the file; none at first
    detail::File file_;
    bool needs_line_feed_ = false;
};

}  // namespace automix
