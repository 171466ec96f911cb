// SPDX-License-Identifier: Apache-2.0
// What the page on prices shows of the main job is what the example `recordings` prints now, and it fits 100 columns.
#include "program/runner.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>

namespace {

/// True if one of the blocks fenced as text in the page is `text`.
bool has_text_block(const std::string& markdown, const std::string& text) {
    return markdown.find("\n```text\n" + text + "```") != std::string::npos;
}

/// The longest line, in bytes.
std::size_t longest_line_of(const std::string& text) {
    std::size_t longest = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
    return longest;
}

}  // namespace

TEST_CASE("a text block of the page on prices is the output of the example recordings") {
    const std::filesystem::path examples = AUTOMIX_EXAMPLES_DIR;
    const auto recordings = std::filesystem::path(AUTOMIX_PROGRAM).parent_path() / "examples" / "recordings";
    const auto page = examples / "prices.md";
    if (!std::filesystem::exists(recordings) || !std::filesystem::exists(page)) {
        std::cout << "skipped: no " << recordings.string() << " or no " << page.string() << '\n';
        return;
    }
    const program::Outcome outcome = program::run(recordings.string(), {(examples / "data").string()});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    CHECK(longest_line_of(outcome.out) <= 100);
    // One row and one sentence for each pair, then the frontier of one.
    for (const char* pair :
         {"automix-mini -> automix-base", "automix-mini -> automix-large", "automix-base -> automix-large"}) {
        CHECK(outcome.out.find(std::string("\n") + pair + "  ") != std::string::npos);
        CHECK(outcome.out.find(std::string("\n") + pair + ": ") != std::string::npos);
    }
    CHECK(outcome.out.find("* pomdp, policies for all prices of quality") != std::string::npos);
    CHECK(has_text_block(files::read(page.string()), outcome.out));

    const program::Outcome refused = program::run(recordings.string(), {(examples / "nowhere").string()});
    CHECK(refused.code == 1);
    CHECK(refused.err.find("nowhere") != std::string::npos);
}
