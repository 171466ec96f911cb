// SPDX-License-Identifier: Apache-2.0
// The table of the main job in the README is what the example `recordings` prints now.
#include "program/runner.hpp"

#include <filesystem>
#include <iostream>
#include <string>

namespace {

/// The n-th block of the README fenced as text, from 0.
std::string text_block(const std::string& markdown, int n) {
    const std::string fence = "\n```text\n";
    std::size_t begin = 0;
    for (int i = 0; i <= n; ++i) {
        begin = markdown.find(fence, begin);
        REQUIRE(begin != std::string::npos);
        begin += fence.size();
    }
    return markdown.substr(begin, markdown.find("\n```", begin) + 1 - begin);
}

}  // namespace

TEST_CASE("the second text block of the README is the output of the example recordings") {
    const std::filesystem::path examples = AUTOMIX_EXAMPLES_DIR;
    const auto recordings = std::filesystem::path(AUTOMIX_PROGRAM).parent_path() / "examples" / "recordings";
    const auto readme = examples.parent_path() / "README.md";
    if (!std::filesystem::exists(recordings) || !std::filesystem::exists(readme)) {
        std::cout << "skipped: no " << recordings.string() << " or no " << readme.string() << '\n';
        return;
    }
    const program::Outcome outcome = program::run(recordings.string(), {(examples / "data").string()});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    // Each of its two tables ends with an empty line, the last one of which the README leaves out.
    CHECK(outcome.out == text_block(files::read(readme.string()), 1) + '\n');

    const program::Outcome refused = program::run(recordings.string(), {(examples / "nowhere").string()});
    CHECK(refused.code == 1);
    CHECK(refused.err.find("nowhere") != std::string::npos);
}
