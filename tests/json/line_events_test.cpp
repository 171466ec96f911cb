// SPDX-License-Identifier: Apache-2.0
// Lines of simdjson against nlohmann's parser: a line that is taken gives the same events, and damaged lines are left to
// nlohmann's parser. Without simdjson no line is taken.
#include "support/catch.hpp"
#include "support/damage.hpp"
#include "support/files.hpp"

#include <automix/core/random.hpp>
#include <automix/json/line_events.hpp>
#include <automix/json/sax.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using automix::detail::JsonScalar;
using automix::detail::LineEvents;

/// A handler that writes all events down, numbers to the bit.
class EventText : public automix::detail::SaxHandler<EventText> {
 public:
    void on_scalar(const JsonScalar& value) {
        text += "s" + std::to_string(static_cast<int>(value.kind)) + (value.negative ? "-" : "") +
                std::to_string(value.magnitude) + "/" +
                std::to_string(std::bit_cast<std::uint64_t>(value.number));
        if (value.is_text()) text += "\"" + *value.text + "\"";
    }
    void on_open(bool array) { text += array ? '[' : '{'; }
    void on_close() { text += '.'; }
    void on_key(const std::string& name) { text += name + ":"; }
    [[nodiscard]] static std::string path() { return {}; }

    std::string text{};
};

/// Returns true if simdjson takes the line. The events are then those of nlohmann's parser, which must accept it.
bool takes(LineEvents& events, const std::string& line) {
    if (!events.parse(line)) return false;
    EventText fast;
    EventText slow;
    events.send(fast);
    INFO(line);
    REQUIRE_NOTHROW(automix::detail::parse_json_line(line, slow));
    REQUIRE(fast.text == slow.text);
    return true;
}

}  // namespace

#ifdef AUTOMIX_SIMDJSON

TEST_CASE("simdjson gives the events of nlohmann's parser for what it takes") {
    LineEvents events;
    for (const char* line :
         {R"({"id":"q1","models":[{"name":"a","score":1,"verdicts":[1,0,null,true]}]})",
          R"({"a":-0,"b":-0.0,"c":0.1,"d":1e-320,"e":9223372036854775807,"f":-9223372036854775808})",
          R"({"a":18446744073709551615,"b":123456789012345678901.5,"c":2.2250738585072011e-308})",
          R"(  {"t":"\u00e9\n\"\\ \ud83d\ude00","u":"é","a\tb":[[],{}]}  )", R"([1,2])", "17", R"("x")",
          R"({"a":1,"a":2})", R"({"models":[{"id":1.5,"reference":0.5}],"id":17})"}) {
        INFO(line);
        CHECK(takes(events, line));
    }
}

TEST_CASE("simdjson leaves lines to nlohmann's parser that are odd or whose digits matter") {
    LineEvents events;
    for (const std::string line :
         {R"({"id":17.0})", R"({"id":"q","reference":0.50})", R"({"reference":["a",1.0]})", "{", "",
          R"({"a":NaN})", R"({"a":1e999})", R"({"a":18446744073709551616})", R"({"a":01})",
          R"({"a":"\ud800"})", "{\"a\":\"\xFF\"}", "{\"a\":\"\x01\"}", R"({"a":1} {"b":2})", R"({"a":1,})"}) {
        INFO(line);
        CHECK_FALSE(events.parse(line));
    }
    CHECK_FALSE(events.parse(std::string("{\"a\":1}\0", 8)));
    CHECK_FALSE(events.parse(std::string(40, '[') + std::string(40, ']')));
}

TEST_CASE("damaged lines have the same events or are left to nlohmann's parser", "[fuzz]") {
    const std::vector<std::string> tokens = {"{",
                                             "}",
                                             "[",
                                             "]",
                                             ",",
                                             ":",
                                             "\"",
                                             "null",
                                             "true",
                                             "-1",
                                             "1e999",
                                             "0.5",
                                             "-0",
                                             "\"id\":",
                                             "1E5",
                                             "\\u00",
                                             "\\n",
                                             "\\ud800",
                                             "\xC3\xA9",
                                             "\xFF",
                                             std::string(1, '\0'),
                                             " ",
                                             "\t",
                                             "\r",
                                             "18446744073709551616",
                                             "\xEF\xBB\xBF",
                                             "[[[[[[[["};
    std::vector<std::string> lines;
    for (const std::string task : {"moves", "dates", "clauses"}) {
        const std::string bytes = files::read(AUTOMIX_EXAMPLES_DIR "/data/" + task + ".jsonl");
        for (std::size_t begin = 0; begin < bytes.size() && lines.size() < 60;
             begin = bytes.find('\n', begin) + 1)
            lines.push_back(bytes.substr(begin, bytes.find('\n', begin) - begin));
    }
    lines.emplace_back(
        R"({"id":"q1","models":[{"name":"a","score":0.25,"verdicts":[1,0,null]}],"prior":[0.1,1e-3]})");
    LineEvents events;
    automix::Random random(18);
    std::size_t taken = 0;
    const std::size_t count = rounds(20000);
    for (std::size_t round = 0; round < count; ++round) {
        const std::string& line = round % 2 == 0 ? lines.back() : lines[random.index(lines.size())];
        taken += takes(events, damaged(line, tokens, random)) ? 1 : 0;
    }
    CHECK(taken > count / 50);
    CHECK(taken < count);
}

TEST_CASE("every recorded line is taken", "[property]") {
    LineEvents events;
    for (const std::string task : {"moves", "dates", "clauses"}) {
        const std::string bytes = files::read(AUTOMIX_EXAMPLES_DIR "/data/" + task + ".jsonl");
        for (std::size_t begin = 0; begin < bytes.size(); begin = bytes.find('\n', begin) + 1)
            CHECK(takes(events, bytes.substr(begin, bytes.find('\n', begin) - begin)));
    }
}

#else

TEST_CASE("without simdjson no line is taken") {
    LineEvents events;
    CHECK_FALSE(takes(events, R"({"id":"q1"})"));
    EventText text;
    events.send(text);
    CHECK(text.text.empty());
}

#endif
