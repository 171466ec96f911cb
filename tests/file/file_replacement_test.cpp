// SPDX-License-Identifier: Apache-2.0
#include <automix/file/file_replacement.hpp>

#include <filesystem>
#include <string>

#include "support/catch.hpp"
#include "support/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace {

using automix::detail::FileReplacement;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

}  // namespace

TEST_CASE("a file is replaced when its text is complete, and not before") {
    const files::Directory directory;
    const std::string path = directory.write("file", "old and longer");
    {
        FileReplacement replacement(path);
        CHECK(files::read(path) == "old and longer");
        replacement.commit("new");
        CHECK(files::read(path) == "new");
    }
    CHECK(files::read(path) == "new");
    CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
    FileReplacement(directory.path("fresh")).commit("");
    CHECK(std::filesystem::file_size(directory.path("fresh")) == 0);
}

TEST_CASE("what is not committed leaves everything as it was") {
    const files::Directory directory;
    const std::string path = directory.write("file", "old");
    { const FileReplacement replacement(path); }
    { const FileReplacement replacement(directory.path("fresh")); }
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
    FileReplacement replacement(path);
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
    FileReplacement one(path);
    FileReplacement other(path);
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
    FileReplacement(link).commit("new");
    CHECK(std::filesystem::is_symlink(link));
    CHECK(files::read(path) == "new");
    if (!std::filesystem::exists("/dev/full")) return;
    FileReplacement("/dev/null").commit("text");
    CHECK(std::filesystem::is_character_file("/dev/null"));
    CHECK_THROWS_WITH(FileReplacement("/dev/full").commit("text"),
                      StartsWith("/dev/full: cannot be written: "));
}

TEST_CASE("a file keeps its mode, and a new one has the usual mode") {
    const files::Directory directory;
    const std::string path = directory.write("file", "old");
    for (const auto mode : {std::filesystem::perms(0600), std::filesystem::perms(0640),
                            std::filesystem::perms(0664), std::filesystem::perms(0755)}) {
        std::filesystem::permissions(path, mode);
        FileReplacement(path).commit("new");
        CHECK(files::mode(path) == mode);
    }
    FileReplacement(directory.path("fresh")).commit("new");
    CHECK(files::mode(directory.path("fresh")) == files::mode(directory.write("usual", "")));
}

TEST_CASE("a file keeps its owner and its group") {
    const files::Directory directory;
    const std::string path = directory.write("file", "old");
    constexpr ::uid_t nobody = 65534;
    if (::chown(path.c_str(), nobody, nobody) != 0) return;  // only root gives files to others
    std::filesystem::permissions(path, std::filesystem::perms(0640));
    FileReplacement(path).commit("new");
    struct ::stat after {};
    REQUIRE(::stat(path.c_str(), &after) == 0);
    CHECK(after.st_uid == nobody);
    CHECK(after.st_gid == nobody);
    CHECK(files::mode(path) == std::filesystem::perms(0640));
}

TEST_CASE("a link to a file that does not exist makes it and stays a link") {
    const files::Directory directory;
    std::filesystem::create_directory(directory.path("folder"));
    std::filesystem::create_symlink("folder/inner", directory.path("outer"));
    std::filesystem::create_symlink("file", directory.path("folder/inner"));
    { const FileReplacement replacement(directory.path("outer")); }
    CHECK_FALSE(std::filesystem::exists(directory.path("folder/file")));
    for (const char* text : {"first", "second"}) {
        FileReplacement(directory.path("outer")).commit(text);
        CHECK(files::read(directory.path("folder/file")) == text);
        CHECK(std::filesystem::is_symlink(directory.path("outer")));
        CHECK(std::filesystem::is_symlink(directory.path("folder/inner")));
    }
    std::filesystem::create_symlink("loop", directory.path("loop"));
    CHECK_THROWS_WITH(FileReplacement(directory.path("loop")), ContainsSubstring("loop: cannot be opened: "));
    std::filesystem::create_symlink("none/file", directory.path("lost"));
    CHECK_THROWS_WITH(FileReplacement(directory.path("lost")),
                      ContainsSubstring("none/file.tmp: cannot be opened: "));
}

TEST_CASE("a path that cannot be written to is found before there is anything to write") {
    const files::Directory directory;
    CHECK_THROWS_WITH(FileReplacement(directory.path("none/file")), ContainsSubstring("cannot be opened: "));
    CHECK_THROWS_WITH(FileReplacement(directory.path("")), ContainsSubstring("is a directory"));
    CHECK_THROWS_AS(FileReplacement(directory.write("file", "") + "/file"), automix::DataError);
    CHECK_THROWS_AS(FileReplacement(""), automix::DataError);
}
