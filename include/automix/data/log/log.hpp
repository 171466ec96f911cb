// SPDX-License-Identifier: Apache-2.0
// Reads whole logs into a data set in columns. Several files are read as one: ids are unique over all of them, models and
// their order the same. What is odd but usable comes back as warnings, each kind once with its count and first place.
// One pass, in constant memory beyond columns and ids.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/detail/read_notes.hpp>
#include <automix/data/log/detail/row_places.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

struct Log {
    Dataset data{};
    std::vector<std::string> warnings{};
    std::vector<VerdictCounts> verdicts{};  ///< one for each model of `data`
    std::vector<Place> truncated{};         ///< last lines that were cut off and skipped
};

/// Reads the files as one log. Throws `DataError` for the first thing wrong, naming file, line and field, and
/// `ArgumentError` for models that the log does not have.
inline Log read_log(const std::vector<std::string>& paths, const ReadOptions& options = {}) {
    LogReader reader(paths, options);
    std::optional<Dataset> data;
    detail::ReadNotes notes;
    detail::RowPlaces places;
    LogRecord log;
    while (reader.next(log)) {
        if (!data) data.emplace(log.model_names);
        if (const auto first = data->find(log.record.id)) {
            const bool column = options.mapping && !options.mapping->id.empty();
            throw DataError(
                Place{reader.place().file, reader.place().line, column ? options.mapping->id : "id"},
                "duplicate id " + in_quotes(log.record.id) + ", first at " +
                    to_string(places[static_cast<std::size_t>(*first)]));
        }
        data->append(log.record, reader.place());
        places.add(reader.place());
        notes.add(log, reader.place());
    }
    std::vector<std::string> warnings = notes.warnings(data->model_names(), reader.truncated());
    return {std::move(*data), std::move(warnings), notes.verdicts(), reader.truncated()};
}

inline Log read_log(const std::string& path, const ReadOptions& options = {}) {
    return read_log(std::vector<std::string>{path}, options);
}

/// Paths in braces, be it one or several.
inline Log read_log(std::initializer_list<std::string> paths, const ReadOptions& options = {}) {
    return read_log(std::vector<std::string>(paths), options);
}

}  // namespace automix
