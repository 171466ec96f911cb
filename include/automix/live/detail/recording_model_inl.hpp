// SPDX-License-Identifier: Apache-2.0
// Definitions of live/recording_model.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/file/append_file.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/live/json/call_json.hpp>
#include <automix/live/recording_model.hpp>

#include <cstddef>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

AUTOMIX_INLINE CallRecorder::CallRecorder(std::string path, Mode mode)
    : file_(std::move(path), mode, [](const std::string& line) { return is_whole_json(line); }) {
    if (file_.has_lines()) require_calls();
    file_.open();
}

AUTOMIX_INLINE void CallRecorder::require_open() {
    const std::lock_guard lock(mutex_);
    file_.require_open();
}

AUTOMIX_INLINE void CallRecorder::write(const RecordedCall& call) {
    const std::string line = call_line(call);
    const std::lock_guard lock(mutex_);
    file_.put(line);
}

AUTOMIX_INLINE void CallRecorder::require_calls() const {
    detail::LineReader lines(file_.path(), std::numeric_limits<std::size_t>::max());
    for (std::string_view line; lines.next(line);) {
        if (detail::is_blank(line)) continue;
        try {
            (void)parse_call_line(line, file_.path());
            return;
        } catch (const DataError& error) {
            throw DataError(Place{file_.path(), lines.line(), error.place().field},
                            error.detail() + "; nothing is appended");
        }
    }
}

}  // namespace automix
