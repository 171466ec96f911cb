// SPDX-License-Identifier: Apache-2.0
// This file finds the words of a text and hashes them. A word is a run of letters, digits and `_`, in lower case and
// without differences of composition. Characters of scripts that put no blanks between words are words of their own,
// and so are symbols outside ASCII. Bytes that are not UTF-8 and punctuation end a word. O(length).
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/core/random.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/unicode.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace automix::detail {

/// The hash of no byte, for a seed; `end_hash(add_byte(...))` is `hash_text(word, seed)`.
constexpr std::uint64_t begin_hash(std::uint64_t seed) noexcept {
    return 0xCBF29CE484222325U ^ mix_bits(seed);
}
constexpr std::uint64_t add_byte(std::uint64_t hash, unsigned char byte) noexcept {
    return (hash ^ byte) * 0x100000001B3U;
}

/// Each byte in lower case, or 0 for one that ends a word.
inline constexpr std::array<unsigned char, 256> word_bytes = [] {
    std::array<unsigned char, 256> bytes{};
    for (std::size_t b = 0; b < bytes.size(); ++b) {
        const char c = static_cast<char>(b);
        if (is_word_byte(c)) bytes[b] = static_cast<unsigned char>(ascii_lower(c));
    }
    return bytes;
}();

/// Returns true for letters of scripts that are written without blanks between words.
constexpr bool is_unspaced(char32_t value) noexcept {
    return is_cjk(value) || is_between(value, 0x0E00, 0x0EFF) || is_between(value, 0x1000, 0x109F) ||
           is_between(value, 0x1780, 0x17FF);
}

/// Returns true for marks that are part of no word. Requires a character that is not ASCII.
constexpr bool is_wide_punctuation(char32_t value) noexcept {
    return is_between(value, 0x80, 0xBF)
               ? value != 0xAAU && value != 0xB5U && value != 0xBAU
               : is_between(value, 0x2000, 0x206F) || is_between(value, 0x3000, 0x3004) ||
                     is_between(value, 0x3008, 0x3030) || is_between(value, 0xFE30, 0xFE6F);
}

/// Returns true for characters that mean something alone: mathematics, arrows, currencies, pictures.
constexpr bool is_symbol(char32_t value) noexcept {
    return value == 0xD7U || value == 0xF7U || is_between(value, 0x20A0, 0x20CF) ||
           is_between(value, 0x2100, 0x2BFF) || is_between(value, 0x1F000, 0x1FAFF);
}

/// Calls `visit(word, hash)` for the words of a text that has characters outside ASCII.
template <class Visit>
void for_each_folded_word(std::string_view text, std::uint64_t seed, Visit& visit) {
    const std::string folded = fold_case(plain_characters(text));
    const std::string_view all = folded;
    std::size_t begin = 0;
    std::uint64_t hash = begin_hash(seed);
    const auto end_word = [&](std::size_t end, std::size_t next) {
        if (end > begin) visit(all.substr(begin, end - begin), mix_bits(hash));
        begin = next;
        hash = begin_hash(seed);
    };
    for (std::size_t i = 0; i < all.size();) {
        const CodePoint point = code_point_at(all, i);
        const std::size_t next = i + point.bytes;
        const bool ascii = point.valid && point.value < 0x80U;
        if (!point.valid || (ascii ? !is_word_byte(all[i]) : is_wide_punctuation(point.value))) {
            end_word(i, next);
        } else {
            const bool alone = !ascii && (is_unspaced(point.value) || is_symbol(point.value));
            if (alone) end_word(i, i);
            for (std::size_t b = i; b < next; ++b) hash = add_byte(hash, static_cast<unsigned char>(all[b]));
            if (alone) end_word(next, next);
        }
        i = next;
    }
    end_word(all.size(), all.size());
}

/// Calls `visit(word, hash)` for each word of the text, in order. `word` is a view of the text or of a copy in lower
/// case that lives during the call; `hash` is `hash_text` of the word in lower case with that seed.
template <class Visit>
void for_each_word(std::string_view text, std::uint64_t seed, Visit visit) {
    const auto byte_at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        if (word_bytes[byte_at(i)] == 0) {
            ++i;
            continue;
        }
        const std::size_t begin = i;
        std::uint64_t hash = begin_hash(seed);
        unsigned char all = 0;
        for (; i < text.size() && word_bytes[byte_at(i)] != 0; ++i) {
            all = static_cast<unsigned char>(all | byte_at(i));
            hash = add_byte(hash, word_bytes[byte_at(i)]);
        }
        const std::string_view word = text.substr(begin, i - begin);
        if (all < 0x80U) {
            visit(word, mix_bits(hash));
        } else {
            for_each_folded_word(word, seed, visit);
        }
    }
}

/// Returns the hash of two neighbouring words.
constexpr std::uint64_t pair_hash(std::uint64_t first, std::uint64_t second) noexcept {
    return mix_bits(first ^ mix_bits(second));
}

/// Calls `visit(hash)` for each word and each pair of neighbouring words. Returns the number of words.
template <class Visit>
std::size_t for_each_term(std::string_view text, std::uint64_t seed, Visit visit) {
    std::uint64_t previous = 0;
    std::size_t words = 0;
    for_each_word(text, seed, [&](std::string_view, std::uint64_t hash) {
        visit(hash);
        if (words++ > 0) visit(pair_hash(previous, hash));
        previous = hash;
    });
    return words;
}

/// Returns the column of a hash.
constexpr std::uint32_t hash_column(std::uint64_t hash, int bits) noexcept {
    return static_cast<std::uint32_t>(hash >> (64U - static_cast<unsigned>(bits)));
}

}  // namespace automix::detail
