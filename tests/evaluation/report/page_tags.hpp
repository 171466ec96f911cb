// SPDX-License-Identifier: Apache-2.0
// Reads the tags of a page as a browser does, as far as a page without errors needs it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace page_tags {

/// Returns what is wrong with the nesting of the tags; empty if nothing is.
inline std::string nesting_error(std::string_view page) {
    static const std::vector<std::string> without_end = {"!DOCTYPE", "meta"};
    std::vector<std::string> open;
    std::size_t at = 0;
    while ((at = page.find('<', at)) != std::string_view::npos) {
        const bool closes = page[at + 1] == '/';
        const std::size_t begin = at + (closes ? 2 : 1);
        const std::string name(page.substr(begin, page.find_first_of(" >/\n", begin) - begin));
        const std::size_t end = page.find('>', at);
        if (end == std::string_view::npos) return "a tag without its end: " + name;
        if (closes) {
            if (open.empty() || open.back() != name)
                return "</" + name + "> inside " + (open.empty() ? "nothing" : open.back());
            open.pop_back();
        } else if (page[end - 1] != '/' &&
                   std::find(without_end.begin(), without_end.end(), name) == without_end.end()) {
            open.push_back(name);
        }
        at = end + 1;
        // The inside of these is no markup.
        if (!closes && (name == "script" || name == "style")) at = page.find("</" + name, at);
    }
    return open.empty() ? "" : "not closed: " + open.back();
}

/// Counts the places of a text.
inline std::size_t count(std::string_view page, std::string_view text) {
    std::size_t places = 0;
    for (std::size_t at = page.find(text); at != std::string_view::npos; at = page.find(text, at + 1))
        ++places;
    return places;
}

}  // namespace page_tags
