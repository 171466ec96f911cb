// SPDX-License-Identifier: Apache-2.0
#include <automix/file/append_file.hpp>
#include <automix/file/file_lock.hpp>
#include <automix/file/file_replacement.hpp>
#include "support/catch.hpp"
#include "support/files.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

const auto ends_in_brace = [](const std::string& line) { return line.back() == '}'; };

/// Appends a line to a file that holds `before`, and what it holds then.
std::string appended(const std::string& before, detail::AppendMode mode) {
    const files::Directory directory;
    const std::string path = directory.write("lines.jsonl", before);
    detail::AppendFile file(path, mode, ends_in_brace);
    file.open();
    file.put("{new}\n");
    return files::read(path);
}

}  // namespace

TEST_CASE("lines are appended behind those that are there") {
    for (const detail::AppendMode mode : {detail::AppendMode::append, detail::AppendMode::repair}) {
        CHECK(appended("", mode) == "{new}\n");
        CHECK(appended("{a}\n", mode) == "{a}\n{new}\n");
        CHECK(appended("{a}\n\n", mode) == "{a}\n\n{new}\n");
        // A last line that is whole only lacks its line feed.
        CHECK(appended("{a}\n{b}", mode) == "{a}\n{b}\n{new}\n");
        CHECK(appended("{b}", mode) == "{b}\n{new}\n");
    }
    CHECK(appended("{a}\n{b", detail::AppendMode::create) == "{new}\n");
}

TEST_CASE("a last line that was cut off is removed or refused") {
    CHECK(appended("{a}\n{b", detail::AppendMode::repair) == "{a}\n{new}\n");
    CHECK(appended("{b", detail::AppendMode::repair) == "{new}\n");
    CHECK_THROWS_WITH(appended("{a}\n{b", detail::AppendMode::append),
                      ContainsSubstring("truncated last line"));
    const std::string long_line(200'000, 'x');
    CHECK(appended("{a}\n{" + long_line, detail::AppendMode::repair) == "{a}\n{new}\n");
    CHECK(appended("{" + long_line + "}\n{" + long_line, detail::AppendMode::repair) ==
          "{" + long_line + "}\n{new}\n");
    CHECK(appended("{" + long_line, detail::AppendMode::repair) == "{new}\n");
}

TEST_CASE("nothing is appended to what holds no records") {
    for (const detail::AppendMode mode : {detail::AppendMode::append, detail::AppendMode::repair}) {
        CHECK_THROWS_WITH(appended("{a}\nsome text", mode), ContainsSubstring("is no record"));
        CHECK_THROWS_WITH(appended("text {", mode), ContainsSubstring("is no record"));
    }
    const files::Directory directory;
    CHECK_THROWS_WITH(
        detail::AppendFile(directory.path("none/lines"), detail::AppendMode::append, ends_in_brace).open(),
        ContainsSubstring("none/lines: cannot be opened"));
}

TEST_CASE("a file has one writer at a time") {
    const files::Directory directory;
    for (const detail::AppendMode mode :
         {detail::AppendMode::append, detail::AppendMode::repair, detail::AppendMode::create}) {
        const std::string path = directory.write("lines.jsonl", "{a}\n{b");
        {
            detail::AppendFile file(path, detail::AppendMode::repair, ends_in_brace);
            file.open();
            file.put("{1}\n");
            CHECK_THROWS_WITH(detail::AppendFile(path, mode, ends_in_brace),
                              ContainsSubstring("lines.jsonl: has a writer already"));
            file.put("{2}\n");
            CHECK(files::read(path) == "{a}\n{1}\n{2}\n");
        }
        CHECK_NOTHROW(detail::AppendFile(path, mode, ends_in_brace).open());
    }
    const std::string fresh = directory.path("fresh.jsonl");
    detail::AppendFile first(fresh, detail::AppendMode::append, ends_in_brace);
    detail::AppendFile second(fresh, detail::AppendMode::append, ends_in_brace);
    first.open();
    CHECK_THROWS_WITH(second.open(), ContainsSubstring("fresh.jsonl: has a writer already"));
}

TEST_CASE("each line is in the file when the call returns") {
    const files::Directory directory;
    const std::string path = directory.path("lines.jsonl");
    detail::AppendFile file(path, detail::AppendMode::append, ends_in_brace);
    CHECK_FALSE(file.has_lines());
    file.open();
    file.put("{1}\n");
    CHECK(files::read(path) == "{1}\n");
    file.put("{2}\n");
    CHECK(files::read(path) == "{1}\n{2}\n");
}

TEST_CASE("a new file is for its owner alone, and an existing one keeps its mode") {
    const files::Directory directory;
    for (const detail::AppendMode mode :
         {detail::AppendMode::append, detail::AppendMode::repair, detail::AppendMode::create}) {
        const std::string path = directory.path("lines.jsonl");
        detail::AppendFile(path, mode, ends_in_brace).open();
        CHECK(files::mode(path) == std::filesystem::perms(0600));
        std::filesystem::permissions(path, std::filesystem::perms(0644));
        detail::AppendFile(path, mode, ends_in_brace).open();
        CHECK(files::mode(path) == std::filesystem::perms(0644));
        std::filesystem::remove(path);
    }
}

TEST_CASE("too few descriptors are named as such, and leave no file without its lock") {
    const files::Directory directory;
    const std::string path = directory.write("lines.jsonl", "{a}\n");
    detail::AppendFile file(path, detail::AppendMode::append, ends_in_brace);
    // The address sanitizer needs descriptors to look at an exception, so they are given back before.
    const auto message_of = [](auto call) -> std::string {
        std::vector<int> taken;
        for (int descriptor = 0; (descriptor = ::dup(STDERR_FILENO)) >= 0;) taken.push_back(descriptor);
        const auto give_back = [&] {
            for (const int descriptor : taken) ::close(descriptor);
        };
        try {
            call();
        } catch (const DataError& error) {
            give_back();
            return error.what();
        }
        give_back();
        return "";
    };
    const std::string unlocked = message_of([&] { const detail::FileLock lock(path); });
    const std::string unopened = message_of([&] { file.open(); });
    const std::string unreplaced =
        message_of([&] { const detail::FileReplacement fresh(directory.path("fresh")); });
    CHECK(unlocked == path + ": cannot be locked: Too many open files");
    CHECK(unopened == path + ": cannot be opened: Too many open files");
    CHECK(unreplaced == directory.path("fresh") + ".tmp: cannot be opened: Too many open files");
}

TEST_CASE("a file that cannot be written is given up") {
    if (!std::filesystem::exists("/dev/full")) return;
    detail::AppendFile file("/dev/full", detail::AppendMode::append, ends_in_brace);
    file.open();
    CHECK_THROWS_WITH(file.put("{1}\n"), ContainsSubstring("/dev/full: cannot be written"));
    CHECK_THROWS_WITH(file.put("{2}\n"),
                      ContainsSubstring("closed, because it cannot be written: No space left on device"));
}
