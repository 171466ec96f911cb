// SPDX-License-Identifier: Apache-2.0
// This file streams logs in JSON Lines, in the schema `automix-log/1`. Through a mapping it reads logs in another shape,
// in JSON Lines, CSV or TSV. Several files are read as one. The reader reads one record at a time into reused buffers,
// in constant memory. It does not store the ids, so it accepts duplicates. Blank lines are skipped. Errors name file,
// line and field.
#pragma once

#include <automix/core/error.hpp>
#include <automix/data/log/detail/log_handler.hpp>
#include <automix/data/log/detail/mapped_handler.hpp>
#include <automix/data/log/detail/read_notes.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/file/csv_line.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/json/line_events.hpp>
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
    /// the log does not have, and at its end for signals and verifiers that no row has.
    bool next(LogRecord& record);

    /// Counts the last record returned as a bad row that is skipped, for the reason in `error`.
    void skip(const DataError& error) { notes_.skip(error); }

    /// Returns the number of bad rows that were skipped.
    [[nodiscard]] std::size_t skipped() const noexcept { return notes_.skipped(); }

    /// Returns warnings about what was passed over: bad rows, fields that are probably misspelt, and lines that are not
    /// JSON in a field that is not read.
    [[nodiscard]] std::vector<std::string> warnings() const { return notes_.warnings(); }

    /// Returns the number of bytes that were read of the file of the last record returned.
    [[nodiscard]] std::size_t position() const noexcept { return lines_ ? lines_->position() : 0; }

    /// Returns the file and line of the last record returned.
    [[nodiscard]] const Place& place() const noexcept { return place_; }

    /// Returns the places of last lines that were cut off and skipped.
    [[nodiscard]] const std::vector<Place>& truncated() const noexcept { return truncated_; }

 private:
    void map(const ColumnMapping& mapping);

    /// Opens the next file; returns false if there is none.
    bool open_next();

    /// Looks at the first line of a file; returns false if it is the header of a table, which is then known.
    bool is_record(std::string_view line);

    /// Reads one row; returns false if it is skipped.
    bool read(std::string_view line, LogRecord& record);

    /// Counts a bad row if the options allow it. Otherwise throws the error with file and line.
    void refuse(const DataError& error);

    /// Returns the error with the file and line of the row.
    [[nodiscard]] DataError placed(const DataError& error) const;

    /// Returns true if the error is at the end of a last line without a line feed.
    [[nodiscard]] bool is_cut_off(std::string_view line, const detail::JsonSyntaxError& error) const;

    /// Returns true if the row of a table is the last one and ends in a number that was cut.
    [[nodiscard]] bool is_cut_row() const;

    /// Passes over the last line, which was cut off, if the options allow it. Otherwise it is a bad row.
    void cut_off();

    void parse(std::string_view line, LogRecord& record);

    /// Parses a line that is not JSON after a repair; returns false if it cannot be repaired. Throws `DataError` if a
    /// field that is read needs the repair.
    bool parse_repaired(std::string_view line, LogRecord& record);

    /// Parses a line of JSON. `numbers` are those that placeholders stand for, in a repaired line.
    void parse_object(std::string_view line, LogRecord& record, const std::vector<std::string>* numbers);

    /// Splits a row of a table into `fields_`. It takes further lines if a field spans them.
    void split_row(std::string_view line);

    void parse_fields(LogRecord& record);

    /// Throws `DataError` if a file has no records, or if most rows are bad.
    void require_records() const;

    void learn_models(std::string_view line, LogRecord& record, const std::vector<std::string>* numbers);

    /// Returns the id of a row whose table has none. It is the row's line. If several files are read, the number of the
    /// file, from 1, precedes it, as in `2:17`. A row keeps its id for any spelling of the path.
    [[nodiscard]] std::string line_id() const;

    /// Completes a record that was parsed.
    void finish(LogRecord& record) const;

    /// Derives samples and flags from the texts, then drops the texts unless the options keep them.
    void finish_texts(LogRecord& record) const;

    /// Puts the models of a record in the order in which they are wanted.
    void arrange(LogRecord& record) const;

    [[nodiscard]] bool is_fixed(const ModelTexts& texts) const;

    std::vector<std::string> paths_;
    ReadOptions options_;
    detail::LogHandler handler_;
    detail::LineEvents fast_;
    std::optional<detail::MappedHandler> mapped_;
    std::optional<detail::LineReader> lines_;
    std::size_t opened_ = 0;   ///< number of files opened
    std::size_t records_ = 0;  ///< number of records read from this file
    std::size_t all_records_ = 0;
    bool first_line_ = true;                       ///< true until a line of the file was read
    std::optional<detail::CsvSplitter> splitter_;  ///< of a table in CSV
    std::vector<std::string> header_;              ///< columns of the table
    std::vector<std::string> fields_;
    detail::ReadNotes notes_;
    Place place_;
    std::vector<Place> truncated_;
    bool models_known_ = false;
    std::vector<std::string> log_models_;
    detail::ModelChoice chosen_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/log_reader_inl.hpp>
#endif
