// SPDX-License-Identifier: Apache-2.0
// Files for the tests of the readers and writers: each lives in a directory of its own as long as the object does.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

namespace files {

/// An empty directory, removed with all that is in it.
class Directory {
 public:
    Directory() {
        static std::atomic<int> count{0};
        const auto stamp = std::chrono::steady_clock::now().time_since_epoch().count();
        do {
            path_ = std::filesystem::temp_directory_path() /
                    ("automix_test_" + std::to_string(stamp) + "_" + std::to_string(count++));
        } while (!std::filesystem::create_directory(path_));
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

    /// Writes `bytes` to a file of that name and returns its path.
    [[nodiscard]] std::string write(const std::string& name, std::string_view bytes) const {
        std::string file = path(name);
        std::ofstream(file, std::ios::binary) << bytes;
        return file;
    }

 private:
    std::filesystem::path path_;
};

/// The permissions of a file.
inline std::filesystem::perms mode(const std::string& path) {
    return std::filesystem::status(path).permissions();
}

/// All bytes of a file.
inline std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace files
