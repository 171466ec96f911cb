// SPDX-License-Identifier: Apache-2.0
// Streaming reader of logs in JSON Lines, in the schema `automix-log/1` or, through a mapping, in another shape. Several
// files are read as one. Reads one record at a time into reused buffers, in constant memory: it does not know the ids that
// it has read, so it takes duplicates. Blank lines are passed over. Errors name file, line and field.
#pragma once

#include <automix/core/error.hpp>
#include <automix/data/log/detail/log_handler.hpp>
#include <automix/data/log/detail/mapped_handler.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/json/sax.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

class LogReader {
 public:
    /// Opens the first file. Throws `DataError` if it cannot be opened, and `ArgumentError` if there is no file, and
    /// for models or fixed answers that the mapping does not have.
    explicit LogReader(std::vector<std::string> paths, ReadOptions options = {});

    explicit LogReader(const std::string& path, ReadOptions options = {});

    /// Fills `record` with the next one; false at the end. Throws `DataError` for whatever the line has wrong, and for files
    /// without records; the next call then goes on with the next line. Throws `ArgumentError` for models that the log does
    /// not have.
    bool next(LogRecord& record);

    /// File and line of the record handed out last.
    [[nodiscard]] const Place& place() const noexcept { return place_; }

    /// Last lines that were cut off and skipped.
    [[nodiscard]] const std::vector<Place>& truncated() const noexcept { return truncated_; }

 private:
    static detail::LogParts parts(const ReadOptions& options) noexcept;

    void map(const ColumnMapping& mapping);

    /// False if there is no further file.
    bool open_next();

    /// False for a line that was cut off and is skipped.
    bool read(std::string_view line, LogRecord& record);

    [[noreturn]] void fail(const DataError& error) const;

    void parse(std::string_view line, LogRecord& record);

    void learn_models(std::string_view line, LogRecord& record);

    /// The id of a row whose table has none: its line, and before it, if several files are read, the number of its file
    /// among them, from 1, as in `2:17`. However a path is spelled, a row keeps its id.
    [[nodiscard]] std::string line_id() const;

    /// What the texts say about the answers; then they go, unless they are to stay.
    void finish_texts(LogRecord& record) const;

    [[nodiscard]] bool is_fixed(const ModelTexts& texts) const;

    std::vector<std::string> paths_;
    ReadOptions options_;
    detail::LogHandler handler_;
    std::optional<detail::MappedHandler> mapped_;
    std::optional<detail::LineReader> lines_;
    std::size_t opened_ = 0;   ///< files
    std::size_t records_ = 0;  ///< read from this file
    Place place_;
    std::vector<Place> truncated_;
    bool models_known_ = false;
    std::vector<std::string> log_models_;
    std::vector<bool> keep_;  ///< for each model of the log
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/log_reader_inl.hpp>
#endif
