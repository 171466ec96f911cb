// SPDX-License-Identifier: Apache-2.0
// Definitions of json/line_events.hpp, and the only place that includes simdjson.
#include <automix/json/line_events.hpp>
#include <automix/json/sax.hpp>

#include <simdjson.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace automix::detail {

struct LineParser {
    simdjson::dom::parser parser;
    std::vector<char> line;  ///< with the bytes behind the line that simdjson may read
};

void DeleteLineParser::operator()(LineParser* parser) const noexcept { delete parser; }

namespace {

using simdjson::dom::element_type;
using Kind = LineEvent::Kind;

/// Returns true if a member of a record is taken by its digits, which simdjson does not keep.
bool needs_digits(std::string_view name, simdjson::dom::element value) {
    if (name == "id") return value.type() == element_type::DOUBLE;
    if (name != "reference") return false;
    return value.type() == element_type::DOUBLE || value.type() == element_type::ARRAY;
}

/// Writes the events of a value, and moves `to` behind them. Returns false if it is nested deeper than handlers take.
bool add(simdjson::dom::element value, std::size_t depth, LineEvent*& to) {
    constexpr std::size_t deepest = 32;  // far below the limit of handlers, whose message is theirs
    switch (value.type()) {
        case element_type::NULL_VALUE:
            *to++ = {Kind::null, 0, nullptr};
            return true;
        case element_type::BOOL:
            *to++ = {Kind::boolean, bool(value) ? 1U : 0U, nullptr};
            return true;
        case element_type::INT64: {
            const std::int64_t number(value);
            *to++ = {number < 0 ? Kind::negative : Kind::whole, static_cast<std::uint64_t>(number), nullptr};
            return true;
        }
        case element_type::UINT64:
            *to++ = {Kind::whole, std::uint64_t(value), nullptr};
            return true;
        case element_type::DOUBLE:
            *to++ = {Kind::real, std::bit_cast<std::uint64_t>(double(value)), nullptr};
            return true;
        case element_type::STRING: {
            const std::string_view text(value);
            *to++ = {Kind::text, text.size(), text.data()};
            return true;
        }
        case element_type::ARRAY:
            if (depth == deepest) return false;
            *to++ = {Kind::open_array, 0, nullptr};
            for (const simdjson::dom::element element : simdjson::dom::array(value)) {
                if (!add(element, depth + 1, to)) return false;
            }
            *to++ = {Kind::close_array, 0, nullptr};
            return true;
        case element_type::OBJECT:
            break;
    }
    if (depth == deepest) return false;
    *to++ = {Kind::open_object, 0, nullptr};
    for (const simdjson::dom::key_value_pair member : simdjson::dom::object(value)) {
        if (depth == 0 && needs_digits(member.key, member.value)) return false;
        *to++ = {Kind::key, member.key.size(), member.key.data()};
        if (!add(member.value, depth + 1, to)) return false;
    }
    *to++ = {Kind::close_object, 0, nullptr};
    return true;
}

}  // namespace

LineEvents::LineEvents() : parser_(new LineParser) {}

bool LineEvents::parse(std::string_view line) {
    std::vector<char>& padded = parser_->line;
    if (padded.size() < line.size() + simdjson::SIMDJSON_PADDING)
        padded.resize(2 * (line.size() + simdjson::SIMDJSON_PADDING));
    std::memcpy(padded.data(), line.data(), line.size());
    simdjson::dom::element root;
    if (parser_->parser.parse(padded.data(), line.size(), false).get(root) != simdjson::SUCCESS) return false;
    // Each event has a character of its own.
    if (events_.size() < line.size()) events_.resize(2 * line.size());
    LineEvent* end = events_.data();
    if (!add(root, 0, end)) return false;
    count_ = static_cast<std::size_t>(end - events_.data());
    return true;
}

}  // namespace automix::detail
