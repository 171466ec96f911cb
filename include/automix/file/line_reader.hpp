// SPDX-License-Identifier: Apache-2.0
// This file reads the lines of a file, one at a time, in constant memory. Blocks are read into one buffer that grows to
// the longest line, up to a limit. A line is a view that lives until the next call. Reading runs at the speed of
// memchr.
#pragma once

#include <automix/core/error.hpp>
#include <automix/file/file.hpp>
#include <automix/file/file_kind.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns true for a line that readers of logs skip.
inline bool is_blank(std::string_view line) noexcept {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

class LineReader {
 public:
    /// Opens the file and skips a byte-order mark. Lines end with a line feed, or with a carriage return if the first
    /// block has no line feed. `max_line_bytes` may be any number, even the largest. Throws
    /// `DataError` if the file cannot be opened, is a directory, or is compressed or UTF-16.
    explicit LineReader(std::string path, std::size_t max_line_bytes = std::size_t{64} << 20U)
        : path_(std::move(path)),
          limit_(std::min(max_line_bytes, longest)),
          file_(open_file(path_, "rb")),
          buffer_(block) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        constexpr std::size_t longest_mark = 16;
        while (end_ < longest_mark && fill()) {}
        const std::string_view head(buffer_.data(), end_);
        require_text(head, path_);
        if (head.starts_with(byte_order_mark)) begin_ = byte_order_mark.size();
        // Lines of old spreadsheets end with a carriage return alone.
        const std::size_t carriage_return = this->head().find('\r');
        if (carriage_return < end_ - begin_ - 1 && this->head().find('\n') == std::string_view::npos)
            end_of_line_ = '\r';
    }

    /// Returns the bytes of the file that were read and that no line returned so far holds. It lives until the next
    /// line.
    [[nodiscard]] std::string_view head() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }

    /// Reads the next line without its line feed; returns false at the end. Throws `DataError` if a line is longer than
    /// the limit or if reading fails. The rest of the file is then given up.
    bool next(std::string_view& line) {
        if (ended_) return false;
        ++line_;
        std::size_t searched = 0;
        for (;;) {
            const char* start = buffer_.data() + begin_;
            const std::size_t held = end_ - begin_;
            if (const void* feed = std::memchr(start + searched, end_of_line_, held - searched)) {
                line = {start, static_cast<std::size_t>(static_cast<const char*>(feed) - start)};
                check_length(line.size());
                begin_ += line.size() + 1;
                return true;
            }
            check_length(held);
            searched = held;
            if (!fill()) break;
        }
        line = {buffer_.data() + begin_, end_ - begin_};
        ended_ = true;
        return !line.empty();
    }

    /// Returns true once the end of the file is reached: no line feed ends the last line returned.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// Returns the number of bytes of the file before the next line.
    [[nodiscard]] std::size_t position() const noexcept { return dropped_ + begin_; }

    /// Returns the number of the last line returned, from 1.
    [[nodiscard]] std::size_t line() const noexcept { return line_; }

 private:
    static constexpr std::size_t block = std::size_t{1} << 18U;
    /// The maximum length of a buffer. Larger limits have no effect, and sizes up to it can be doubled.
    static constexpr std::size_t longest = std::numeric_limits<std::size_t>::max() / 2 - block;

    /// Moves the unread bytes to the front and reads more behind them; returns false at the end of the file.
    bool fill() {
        if (begin_ > 0) {
            std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            dropped_ += begin_;
            begin_ = 0;
        }
        if (end_ == buffer_.size())
            buffer_.resize(std::min(2 * buffer_.size(), std::max(limit_, buffer_.size()) + block));
        const std::size_t count = std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
        if (std::ferror(file_.get()) != 0) {
            ended_ = true;
            fail_file(path_, "cannot be read");
        }
        end_ += count;
        return count > 0;
    }

    void check_length(std::size_t length) {
        if (length <= limit_) return;
        ended_ = true;
        throw DataError(Place{path_, line_, {}}, "line longer than " + std::to_string(limit_) + " bytes");
    }

    std::string path_;
    std::size_t limit_;
    File file_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t dropped_ = 0;  ///< bytes of the file before the buffer
    std::size_t end_ = 0;
    std::size_t line_ = 0;
    char end_of_line_ = '\n';
    bool ended_ = false;
};

}  // namespace automix::detail
