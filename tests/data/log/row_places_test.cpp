// SPDX-License-Identifier: Apache-2.0
#include <automix/data/log/detail/row_places.hpp>

#include <cstddef>
#include <vector>

#include "support/catch.hpp"

TEST_CASE("every row is found again, over gaps and files") {
    const std::vector<automix::Place> places = {{"f", 1, {}}, {"f", 2, {}}, {"f", 5, {}}, {"f", 6, {}},
                                                {"g", 7, {}}, {"g", 9, {}}, {"f", 1, {}}};
    automix::detail::RowPlaces rows;
    for (const automix::Place& place : places) rows.add(place);
    for (std::size_t i = 0; i < places.size(); ++i) {
        CHECK(rows[i].file == places[i].file);
        CHECK(rows[i].line == places[i].line);
    }
}
