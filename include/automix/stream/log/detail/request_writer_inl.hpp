// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/log/request_writer.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/file/append_file.hpp>
#include <automix/file/file.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/request_writer.hpp>
#include <automix/stream/request_record.hpp>

#include <nlohmann/json.hpp>

#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

AUTOMIX_INLINE RequestLog::RequestLog(std::string path)
    : file_(std::move(path), detail::AppendMode::repair,
            [](const std::string& line) { return nlohmann::json::accept(line); }) {
    if (file_.has_lines()) require_requests();
    file_.open();
}

AUTOMIX_INLINE void RequestLog::append(const RequestRecord& request) { put(request_line(request)); }

AUTOMIX_INLINE void RequestLog::append(const LateScore& score) { put(request_line(score)); }

AUTOMIX_INLINE void RequestLog::require_open() {
    const std::lock_guard lock(mutex_);
    file_.require_open();
}

AUTOMIX_INLINE void RequestLog::put(const std::string& line) {
    const std::lock_guard lock(mutex_);
    file_.put(line);
}

AUTOMIX_INLINE void RequestLog::require_requests() const {
    detail::LineReader lines(file_.path(), std::numeric_limits<std::size_t>::max());
    for (std::string_view line; lines.next(line);) {
        if (detail::is_blank(line)) continue;
        try {
            (void)parse_request_line(line, file_.path());
            return;
        } catch (const DataError& error) {
            throw DataError(Place{file_.path(), lines.line(), error.place().field},
                            error.detail() + "; nothing is appended");
        }
    }
}

AUTOMIX_INLINE std::string policy_file_digest(const std::string& path) {
    return policy_digest(detail::read_file(path));
}

}  // namespace automix
