// SPDX-License-Identifier: Apache-2.0
// The .alpha format of Cassandra's pomdp-solve holds the vectors of one value function. Each vector is a line with the
// number of its action and a line with one value a state, with blank lines between. Numbers are the shortest that read
// back as the same, so a value function survives to the bit. Vectors are rewards, also for a problem with `values:
// cost` (negated costs), since readers of such a file take the vector with the highest product. Linear in the length of
// the file.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/file/file.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/pomdp/value_function.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace automix {

/// The sizes that the vectors of a file have to fit; 0: any.
struct AlphaShape {
    int states = 0;
    int actions = 0;
};

/// Throws `ArgumentError` for a value function without vectors or with values that are not finite.
template <class Values>
[[nodiscard]] std::string to_alpha_text(const Values& values) {
    if (values.empty()) throw ArgumentError("value function: no alpha vectors");
    std::string text;
    for (int k = 0; k < values.size(); ++k) {
        if (k > 0) text += '\n';
        text += format_number(values.action(k)) + '\n';
        for (int s = 0; s < values.states(); ++s) {
            const double value = values.at(k, s);
            if (!std::isfinite(value)) {
                throw ArgumentError("alpha vector " + std::to_string(k) + ", state " + std::to_string(s) +
                                    ": expected a finite value, found " + format_number(value));
            }
            if (s > 0) text += ' ';
            text += format_number(value);
        }
        text += '\n';
    }
    return text;
}

namespace detail {

/// The parser of files in .alpha format.
template <class Values>
class AlphaParser {
 public:
    AlphaParser(std::string_view text, const std::string& name, const AlphaShape& shape)
        : left_(text), name_(name), shape_(shape) {}

    Values parse() {
        if (!next_line()) fail("expected the number of an action, found the end of the file");
        const int action = parse_action();
        std::vector<double> vector = parse_vector();
        Values values(static_cast<int>(vector.size()));
        shape_.states = values.states();
        add(values, vector, action);
        while (next_line()) {
            const int next = parse_action();
            vector = parse_vector();
            add(values, vector, next);
        }
        return values;
    }

 private:
    static constexpr std::string_view spaces = " \t\r\v\f";

    [[noreturn]] void fail(const std::string& message) const {
        throw DataError(Place{name_, line_, {}}, message);
    }

    static void add(Values& values, const std::vector<double>& vector, int action) {
        values.add({Eigen::Map<const Eigen::VectorXd>(vector.data(), values.states()), action});
    }

    /// Goes to the next line that is not blank; false at the end of the file.
    bool next_line() {
        while (!left_.empty()) {
            const std::size_t end = std::min(left_.find('\n'), left_.size());
            words_ = left_.substr(0, end);
            left_.remove_prefix(std::min(end + 1, left_.size()));
            ++line_;
            if (words_.find_first_not_of(spaces) != std::string_view::npos) return true;
        }
        return false;
    }

    /// Returns the next word of the line; empty at its end.
    std::string_view next_word() {
        words_.remove_prefix(std::min(words_.find_first_not_of(spaces), words_.size()));
        const std::string_view word = words_.substr(0, words_.find_first_of(spaces));
        words_.remove_prefix(word.size());
        return word;
    }

    int parse_action() {
        const int most = (shape_.actions > 0 ? shape_.actions : std::numeric_limits<int>::max()) - 1;
        const std::string_view word = next_word();
        const std::string_view rest = next_word();
        int action = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), action);
        const bool whole = error == std::errc{} && end == word.data() + word.size();
        if (!whole || action < 0 || action > most) {
            fail("expected the number of an action" +
                 (shape_.actions > 0 ? ", 0 to " + std::to_string(most) : std::string()) + ", found " +
                 in_quotes(word));
        }
        if (!rest.empty())
            fail("expected the number of an action alone on its line, then found " + in_quotes(rest));
        return action;
    }

    std::vector<double> parse_vector() {
        const std::size_t line = line_;
        if (!next_line()) {
            line_ = line;
            fail("expected a line with the values of this action's vector, found the end of the file");
        }
        std::vector<double> vector;
        for (std::string_view word = next_word(); !word.empty(); word = next_word()) {
            double value = 0.0;
            const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
            if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value))
                fail("expected a finite number, found " + in_quotes(word));
            vector.push_back(value);
        }
        if (shape_.states > 0 && vector.size() != as_size(shape_.states)) {
            fail("expected " + std::to_string(shape_.states) + " values, one a state, found " +
                 std::to_string(vector.size()));
        }
        return vector;
    }

    std::string_view left_;
    const std::string& name_;
    AlphaShape shape_;
    std::string_view words_;  ///< rest of the line
    std::size_t line_ = 0;
};

}  // namespace detail

/// Returns the value function in a text in .alpha format, which messages call `name`. Throws `DataError` with file,
/// line, expected and found text.
template <class Values = pomdp::ValueFunction>
[[nodiscard]] Values parse_alpha(std::string_view text, const std::string& name,
                                 const AlphaShape& shape = {}) {
    return detail::AlphaParser<Values>(text, name, shape).parse();
}

/// Returns the value function in a file. Throws as `parse_alpha`, and if the file cannot be read.
template <class Values = pomdp::ValueFunction>
[[nodiscard]] Values read_alpha(const std::string& path, const AlphaShape& shape = {}) {
    return parse_alpha<Values>(detail::read_file(path), path, shape);
}

/// Replaces the file. Throws as `to_alpha_text`, and `DataError` if the file cannot be written.
template <class Values>
void write_alpha(const std::string& path, const Values& values) {
    detail::FileReplacement(path).commit(to_alpha_text(values));
}

}  // namespace automix
