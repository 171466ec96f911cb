// SPDX-License-Identifier: Apache-2.0
// What the page on prices shows of the main job is what the example `recordings` prints now, and it fits 100 columns.
// The pictures of the page on the POMDP router are those that its script draws now.
#include "program/runner.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

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

/// A picture as its text without numbers, and the numbers.
struct Picture {
    std::string text{};
    std::vector<double> numbers{};

    explicit Picture(const std::string& svg) {
        const std::string digits = "0123456789.";
        for (std::size_t at = 0; at < svg.size();) {
            const std::size_t end = std::min(svg.find_first_not_of(digits, at), svg.size());
            if (end == at) {
                text += svg[at++];
            } else {
                numbers.push_back(std::strtod(svg.substr(at, end - at).c_str(), nullptr));
                text += '#';
                at = end;
            }
        }
    }

    /// The largest difference between numbers of two pictures with the same text.
    [[nodiscard]] double distance(const Picture& other) const {
        double largest = 0.0;
        for (std::size_t i = 0; i < numbers.size(); ++i)
            largest = std::max(largest, std::abs(numbers[i] - other.numbers.at(i)));
        return largest;
    }
};

}  // namespace

TEST_CASE("the pictures of the page on the POMDP router are those that their script draws", "[property]") {
    const std::filesystem::path kept = std::filesystem::path(AUTOMIX_EXAMPLES_DIR) / "context";
    const files::Directory drawn;
    const program::Outcome outcome =
        program::run("/usr/bin/env", {"bash", (kept / "draw").string(), AUTOMIX_PROGRAM, drawn.path("")});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    for (const char* name : {"without.svg", "with.svg"}) {
        const Picture now(files::read(drawn.path(name)));
        const Picture before(files::read((kept / name).string()));
        CHECK(now.text == before.text);
        // A pixel, as compilers round differently.
        if (now.text == before.text) CHECK(now.distance(before) < 1.0);
    }
}

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
    CHECK(outcome.out.find("with context pomdp scores") != std::string::npos);
    CHECK(outcome.out.find("* pomdp, policies for all prices of quality") != std::string::npos);
    CHECK(has_text_block(files::read(page.string()), outcome.out));

    const program::Outcome refused = program::run(recordings.string(), {(examples / "nowhere").string()});
    CHECK(refused.code == 1);
    CHECK(refused.err.find("nowhere") != std::string::npos);
}
