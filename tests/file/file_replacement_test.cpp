// SPDX-License-Identifier: Apache-2.0
#include <automix/file/file_replacement.hpp>

#include <filesystem>
#include <string>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using automix::detail::FileReplacement;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

}  // namespace

TEST_CASE("a file is replaced when its text is complete, and not before") {
    const files::Directory directory;
    const std::string path = directory.write("file", "old and longer");
    {
        detail::FileReplacement replacement(path);
        CHECK(files::read(path) == "old and longer");
        replacement.commit("new");
        CHECK(files::read(path) == "new");
    }
    CHECK(files::read(path) == "new");
    CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
    detail::FileReplacement(directory.path("fresh")).commit("");
    CHECK(std::filesystem::file_size(directory.path("fresh")) == 0);
}

TEST_CASE("what is not committed leaves everything as it was") {
    const files::Directory directory;
    const std::string path = directory.write("file", "old");
    { const detail::FileReplacement replacement(path); }
    { const detail::FileReplacement replacement(directory.path("fresh")); }
    CHECK(files::read(path) == "old");
    CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
    CHECK_FALSE(std::filesystem::exists(directory.path("fresh")));
    CHECK_FALSE(std::filesystem::exists(directory.path("fresh.tmp")));
}

TEST_CASE("a file that is there by the name of the new text is left alone") {
    const files::Directory directory;
    const std::string path = directory.write("file", "old");
    const std::string mine = directory.write("file.tmp", "mine");
    const std::string target = directory.write("target", "target");
    std::filesystem::create_symlink("target", directory.path("file.1.tmp"));
    detail::FileReplacement replacement(path);
    CHECK_FALSE(std::filesystem::exists(path + ".2.tmp"));  // nothing to leave behind while there is no text
    replacement.commit("new");
    CHECK(files::read(path) == "new");
    CHECK(files::read(mine) == "mine");
    CHECK(files::read(target) == "target");
    CHECK_FALSE(std::filesystem::exists(path + ".2.tmp"));
}

TEST_CASE("two replacements of one file do not meet, the later text stays") {
    const files::Directory directory;
    const std::string path = directory.path("file");
    detail::FileReplacement one(path);
    detail::FileReplacement other(path);
    one.commit("one");
    other.commit("other");
    CHECK(files::read(path) == "other");
    CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEST_CASE("links stay links, and devices devices") {
    const files::Directory directory;
    const std::string path = directory.write("file", "old");
    const std::string link = directory.path("link");
    std::filesystem::create_symlink("file", link);
    detail::FileReplacement(link).commit("new");
    CHECK(std::filesystem::is_symlink(link));
    CHECK(files::read(path) == "new");
    if (!std::filesystem::exists("/dev/full")) return;
    detail::FileReplacement("/dev/null").commit("text");
    CHECK(std::filesystem::is_character_file("/dev/null"));
    CHECK_THROWS_WITH(detail::FileReplacement("/dev/full").commit("text"),
                      StartsWith("/dev/full: cannot be written: "));
}

TEST_CASE("a path that cannot be written to is found before there is anything to write") {
    const files::Directory directory;
    CHECK_THROWS_WITH(detail::FileReplacement(directory.path("none/file")),
                      ContainsSubstring("cannot be opened: "));
    CHECK_THROWS_WITH(detail::FileReplacement(directory.path("")), ContainsSubstring("is a directory"));
    CHECK_THROWS_AS(detail::FileReplacement(directory.write("file", "") + "/file"), automix::DataError);
    CHECK_THROWS_AS(detail::FileReplacement(""), automix::DataError);
}
