// SPDX-License-Identifier: Apache-2.0
#include <automix/json/object_text.hpp>
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using automix::detail::ObjectText;

TEST_CASE("an object is written as the document of its members is") {
    CHECK(ObjectText().finish() == "{}");
    const std::string odd = "a \"quoted\" \\ text\n\twith \xC3\xA9 and \x01";
    const std::string text = ObjectText()
                                 .add_text("plain", "to be ~")
                                 .add_text(odd, odd)
                                 .add_number("tenth", 0.1)
                                 .add_number("whole", 20.0)
                                 .add_count("count", -12)
                                 .add_flag("yes", true)
                                 .add_flag("no", false)
                                 .add_json("inner", ObjectText().add_json("nothing", "null").finish())
                                 .finish();
    const nlohmann::ordered_json expected{
        {"plain", "to be ~"}, {odd, odd},    {"tenth", 0.1}, {"whole", 20.0},
        {"count", -12},       {"yes", true}, {"no", false},  {"inner", {{"nothing", nullptr}}}};
    CHECK(text == expected.dump());
    CHECK(ObjectText().add_text("bytes", "\xFF").finish() == "{\"bytes\":\"\xEF\xBF\xBD\"}");
}
