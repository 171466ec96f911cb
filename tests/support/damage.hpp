// SPDX-License-Identifier: Apache-2.0
// Texts damaged at random, for tests of readers.
#pragma once

#include <automix/core/random.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

/// A number of rounds, times AUTOMIX_FUZZ_TIMES if that is set.
inline std::size_t rounds(std::size_t number) {
    const char* const times = std::getenv("AUTOMIX_FUZZ_TIMES");
    return times == nullptr ? number : number * std::strtoull(times, nullptr, 10);
}

/// One to four changes: a byte set, removed or inserted, a piece copied, cut out or replaced by a token.
inline std::string damaged(std::string text, const std::vector<std::string>& tokens,
                           automix::Random& random) {
    for (std::uint64_t changes = 1 + random.index(4); changes > 0; --changes) {
        const std::size_t at = random.index(text.size() + 1);
        const std::size_t length = random.index(random.uniform() < 0.8 ? 8 : 200);
        switch (random.index(5)) {
            case 0:
                if (at < text.size()) text[at] = static_cast<char>(random.index(256));
                break;
            case 1:
                text.erase(at, length);
                break;
            case 2:
                text.insert(at, tokens[random.index(tokens.size())]);
                break;
            case 3:
                text.replace(at, length, tokens[random.index(tokens.size())]);
                break;
            default:
                text.insert(at, text.substr(random.index(text.size() + 1), length));
                break;
        }
    }
    return text;
}
