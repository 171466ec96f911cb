// SPDX-License-Identifier: Apache-2.0
// Definitions of data/log/log.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/id_places.hpp>
#include <automix/data/log/detail/choose_verifiers.hpp>
#include <automix/data/log/detail/log_parts.hpp>
#include <automix/data/log/detail/read_warnings.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace automix::detail {

/// Tells the progress of reading, now and then.
class ReadProgress {
 public:
    ReadProgress(const std::vector<std::string>& paths, const ProgressHandler& handler) : handler_(handler) {
        if (!handler_) return;
        for (const std::string& path : paths) {
            std::error_code unknown;
            const auto bytes = std::filesystem::file_size(path, unknown);
            sizes_.push_back(unknown ? 0.0 : static_cast<double>(bytes));
            total_ += sizes_.back();
        }
    }

    /// Looks at the reader after each record.
    void look(const LogReader& reader) {
        constexpr std::size_t records = 1024;
        if (!handler_) return;
        if (reader.place().file != file_) {
            if (!file_.empty()) before_ += sizes_[opened_++];
            file_ = reader.place().file;
        } else if (++seen_ % records != 0) {
            return;
        }
        constexpr double megabyte = 1e6;
        const double done = before_ + static_cast<double>(reader.position());
        handler_({"reading " + file_, "MB", done / megabyte, total_ / megabyte, {}});
    }

 private:
    const ProgressHandler& handler_;
    std::vector<double> sizes_{};
    double total_ = 0.0;
    double before_ = 0.0;  ///< bytes of the files before this one
    std::size_t opened_ = 0;
    std::size_t seen_ = 0;
    std::string file_{};
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE Log read_log(const std::vector<std::string>& paths, const ReadOptions& options) {
    LogReader reader(paths, options);
    std::optional<Dataset> data;
    detail::ReadWarnings notes;
    LogRecord log;
    detail::ReadProgress progress(paths, options.progress);
    while (reader.next(log)) {
        progress.look(reader);
        if (!data) {
            data.emplace(log.model_names);
            data->name_first_verifier(detail::first_verifier(detail::verifier_choice(options)));
        }
        if (const auto first = data->append_new(log.record, reader.place(), query_facts(log))) {
            const bool column = options.mapping && !options.mapping->id.empty();
            const Place place{reader.place().file, reader.place().line, column ? options.mapping->id : "id"};
            const DataError error(place, duplicate_id(log.record.id, data->place(*first)));
            if (!options.skip_bad_rows) throw DataError(error);
            reader.skip(error);
            continue;
        }
        notes.add(log, reader.place());
    }
    std::vector<std::string> warnings = reader.warnings();
    const std::vector<std::string> more = notes.warnings(data->model_names(), reader.truncated());
    warnings.insert(warnings.end(), more.begin(), more.end());
    return {std::move(*data), std::move(warnings), notes.verdicts(), reader.truncated(), reader.skipped()};
}

AUTOMIX_INLINE Log read_log(const std::string& path, const ReadOptions& options) {
    return read_log(std::vector<std::string>{path}, options);
}

AUTOMIX_INLINE Log read_log(std::initializer_list<std::string> paths, const ReadOptions& options) {
    return read_log(std::vector<std::string>(paths), options);
}

AUTOMIX_INLINE void print_warning(const std::string& warning) {
    std::fprintf(stderr, "automix: warning: %s\n", warning.c_str());
}

AUTOMIX_INLINE Dataset read_dataset(const std::vector<std::string>& paths, const ReadOptions& options,
                                    const WarningHandler& on_warning) {
    Log log = read_log(paths, options);
    if (on_warning) {
        for (const std::string& warning : log.warnings) on_warning(warning);
    }
    return std::move(log.data);
}

AUTOMIX_INLINE Dataset read_dataset(const std::string& path, const ReadOptions& options,
                                    const WarningHandler& on_warning) {
    return read_dataset(std::vector<std::string>{path}, options, on_warning);
}

AUTOMIX_INLINE Dataset read_dataset(std::initializer_list<std::string> paths, const ReadOptions& options,
                                    const WarningHandler& on_warning) {
    return read_dataset(std::vector<std::string>(paths), options, on_warning);
}

}  // namespace automix
