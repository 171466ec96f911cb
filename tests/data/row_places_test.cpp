// SPDX-License-Identifier: Apache-2.0
#include <automix/data/detail/row_places.hpp>

#include <cstddef>
#include <string>
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

TEST_CASE("chosen rows keep their places, and files are told in runs") {
    automix::detail::RowPlaces rows;
    for (const automix::Place& place : std::vector<automix::Place>{
             {"f", 1, {}}, {"f", 2, {}}, {"f", 5, {}}, {"g", 1, {}}, {"g", 2, {}}, {"", 0, {}}, {"", 0, {}}})
        rows.add(place);
    const automix::detail::RowPlaces chosen = rows.select(std::vector<int>{4, 0, 2, 6, 5});
    const std::vector<automix::Place> expected = {
        {"g", 2, {}}, {"f", 1, {}}, {"f", 5, {}}, {"", 0, {}}, {"", 0, {}}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(chosen[i].file == expected[i].file);
        CHECK(chosen[i].line == expected[i].line);
    }
    std::string runs;
    rows.for_each_file([&](const std::string& file, std::size_t first, std::size_t end) {
        runs += file + std::to_string(first) + "-" + std::to_string(end) + " ";
    });
    CHECK(runs == "f0-3 g3-5 5-7 ");
}
