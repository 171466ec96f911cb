// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/limiter.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/model/retry.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace automix;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

/// A model that fails as told, then answers; each attempt takes `takes` of a clock that only it and the waits move.
struct Scene {
    std::vector<Failure> failures{};
    milliseconds takes{100};
    double price = 0.0;  ///< of the reply
    Clock::time_point time{};
    std::vector<milliseconds> starts{};
    std::vector<milliseconds> waits{};
    std::function<void()> while_waiting{};

    GenerateReply attempt() {
        const std::size_t index = starts.size();
        starts.push_back(std::chrono::duration_cast<milliseconds>(time - Clock::time_point{}));
        time += takes;
        if (index < failures.size()) {
            throw ModelError("small", failures[index], "failure " + std::to_string(index + 1));
        }
        return {.completions = {{.text = "done"}}, .cost = price};
    }

    auto model(RetryOptions options = {}) {
        options.now = [this] { return time; };
        options.wait = [this](milliseconds wait, const std::stop_token&) {
            waits.push_back(wait);
            time += wait;
            if (while_waiting) while_waiting();
        };
        return RetryingModel(CallableModel("small", [this](const GenerateRequest&) { return attempt(); }),
                             options);
    }
};

RetryOptions without_jitter() { return {.jitter = 0.0}; }

const GenerateRequest plain_request{.messages = {{.text = "?"}}, .sampling = {.max_tokens = 1}};

