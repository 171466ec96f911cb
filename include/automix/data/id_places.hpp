// SPDX-License-Identifier: Apache-2.0
// This file finds duplicate ids among queries that come in one by one, and words the message about one. O(1) an id.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <string>
#include <string_view>
#include <unordered_map>

namespace automix {

/// Returns the message about an id that was found before at `first`, whose place may be unknown.
inline std::string duplicate_id(std::string_view id, const Place& first) {
    const std::string place = to_string(first);
    return "duplicate id " + in_quotes(id) + (place.empty() ? "" : ", first at " + place);
}

/// The ids so far, with their places.
class IdPlaces {
 public:
    /// Adds an id. Throws `DataError` with the field `id` if it is there already.
    void add(const std::string& id, const Place& place) {
        const auto [earlier, fresh] = places_.try_emplace(id, Place{place.file, place.line, {}});
        if (!fresh) throw DataError(Place{{}, 0, "id"}, duplicate_id(id, earlier->second));
    }

 private:
    std::unordered_map<std::string, Place> places_;
};

}  // namespace automix
