// SPDX-License-Identifier: Apache-2.0
// The states, actions or observations of a .pomdp file. They are declared by their number or by their names, and
// referred to by either. A list of names continues over lines up to the next line of the file's grammar. A colon tells
// that line from a name that reads the same. Finding a name is O(1).
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/pomdp/format/detail/lexer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix::detail {

/// The number that stands for every action, state or observation.
inline constexpr int any_number = -1;

/// The first words of the lines of a .pomdp file.
inline constexpr std::array<std::string_view, 9> pomdp_sections{
    "discount", "values", "states", "actions", "observations", "start", "T", "O", "R"};

class PomdpSymbols {
 public:
    /// Takes `section` as in the file and `kind` as in messages: "states", "a state".
    PomdpSymbols(std::string section, std::string kind)
        : section_(std::move(section)), kind_(std::move(kind)) {}

    /// Reads the declaration after `states:`. Throws `DataError` for more than `most` symbols, a repeated name or a
    /// reserved word.
    void read(PomdpLexer& lexer, std::size_t most) {
        if (lexer.peek().starts_number()) {
            count_ = number_of(lexer, most);
            return;
        }
        while (!lexer.peek().at_end() && !at_section(lexer)) read_name(lexer);
        if (names_.empty()) lexer.fail(lexer.peek(), "the number or the names of the " + section_);
        count_ = static_cast<int>(names_.size());
    }

    /// Takes the number and the names of others.
    void repeat(const PomdpSymbols& others) {
        count_ = others.count_;
        names_ = others.names_;
        numbers_ = others.numbers_;
    }

    /// Reads a number or a name. Returns `any_number` for the wildcard.
    [[nodiscard]] int reference(PomdpLexer& lexer) const {
        return lexer.accept("*") ? any_number : single(lexer);
    }

    [[nodiscard]] int single(PomdpLexer& lexer) const {
        const auto word = lexer.next();
        if (const auto found = numbers_.find(word.text); found != numbers_.end()) return found->second;
        const auto [number, readable] = parsed<int>(word.text);
        if (word.starts_number() && readable && number >= 0 && number < count_) return number;
        const std::string range = "a number from 0 to " + format_number(count_ - 1);
        lexer.fail(word, kind_ + " (" + (names_.empty() ? range : "one of its names or " + range) + ')');
    }

    /// Returns whether the next word starts another line, so that a list ends before it. A name may be such a word.
    [[nodiscard]] static bool at_section(PomdpLexer& lexer) {
        const auto text = lexer.peek().text;
        if (std::find(pomdp_sections.begin(), pomdp_sections.end(), text) == pomdp_sections.end())
            return false;
        const auto second = lexer.peek_second().text;
        return second == ":" || (text == "start" && (second == "include" || second == "exclude"));
    }

    /// Returns whether a text may be a name: a single word that does not start as a number and is no word of the
    /// format.
    [[nodiscard]] static bool is_name(std::string_view text) {
        constexpr std::array<std::string_view, 5> reserved{"uniform", "identity", "reset", "include",
                                                           "exclude"};
        return PomdpLexer::is_word(text) && !PomdpWord{text}.starts_number() &&
               std::find(reserved.begin(), reserved.end(), text) == reserved.end();
    }

    [[nodiscard]] const std::string& section() const noexcept { return section_; }
    [[nodiscard]] int count() const noexcept { return count_; }  ///< 0: not read yet

    /// Returns the names; empty if only the number was given.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

    [[nodiscard]] std::string name(int number) const {
        return names_.empty() ? format_number(number) : names_[as_size(number)];
    }

 private:
    template <class Integer>
    static std::pair<Integer, bool> parsed(std::string_view text) {
        Integer number = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        return {number, error == std::errc{} && stop == text.data() + text.size()};
    }

    [[nodiscard]] int number_of(PomdpLexer& lexer, std::size_t limit) const {
        const std::uint64_t most = std::min<std::uint64_t>(limit, std::numeric_limits<int>::max());
        const auto word = lexer.next();
        const auto [number, readable] = parsed<std::uint64_t>(word.text);
        if (!readable || number == 0 || number > most) {
            lexer.fail(word, "the number of " + section_ + ", from 1 to " + format_number(most) +
                                 ", or their names");
        }
        return static_cast<int>(number);
    }

    void read_name(PomdpLexer& lexer) {
        const auto word = lexer.next();
        if (!is_name(word.text)) lexer.fail(word, "a name for " + kind_);
        if (!numbers_.emplace(word.text, static_cast<int>(names_.size())).second) {
            lexer.fail(word, "different names of the " + section_);
        }
        names_.emplace_back(word.text);
    }

    std::string section_;
    std::string kind_;
    int count_ = 0;
    std::vector<std::string> names_;
    std::unordered_map<std::string_view, int> numbers_;  ///< keys point into the text of the file
};

}  // namespace automix::detail
