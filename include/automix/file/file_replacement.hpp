// SPDX-License-Identifier: Apache-2.0
// This file replaces a file such that readers find the old or the complete new text, never a part. The text goes to a
// temporary file beside it, which then takes the place of `path`. The temporary file is `path.tmp` or, if that exists,
// `path.1.tmp` and so on. The constructor detects a path that cannot be written to, before there is anything to write.
// The temporary file exists only while the text is written, so a program stopped earlier leaves nothing behind. A link
// stays a link, even one to a file that does not exist yet; devices and pipes are written to as they are. An existing
// file keeps its mode, and its owner and group if the system lets the caller give them. The text is on the disk before
// it takes the place of the old one, so that a crash of the machine loses neither.
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

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace automix::detail {

class FileReplacement {
 public:
    /// Leaves an existing file as it is. Throws `DataError` if the path cannot be written to.
    explicit FileReplacement(const std::string& path) : path_(target_of(path)) {
        std::error_code ignored;
        const auto kind = std::filesystem::status(path_, ignored).type();
        if (path_.empty() || kind != std::filesystem::file_type::not_found) {
            detail::File file = detail::open_file(path, "ab");
            if (kind != std::filesystem::file_type::regular) {
                device_ = std::move(file);
                return;
            }
        }
        Temporary(path_).remove();
    }

    /// Puts the text in place. Throws `DataError` if that fails; the old file is then still there. Call it only once.
    void commit(std::string_view text) {
        if (device_) {
            write_all(device_, path_, text);
            device_.reset();
            return;
        }
        Temporary temporary(path_);
        write_all(temporary.file, temporary.path, text);
        keep_access(temporary.file, path_);
        if (!is_on_disk(temporary.file)) detail::fail_file(temporary.path, "cannot be written");
        temporary.file.reset();
        std::error_code failure;
        std::filesystem::rename(temporary.path, path_, failure);
        if (failure) throw DataError(Place{path_, 0, {}}, "cannot be replaced: " + failure.message());
        temporary.path.clear();
        sync_folder(path_);
    }

 private:
    /// A temporary file of one owner, removed at the end unless it was renamed.
    struct Temporary {
        /// A text that replaces another is for its owner alone until it has the other's mode.
        explicit Temporary(const std::string& beside) {
            constexpr int most = 1000;
            std::error_code ignored;
            const bool replaces = std::filesystem::exists(beside, ignored);
            for (int number = 0; !file; ++number) {
                path = beside + (number == 0 ? std::string() : '.' + std::to_string(number)) + ".tmp";
                file = replaces ? detail::open_private(path, Existing::refuse)
                                : detail::File(std::fopen(path.c_str(), "wbx"));
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

    /// Returns the path at the end of a chain of links; nothing needs to be there. A longer chain than systems follow
    /// is left for the system to refuse.
    static std::string target_of(const std::string& path) {
        constexpr int longest = 40;
        std::filesystem::path target = path;
        std::error_code failure;
        for (int link = 0; link < longest && std::filesystem::is_symlink(target, failure); ++link) {
            const std::filesystem::path next = std::filesystem::read_symlink(target, failure);
            if (failure) break;
            target = target.parent_path() / next;
        }
        return target.string();
    }

    /// Gives a new file the mode of the old one, and its owner and group. Without the group, its permissions are left
    /// out.
    static void keep_access([[maybe_unused]] const detail::File& file,
                            [[maybe_unused]] const std::string& old) noexcept {
#if defined(__unix__) || defined(__APPLE__)
        constexpr ::mode_t permissions = 0777;
        constexpr ::mode_t of_group = 0070;
        const int descriptor = ::fileno(file.get());
        struct ::stat before {};
        if (::stat(old.c_str(), &before) != 0) return;
        ::mode_t mode = before.st_mode & permissions;
        const auto any_owner = static_cast<::uid_t>(-1);
        if (::fchown(descriptor, before.st_uid, before.st_gid) != 0 &&
            ::fchown(descriptor, any_owner, before.st_gid) != 0)
            mode &= ~of_group;
        (void)::fchmod(descriptor, mode);
#endif
    }

    /// Waits until the bytes of a file are on the disk. Returns false, with `errno` set, if that fails. A file system
    /// without such a wait is no failure.
    static bool is_on_disk([[maybe_unused]] const detail::File& file) noexcept {
#if defined(__unix__) || defined(__APPLE__)
        return ::fsync(::fileno(file.get())) == 0 || errno == EINVAL || errno == ENOTSUP;
#else
        return true;
#endif
    }

    /// Waits until the folder of a path holds the file's new place on the disk. Not every system can do that.
    static void sync_folder([[maybe_unused]] const std::string& path) {
#if defined(__unix__) || defined(__APPLE__)
        const std::filesystem::path folder = std::filesystem::path(path).parent_path();
        const int descriptor =
            ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0) return;
        (void)::fsync(descriptor);
        ::close(descriptor);
#endif
    }

    std::string path_;     ///< the file to replace
    detail::File device_;  ///< open if the path is no regular file
};

}  // namespace automix::detail
