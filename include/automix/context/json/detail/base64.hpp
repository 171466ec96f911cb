// SPDX-License-Identifier: Apache-2.0
// Bytes as text and back: base64 with padding (RFC 4648, section 4), and whole numbers in LEB128.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace automix::detail {

inline constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

inline std::string to_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::uint32_t group =
            byte_at(bytes, i) << 16U | byte_at(bytes, i + 1) << 8U | byte_at(bytes, i + 2);
        for (std::size_t letter = 0; letter < 4; ++letter) {
            const bool known = i + letter <= bytes.size();
            text += known ? base64_letters[(group >> (18U - 6U * letter)) & 63U] : '=';
        }
    }
    return text;
}

/// Returns the bytes of a text in base64; nothing for any other text.
inline std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        for (std::size_t letter = i; letter < i + 4; ++letter) {
            const bool is_padding = letter + padding >= text.size();
            const std::size_t value = is_padding ? 0 : base64_letters.find(text[letter]);
            if (value == std::string_view::npos) return std::nullopt;
            group = group << 6U | static_cast<std::uint32_t>(value);
        }
        for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>((group >> shift) & 255U);
    }
    const std::size_t size = bytes.size() - padding;
    for (std::size_t i = size; i < bytes.size(); ++i) {
        if (bytes[i] != '\0') return std::nullopt;
    }
    bytes.resize(size);
    return bytes;
}

/// Appends a number in LEB128.
inline void append_leb128(std::string& bytes, std::uint32_t number) {
    for (; number >= 128U; number >>= 7U) bytes += static_cast<char>(128U | (number & 127U));
    bytes += static_cast<char>(number);
}

/// Takes a number in LEB128 from the front of `bytes`; nothing if there is none of 32 bits.
inline std::optional<std::uint32_t> take_leb128(std::string_view& bytes) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift <= 28U && !bytes.empty(); shift += 7U) {
        const std::uint64_t byte = byte_at(bytes, 0);
        bytes.remove_prefix(1);
        number |= (byte & 127U) << shift;
        if (byte < 128U)
            return number <= UINT32_MAX ? std::optional(static_cast<std::uint32_t>(number)) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace automix::detail
