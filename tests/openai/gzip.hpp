// SPDX-License-Identifier: Apache-2.0
// Makes gzip files by hand (RFC 1951, RFC 1952), for replies that a server compresses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gzip {

inline std::string little_endian(std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    return text;
}

inline std::string head() { return std::string("\x1F\x8B\x08\0\0\0\0\0\0\x03", 10); }

inline std::uint32_t crc(std::string_view text) {
    std::uint32_t sum = 0xFFFF'FFFFU;
    for (const char c : text) {
        sum ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0xEDB8'8320U : 0U);
    }
    return ~sum;
}

/// A text of less than 64 KiB in one block that is stored.
inline std::string stored(std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    return head() + '\x01' + little_endian(size, 2) + little_endian(~size, 2) + std::string(text) +
           little_endian(crc(text), 4) + little_endian(size, 4);
}

/// One blank and `repeats` times 258 more, at 13 bits each. The sum of check at the end is left out.
inline std::string bomb(std::size_t repeats) {
    std::string bytes = head();
    std::uint32_t held = 0;
    int count = 0;
    const auto put = [&](std::uint32_t bits, int number) {  // the first bit is the lowest
        held |= bits << static_cast<unsigned>(count);
        for (count += number; count >= 8; count -= 8, held >>= 8U) bytes += static_cast<char>(held & 0xFFU);
    };
    const auto put_code = [&](std::uint32_t code, int number) {  // the first bit is the highest
        for (int bit = number - 1; bit >= 0; --bit) put((code >> static_cast<unsigned>(bit)) & 1U, 1);
    };
    put(1, 1);                // the last block
    put(1, 2);                // with the fixed codes
    put_code(0x30 + ' ', 8);  // a blank
    for (std::size_t i = 0; i < repeats; ++i) {
        put_code(0xC5, 8);  // length 258
        put_code(0, 5);     // distance 1
    }
    put_code(0, 7);  // the end of the block
    put(0, 7);
    return bytes;
}

}  // namespace gzip
