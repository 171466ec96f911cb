// SPDX-License-Identifier: Apache-2.0
// Files that are opened, read and closed with errors in the library's own words: each names the path as the caller gave it
// and the system's reason.
#pragma once

#include <automix/core/error.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

namespace automix::detail {

struct FileCloser {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// An open file, closed with the object.
using File = std::unique_ptr<std::FILE, FileCloser>;

/// Throws `DataError`: `path: what: reason`, where the reason is that of the system call that failed last.
[[noreturn]] inline void fail_file(const std::string& path, const std::string& what) {
    const int reason = errno;
    throw DataError(Place{path, 0, {}}, what + ": " + std::generic_category().message(reason));
}

/// Opens a file; `mode` as of `std::fopen`. Throws `DataError` where that fails or the path is a directory.
inline File open_file(const std::string& path, const char* mode) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw DataError(Place{path, 0, {}}, "is a directory, not a file");
    File file(std::fopen(path.c_str(), mode));
    if (!file) fail_file(path, "cannot be opened");
    return file;
}

/// The whole of a file. Throws `DataError` where it cannot be read.
inline std::string read_file(const std::string& path) {
    const File file = open_file(path, "rb");
    std::string bytes;
    std::array<char, std::size_t{1} << 14U> block{};
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
        bytes.append(block.data(), count);
    }
    if (std::ferror(file.get()) != 0) fail_file(path, "cannot be read");
    return bytes;
}

}  // namespace automix::detail
