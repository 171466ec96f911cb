// SPDX-License-Identifier: Apache-2.0
// A file that is written anew, and that readers find old or complete but never in part: the text goes to `path.tmp`, which
// then takes the place of `path`. What cannot be written to is found on construction, before there is anything to write.
// A link stays a link; devices and pipes are written to as they are.
#pragma once

#include <automix/core/error.hpp>
#include <automix/io/file.hpp>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace automix {

class FileReplacement {
 public:
    /// Leaves a file that is there as it is. Throws `DataError` where the path cannot be written to.
    explicit FileReplacement(const std::string& path) : path_(path), written_(path) {
        std::error_code ignored;
        const auto kind = std::filesystem::status(path, ignored).type();
        const bool fresh = kind == std::filesystem::file_type::not_found && !path.empty();
        if (!fresh) file_ = detail::open_file(path, "ab");
        if (!fresh && kind != std::filesystem::file_type::regular) return;
        if (!fresh) path_ = std::filesystem::canonical(path).string();
        written_ = path_ + ".tmp";
        file_ = detail::open_file(written_, "wb");
    }
    FileReplacement(const FileReplacement&) = delete;
    FileReplacement& operator=(const FileReplacement&) = delete;
    ~FileReplacement() {
        if (file_) discard();
    }

    /// Puts the text in place. Throws `DataError` where that fails; the old file is then still there. To be called once.
    void commit(std::string_view text) {
        const bool complete = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size() &&
                              std::fflush(file_.get()) == 0;
        if (!complete) detail::fail_file(written_, "cannot be written");
        file_.reset();
        if (written_ == path_) return;
        std::error_code failure;
        std::filesystem::rename(written_, path_, failure);
        if (!failure) return;
        discard();
        throw DataError(Place{path_, 0, {}}, "cannot be replaced: " + failure.message());
    }

 private:
    void discard() noexcept {
        file_.reset();
        std::error_code ignored;
        if (written_ != path_) std::filesystem::remove(written_, ignored);
    }

    std::string path_;     ///< what is replaced
    std::string written_;  ///< what the text goes to
    detail::File file_;
};

}  // namespace automix
