// SPDX-License-Identifier: Apache-2.0
// This file finds the line of a field in a JSON document. It parses the text once more, because only a message about a
// wrong field needs the line. O(text).
#pragma once

#include <automix/core/error.hpp>
#include <automix/json/counting_characters.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// Returns the line, from 1, of a field such as `models[0].price.call` in a valid document. For a missing field it is
/// the first line of the innermost container present. It is 1 if no container is present.
inline std::size_t line_of_field(std::string_view text, std::string_view field) {
    using Event = nlohmann::json::parse_event_t;
    struct Container {
        std::string path;
        std::size_t next;  ///< number of the next element; -1 for an object
        std::string key;
    };
    constexpr auto object = static_cast<std::size_t>(-1);
    std::size_t line = 1;
    std::size_t found = 1;
    std::size_t longest = 0;
    std::vector<Container> open;
    const auto path = [&] {
        if (open.empty()) return std::string();
        Container& inner = open.back();
        if (inner.next != object) return inner.path + "[" + std::to_string(inner.next++) + "]";
        return inner.path.empty() ? inner.key : inner.path + "." + inner.key;
    };
    const auto visit = [&](const std::string& here) {
        const bool leads =
            field.starts_with(here) &&
            (here.size() == field.size() || field[here.size()] == '.' || field[here.size()] == '[');
        if (!leads || here.size() <= longest) return;
        longest = here.size();
        found = line;
    };
    const auto note = [&](int /*depth*/, Event event, const nlohmann::json& parsed) {
        switch (event) {
            case Event::object_start:
            case Event::array_start: {
                std::string here = path();
                visit(here);
                open.push_back({std::move(here), event == Event::object_start ? object : 0, {}});
                break;
            }
            case Event::object_end:
            case Event::array_end:
                open.pop_back();
                break;
            case Event::key:
                open.back().key = parsed.get<std::string>();
                break;
            case Event::value:
                visit(path());
                break;
        }
        return true;
    };
    const nlohmann::json parsed =
        nlohmann::json::parse(CountingCharacters(text.data(), &line),
                              CountingCharacters(text.data() + text.size(), &line), note, false);
    return found;
}

/// Returns the result of `parse()` for the document in `text`, which messages call `name`. Adds the line of the field
/// to its errors.
template <class Parse>
auto with_line_of_field(std::string_view text, const std::string& name, Parse parse) {
    try {
        return parse();
    } catch (const DataError& error) {
        const std::string& field = error.place().field;
        throw DataError(Place{name, line_of_field(text, field), field}, error.detail());
    }
}

}  // namespace automix::detail
