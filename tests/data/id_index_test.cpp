// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/detail/id_index.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using automix::Index;
using automix::detail::IdIndex;

TEST_CASE("an index of ids finds each row, and none that is not there") {
    std::vector<std::string> ids;
    IdIndex index;
    const auto hash_of = [&](Index row) { return automix::hash_text(ids[automix::as_size(row)]); };
    const auto find = [&](const std::string& id) {
        return index.find(automix::hash_text(id),
                          [&](Index row) { return ids[automix::as_size(row)] == id; });
    };
    CHECK_FALSE(find("q0"));
    for (int i = 0; i < 5000; ++i) {
        const std::string id = "q" + std::to_string(i);
        REQUIRE_FALSE(find(id));
        ids.push_back(id);
        index.add(automix::hash_text(id), i, hash_of);
    }
    for (int i = 0; i < 5000; ++i) CHECK(find("q" + std::to_string(i)) == std::optional<Index>(i));
    CHECK_FALSE(find("q5000"));
}

TEST_CASE("ids with one hash are told apart") {
    IdIndex index;
    const auto hash_of = [](Index) { return std::uint64_t{7}; };
    index.reserve(100, hash_of);
    for (Index row = 0; row < 40; ++row) index.add(7, row, hash_of);
    for (Index row = 0; row < 40; ++row)
        CHECK(index.find(7, [row](Index other) { return other == row; }) == std::optional<Index>(row));
    CHECK_FALSE(index.find(7, [](Index) { return false; }));
}
