// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/request.hpp>

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

Ledger::Reservation granted(Ledger& ledger, double amount, Purpose purpose = Purpose::answer) {
    return std::get<Ledger::Reservation>(ledger.reserve("small", purpose, amount));
}

bool refused(Ledger& ledger, double amount) {
    return std::holds_alternative<Ledger::Refusal>(ledger.reserve("small", Purpose::answer, amount));
}

}  // namespace

TEST_CASE("a ledger sets aside, settles and sums by model and purpose", "[model]") {
    Ledger ledger(10.0);
    CHECK(ledger.budget() == 10.0);
    Ledger::Reservation answer = granted(ledger, 4.0);
    Ledger::Reservation draws = granted(ledger, 3.0, Purpose::verification);
    CHECK(answer.amount() == 4.0);
    CHECK(ledger.reserved() == 7.0);
    CHECK(ledger.remaining() == 3.0);
    CHECK(ledger.spent() == 0.0);
    answer.settle(1.5);
    CHECK(answer.amount() == 0.0);
    draws.settle(0.25);
    CHECK(ledger.reserved() == 0.0);
    CHECK(ledger.spent() == 1.75);
    CHECK(ledger.remaining() == 8.25);
    std::get<Ledger::Reservation>(ledger.reserve("large", Purpose::answer, 5.0)).settle(5.0);
    const auto spending = ledger.spending();
    REQUIRE(spending.size() == 2);
    CHECK(spending.at("small") == ModelSpending{.answers = 1.5, .verification = 0.25});
    CHECK(spending.at("large") == ModelSpending{.answers = 5.0, .verification = 0.0});
    CHECK(ledger.spent() == 6.75);
}

TEST_CASE("a ledger refuses what is more than remains, and says what does", "[model]") {
    Ledger ledger(1.0);
    Ledger::Reservation held = granted(ledger, 0.75);
    const auto outcome = ledger.reserve("small", Purpose::answer, 0.5);
    REQUIRE(std::holds_alternative<Ledger::Refusal>(outcome));
    const auto& refusal = std::get<Ledger::Refusal>(outcome);
    CHECK(refusal.needed == 0.5);
    CHECK(refusal.remaining == 0.25);
    CHECK(refusal.reserved == 0.75);
    CHECK(ledger.reserved() == 0.75);
    CHECK_FALSE(refused(ledger, 0.25));
    CHECK_FALSE(refused(ledger, 0.0));
}

TEST_CASE("a hundred calls at 0.1 fit into a budget of 10, and no more", "[model]") {
    Ledger ledger(10.0);
    for (int i = 0; i < 100; ++i) granted(ledger, 0.1).settle(0.1);
    CHECK(ledger.spent() == 10.0);
    CHECK(ledger.remaining() == 0.0);
    CHECK(refused(ledger, 1e-12));
    CHECK(refused(ledger, 1e-30));
    CHECK_FALSE(refused(ledger, 0.0));
    Ledger three(0.3);
    for (int i = 0; i < 3; ++i) granted(three, 0.1).settle(0.1);
    CHECK(three.spent() == 0.3);
}

TEST_CASE("a reservation that is not settled comes back, and is moved, not copied", "[model]") {
    Ledger ledger(1.0);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Ledger::Reservation>);
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<Ledger::Reservation>);
    { const Ledger::Reservation dropped = granted(ledger, 1.0); }
    CHECK(ledger.reserved() == 0.0);
    Ledger::Reservation first = granted(ledger, 0.5);
    Ledger::Reservation second = std::move(first);
    CHECK(ledger.reserved() == 0.5);
    second = granted(ledger, 0.25);
    CHECK(ledger.reserved() == 0.25);
    second.settle(0.25);
    second.settle(0.25);
    CHECK(ledger.spent() == 0.25);
    CHECK(ledger.reserved() == 0.0);
    CHECK(ledger.spending().at("small").answers == 0.25);
}

