// SPDX-License-Identifier: Apache-2.0
#include <automix/core/concurrent.hpp>
#include "support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using automix::for_each_concurrently;

TEST_CASE("each item is worked on once, by so many threads at most", "[threads]") {
    for (const std::size_t concurrency : {1U, 2U, 7U, 16U, 1000U}) {
        for (const std::size_t count : {0U, 1U, 5U, 300U}) {
            std::vector<std::atomic<int>> worked(count);
            std::atomic<int> running{0};
            std::atomic<int> most{0};
            for_each_concurrently(count, concurrency, {}, [&](std::size_t i) {
                const int now = ++running;
                for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {}
                ++worked[i];
                --running;
            });
            CHECK(std::all_of(worked.begin(), worked.end(), [](const auto& times) { return times == 1; }));
            CHECK(static_cast<std::size_t>(most) <= std::min(concurrency, count));
            CHECK(running == 0);
        }
    }
}

TEST_CASE("threads do work side by side", "[threads]") {
    std::atomic<int> arrived{0};
    for_each_concurrently(4, 4, {}, [&](std::size_t /*i*/) {
        ++arrived;
        while (arrived < 4) std::this_thread::yield();
    });
    CHECK(arrived == 4);
}

TEST_CASE("after a stop nothing is begun, and what was begun ends", "[threads]") {
    for (const std::size_t concurrency : {1U, 4U}) {
        std::stop_source stop;
        std::atomic<int> begun{0};
        std::atomic<int> ended{0};
        for_each_concurrently(100'000, concurrency, stop.get_token(), [&](std::size_t i) {
            ++begun;
            if (i == 10) stop.request_stop();
            std::this_thread::yield();
            ++ended;
        });
        CHECK(begun >= 11);
        CHECK(begun < 100'000);
        if (concurrency == 1) CHECK(begun == 11);
        CHECK(ended == begun);
        for_each_concurrently(100, concurrency, stop.get_token(), [&](std::size_t /*i*/) { ++begun; });
        CHECK(ended == begun);
    }
}

TEST_CASE("what work throws ends the rest and is thrown on", "[threads]") {
    std::atomic<int> begun{0};
    const auto run = [&](std::size_t concurrency) {
        begun = 0;
        for_each_concurrently(1000, concurrency, {}, [&](std::size_t i) {
            ++begun;
            if (i >= 5) throw std::runtime_error("item " + std::to_string(i));
        });
    };
    CHECK_THROWS_WITH(run(1), "item 5");
    CHECK(begun == 6);
    CHECK_THROWS_AS(run(8), std::runtime_error);
    CHECK(begun <= 5 + 8);
}