template <class Model>
std::optional<ModelError> error_of(Model model, const std::stop_token& stop = {}) {
    try {
        (void)model.generate(plain_request, stop);
    } catch (const ModelError& error) {
        return error;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("a failure that may pass is retried after waits that double", "[model]") {
    Scene scene{.failures = std::vector<Failure>(4, {.kind = FailureKind::server})};
    auto model = scene.model(without_jitter());
    CHECK(model.name() == "small");
    CHECK(model.generate(plain_request).completions[0].text == "done");
    CHECK(scene.waits == std::vector{500ms, 1000ms, 2000ms, 4000ms});
    CHECK(scene.starts == std::vector{0ms, 600ms, 1700ms, 3800ms, 7900ms});
}

TEST_CASE("waits grow up to the longest", "[model]") {
    const RetryOptions options{.first_wait = 100ms, .growth = 3.0, .longest_wait = 1000ms, .jitter = 0.0};
    CHECK(backoff(options, 1, 0.9) == 100ms);
    CHECK(backoff(options, 2, 0.9) == 300ms);
    CHECK(backoff(options, 3, 0.9) == 900ms);
    CHECK(backoff(options, 4, 0.9) == 1000ms);
    CHECK(backoff(options, 1'000'000, 0.9) == 1000ms);
    CHECK(backoff({.first_wait = 0ms, .growth = 10.0}, 1'000'000, 0.9) == 0ms);
    const RetryOptions half{.first_wait = 1000ms, .jitter = 0.5};
    CHECK(backoff(half, 1, 0.0) == 1000ms);
    CHECK(backoff(half, 1, 0.5) == 750ms);
    CHECK(backoff({.first_wait = 1000ms, .jitter = 1.0}, 2, 0.75) == 500ms);
}

TEST_CASE("jitter depends on the seed alone and keeps to its share", "[model]") {
    const auto waits = [](std::uint64_t seed) {
        Scene scene{.failures = std::vector<Failure>(200, {.kind = FailureKind::timeout})};
        auto model = scene.model(
            {.attempts = 201, .total_time = 3'600'000ms, .growth = 1.0, .jitter = 0.4, .seed = seed});
        (void)model.generate(plain_request);
        return scene.waits;
    };
    const std::vector<milliseconds> first = waits(1);
    CHECK(first == waits(1));
    CHECK(first != waits(2));
    double mean = 0.0;
    for (const milliseconds wait : first) {
        CHECK(wait >= 300ms);
        CHECK(wait <= 500ms);
        mean += static_cast<double>(wait.count()) / 200.0;
    }
    // Uniform in [300, 500]: standard error of the mean 57.7 / sqrt(200) = 4.1.
    CHECK(mean == Approx(400.0).margin(16.0));
}

TEST_CASE("the backend's Retry-After is honoured where it is longer", "[model]") {
    Scene scene{.failures = {{.kind = FailureKind::rate_limited, .retry_after = 45s},
                             {.kind = FailureKind::rate_limited, .retry_after = 3ms},
                             {.kind = FailureKind::rate_limited, .retry_after = -5s}}};
    (void)scene.model(without_jitter()).generate(plain_request);
    CHECK(scene.waits == std::vector{45'000ms, 1000ms, 2000ms});
}

TEST_CASE("the last of the attempts is reported with their number and time", "[model]") {
    Scene scene{.failures = std::vector<Failure>(
                    9, {.kind = FailureKind::server, .maybe_billed = false, .cost = 0.25})};
    scene.failures[1].maybe_billed = true;
    RetryOptions options = without_jitter();
    options.attempts = 3;
    const auto error = error_of(scene.model(options));
    REQUIRE(error);
    // Three attempts of 0.1 s, waits of 0.5 and 1 s.
    CHECK(std::string(error->what()) == "small: failure 3 (gave up after 3 attempts in 1.8 s)");
    CHECK(error->kind() == FailureKind::server);
    CHECK(error->failure().cost == 0.75);
    CHECK(error->failure().maybe_billed);
    CHECK(scene.starts.size() == 3);
}

TEST_CASE("no wait is started that would end after the total time", "[model]") {
    Scene scene{.failures = std::vector<Failure>(9, {.kind = FailureKind::connection})};
    RetryOptions options = without_jitter();
    // Waits of 0.5 and 1 s, attempts end at 0.1, 0.7 and 1.8 s; a third wait would end at 3.8 s.
    options.total_time = 3'799ms;
    const auto error = error_of(scene.model(options));
    REQUIRE(error);
    CHECK(std::string(error->what()) ==
          "small: failure 3 (gave up after 3 attempts in 1.8 s: another one after 2.0 s would be later than "
          "3.8 s)");
    CHECK(scene.waits == std::vector{500ms, 1000ms});

    Scene exactly{.failures = std::vector<Failure>(3, {.kind = FailureKind::connection})};
    options.total_time = 3'800ms;
    CHECK_FALSE(error_of(exactly.model(options)));
    CHECK(exactly.waits == std::vector{500ms, 1000ms, 2000ms});

    Scene patient{.failures = {{.kind = FailureKind::rate_limited, .retry_after = milliseconds::max()}}};
    CHECK(error_of(patient.model())->kind() == FailureKind::rate_limited);
    CHECK(patient.waits.empty());

    Scene slow{.failures = {{.kind = FailureKind::timeout}}, .takes = 200s};
    CHECK(error_of(slow.model())->kind() == FailureKind::timeout);
    CHECK(slow.starts.size() == 1);
}

TEST_CASE("what asking again cannot mend is not retried", "[model]") {
    for (const FailureKind kind :
         {FailureKind::content_filter, FailureKind::authentication, FailureKind::bad_request,
          FailureKind::budget, FailureKind::cancelled, FailureKind::missing_recording, FailureKind::quota,
          FailureKind::token_limit, FailureKind::no_answer}) {
        CAPTURE(to_string(kind));
        Scene scene{.failures = {{.kind = kind, .cost = 0.5}}};
        const auto error = error_of(scene.model());
        REQUIRE(error);
        CHECK(std::string(error->what()) == "small: failure 1");
        CHECK(error->kind() == kind);
        CHECK(error->failure().cost == 0.5);
        CHECK(scene.waits.empty());
    }
    Scene later{.failures = {{.kind = FailureKind::server, .maybe_billed = true, .cost = 0.5},
                             {.kind = FailureKind::budget}}};
    const auto error = error_of(later.model(without_jitter()));
    REQUIRE(error);
    CHECK(std::string(error->what()) == "small: failure 2 (2 attempts in 0.7 s)");
    CHECK(error->kind() == FailureKind::budget);
    CHECK(error->failure().cost == 0.5);
    CHECK(error->failure().maybe_billed);
    int calls = 0;
    RetryingModel broken(CallableModel("small", [&](const GenerateRequest&) -> std::string {
        ++calls;
        throw std::out_of_range("?");
    }));
    CHECK_THROWS_AS(broken.generate(plain_request), std::out_of_range);
    CHECK(calls == 1);
}

TEST_CASE("a rate limit of a minute is survived, however the waits fall", "[model]") {
    // The shortest waits that jitter allows: 0.25, 0.5, 1, 2, 4, 8 and then 15 s each.
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        Scene scene;
        RetryOptions options{.seed = seed};
        options.now = [&scene] { return scene.time; };
        options.wait = [&scene](milliseconds wait, const std::stop_token&) { scene.time += wait; };
        const auto limited = [&scene](const GenerateRequest&) -> GenerateReply {
            if (scene.time - Clock::time_point{} < 60s)
                throw ModelError("small", {.kind = FailureKind::rate_limited}, "slow down");
            return {.completions = {{.text = "done"}}};
        };
        RetryingModel model(CallableModel("small", limited), options);
        CHECK(model.generate(plain_request).completions[0].text == "done");
    }
}

TEST_CASE("rate limits have a number of attempts of their own", "[model]") {
    using Kind = FailureKind;
    const auto attempts = [](const std::vector<Kind>& kinds, int limited) {
        Scene scene;
        for (const Kind kind : kinds) scene.failures.push_back({.kind = kind});
        RetryOptions options = without_jitter();
        options.attempts = 2;
        options.rate_limit_attempts = limited;
        options.first_wait = 0ms;
        const auto error = error_of(scene.model(options));
        return std::pair(scene.starts.size(), error.has_value());
    };
    using Ended = std::pair<std::size_t, bool>;
    CHECK(attempts(std::vector(4, Kind::rate_limited), 5) == Ended(5, false));
    CHECK(attempts(std::vector(5, Kind::rate_limited), 5) == Ended(5, true));
    CHECK(attempts({Kind::rate_limited, Kind::server, Kind::rate_limited}, 5) == Ended(4, false));
    CHECK(attempts({Kind::server, Kind::rate_limited, Kind::server}, 5) == Ended(3, true));
    CHECK(attempts({Kind::rate_limited}, 1) == Ended(1, true));
}

TEST_CASE("a model that gave no answer is asked again only if it samples", "[model]") {
    for (const double temperature : {0.0, 0.7}) {
        Scene scene{.failures = {{.kind = FailureKind::no_answer, .cost = 0.5}}};
        GenerateRequest request = plain_request;
        request.sampling.temperature = temperature;
        auto model = scene.model();
        if (temperature > 0.0) {
            CHECK(model.generate(request).cost == 0.5);
        } else {
            CHECK_THROWS_AS(model.generate(request), ModelError);
        }
        CHECK(scene.starts.size() == (temperature > 0.0 ? 2 : 1));
    }
}

TEST_CASE("a reply's cost includes the attempts that failed", "[model]") {
    Scene scene{.failures = {{.kind = FailureKind::bad_reply, .maybe_billed = true, .cost = 0.5},
                             {.kind = FailureKind::timeout, .cost = 0.25}},
                .price = 2.0};
    CHECK(scene.model().generate(plain_request).cost == 2.75);
}

TEST_CASE("a stop during a wait ends it, and the attempts are told", "[model]") {
    std::stop_source stop;
    Scene scene{.failures = std::vector<Failure>(9, {.kind = FailureKind::server, .cost = 1.0})};
    scene.while_waiting = [&] {
        if (scene.waits.size() == 2) stop.request_stop();
    };
    const auto error = error_of(scene.model(without_jitter()), stop.get_token());
    REQUIRE(error);
    CHECK(error->kind() == FailureKind::cancelled);
    CHECK(error->failure().cost == 2.0);
    CHECK(std::string(error->what()) ==
          "small: cancelled after 2 attempts in 1.7 s; the last one: failure 2");
    CHECK(scene.starts.size() == 2);
    const auto before = error_of(scene.model(), stop.get_token());
    CHECK(std::string(before->what()) == "small: cancelled before the call");
    CHECK(scene.starts.size() == 2);
}

TEST_CASE("a real wait ends at once on a stop, and waits otherwise", "[model]") {
    const auto start = Clock::now();
    wait_in_real_time(30ms, {});
    CHECK(Clock::now() - start >= 30ms);

    std::stop_source stop;
    std::atomic<bool> failed = false;
    const AnyModel model = RetryingModel(
        CallableModel("small",
                      [&](const GenerateRequest&) -> GenerateReply {
                          failed = true;
                          throw ModelError("small", {.kind = FailureKind::rate_limited, .retry_after = 60s},
                                           "slow down");
                      }),
        {});
    std::thread stopper([&] {
        while (!failed) std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(20ms);
        stop.request_stop();
    });
    const auto asked = Clock::now();
    const auto error = error_of(model, stop.get_token());
    const auto waited = Clock::now() - asked;
    stopper.join();
    REQUIRE(error);
    CHECK(error->kind() == FailureKind::cancelled);
    CHECK(waited >= 20ms);
    CHECK(waited < 5s);
}

TEST_CASE("retry options out of range are refused by name", "[model]") {
    const auto complaint = [](const RetryOptions& options) {
        try {
            validate(options);
        } catch (const ArgumentError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK(complaint({}).empty());
    CHECK(complaint({.attempts = 0}) == "retry: attempts: expected at least 1, found 0");
    CHECK(complaint({.total_time = -1ms}) ==
          "retry: total_time: expected milliseconds from 0 to a year, found -1");
    CHECK_THAT(complaint({.rate_limit_attempts = 0}), ContainsSubstring("rate_limit_attempts"));
    CHECK_THAT(complaint({.first_wait = -1ms}), ContainsSubstring("first_wait"));
    CHECK_THAT(complaint({.growth = 0.5}), ContainsSubstring("growth"));
    CHECK_THAT(complaint({.growth = std::numeric_limits<double>::infinity()}), ContainsSubstring("growth"));
    CHECK_THAT(complaint({.longest_wait = milliseconds::max()}), ContainsSubstring("longest_wait"));
    CHECK_THAT(complaint({.jitter = 1.5}), ContainsSubstring("jitter"));
    CHECK_THAT(complaint({.jitter = std::numeric_limits<double>::quiet_NaN()}), ContainsSubstring("jitter"));
    Scene scene;
    CHECK_THROWS_AS(scene.model({.attempts = 0}), ArgumentError);
}

TEST_CASE("threads share one retrying model", "[model][threads]") {
    std::atomic<int> calls = 0;
    const AnyModel model = RetryingModel(
        CallableModel("small",
                      [&](const GenerateRequest&) -> GenerateReply {
                          if (calls++ % 3 != 0)
                              throw ModelError("small", {.kind = FailureKind::server, .cost = 1.0}, "503");
                          return {.completions = {{}}, .cost = 1.0};
                      }),
        {.attempts = 1000, .first_wait = 0ms});
    std::vector<double> costs(8, 0.0);
    std::vector<std::thread> threads;
    for (double& cost : costs) {
        threads.emplace_back([&cost, model] {
            for (int i = 0; i < 50; ++i) cost += model.generate(plain_request).cost;
        });
    }
    for (std::thread& thread : threads) thread.join();
    double total = 0.0;
    for (const double cost : costs) total += cost;
    CHECK(total == calls);
}

TEST_CASE("retries, limits and meter together: every call ends, paid once, within the limits",
          "[model][threads]") {
    const auto ledger = std::make_shared<Ledger>(400.0);
    std::atomic<int> in_flight = 0;
    std::atomic<int> over = 0;
    std::atomic<std::uint64_t> attempts = 0;
    const auto faulty = [&](const GenerateRequest&) -> GenerateReply {
        if (++in_flight > 4 || ledger->spent() + ledger->reserved() > 400.0) ++over;
        Random random(attempts++);
        std::this_thread::yield();
        --in_flight;
        if (random.bernoulli(0.3)) {
            throw ModelError(
                "small",
                {.kind = random.bernoulli(0.8) ? FailureKind::connection : FailureKind::authentication,
                 .maybe_billed = random.bernoulli(0.5)},
                "broken");
        }
        return {.completions = std::vector<Completion>(random.bernoulli(0.9) ? 1 : 0)};
    };
    const AnyModel model = RetryingModel(
        LimitedModel(MeteredModel(CallableModel("small", faulty), {.call = 0.5}, ledger), {.concurrency = 4}),
        {.attempts = 4, .first_wait = 1ms, .longest_wait = 1ms});
    std::atomic<int> answered = 0;
    std::atomic<int> refused = 0;
    std::atomic<int> failed = 0;
    std::vector<double> costs(16, 0.0);
    std::vector<std::thread> threads;
    for (double& cost : costs) {
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) {
                try {
                    cost += model.generate(plain_request).cost;
                    ++answered;
                } catch (const ModelError& error) {
                    cost += error.failure().cost;
                    ++(error.kind() == FailureKind::budget ? refused : failed);
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    double total = 0.0;
    for (const double cost : costs) total += cost;
    CHECK(answered + refused + failed == 16 * 50);
    CHECK(answered > 500);
    CHECK(refused > 0);
    CHECK(failed > 0);
    CHECK(over == 0);
    // Multiples of 0.5 add up exactly.
    CHECK(ledger->spent() == total);
    CHECK(ledger->spent() <= 400.0);
    CHECK(ledger->reserved() == 0.0);
}