TEST_CASE("a charge above the reservation is booked as reported, and then nothing is granted", "[model]") {
    Ledger ledger(1.0);
    granted(ledger, 0.5).settle(3.0);
    CHECK(ledger.spent() == 3.0);
    CHECK(ledger.remaining() == 0.0);
    CHECK(refused(ledger, 0.0));
    CHECK(ledger.spending().at("small").answers == 3.0);
}

TEST_CASE("a ledger without a budget grants everything", "[model]") {
    Ledger ledger;
    CHECK_FALSE(ledger.budget());
    granted(ledger, 1e17).settle(1e17);
    CHECK(ledger.spent() == 1e17);
    CHECK(std::isinf(ledger.remaining()));
    granted(ledger, 1e99).settle(1e99);
    granted(ledger, 1e99).settle(1e99);
    CHECK(ledger.spent() == 1e18);
    CHECK(ledger.reserved() == 0.0);
}

TEST_CASE("a ledger takes prices only", "[model]") {
    CHECK_THROWS_AS(Ledger(-1.0), ArgumentError);
    CHECK_THROWS_WITH(Ledger(std::nan("")), ContainsSubstring("budget: expected a finite price"));
    Ledger ledger(1.0);
    CHECK_THROWS_AS(refused(ledger, -0.5), ArgumentError);
    CHECK_THROWS_AS(refused(ledger, std::numeric_limits<double>::infinity()), ArgumentError);
    Ledger::Reservation held = granted(ledger, 0.5);
    CHECK_THROWS_AS(held.settle(-0.5), ArgumentError);
    CHECK(held.amount() == 0.5);
    CHECK(ledger.reserved() == 0.5);
}

