// SPDX-License-Identifier: Apache-2.0
// A key that cannot be printed by accident: no stream takes it, it turns into no other type by itself, and what is quoted
// in a message goes through `redact`. The text comes out through `reveal` only, which the HTTP client calls.
#pragma once

#include <automix/core/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

class Secret {
 public:
    /// None: nothing is sent.
    Secret() = default;

    /// Throws `ArgumentError`, without the text, if it holds anything but visible ASCII, which no header can carry.
    explicit Secret(std::string text) : Secret(std::move(text), "key") {}

    /// The value of an environment variable. Throws `ArgumentError` if it is not set, empty, or no key.
    [[nodiscard]] static Secret from_environment(const std::string& name) {
        const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
        if (value == nullptr || *value == '\0') {
            throw ArgumentError(place_of(name) + ": expected a key, found none");
        }
        return {value, place_of(name)};
    }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// The text itself, for the request alone.
    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

    /// `text` with `[key]` wherever the secret stands in it. One of less than four characters is a placeholder, which would
    /// only spoil the text, and stays.
    [[nodiscard]] std::string redact(std::string text) const {
        constexpr std::string_view mask = "[key]";
        constexpr std::size_t least = 4;
        if (text_.size() < least) return text;
        for (auto at = text.find(text_); at != std::string::npos; at = text.find(text_, at + mask.size())) {
            text.replace(at, text_.size(), mask);
        }
        return text;
    }

 private:
    /// The variable by its name, unless that does not look like one: it may be a key that was put in its place.
    static std::string place_of(const std::string& name) {
        const auto usual = [](char c) {
            return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
        };
        const bool shown = std::all_of(name.begin(), name.end(), usual);
        return "environment variable " + (shown ? name : std::string("of a name that may be a key"));
    }

    Secret(std::string text, const std::string& place) : text_(std::move(text)) {
        const auto visible = [](char c) { return c > ' ' && c <= '~'; };
        if (!std::all_of(text_.begin(), text_.end(), visible)) {
            throw ArgumentError(place + ": expected visible ASCII characters only, found others");
        }
    }

    std::string text_;
};

/// A secret is not printed.
template <class Stream>
Stream& operator<<(Stream& stream, const Secret& secret) = delete;

}  // namespace automix
