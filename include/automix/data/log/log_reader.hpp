// SPDX-License-Identifier: Apache-2.0
// This file streams logs in JSON Lines, in the schema `automix-log/1` or, through a mapping, in another shape. Several
// files are read as one. The reader reads one record at a time into reused buffers, in constant memory. It does not
// store the ids, so it accepts duplicates. Blank lines are skipped. Errors name file, line and field.
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
    /// Opens the first file. Throws `DataError` if it cannot be opened. Throws `ArgumentError` if there is no file, and
    /// for models or fixed answers that the mapping does not have.
    explicit LogReader(std::vector<std::string> paths, ReadOptions options = {});

    explicit LogReader(const std::string& path, ReadOptions options = {});

    /// Reads the next record into `record`; returns false at the end. Throws `DataError` for any error in the line, and
    /// for files without records. The next call then goes on with the next line. Throws `ArgumentError` for models that
    /// the log does not have.
    bool next(LogRecord& record);

    /// Returns the file and line of the last record returned.
    [[nodiscard]] const Place& place() const noexcept { return place_; }

    /// Returns the places of last lines that were cut off and skipped.
    [[nodiscard]] const std::vector<Place>& truncated() const noexcept { return truncated_; }

 private:
    static detail::LogParts parts(const ReadOptions& options) noexcept;

    void map(const ColumnMapping& mapping);

    /// Opens the next file; returns false if there is none.
    bool open_next();

    /// Reads one line; returns false if it was cut off and is skipped.
    bool read(std::string_view line, LogRecord& record);

    [[noreturn]] void fail(const DataError& error) const;

    void parse(std::string_view line, LogRecord& record);

    void learn_models(std::string_view line, LogRecord& record);

    /// Returns the id of a row whose table has none. It is the row's line. If several files are read, the number of the
    /// file, from 1, precedes it, as in `2:17`. A row keeps its id for any spelling of the path.
    [[nodiscard]] std::string line_id() const;

    /// Derives samples and flags from the texts, then drops the texts unless the options keep them.
    void finish_texts(LogRecord& record) const;

    [[nodiscard]] bool is_fixed(const ModelTexts& texts) const;

    std::vector<std::string> paths_;
    ReadOptions options_;
    detail::LogHandler handler_;
    std::optional<detail::MappedHandler> mapped_;
    std::optional<detail::LineReader> lines_;
    std::size_t opened_ = 0;   ///< number of files opened
    std::size_t records_ = 0;  ///< number of records read from this file
    Place place_;
    std::vector<Place> truncated_;
    bool models_known_ = false;
    std::vector<std::string> log_models_;
    std::vector<bool> keep_;  ///< one for each model of the log
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/log_reader_inl.hpp>
#endif
