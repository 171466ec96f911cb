// SPDX-License-Identifier: Apache-2.0
// This file presents a text to the JSON parser such that the line being read is known.
#pragma once

#include <cstddef>
#include <iterator>

namespace automix::detail {

/// The characters of a text, with a count of the line feeds before the last character read. The parser finds the end of
/// a number by reading the character behind it, so that character does not count.
class CountingCharacters {
 public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingCharacters(const char* at, std::size_t* line) : at_(at), line_(line) {}
    const char& operator*() const noexcept { return *at_; }
    CountingCharacters& operator++() noexcept {
        *line_ += last_ == '\n' ? 1 : 0;
        last_ = *at_++;
        return *this;
    }
    CountingCharacters operator++(int) noexcept {
        const CountingCharacters before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const CountingCharacters& a, const CountingCharacters& b) noexcept {
        return a.at_ == b.at_;
    }

 private:
    const char* at_;
    std::size_t* line_;
    char last_ = '\0';
};

}  // namespace automix::detail
