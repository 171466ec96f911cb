// SPDX-License-Identifier: Apache-2.0
// This file opens, reads and closes files with errors in the library's own words. Each error names the path as the
// caller gave it and the system's reason.
#pragma once

#include <automix/core/error.hpp>
#include <automix/file/file_kind.hpp>

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

/// An open file. The destructor closes it.
using File = std::unique_ptr<std::FILE, FileCloser>;

/// Throws `DataError` with `path: what: reason`. The reason is that of the last system call that failed.
[[noreturn]] inline void fail_file(const std::string& path, const std::string& what) {
    const int reason = errno;
    throw DataError(Place{path, 0, {}}, what + ": " + std::generic_category().message(reason));
}

/// Opens a file; `mode` is that of `std::fopen`. Throws `DataError` if opening fails or the path is a directory.
inline File open_file(const std::string& path, const char* mode) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw DataError(Place{path, 0, {}}, "is a directory, not a file");
    File file(std::fopen(path.c_str(), mode));
    if (!file) fail_file(path, "cannot be opened");
    return file;
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
