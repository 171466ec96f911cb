// SPDX-License-Identifier: Apache-2.0
#include <automix/file/line_reader.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

std::vector<std::string> lines_read(const std::string& path) {
    automix::detail::LineReader reader(path);
    std::vector<std::string> lines;
    for (std::string_view line; reader.next(line);) {
        lines.emplace_back(line);
        CHECK(reader.line() == lines.size());
    }
    std::string_view line;
    CHECK_FALSE(reader.next(line));
    return lines;
}

}  // namespace

TEST_CASE("lines end at line feeds, and the last one may lack its own") {
    const files::Directory directory;
    const auto lines = [&](std::string_view bytes) { return lines_read(directory.write("f", bytes)); };
    using Lines = std::vector<std::string>;
    CHECK(lines("").empty());
    CHECK(lines("a") == Lines{"a"});
    CHECK(lines("a\n") == Lines{"a"});
    CHECK(lines("\n\na\r\n") == Lines{"", "", "a\r"});
    CHECK(lines("a\nb") == Lines{"a", "b"});
    CHECK(lines("\xEF\xBB\xBF"
                "a\n\xEF\xBB\xBF"
                "b\n") == Lines{"a",
                                "\xEF\xBB\xBF"
                                "b"});
    CHECK(lines("a\rb\r\rc") == Lines{"a", "b", "", "c"});
    CHECK(lines("a\rb\n") == Lines{"a\rb"});
    CHECK(lines("a\r") == Lines{"a\r"});
    CHECK(lines("\xEF\xBB") == Lines{"\xEF\xBB"});
}

TEST_CASE("the reader knows whether the last line was ended") {
    const files::Directory directory;
    std::string_view line;
    automix::detail::LineReader ended(directory.write("ended", "a\n"));
    CHECK((ended.next(line) && !ended.ended()));
    automix::detail::LineReader cut(directory.write("cut", "a"));
    CHECK((cut.next(line) && cut.ended()));
}

TEST_CASE("lines cross the blocks in which a file is read") {
    const files::Directory directory;
    constexpr std::size_t block = std::size_t{1} << 18U;
    for (const std::size_t length : {block - 2, block - 1, block, block + 1, 2 * block - 1, 5 * block + 7}) {
        const std::string first(length, 'x');
        const std::string second(length, 'y');
        CHECK(lines_read(directory.write("f", first + "\n" + second + "\nz")) ==
              std::vector<std::string>{first, second, "z"});
    }
}

TEST_CASE("files that are no text are named") {
    using namespace std::string_literals;
    const files::Directory directory;
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"\x80\x05\x95\x01"s, "the file is a Python pickle"},
        {"ARROW1\0\0"s, "the file is in Feather format"},
        {"%PDF-1.7\n", "the file is a PDF document"},
        {"<!DOCTYPE html>", "the file is an HTML page"},
        {"\xFF\xFE\0\0{\0\0\0"s, "the file is UTF-32: convert it by `iconv -f utf-32 -t utf-8`"},
        {"{\0\0\0\"\0\0\0"s, "the file is UTF-32"},
        {"\xFF\xFE{\0\"\0"s, "the file is UTF-16: convert it by `iconv -f utf-16 -t utf-8`"},
    };
    for (const auto& [bytes, message] : cases) {
        const std::string path = directory.write("f", bytes);
        CHECK_THROWS_WITH(automix::detail::LineReader(path),
                          Catch::Matchers::StartsWith(path + ": " + message));
    }
}

TEST_CASE("a line that is too long ends the reading") {
    const files::Directory directory;
    const std::string path = directory.write("f", "abc\nabcd\nabc\n");
    automix::detail::LineReader reader(path, 3);
    std::string_view line;
    REQUIRE(reader.next(line));
    CHECK(line == "abc");
    try {
        (void)reader.next(line);
        FAIL("no error");
    } catch (const automix::DataError& error) {
        CHECK(error.what() == path + ":2: line longer than 3 bytes");
    }
    CHECK_FALSE(reader.next(line));
}

TEST_CASE("the largest limit is none, and long lines are read all the same") {
    const files::Directory directory;
    const std::string longer(300000, 'x');
    const std::string longest(1100000, 'y');
    const std::string path = directory.write("f", "a\n" + longer + "\n" + longest + "\nb");
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    for (const std::size_t limit : {most, most - 1, most - (std::size_t{1} << 18U), most / 2, most / 2 + 1}) {
        automix::detail::LineReader reader(path, limit);
        for (const std::string& expected : {std::string("a"), longer, longest, std::string("b")}) {
            std::string_view line;
            REQUIRE(reader.next(line));
            CHECK(line == expected);
        }
        std::string_view line;
        CHECK_FALSE(reader.next(line));
    }
}
