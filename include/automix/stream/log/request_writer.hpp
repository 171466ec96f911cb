// SPDX-License-Identifier: Apache-2.0
// Appends requests, explorations and late scores to a log, one line and one write each. Each line is handed to the operating system
// before the call returns, so a killed writer loses no more than the line in progress. Opening a log removes a last line
// that was cut off. Safe to use from many threads. One writer at a time has the file.
//     automix::RequestLog log("requests.jsonl");
//     log.append(request);
//     log.append(automix::LateScore{.id = request.id, .score = 1.0, .time = now});
#pragma once

#include <automix/file/append_file.hpp>
#include <automix/stream/request_record.hpp>

#include <mutex>
#include <string>

namespace automix {

class RequestLog {
 public:
    /// Opens the log for appending, or creates it for its owner alone. Throws `DataError` if the file cannot be
    /// appended to, has another writer, or does not begin with a line of such a log.
    explicit RequestLog(std::string path);

    /// Writes a request. Throws `DataError` for a record that the reader would refuse; nothing is written then. Throws
    /// `DataError` if writing fails, as on a full disk; the next write removes what was cut off and goes on.
    void append(const RequestRecord& request);

    /// Writes an exploration. Throws as for a request.
    void append(const ExplorationRecord& exploration);

    /// Writes a score. Throws as for a request.
    void append(const LateScore& score);

    /// Opens the file of that path anew, which may be another one by now, as after a rotation. Throws `DataError` as the
    /// constructor.
    void reopen();

    [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }

 private:
    void put(const std::string& line);

    std::mutex mutex_;
    detail::AppendFile file_;
};

/// Returns the digest of a policy file, as requests name it. Throws `DataError` if the file cannot be read.
[[nodiscard]] std::string policy_file_digest(const std::string& path);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/log/detail/request_writer_inl.hpp>
#endif
