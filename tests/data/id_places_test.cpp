// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/id_places.hpp>

using automix::IdPlaces;

TEST_CASE("an id that stands twice is named with its first place") {
    IdPlaces ids;
    ids.add("a", {"f", 1, "models"});
    ids.add("b", {"f", 2, {}});
    CHECK_THROWS_WITH(ids.add("a", {"g", 3, {}}), "id: duplicate id \"a\", first at f:1");
    CHECK_THROWS_WITH(ids.add("b", {"g", 4, {}}), "id: duplicate id \"b\", first at f:2");
    CHECK_NOTHROW(ids.add("c", {}));
    CHECK_THROWS_WITH(ids.add("c", {"g", 5, {}}), "id: duplicate id \"c\"");
}
