// SPDX-License-Identifier: Apache-2.0
// Holds a key that cannot be printed by accident. No stream takes it, and it has no implicit conversion. Texts quoted
// in messages go through `redact`. Only `reveal` returns the key, and only the HTTP client calls it.
#pragma once

#include <automix/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

class Secret {
 public:
    /// Makes an empty key, which is not sent.
    Secret() = default;

    /// Takes a key. Throws `ArgumentError`, without the text, if it holds anything but visible ASCII, which no header
    /// can carry.
    explicit Secret(std::string text) : Secret(std::move(text), "key") {}

    /// Returns the value of an environment variable, without blanks and line ends around it. Throws `ArgumentError` if
    /// it is not set, empty, in quotes, or no key.
    [[nodiscard]] static Secret from_environment(const std::string& name) {
        const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
        std::string key = value == nullptr ? "" : value;
        constexpr std::string_view blanks = " \t\r\n";
        key.erase(0, std::min(key.find_first_not_of(blanks), key.size()));
        key.erase(key.find_last_not_of(blanks) + 1);
        if (key.empty()) throw ArgumentError(place_of(name) + ": expected a key, found none");
        if (key.starts_with('"') || key.starts_with('\''))
            throw ArgumentError(place_of(name) + ": expected a key, found one in quotes");
        if (key.starts_with("Bearer "))
            throw ArgumentError(place_of(name) + ": expected the key alone, found it after \"Bearer\"");
        return {key, place_of(name)};
    }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// Returns the key itself, for use in the request only.
    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

    /// Returns `text` with `[key]` in place of each occurrence of the key, also in Base64 and with bytes written as in
    /// addresses. A key of less than four characters is a placeholder and is not replaced, since that would only spoil
    /// the text.
    [[nodiscard]] std::string redact(std::string text) const {
        constexpr std::size_t least = 4;
        if (text_.size() < least) return text;
        replace(text, text_);
        for (const bool upper : {true, false}) replace(text, in_address(upper));
        for (std::size_t before = 0; before < 3; ++before) {
            const std::string core = in_base64(before);
            constexpr std::size_t least_core = 5;
            if (core.size() >= least_core) replace(text, core);
        }
        return text;
    }

 private:
    static void replace(std::string& text, const std::string& found) {
        constexpr std::string_view mask = "[key]";
        for (auto at = text.find(found); at != std::string::npos; at = text.find(found, at + mask.size()))
            text.replace(at, found.size(), mask);
    }

    /// Returns the key as addresses hold it, with hexadecimal digits in large or small letters.
    [[nodiscard]] std::string in_address(bool upper) const {
        const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
        constexpr std::string_view plain = "-._~";
        std::string written;
        for (const char c : text_) {
            const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (letter || plain.find(c) != std::string_view::npos) {
                written += c;
            } else {
                const auto byte = static_cast<unsigned char>(c);
                written += {'%', digits[byte >> 4U], digits[byte & 15U]};
            }
        }
        return written;
    }

    /// Returns the part of the key's Base64 that does not depend on its neighbours, if that many bytes stand before it
    /// in a group of three.
    [[nodiscard]] std::string in_base64(std::size_t before) const {
        constexpr std::string_view digits =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const std::string bytes = text_.substr(std::min((3 - before) % 3, text_.size()));
        std::string written;
        for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
            std::uint32_t group = 0;
            for (std::size_t byte = i; byte < i + 3; ++byte)
                group = group << 8U | static_cast<unsigned char>(bytes[byte]);
            for (const unsigned shift : {18U, 12U, 6U, 0U}) written += digits[(group >> shift) & 63U];
        }
        return written;
    }

    /// Returns the name of the variable for a message. An unusual name is hidden, since it may be a key given by
    /// mistake.
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

/// Refuses to print a secret.
template <class Stream>
Stream& operator<<(Stream& stream, const Secret& secret) = delete;

}  // namespace automix
