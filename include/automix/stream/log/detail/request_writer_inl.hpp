// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/log/request_writer.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/file/append_file.hpp>
#include <automix/file/file.hpp>
#include <automix/json/json_document.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/request_writer.hpp>
#include <automix/stream/request_record.hpp>

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

AUTOMIX_INLINE RequestLog::RequestLog(std::string path)
    : file_(std::move(path), detail::AppendMode::repair, detail::is_whole_json) {
    if (file_.has_lines())
        file_.require_first_line(
            [&](std::string_view line) { (void)parse_request_line(line, file_.path()); });
    file_.open();
}

AUTOMIX_INLINE void RequestLog::append(const RequestRecord& request) { put(request_line(request)); }

AUTOMIX_INLINE void RequestLog::append(const ExplorationRecord& exploration) {
    put(request_line(exploration));
}

AUTOMIX_INLINE void RequestLog::append(const LateScore& score) { put(request_line(score)); }

AUTOMIX_INLINE void RequestLog::reopen() {
    const std::lock_guard lock(mutex_);
    file_.reopen(detail::is_whole_json);
}

AUTOMIX_INLINE void RequestLog::put(const std::string& line) {
    const std::lock_guard lock(mutex_);
    if (!file_.is_open()) file_.reopen(detail::is_whole_json);
    file_.put(line);
}

AUTOMIX_INLINE std::string policy_file_digest(const std::string& path) {
    return policy_digest(detail::read_file(path));
}

}  // namespace automix
