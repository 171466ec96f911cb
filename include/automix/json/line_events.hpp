// SPDX-License-Identifier: Apache-2.0
// This file parses lines of JSON with simdjson, if the compiled library is built with it, and sends the events that
// nlohmann's parser would send. A line is parsed as a whole before the first event. If anything is odd about it, no event is sent
// and the caller parses it with nlohmann's parser, so that messages stay the same. The library simdjson is included in one compiled source
// only; without it no line is taken.
#pragma once

#include <automix/json/sax.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

#ifdef AUTOMIX_SIMDJSON

struct LineParser;

struct DeleteLineParser {
    void operator()(LineParser* parser) const noexcept;
};

/// One event of a line.
struct LineEvent {
    enum class Kind : std::uint8_t {
        null,
        boolean,
        negative,
        whole,
        real,
        text,
        key,
        open_object,
        open_array,
        close_object,
        close_array
    };

    Kind kind = Kind::null;
    std::uint64_t bits = 0;      ///< a boolean, a number as its bits, or the length of a text or key
    const char* text = nullptr;  ///< the content of a text or key; it lives until the next line
};

class LineEvents {
 public:
    LineEvents();

    /// Parses a line. Returns false for a line that is not JSON, that has an `id` or a `reference` whose digits matter,
    /// or that is otherwise not taken.
    bool parse(std::string_view line);

    /// Sends the events of the line that was parsed last to a handler. Throws the errors of the handler.
    template <class Handler>
    void send(Handler& handler) {
        handler.begin_line();
        for (std::size_t i = 0; i < count_; ++i) send(events_[i], handler);
    }

 private:
    template <class Handler>
    void send(const LineEvent& event, Handler& handler) {
        using Kind = LineEvent::Kind;
        switch (event.kind) {
            case Kind::null:
                handler.null();
                return;
            case Kind::boolean:
                handler.boolean(event.bits != 0);
                return;
            case Kind::negative:
                handler.number_integer(static_cast<std::int64_t>(event.bits));
                return;
            case Kind::whole:
                handler.number_unsigned(event.bits);
                return;
            case Kind::real:
                handler.number_float(std::bit_cast<double>(event.bits), digits_);
                return;
            case Kind::text:
                text_.assign(event.text, event.bits);
                handler.string(text_);
                return;
            case Kind::key:
                text_.assign(event.text, event.bits);
                handler.key(text_);
                return;
            case Kind::open_object:
                handler.start_object(0);
                return;
            case Kind::open_array:
                handler.start_array(0);
                return;
            case Kind::close_object:
                handler.end_object();
                return;
            case Kind::close_array:
                handler.end_array();
        }
    }

    std::unique_ptr<LineParser, DeleteLineParser> parser_;
    std::vector<LineEvent> events_;  ///< the first `count_` are those of the line
    std::size_t count_ = 0;
    std::string text_;
    std::string digits_;  ///< empty, as nobody asks for the digits of these numbers
};

#else

class LineEvents {
 public:
    static constexpr bool parse(std::string_view /*line*/) noexcept { return false; }

    template <class Handler>
    static void send(Handler& /*handler*/) noexcept {}
};

#endif

}  // namespace automix::detail
