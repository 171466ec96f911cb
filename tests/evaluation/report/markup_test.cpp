// SPDX-License-Identifier: Apache-2.0
// Texts in pages and pictures: nothing that a log holds can leave its place.
#include "support/catch.hpp"

#include <automix/evaluation/report/detail/cost_scale.hpp>
#include <automix/evaluation/report/detail/markup.hpp>

#include <string>

using namespace automix;
using detail::markup_text;

TEST_CASE("markup escapes what ends a tag, an attribute or a script") {
    CHECK(markup_text("</script><b a='1' c=\"2\">&amp;") ==
          "&lt;/script&gt;&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
    CHECK(markup_text("a\nb") == "a\nb");
    CHECK(detail::attribute("title", "\"><i>") == " title=\"&quot;&gt;&lt;i&gt;\"");
    CHECK(detail::text_element("p", "1 < 2", " class=\"x\"") == "<p class=\"x\">1 &lt; 2</p>");
}

TEST_CASE(
    "markup shows control characters and marks that turn the direction, and replaces what is no UTF-8") {
    CHECK(markup_text(std::string("\x1b[31m\0", 6)) == "\\x1b[31m\\x00");
    CHECK(markup_text("\x7f\xC2\x9b") == "\\x7f\\x9b");
    CHECK(markup_text("a\xE2\x80\xAE"
                      "b") == "a\\u202eb");
    CHECK(markup_text("\xEF\xBF\xBF") == "\\uffff");
    CHECK(markup_text("\xC3\xA9\xF0\x9F\x98\x80") == "\xC3\xA9\xF0\x9F\x98\x80");
    // A lone surrogate, a cut sequence and a byte of Latin-1.
    CHECK(markup_text("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(markup_text("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(markup_text("caf\xE9") == "caf\xEF\xBF\xBD");
}

TEST_CASE("texts are cut to a width between characters") {
    CHECK(detail::fit_text("short", 13.0, 100.0) == "short");
    const std::string cut = detail::fit_text("a name that is much too long", 13.0, 60.0);
    CHECK(cut.ends_with("\xE2\x80\xA6"));
    CHECK(detail::text_pixels(cut, 13.0) <= 60.0);
    CHECK(detail::fit_text("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 10.0, 20.0) == "\xE6\x97\xA5\xE2\x80\xA6");
}

TEST_CASE("small costs are shown for many queries") {
    CHECK(detail::CostScale("USD", 50.0).text(19.1) == "19.1 USD per query");
    CHECK(detail::CostScale("USD", 0.02).text(0.0012) == "1.20 USD per 1,000 queries");
    CHECK(detail::CostScale("USD", 2e-5).text(1e-6) == "1.00 USD per million queries");
    CHECK(detail::CostScale("USD", 0.0).per() == "USD per query");
    CHECK(detail::CostScale("USD", 0.02).unit_text(0.0012) == "0.00120 USD");
}
