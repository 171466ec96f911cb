// SPDX-License-Identifier: Apache-2.0
// This file writes a log in the schema `automix-log/1`, one record per line, each flushed before the call returns.
// Numbers read back to the last bit. The writer refuses every record that the reader would refuse by itself. It also
// refuses a record with other models, or in another order, than the first of the file. The caller must ensure that ids
// are unique.
#pragma once

#include <automix/data/detail/validate.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/file/append_file.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace automix {

/// Returns a record as the object of its line. Requires a name for each model.
nlohmann::ordered_json log_json(const LogRecord& log);

class LogWriter {
 public:
    using Mode = detail::AppendMode;

    /// Opens a log for writing. Throws `DataError` if the file cannot be opened or cannot be appended to. The last line
    /// must be an object, and the first record a valid one.
    explicit LogWriter(std::string path, Mode mode = Mode::append);

    /// Writes one line and hands it to the operating system. Throws `DataError` for a record that the reader would
    /// refuse (nothing is written then). Throws `DataError` if writing fails, as on a full disk (nothing more can be
    /// written then).
    void write(const LogRecord& log);

 private:
    /// Takes the names of the models from the first record, if there is one.
    void learn_models();

    [[nodiscard]] std::string line_of(const LogRecord& log) const;

    void require_valid(const LogRecord& log) const;

    detail::AppendFile file_;
    std::vector<std::string> models_;  ///< models of the records in the file; empty at first
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/log_writer_inl.hpp>
#endif
