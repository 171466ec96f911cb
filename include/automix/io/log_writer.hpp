// SPDX-License-Identifier: Apache-2.0
// Writes a log in the schema `automix-log/1`, one record a line, each flushed before the call returns: a killed writer
// loses at most the line that it was writing. Numbers are written so that they read back to the last bit.
#pragma once

#include <automix/core/error.hpp>
#include <automix/io/log_handler.hpp>
#include <automix/io/log_record.hpp>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace automix {

/// A record as the object of its line.
inline nlohmann::ordered_json log_line(const LogRecord& log) {
    using Json = nlohmann::ordered_json;
    const auto set = [](Json& object, const char* key, const auto& value) {
        if (value) object[key] = *value;
    };
    const auto set_text = [](Json& object, const char* key, const std::string& value) {
        if (!value.empty()) object[key] = value;
    };
    Json line{{"schema", log_schema}, {"id", log.record.id}};
    set_text(line, "dataset", log.record.dataset);
    set_text(line, "split", log.record.split);
    set_text(line, "category", log.record.category);
    set(line, "question", log.question);
    set(line, "context", log.context);
    set(line, "reference", log.reference);
    line["models"] = Json::array();
    for (std::size_t m = 0; m < log.record.models.size(); ++m) {
        const ModelRecord& model = log.record.models[m];
        Json entry{{"name", log.model_names.at(m)}};
        if (m < log.texts.size()) set(entry, "answer", log.texts[m].answer);
        entry["score"] = model.score;
        for (const Verdict verdict : model.verdicts) {
            entry["verdicts"].push_back(verdict == Verdict::unparsed ? Json(nullptr) : Json(static_cast<int>(verdict)));
        }
        set(entry, "confidence", model.confidence);
        if (m < log.texts.size() && !log.texts[m].samples.empty()) {
            for (const auto& sample : log.texts[m].samples) entry["samples"].push_back(sample ? Json(*sample) : Json(nullptr));
            if (!model.sample_scores.empty()) entry["sample_scores"] = model.sample_scores;
        }
        set(entry, "cost", model.cost);
        set(entry, "draw_cost", model.draw_cost);
        line["models"].push_back(std::move(entry));
    }
    return line;
}

class LogWriter {
 public:
    enum class Mode { append, create };

    /// Throws `DataError` where the file cannot be opened. `create` starts it anew.
    explicit LogWriter(std::string path, Mode mode = Mode::append) : path_(std::move(path)) {
        file_.reset(std::fopen(path_.c_str(), mode == Mode::append ? "ab" : "wb"));
        if (!file_) fail("cannot be opened");
    }

    /// Writes one line and hands it to the operating system. Throws `DataError` where that fails, as on a full disk, and
    /// for texts that are not UTF-8.
    void write(const LogRecord& record) {
        std::string line;
        try {
            line = log_line(record).dump() + '\n';
        } catch (const nlohmann::json::exception&) {
            throw DataError(Place{path_, 0, {}}, "id " + in_quotes(record.record.id) + ": a text is not UTF-8");
        }
        if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fflush(file_.get()) != 0) {
            fail("cannot be written");
        }
    }

 private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };

    [[noreturn]] void fail(const std::string& what) const {
        throw DataError(Place{path_, 0, {}}, what + ": " + std::strerror(errno));
    }

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace automix