TEST_CASE("sixteen threads never take a ledger over its budget", "[model][threads]") {
    // Every cost is a multiple of a thousandth, so that the sum of what the threads saw can be kept exactly.
    Ledger ledger(200.0);
    std::atomic<long> thousandths = 0;
    std::atomic<int> refusals = 0;
    std::atomic<int> over = 0;
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 16; ++thread) {
        threads.emplace_back([&, thread] {
            Random random(thread);
            const std::string model = thread % 2 == 0 ? "small" : "large";
            for (int i = 0; i < 400; ++i) {
                const auto most = static_cast<long>(random.index(400));
                auto outcome = ledger.reserve(model, Purpose::answer, static_cast<double>(most) / 1000.0);
                if (auto* reservation = std::get_if<Ledger::Reservation>(&outcome)) {
                    if (random.bernoulli(0.2)) continue;
                    const auto cost = static_cast<long>(random.index(static_cast<std::uint64_t>(most) + 1));
                    reservation->settle(static_cast<double>(cost) / 1000.0);
                    thousandths += cost;
                } else {
                    ++refusals;
                }
                if (ledger.spent() > 200.0 || ledger.reserved() > 200.0) ++over;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(over == 0);
    CHECK(refusals > 0);
    CHECK(ledger.reserved() == 0.0);
    CHECK(ledger.spent() == Approx(static_cast<double>(thousandths) / 1000.0).epsilon(1e-14));
    CHECK(ledger.spent() <= 200.0);
    const auto spending = ledger.spending();
    CHECK(spending.at("small").answers + spending.at("large").answers ==
          Approx(ledger.spent()).epsilon(1e-14));
}

TEST_CASE("what fits only into what calls under way give back waits for them", "[model][threads]") {
    Ledger ledger(1.0);
    auto outcome = ledger.reserve("small", Purpose::answer, 0.75);
    auto& held = std::get<Ledger::Reservation>(outcome);
    std::atomic<int> granted_calls = 0;
    std::thread waiting([&] {
        granted(ledger, 0.5).settle(0.25);
        ++granted_calls;
    });
    std::thread too_dear([&] { CHECK(refused(ledger, 1.5)); });
    too_dear.join();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(granted_calls == 0);
    CHECK(refused(ledger, 0.5));  // this thread would wait for itself
    held.settle(0.25);
    waiting.join();
    CHECK(granted_calls == 1);
    CHECK(ledger.spent() == 0.5);
    CHECK(ledger.reserved() == 0.0);
}

TEST_CASE("a thread does not wait for a reservation that was moved to it", "[model][threads]") {
    Ledger ledger(1.0);
    Ledger::Reservation held = granted(ledger, 0.5);
    std::thread other([&ledger, moved = std::move(held)]() mutable {
        CHECK(refused(ledger, 0.75));
        auto own = ledger.reserve("small", Purpose::answer, 0.25);
        std::thread waiting([&] { CHECK_FALSE(refused(ledger, 0.5)); });  // not for the moved one
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        std::get<Ledger::Reservation>(own).settle(0.0);
        waiting.join();
        moved.settle(0.5);
    });
    other.join();
    CHECK(ledger.spent() == 0.5);
    CHECK(ledger.reserved() == 0.0);
}

TEST_CASE("a call that waits is refused once what was settled leaves too little, or at a stop",
          "[model][threads]") {
    Ledger ledger(1.0);
    auto outcome = ledger.reserve("small", Purpose::answer, 0.75);
    auto& held = std::get<Ledger::Reservation>(outcome);
    std::thread waiting([&] { CHECK(refused(ledger, 0.5)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    held.settle(0.75);
    waiting.join();
    const auto rest = ledger.reserve("small", Purpose::answer, 0.25);
    std::stop_source stop;
    std::thread stopped([&] {
        const auto refusal = ledger.reserve("small", Purpose::answer, 0.25, stop.get_token());
        CHECK(std::get<Ledger::Refusal>(refusal).stopped);
    });
    stop.request_stop();
    stopped.join();
}

TEST_CASE("sixteen threads share a budget that holds five reservations at a time", "[model][threads]") {
    Ledger ledger(100.0);
    std::vector<std::thread> threads;
    std::atomic<int> refusals = 0;
    for (int thread = 0; thread < 16; ++thread) {
        threads.emplace_back([&] {
            for (int call = 0; call < 5; ++call) {
                auto outcome = ledger.reserve("small", Purpose::answer, 20.0);
                if (auto* reservation = std::get_if<Ledger::Reservation>(&outcome)) {
                    std::this_thread::yield();
                    reservation->settle(1.0);
                } else {
                    ++refusals;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(refusals == 0);
    CHECK(ledger.spent() == 80.0);
    CHECK(ledger.reserved() == 0.0);
}

TEST_CASE("what was not reserved is charged, also beyond the budget", "[model]") {
    Ledger ledger(5.0);
    CHECK_FALSE(ledger.is_overdrawn());
    {
        Ledger::Reservation whole = granted(ledger, 5.0);
        whole.settle(5.0);
    }
    CHECK_FALSE(ledger.is_overdrawn());  // all of it was reserved
    ledger.charge("small", Purpose::verification, 0.0);
    CHECK_FALSE(ledger.is_overdrawn());
    ledger.charge("small", Purpose::verification, 0.5);
    ledger.charge("own", Purpose::answer, 0.25);
    CHECK(ledger.is_overdrawn());
    CHECK(ledger.spent() == 5.75);
    CHECK(ledger.remaining() == 0.0);
    CHECK(ledger.spending().at("small") == ModelSpending{.answers = 5.0, .verification = 0.5});
    CHECK(ledger.spending().at("own") == ModelSpending{.answers = 0.25});
    CHECK(refused(ledger, 0.0));
    CHECK_THROWS_AS(ledger.charge("small", Purpose::answer, -1.0), ArgumentError);
    Ledger endless;
    endless.charge("small", Purpose::answer, 3.0);
    CHECK_FALSE(endless.is_overdrawn());
    CHECK(endless.spent() == 3.0);
}
