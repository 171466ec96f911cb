// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/plurality.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

using namespace automix;

namespace {

constexpr std::int32_t failed = -1;

}  // namespace

TEST_CASE("the plurality, its ties and failed samples") {
    const auto of = [](std::vector<std::int32_t> clusters) {
        const Plurality chosen = plurality(clusters);
        return std::pair<int, std::size_t>(chosen.size, chosen.sample);
    };
    using Expected = std::pair<int, std::size_t>;
    CHECK(of({}) == Expected{0, 0});
    CHECK(of({7}) == Expected{1, 0});
    CHECK(of({0, 1, 1}) == Expected{2, 1});
    CHECK(of({0, 1, 1, 0}) == Expected{2, 0});                 // a tie goes to the answer's cluster
    CHECK(of({0, 2, 1, 1, 2}) == Expected{2, 1});              // else to the earlier one
    CHECK(of({failed, 2, 1, 1, 2}) == Expected{2, 1});         // also where the answer failed
    CHECK(of({failed, failed, failed, 3}) == Expected{1, 3});  // failed samples are no cluster
    CHECK(of({0, failed, failed}) == Expected{1, 0});
    CHECK(of({failed, failed}) == Expected{0, 0});
}

TEST_CASE("samples of one text are of one cluster") {
    Clusters samples;
    CHECK(samples.numbers().empty());
    for (const char* text : {"b", "a", "b", "", "a"}) samples.add(text);
    samples.add(std::nullopt);
    samples.add("");
    CHECK(samples.numbers() == std::vector<std::int32_t>{0, 1, 0, 2, 1, failed, 2});
    CHECK(plurality(samples.numbers()).sample == 0);
}
