// SPDX-License-Identifier: Apache-2.0
// Writes a log in the schema `automix-log/1`, one record a line, each flushed before the call returns. Numbers are written so
// that they read back to the last bit. No record is written that the reader would refuse by itself, nor one with other
// models, or in another order, than the first of the file; that no id stands twice is for the caller to see to.
#pragma once

#include <automix/data/detail/validate.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/file/append_file.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace automix {

/// A record as the object of its line. Requires a name for each model.
nlohmann::ordered_json log_json(const LogRecord& log);

class LogWriter {
 public:
    using Mode = detail::AppendMode;

    /// Throws `DataError` if the file cannot be opened, or cannot be appended to: if its last line is no object, or
    /// its first record no record.
    explicit LogWriter(std::string path, Mode mode = Mode::append);

    /// Writes one line and hands it to the operating system. Throws `DataError` for a record that the reader would refuse
    /// (nothing is written then), and if writing fails, as on a full disk (nothing more can be written then).
    void write(const LogRecord& log);

 private:
    /// Takes the names of the models from the first record, if there is one.
    void learn_models();

    [[nodiscard]] std::string line_of(const LogRecord& log) const;

    void require_valid(const LogRecord& log) const;

    detail::AppendFile file_;
    std::vector<std::string> models_;  ///< of the records in the file; none at first
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/log_writer_inl.hpp>
#endif
