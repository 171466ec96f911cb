// SPDX-License-Identifier: Apache-2.0
// This file opens, reads and closes files with errors in the library's own words. Each error names the path as the
// caller gave it and the system's reason. Files for texts of users can be created such that nobody else reads them.
#pragma once

#include <automix/core/error.hpp>
#include <automix/file/file_kind.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <unistd.h>
#endif

namespace automix::detail {

struct FileCloser {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// An open file. The destructor closes it.
using File = std::unique_ptr<std::FILE, FileCloser>;

/// Throws `DataError` with `path: what: reason`. The reason is that of the last system call that failed.
[[noreturn]] inline void fail_file(const std::string& path, const std::string& what) {
    const int reason = errno;
    throw DataError(Place{path, 0, {}}, what + ": " + std::generic_category().message(reason));
}

/// Throws `DataError` if the path is a directory.
inline void require_no_directory(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw DataError(Place{path, 0, {}}, "is a directory, not a file");
}

/// Opens a file; `mode` is that of `std::fopen`. Throws `DataError` if opening fails or the path is a directory.
inline File open_file(const std::string& path, const char* mode) {
    require_no_directory(path);
    File file(std::fopen(path.c_str(), mode));
    if (!file) fail_file(path, "cannot be opened");
    return file;
}

/// The treatment of a file that exists when it is opened for writing.
enum class Existing : std::uint8_t { append, truncate, refuse };

/// Opens a file for writing. A new one can be read and written by its owner alone; an existing one keeps its mode.
/// Returns null, with `errno` set, if opening fails.
inline File open_private(const std::string& path, Existing existing) noexcept {
#if defined(__unix__) || defined(__APPLE__)
    constexpr ::mode_t owner_only = 0600;
    const int treatment = existing == Existing::append     ? O_APPEND
                          : existing == Existing::truncate ? O_TRUNC
                                                           : O_EXCL;
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | treatment, owner_only);
    if (descriptor < 0) return {};
    File file(::fdopen(descriptor, existing == Existing::append ? "ab" : "wb"));
    if (!file) ::close(descriptor);
    return file;
#else
    return File(std::fopen(path.c_str(), existing == Existing::append     ? "ab"
                                         : existing == Existing::truncate ? "wb"
                                                                          : "wbx"));
#endif
}

/// Hands bytes to the system. Throws `DataError` if that fails, as on a full disk.
inline void write_all(const File& file, const std::string& path, std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size() ||
        std::fflush(file.get()) != 0)
        fail_file(path, "cannot be written");
}

/// Returns the whole content of a text file. Throws `DataError` if it cannot be read, or is compressed or UTF-16.
inline std::string read_file(const std::string& path) {
    const File file = open_file(path, "rb");
    std::string bytes;
    std::array<char, std::size_t{1} << 14U> block{};
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
        bytes.append(block.data(), count);
    }
    if (std::ferror(file.get()) != 0) fail_file(path, "cannot be read");
    require_text(bytes, path);
    return bytes;
}

}  // namespace automix::detail
