// SPDX-License-Identifier: Apache-2.0
// This file appends JSON lines to a growing file. Each line is handed to the operating system before the call returns.
// A killed writer thus loses no more than the line in progress. Such a writer may leave a last line that was cut off.
// Opening the file again refuses or removes that line. A regular file has one writer at a time. Prompts and answers may
// be private, so a new file is for its owner alone; an existing one keeps its mode.
#pragma once

#include <automix/core/error.hpp>
#include <automix/file/file.hpp>
#include <automix/file/file_lock.hpp>
#include <automix/file/line_reader.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace automix::detail {

/// The treatment of an existing file. `append` refuses a file if its last line was cut off. `repair` removes that line
/// and appends. `create` starts anew.
enum class AppendMode : std::uint8_t { append, repair, create };

class AppendFile {
 public:
    /// Examines an existing file. `is_whole(line)` judges a last line without a line feed. If that line is to be
    /// repaired, it is removed; nothing else is written yet. Throws `DataError` if the file cannot be appended to or
    /// has another writer.
    template <class IsWhole>
    AppendFile(std::string path, AppendMode mode, IsWhole is_whole) : path_(std::move(path)), mode_(mode) {
        examine(is_whole);
    }

    /// Returns true if there is a file and its lines stay.
    [[nodiscard]] bool has_lines() const {
        return mode_ != AppendMode::create && std::filesystem::is_regular_file(path_);
    }

    /// Calls `parse(line)` with the first line that is not blank. Throws the `DataError` that it throws, with the
    /// number of the line.
    template <class Parse>
    void require_first_line(Parse parse) const {
        LineReader lines(path_, std::numeric_limits<std::size_t>::max());
        for (std::string_view line; lines.next(line);) {
            if (is_blank(line)) continue;
            try {
                parse(line);
                return;
            } catch (const DataError& error) {
                throw DataError(Place{path_, lines.line(), error.place().field},
                                error.detail() + "; nothing is appended");
            }
        }
    }

    /// Opens the file. Throws `DataError` if that fails, or if the file has another writer by now.
    void open() {
        require_no_directory(path_);
        file_ = open_private(path_, mode_ == AppendMode::create ? Existing::truncate : Existing::append);
        if (!file_) fail_file(path_, "cannot be opened");
        lock();
        if (needs_line_feed_) put("\n");
    }

    /// Opens the file of that path anew, with its last line as the constructor takes it: after a failed write, or if
    /// another file stands there by now. Throws as the constructor and `open`.
    template <class IsWhole>
    void reopen(IsWhole is_whole) {
        file_.reset();
        lock_.reset();
        needs_line_feed_ = false;
        examine(is_whole);
        open();
    }

    /// Writes bytes that end in a line feed. Throws `DataError` if that fails, as on a full disk; nothing more can be
    /// written then, unless the file is opened again.
    void put(std::string_view bytes) {
        require_open();
        try {
            write_all(file_, path_, bytes);
        } catch (const DataError& error) {
            file_.reset();
            reason_ = error.detail();
            throw;
        }
    }

    [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }

    /// Throws `DataError` if writing has failed before.
    void require_open() const {
        if (!file_) throw DataError(Place{path_, 0, {}}, "closed, because it " + reason_);
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
    template <class IsWhole>
    void examine(IsWhole is_whole) {
        lock();
        if (has_lines()) end_last_line(is_whole);
    }

    void lock() {
        if (lock_ == nullptr && std::filesystem::is_regular_file(path_))
            lock_ = std::make_unique<FileLock>(path_);
    }

    /// Ends a whole last line with a line feed if it has none. A last line that was cut off is removed or refused.
    template <class IsWhole>
    void end_last_line(IsWhole is_whole) {
        std::error_code error;
        const auto size = std::filesystem::file_size(path_, error);
        if (error || size == 0) return;
        const std::string last = last_line(size);
        if (last.empty()) return;
        if (last.find_first_not_of(" \t\r") != last.find('{')) {
            throw DataError(Place{path_, 0, {}}, "the last line is no record; nothing is appended behind it");
        }
        if (is_whole(last)) {
            needs_line_feed_ = true;
            return;
        }
        if (mode_ != AppendMode::repair)
            throw DataError(Place{path_, 0, {}}, "truncated last line; nothing is appended behind it");
        std::filesystem::resize_file(path_, size - last.size(), error);
        if (error)
            throw DataError(Place{path_, 0, {}},
                            "the truncated last line cannot be removed: " + error.message());
    }

    /// Returns the bytes behind the last line feed.
    [[nodiscard]] std::string last_line(std::uintmax_t size) const {
        const File file = open_file(path_, "rb");
        constexpr std::uintmax_t step = std::uintmax_t{1} << 16U;
        for (std::uintmax_t length = std::min(step, size);; length = std::min(2 * length, size)) {
            std::string tail(static_cast<std::size_t>(length), '\0');
            if (std::fseek(file.get(), -static_cast<long>(length), SEEK_END) != 0 ||
                std::fread(tail.data(), 1, tail.size(), file.get()) != tail.size()) {
                fail_file(path_, "cannot be read");
            }
            const std::size_t feed = tail.rfind('\n');
            if (feed != std::string::npos) return tail.substr(feed + 1);
            if (length == size) return tail;
        }
    }

    std::string path_;
    AppendMode mode_;
    std::unique_ptr<FileLock> lock_;
    File file_;
    bool needs_line_feed_ = false;
    std::string reason_ = "is not open";  ///< why nothing can be written
};

}  // namespace automix::detail
