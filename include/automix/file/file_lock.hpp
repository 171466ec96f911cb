// SPDX-License-Identifier: Apache-2.0
// This file limits a file to one writer at a time, by a lock that all writers ask for. The lock is the system's
// (`flock`), so it ends with its owner, even if the owner is killed. If a system or a file system has no such locks,
// nothing is locked.
#pragma once

#include <automix/core/error.hpp>
#include <automix/file/file.hpp>

#include <string>

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace automix::detail {

class FileLock {
 public:
    /// Locks an existing file. Throws `DataError` if the lock is already held, in this process or in another one, and
    /// if there are too few descriptors.
    explicit FileLock([[maybe_unused]] const std::string& path) {
#if defined(__unix__) || defined(__APPLE__)
        descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor_ < 0 && (errno == EMFILE || errno == ENFILE)) fail_file(path, "cannot be locked");
        if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
        close();
        throw DataError(Place{path, 0, {}}, "has a writer already, in this process or another");
#endif
    }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock() { close(); }

 private:
    void close() noexcept {
#if defined(__unix__) || defined(__APPLE__)
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
#endif
    }

    int descriptor_ = -1;
};

}  // namespace automix::detail
