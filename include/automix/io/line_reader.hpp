// SPDX-License-Identifier: Apache-2.0
// Lines of a file, one at a time, in constant memory: blocks are read into one buffer that grows to the longest line, up
// to a limit. A line is a view that lives until the next call. Runs at the speed of memchr.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace automix {

class LineReader {
 public:
    /// Throws `DataError` where the file cannot be opened or is a directory.
    explicit LineReader(std::string path, std::size_t max_line_bytes = std::size_t{64} << 20U)
        : path_(std::move(path)), limit_(max_line_bytes) {
        std::error_code error;
        if (std::filesystem::is_directory(path_, error)) throw DataError(place(), "is a directory, not a file");
        file_.reset(std::fopen(path_.c_str(), "rb"));
        if (!file_) throw DataError(place(), std::string("cannot be opened: ") + std::strerror(errno));
        buffer_.resize(std::size_t{1} << 18U);
        fill();
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (std::string_view(buffer_.data(), end_).starts_with(byte_order_mark)) begin_ = byte_order_mark.size();
    }

    /// The next line without its line feed; false at the end. Throws `DataError` for a line longer than the limit and
    /// where reading fails.
    bool next(std::string_view& line) {
        ++line_;
        std::size_t searched = begin_;
        for (;;) {
            const void* feed = std::memchr(buffer_.data() + searched, '\n', end_ - searched);
            if (feed != nullptr) {
                const auto length = static_cast<std::size_t>(static_cast<const char*>(feed) - buffer_.data()) - begin_;
                check_length(length);
                line = {buffer_.data() + begin_, length};
                begin_ += length + 1;
                return true;
            }
            check_length(end_ - begin_);
            searched = end_ - begin_;
            if (!fill()) break;
            searched += begin_;
        }
        line = {buffer_.data() + begin_, end_ - begin_};
        begin_ = end_;
        ended_ = true;
        return !line.empty();
    }

    /// True once a line was handed out that no line feed ended.
    [[nodiscard]] bool unfinished() const noexcept { return ended_; }

    /// File and line of the line handed out last.
    [[nodiscard]] Place place() const { return {path_, line_, {}}; }

 private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };

    /// Reads on behind what is left, which moves to the front; false at the end of the file.
    bool fill() {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
        const std::size_t count = std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
        if (std::ferror(file_.get()) != 0) throw DataError(place(), std::string("cannot be read: ") + std::strerror(errno));
        end_ += count;
        return count > 0;
    }

    void check_length(std::size_t length) const {
        if (length > limit_) throw DataError(place(), "line longer than " + std::to_string(limit_) + " bytes");
    }

    std::string path_;
    std::size_t limit_;
    std::unique_ptr<std::FILE, Close> file_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t line_ = 0;
    bool ended_ = false;
};

}  // namespace automix
