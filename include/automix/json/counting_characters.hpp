// SPDX-License-Identifier: Apache-2.0
// A text as the JSON parser reads it, so that it is known in which line it is.
#pragma once

#include <cstddef>
#include <iterator>

namespace automix::detail {

/// Characters of a text, counting the line feeds before the last one that was read: the parser knows the end of a number by
/// reading the character behind it.
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
