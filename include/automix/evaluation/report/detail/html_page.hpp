// SPDX-License-Identifier: Apache-2.0
// The frame of a page: head, style sheet for light, dark, narrow and printed pages, a list of its sections, and a script of a
// few lines that shows the tips of marks on hover and by keyboard. The page loads nothing, and says so to the browser.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// A section of a page. Its content is markup.
struct HtmlSection {
    std::string id{};     ///< letters and hyphens
    std::string title{};  ///< text
    std::string content{};
};

/// A table: texts, the first column is aligned to the left and heads its row, the others to the right.
struct HtmlTable {
    std::string caption{};
    std::vector<std::string> header{};
    std::vector<std::vector<std::string>> rows{};
    std::string style{};  ///< class; `facts`: the last column is a sentence
};

/// Returns content that scrolls by itself if it is wider than the page.
std::string scrolled(std::string_view name, std::string_view content);

std::string to_html(const HtmlTable& table);

/// Returns a part of a page that the reader may open.
std::string folded(std::string_view summary, std::string_view content);

/// Returns the whole page. `head` is the markup above the sections; sections without content are left out.
std::string html_page(std::string_view title, std::string_view head,
                      const std::vector<HtmlSection>& sections);

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/html_page_inl.hpp>
#endif
