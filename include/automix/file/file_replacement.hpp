// SPDX-License-Identifier: Apache-2.0
// This file replaces a file such that readers find the old or the complete new text, never a part. The text goes to a
// temporary file beside it, which then takes the place of `path`. The temporary file is `path.tmp` or, if that exists,
// `path.1.tmp` and so on. The constructor detects a path that cannot be written to, before there is anything to write.
// The temporary file exists only while the text is written, so a program stopped earlier leaves nothing behind. A link
// stays a link; devices and pipes are written to as they are.
#pragma once

#include <automix/core/error.hpp>
#include <automix/file/file.hpp>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace automix::detail {

class FileReplacement {
 public:
    /// Leaves an existing file as it is. Throws `DataError` if the path cannot be written to.
    explicit FileReplacement(const std::string& path) : path_(path) {
        std::error_code ignored;
        const auto kind = std::filesystem::status(path, ignored).type();
        const bool fresh = kind == std::filesystem::file_type::not_found && !path.empty();
        detail::File file;
        if (!fresh) file = detail::open_file(path, "ab");
        if (!fresh && kind != std::filesystem::file_type::regular) {
            device_ = std::move(file);
            return;
        }
        if (!fresh) path_ = std::filesystem::canonical(path).string();
        Temporary(path_).remove();
    }

    /// Puts the text in place. Throws `DataError` if that fails; the old file is then still there. Call it only once.
    void commit(std::string_view text) {
        if (device_) {
            write(device_, path_, text);
            device_.reset();
            return;
        }
        Temporary temporary(path_);
        write(temporary.file, temporary.path, text);
        temporary.file.reset();
        std::error_code failure;
        std::filesystem::rename(temporary.path, path_, failure);
        if (failure) throw DataError(Place{path_, 0, {}}, "cannot be replaced: " + failure.message());
        temporary.path.clear();
    }

 private:
    /// A temporary file of one owner, removed at the end unless it was renamed.
    struct Temporary {
        explicit Temporary(const std::string& beside) {
            constexpr int most = 1000;
            for (int number = 0; !file; ++number) {
                path = beside + (number == 0 ? std::string() : '.' + std::to_string(number)) + ".tmp";
                file.reset(std::fopen(path.c_str(), "wbx"));
                if (!file && (errno != EEXIST || number == most)) detail::fail_file(path, "cannot be opened");
            }
        }
        Temporary(const Temporary&) = delete;
        Temporary& operator=(const Temporary&) = delete;
        ~Temporary() { remove(); }

        void remove() noexcept {
            file.reset();
            std::error_code ignored;
            if (!path.empty()) std::filesystem::remove(path, ignored);
            path.clear();
        }

        std::string path{};
        detail::File file{};
    };

    static void write(const detail::File& file, const std::string& path, std::string_view text) {
        const bool complete = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
                              std::fflush(file.get()) == 0;
        if (!complete) detail::fail_file(path, "cannot be written");
    }

    std::string path_;     ///< the file to replace
    detail::File device_;  ///< open if the path is no regular file
};

}  // namespace automix::detail
