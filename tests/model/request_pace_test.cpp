// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/model/detail/request_pace.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

using namespace automix;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

/// A moment that no clock is near the epoch of.
constexpr detail::RequestPace::TimePoint beginning{std::chrono::hours(1)};

/// When calls start that are always ready, in milliseconds since the beginning.
std::vector<long> starts(detail::RequestPace pace, std::size_t count) {
    std::vector<long> times;
    detail::RequestPace::TimePoint now = beginning;
    while (times.size() < count) {
        now = std::max(now, pace.next());
        pace.start(now);
        times.push_back(static_cast<long>(std::chrono::round<milliseconds>(now - beginning).count()));
    }
    return times;
}

}  // namespace

TEST_CASE("starts are spread after a small burst", "[model]") {
    // 10 a minute: no burst, one every 6 s. 60 a minute: 2 at once, then 59 a minute. 120: 3, then 118 a minute.
    CHECK(starts(detail::RequestPace(10), 4) == std::vector<long>{0, 6000, 12000, 18000});
    CHECK(starts(detail::RequestPace(60), 5) == std::vector<long>{0, 0, 1017, 2034, 3051});
    CHECK(starts(detail::RequestPace(120), 5) == std::vector<long>{0, 0, 0, 508, 1017});
    CHECK(starts(detail::RequestPace(1), 3) == std::vector<long>{0, 60000, 120000});
    CHECK_THROWS_AS(detail::RequestPace(0), ArgumentError);
}

TEST_CASE("a burst comes back after a rest, and not before", "[model]") {
    detail::RequestPace pace(60);
    pace.start(beginning);
    pace.start(beginning);
    CHECK(pace.next() > beginning + 1016ms);
    pace.start(beginning + 1500ms);
    // Not rested enough for two at once: the fourth is due three intervals after the first.
    CHECK(pace.next() > beginning + 2033ms);
    pace.start(beginning + 10s);
    CHECK(pace.next() <= beginning + 10s);
    pace.start(beginning + 10s);
    CHECK(pace.next() > beginning + 11016ms);
}

TEST_CASE("no minute has more starts than allowed", "[model]") {
    Random random(4);
    for (const int per_minute : {1, 7, 59, 60, 61, 600, 6000}) {
        CAPTURE(per_minute);
        detail::RequestPace pace(per_minute);
        std::vector<detail::RequestPace::TimePoint> times;
        detail::RequestPace::TimePoint now = beginning;
        for (int call = 0; call < 4 * per_minute; ++call) {
            if (random.bernoulli(0.01)) now += milliseconds(random.index(60'000));
            now = std::max(now, pace.next());
            pace.start(now);
            times.push_back(now);
        }
        const auto window = static_cast<std::size_t>(per_minute);
        bool kept = true;
        for (std::size_t i = window; i < times.size(); ++i)
            kept = kept && times[i] - times[i - window] >= 1min;
        CHECK(kept);
    }
    // Always ready, the limit is used: the 600th start still lies in the first minute.
    CHECK(starts(detail::RequestPace(600), 600).back() < 60'000);
}
