// SPDX-License-Identifier: Apache-2.0
// This file says what to do about a line that is not one JSON object. It knows the usual ways in which other programs
// write such files: pretty-printed, concatenated, ended by carriage returns, or in Python's notation. O(line).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace automix::detail {

/// Returns advice about the syntax error at a column, from 1; empty if there is none.
inline std::string syntax_hint(std::string_view line, std::size_t column) {
    if (column > line.size())
        return "the object does not end on its line: write one object a line, as `jq -c .` does";
    const char found = line[column - 1];
    const std::string_view before = line.substr(0, column - 1);
    const std::size_t last = before.find_last_not_of(" \t\r");
    const char previous = last == std::string_view::npos ? '\0' : before[last];
    if (found == '{' && previous == '}') {
        return before.find('\r', last) != std::string_view::npos
                   ? "lines end with a carriage return alone: convert the file by `tr '\\r' '\\n'`"
                   : "a second object on the line: write one object a line, as `jq -c .` does";
    }
    if ((found == '}' || found == ']') && previous == ',') return "leave out the comma before the bracket";
    if (found == ',' && previous == '}') return "leave out the comma behind the object: lines are no list";
    if (found == '\'' || found == 'N' || found == 'T' || found == 'F')
        return "this is how Python shows objects: write them with `json.dumps`";
    return {};
}

}  // namespace automix::detail
