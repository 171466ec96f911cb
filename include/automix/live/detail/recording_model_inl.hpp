// SPDX-License-Identifier: Apache-2.0
// Definitions of live/recording_model.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/file/append_file.hpp>
#include <automix/live/json/call_json.hpp>
#include <automix/live/recording_model.hpp>

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

AUTOMIX_INLINE CallRecorder::CallRecorder(std::string path, Mode mode)
    : file_(std::move(path), mode, [](const std::string& line) { return is_whole_json(line); }) {
    if (file_.has_lines())
        file_.require_first_line([&](std::string_view line) { (void)parse_call_line(line, file_.path()); });
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

}  // namespace automix
