// SPDX-License-Identifier: Apache-2.0
// Runs a fuzzer without libFuzzer, the same every time: on each file of a folder, and on damaged ones.
// Usage: replay FOLDER ROUNDS. AUTOMIX_FUZZ_TIMES multiplies the rounds.
#include <automix/core/random.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/damage.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

void run(const std::string& text) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

/// The files of a folder, by name.
std::vector<std::string> texts_in(const std::string& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> texts;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return texts;
}

/// Words of a text that damage puts elsewhere, and some that no text should hold.
std::vector<std::string> tokens_of(const std::vector<std::string>& texts) {
    std::vector<std::string> tokens = {"1e999", "-1", "nan", "99999999999", "\xFF", std::string(1, '\0'),
                                       "\n",    "{",  "]",   "#",           "*",    ":"};
    for (const std::string& text : texts) {
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find_first_of(" \n,", begin), text.size());
            if (end > begin) tokens.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    return tokens;
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 3) {
        std::fputs("usage: replay FOLDER ROUNDS\n", stderr);
        return 2;
    }
    const std::vector<std::string> texts = texts_in(argv[1]);
    if (texts.empty()) {
        std::fprintf(stderr, "%s: no files\n", argv[1]);
        return 1;
    }
    for (const std::string& text : texts) run(text);
    const std::vector<std::string> tokens = tokens_of(texts);
    automix::Random random(1);
    for (std::size_t round = rounds(std::strtoull(argv[2], nullptr, 10)); round > 0; --round)
        run(damaged(texts[random.index(texts.size())], tokens, random));
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
