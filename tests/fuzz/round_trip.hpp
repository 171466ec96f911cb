// SPDX-License-Identifier: Apache-2.0
// What all fuzzers of readers check.
#pragma once

#include <automix/core/error.hpp>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

/// Aborts unless the text is refused with a `DataError`, or what it gives, `written`, reads back as the `same`.
template <class Read, class Write, class Same>
void check_round_trip(std::string_view text, Read read, Write written, Same same) {
    std::optional<decltype(read(text))> first;
    try {
        first.emplace(read(text));
    } catch (const automix::DataError&) {
        return;
    }
    const std::string once = written(*first);
    const auto second = read(once);
    if (!same(*first, second) || written(second) != once) std::abort();
}
