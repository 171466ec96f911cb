// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/limiter.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace automix;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

const GenerateRequest one_request{.messages = {{.text = "?"}}, .sampling = {.max_tokens = 1}};

/// Counts how many calls there are at once.
struct Gauge {
    std::atomic<int> now = 0;
    std::atomic<int> most = 0;
    std::atomic<int> calls = 0;

    void enter() {
        ++calls;
        const int reached = ++now;
        int seen = most;
        while (seen < reached && !most.compare_exchange_weak(seen, reached)) {}
    }
    void leave() { --now; }
};

auto gauged(Gauge& gauge, std::chrono::microseconds takes) {
    return CallableModel("small", [&gauge, takes](const GenerateRequest&) -> GenerateReply {
        gauge.enter();
        std::this_thread::sleep_for(takes);
        gauge.leave();
        return {.completions = {{}}};
    });
}

void join(std::vector<std::thread>& threads) {
    for (std::thread& thread : threads) thread.join();
    threads.clear();
}

/// Time for another thread to have come to its wait.
void settle_down() { std::this_thread::sleep_for(30ms); }

}  // namespace

TEST_CASE("limits below one are refused by name", "[model]") {
    Gauge gauge;
    CHECK_THROWS_WITH(Limiter({.concurrency = 0}), "concurrency: expected at least 1, found 0");
    CHECK_THROWS_WITH(LimitedModel(gauged(gauge, 0us), {.requests_per_minute = -3}),
                      "requests_per_minute: expected at least 1, found -3");
    CHECK_THROWS_AS(LimitedModel(gauged(gauge, 0us), std::shared_ptr<Limiter>()), ArgumentError);
    LimitedModel unlimited(gauged(gauge, 0us), RequestLimits{});
    CHECK(unlimited.name() == "small");
    CHECK(unlimited.generate(one_request).completions.size() == 1);
}

TEST_CASE("starts beyond the burst wait for the clock", "[model]") {
    // 1200 a minute: 21 at once, then one in 60 s / 1180 = 50.8 ms.
    Gauge gauge;
    LimitedModel model(gauged(gauge, 0us), {.requests_per_minute = 1200});
    const auto start = Clock::now();
    for (int i = 0; i < 21; ++i) (void)model.generate(one_request);
    const auto burst = Clock::now() - start;
    for (int i = 0; i < 4; ++i) (void)model.generate(one_request);
    const auto all = Clock::now() - start;
    CHECK(burst < all - 100ms);
    CHECK(all >= 203ms);
    CHECK(all < 5s);
}

TEST_CASE("a stop ends the wait for a slot and for the clock", "[model][threads]") {
    const auto limiter = std::make_shared<Limiter>(RequestLimits{.concurrency = 1, .requests_per_minute = 1});
    Gauge gauge;
    const AnyModel model = LimitedModel(gauged(gauge, 0us), limiter);
    std::optional<Limiter::Slot> held = limiter->acquire();
    REQUIRE(held);
    for (const bool slot_free : {false, true}) {
        if (slot_free) held.reset();
        std::stop_source stop;
        std::atomic<int> cancelled = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                try {
                    (void)model.generate(one_request, stop.get_token());
                } catch (const ModelError& error) {
                    if (error.kind() == FailureKind::cancelled) ++cancelled;
                }
            });
        }
        settle_down();
        const auto stopped = Clock::now();
        stop.request_stop();
        join(threads);
        CHECK(Clock::now() - stopped < 5s);
        CHECK(cancelled == 4);
    }
    CHECK(gauge.calls == 0);
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_FALSE(Limiter({}).acquire(stopped.get_token()));
}

TEST_CASE("slots go to those who wait in order of arrival, also past one who leaves", "[model][threads]") {
    Limiter limiter({.concurrency = 1});
    std::optional<Limiter::Slot> held = limiter.acquire();
    std::mutex mutex;
    std::vector<int> served;
    std::stop_source leave;
    std::vector<std::thread> threads;
    for (int i = 0; i < 5; ++i) {
        threads.emplace_back([&, i] {
            const auto slot = limiter.acquire(i == 0 || i == 2 ? leave.get_token() : std::stop_token());
            const std::lock_guard lock(mutex);
            served.push_back(slot ? i : -1);
        });
        settle_down();
    }
    leave.request_stop();
    settle_down();
    held.reset();
    join(threads);
    CHECK(served == std::vector<int>{-1, -1, 1, 3, 4});
}

TEST_CASE("a call that throws gives its slot back", "[model]") {
    LimitedModel model(CallableModel("small",
                                     [](const GenerateRequest&) -> GenerateReply {
                                         throw ModelError("small", {.kind = FailureKind::server}, "503");
                                     }),
                       {.concurrency = 1});
    for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(model.generate(one_request), ModelError);
}

TEST_CASE("copies share the limits, which many threads never exceed", "[model][threads]") {
    Gauge gauge;
    LimitedModel original(gauged(gauge, 200us), {.concurrency = 3});
    std::vector<std::thread> threads;
    std::atomic<int> cancelled = 0;
    std::stop_source stop;
    for (int thread = 0; thread < 16; ++thread) {
        threads.emplace_back([&, thread, model = original]() mutable {
            for (int i = 0; i < 40; ++i) {
                try {
                    (void)model.generate(one_request, thread % 4 == 0 ? stop.get_token() : std::stop_token());
                } catch (const ModelError&) {
                    ++cancelled;
                }
                if (thread == 1 && i == 20) stop.request_stop();
            }
        });
    }
    join(threads);
    CHECK(gauge.most == 3);
    CHECK(gauge.now == 0);
    CHECK(gauge.calls + cancelled == 16 * 40);
    CHECK(cancelled > 0);
}

TEST_CASE("two hundred callers keep every slot busy", "[model][threads]") {
    // 400 calls of 20 ms through 100 slots: 80 ms at best.
    Gauge gauge;
    const AnyModel model = LimitedModel(gauged(gauge, 20ms), {.concurrency = 100});
    std::vector<std::thread> threads;
    const auto start = Clock::now();
    for (int thread = 0; thread < 200; ++thread) {
        threads.emplace_back([&model] {
            for (int i = 0; i < 2; ++i) (void)model.generate(one_request);
        });
    }
    join(threads);
    const auto took = Clock::now() - start;
    CHECK(took >= 80ms);
    CHECK(took < 5s);
    CHECK(gauge.most <= 100);
    CHECK(gauge.calls == 400);
}
