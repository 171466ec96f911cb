// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/model_price.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <atomic>
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
using Catch::Matchers::ContainsSubstring;

namespace {

using Backend = std::function<GenerateReply(const GenerateRequest&)>;

/// A price by hand: 2 an answer, 0.5 a verdict, a prompt token 0.001, a completion token 0.01.
const ModelPrice tokens{
    .call = 2.0, .verification = 0.5, .prompt_per_million = 1000.0, .completion_per_million = 10000.0};
const ModelPrice per_call{.call = 2.0, .verification = 0.5};

/// Ten bytes of prompt, at most 20 tokens a reply. With `tokens`, one answer may cost 2 + 0.01 + 0.2 = 2.21.
GenerateRequest metered_request(int samples = 1, Purpose purpose = Purpose::answer) {
    return {.messages = {{.role = Role::system, .text = "1234"}, {.text = "567890"}},
            .sampling = {.max_tokens = 20},
            .samples = samples,
            .purpose = purpose};
}

GenerateReply reply(std::size_t completions, std::optional<Usage> usage) {
    return {.completions = std::vector(completions, Completion{.text = "yes"}), .usage = usage};
}

MeteredModel<CallableModel<Backend>> metered(const ModelPrice& price, std::shared_ptr<Ledger> ledger,
                                             Backend backend) {
    return {CallableModel<Backend>("small", std::move(backend)), price, std::move(ledger)};
}

Failure failure_of(MeteredModel<CallableModel<Backend>> model, const GenerateRequest& request) {
    try {
        (void)model.generate(request);
    } catch (const ModelError& error) {
        return error.failure();
    }
    FAIL("no failure");
    return {};
}

}  // namespace

TEST_CASE("a metered call settles by the usage that is reported", "[model]") {
    const auto ledger = std::make_shared<Ledger>(100.0);
    double reserved = 0.0;
    auto model = metered(tokens, ledger, [&](const GenerateRequest& request) {
        reserved = ledger->reserved();
        return reply(static_cast<std::size_t>(request.samples),
                     Usage{.prompt_tokens = 4, .completion_tokens = 6});
    });
    CHECK(model.name() == "small");
    CHECK(model.generate(metered_request()).cost == Approx(2.064));
    CHECK(reserved == Approx(2.21));
    // Three verdicts: at most 3 x (0.5 + 0.01 + 0.2) = 2.13, in fact 1.5 + 0.004 + 0.06.
    CHECK(model.generate(metered_request(3, Purpose::verification)).cost == Approx(1.564));
    CHECK(reserved == Approx(2.13));
    CHECK(ledger->spent() == Approx(3.628));
    CHECK(ledger->reserved() == 0.0);
    CHECK(ledger->spending().at("small").answers == Approx(2.064));
    CHECK(ledger->spending().at("small").verification == Approx(1.564));
}

TEST_CASE("usage that is missing or cannot be true is charged the reservation where tokens cost", "[model]") {
    const std::vector<std::optional<Usage>> usages{std::nullopt,
                                                   Usage{},
                                                   Usage{.prompt_tokens = -5, .completion_tokens = 3},
                                                   Usage{.prompt_tokens = 4, .completion_tokens = 0},
                                                   Usage{.prompt_tokens = 4, .completion_tokens = -1},
                                                   Usage{.prompt_tokens = 0, .completion_tokens = 3}};
    for (const auto& usage : usages) {
        const auto backend = [&](const GenerateRequest&) { return reply(1, usage); };
        CHECK(metered(tokens, std::make_shared<Ledger>(), backend).generate(metered_request()).cost ==
              Approx(2.21));
        CHECK(metered(per_call, std::make_shared<Ledger>(), backend).generate(metered_request()).cost == 2.0);
    }
    // No tokens for an empty text is the truth.
    const auto silent = [](const GenerateRequest&) -> GenerateReply {
        return {.completions = {{}}, .usage = Usage{.prompt_tokens = 4, .completion_tokens = 0}};
    };
    CHECK(metered(tokens, std::make_shared<Ledger>(), silent).generate(metered_request()).cost ==
          Approx(2.004));
    GenerateRequest empty = metered_request();
    empty.messages = {{}};
    const auto nothing = [](const GenerateRequest&) -> GenerateReply {
        return {.completions = {{}}, .usage = Usage{}};
    };
    CHECK(metered(tokens, std::make_shared<Ledger>(), nothing).generate(empty).cost == 2.0);
}

TEST_CASE("a failure is charged the usage that it reports", "[model]") {
    const auto charged = [](const Failure& failure) {
        const auto ledger = std::make_shared<Ledger>();
        const Failure seen = failure_of(metered(tokens, ledger,
                                                [&](const GenerateRequest&) -> GenerateReply {
                                                    throw ModelError("small", failure, "no answer");
                                                }),
                                        metered_request());
        CHECK(ledger->spent() == seen.cost);
        return seen.cost;
    };
    // 2 for the call, 4 tokens at 0.001 and 6 at 0.01.
    CHECK(charged({.kind = FailureKind::no_answer, .maybe_billed = true, .usage = Usage{4, 6}}) ==
          Approx(2.064));
    CHECK(charged({.kind = FailureKind::rate_limited, .usage = Usage{4, 0}}) == Approx(2.004));
    CHECK(charged({.kind = FailureKind::no_answer, .maybe_billed = true}) == Approx(2.21));
    CHECK(charged({.kind = FailureKind::rate_limited}) == 0.0);
}

TEST_CASE("a partial request may bring fewer completions, and they alone are paid", "[model]") {
    const auto ledger = std::make_shared<Ledger>();
    auto model = metered(per_call, ledger, [](const GenerateRequest&) { return reply(1, {}); });
    GenerateRequest request = metered_request(3);
    request.partial = true;
    CHECK(model.generate(request).completions.size() == 1);
    CHECK(ledger->spent() == 2.0);
    request.partial = false;
    CHECK_THROWS_AS(model.generate(request), ModelError);
}

TEST_CASE("usage above the reservation is charged as reported", "[model]") {
    const auto ledger = std::make_shared<Ledger>(3.0);
    auto model = metered(tokens, ledger, [](const GenerateRequest&) {
        return reply(1, Usage{.prompt_tokens = 2000, .completion_tokens = 20});
    });
    CHECK(model.generate(metered_request()).cost == Approx(4.2));
    CHECK(ledger->spent() == Approx(4.2));
    CHECK(failure_of(model, metered_request()).kind == FailureKind::budget);
}

TEST_CASE("a call whose worst case is above what remains is refused before it is made", "[model]") {
    const auto ledger = std::make_shared<Ledger>(4.5);
    int made = 0;
    auto model = metered(per_call, ledger, [&](const GenerateRequest&) {
        ++made;
        return reply(1, {});
    });
    (void)model.generate(metered_request());
    (void)model.generate(metered_request());
    try {
        (void)model.generate(metered_request());
        FAIL("not refused");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::budget);
        CHECK_FALSE(error.retryable());
        CHECK(error.failure().cost == 0.0);
        CHECK(std::string(error.what()) ==
              "small: refused before the call: it may cost 2, and 0.5 remains of the budget of 4.5");
    }
    CHECK(made == 2);
    CHECK(ledger->spent() == 4.0);
    CHECK(model.generate(metered_request(1, Purpose::verification)).cost == 0.5);
    CHECK(ledger->spent() == 4.5);
}

TEST_CASE("a refusal names what calls under way have reserved", "[model]") {
    const auto ledger = std::make_shared<Ledger>(3.0);
    auto inner = metered(per_call, ledger, [](const GenerateRequest&) { return reply(1, {}); });
    auto outer =
        metered(per_call, ledger, [&](const GenerateRequest& request) { return inner.generate(request); });
    CHECK_THROWS_WITH(outer.generate(metered_request()),
                      ContainsSubstring("1 remains of the budget of 3 (2 is reserved by calls under way)"));
}

TEST_CASE("a failed call is charged the reservation where it may have been billed, else nothing", "[model]") {
    for (const bool billed : {true, false}) {
        const auto ledger = std::make_shared<Ledger>(10.0);
        const auto model = metered(tokens, ledger, [&](const GenerateRequest&) -> GenerateReply {
            throw ModelError("small",
                             {.kind = FailureKind::timeout,
                              .retry_after = std::chrono::milliseconds(70),
                              .maybe_billed = billed},
                             "no reply");
        });
        const Failure failure = failure_of(model, metered_request());
        CHECK(failure.kind == FailureKind::timeout);
        CHECK(failure.retry_after == std::chrono::milliseconds(70));
        CHECK(failure.maybe_billed == billed);
        CHECK(failure.cost == Approx(billed ? 2.21 : 0.0));
        CHECK(ledger->spent() == Approx(billed ? 2.21 : 0.0));
        CHECK(ledger->reserved() == 0.0);
    }
    const auto ledger = std::make_shared<Ledger>(10.0);
    auto model = metered(tokens, ledger,
                         [](const GenerateRequest&) -> GenerateReply { throw std::out_of_range("?"); });
    const Failure failure = failure_of(model, metered_request());
    CHECK(failure.kind == FailureKind::other);
    CHECK(failure.maybe_billed);
    CHECK(failure.cost == ledger->spent());
    CHECK(ledger->spent() == Approx(2.21));
    CHECK(ledger->reserved() == 0.0);
}

TEST_CASE("a reply with another number of completions is paid for and refused", "[model]") {
    const auto ledger = std::make_shared<Ledger>();
    const auto giving = [&](std::size_t completions) {
        return metered(tokens, ledger, [=](const GenerateRequest&) {
            return reply(completions, Usage{.prompt_tokens = 10, .completion_tokens = 7});
        });
    };
    const Failure fewer = failure_of(giving(2), metered_request(3));
    CHECK(fewer.kind == FailureKind::bad_reply);
    CHECK(fewer.cost == Approx(2 * 2.0 + 0.01 + 0.07));
    CHECK(failure_of(giving(0), metered_request(3)).cost == Approx(0.01 + 0.07));
    CHECK(failure_of(giving(5), metered_request(3)).cost == Approx(3 * 2.0 + 0.01 + 0.07));
    CHECK(ledger->spent() == Approx(4.08 + 0.08 + 6.08));
    CHECK(ledger->reserved() == 0.0);
    CHECK_THROWS_WITH(giving(2).generate(metered_request(3)), "small: expected completions: 3, found 2");
}

TEST_CASE("prices, ledger and max_tokens are mandatory", "[model]") {
    const Backend backend = [](const GenerateRequest&) { return reply(1, {}); };
    const auto ledger = std::make_shared<Ledger>();
    CHECK_THROWS_AS(metered({.call = -1.0}, ledger, backend), ArgumentError);
    CHECK_THROWS_WITH(
        metered({.prompt_per_million = std::numeric_limits<double>::quiet_NaN()}, ledger, backend),
        ContainsSubstring("price.prompt_per_million"));
    CHECK_THROWS_AS(metered(per_call, nullptr, backend), ArgumentError);
    GenerateRequest request = metered_request();
    request.sampling.max_tokens = 0;
    CHECK_THROWS_WITH(metered(per_call, ledger, backend).generate(request),
                      "max_tokens: expected at least 1, found 0");
    CHECK(ledger->spending().empty());
}

TEST_CASE("any model refuses a wrong number of completions too", "[model]") {
    const AnyModel model = CallableModel("small", [](const GenerateRequest&) { return reply(2, {}); });
    CHECK(model.generate(metered_request(2)).completions.size() == 2);
    CHECK_THROWS_WITH(model.generate(metered_request(1)), "small: expected completions: 1, found 2");
}

TEST_CASE("metered calls of sixteen threads keep to the budget and to what they were told",
          "[model][threads]") {
    const auto ledger = std::make_shared<Ledger>(500.0);
    std::atomic<std::uint64_t> made = 0;
    const AnyModel model = metered(tokens, ledger, [&](const GenerateRequest& request) -> GenerateReply {
        Random random(made++);
        if (random.bernoulli(0.1)) throw std::out_of_range("?");
        if (random.bernoulli(0.3)) {
            throw ModelError(
                "small", {.kind = FailureKind::connection, .maybe_billed = random.bernoulli(0.5)}, "reset");
        }
        const auto completions = static_cast<std::size_t>(request.samples) - random.index(2);
        if (random.bernoulli(0.2)) return reply(completions, {});
        return reply(
            completions,
            Usage{.prompt_tokens = 10, .completion_tokens = static_cast<std::int64_t>(random.index(20)) + 1});
    });
    std::atomic<int> refused = 0;
    std::atomic<int> over = 0;
    std::vector<double> paid(16, 0.0);
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 16; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 60; ++i) {
                try {
                    paid[thread] += model.generate(metered_request(1 + i % 3, Purpose::verification)).cost;
                } catch (const ModelError& error) {
                    paid[thread] += error.failure().cost;
                    if (error.kind() == FailureKind::budget) ++refused;
                }
                if (ledger->spent() > 500.0) ++over;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    double total = 0.0;
    for (const double cost : paid) total += cost;
    CHECK(over == 0);
    CHECK(refused > 0);
    CHECK(ledger->reserved() == 0.0);
    CHECK(ledger->spent() == Approx(total).epsilon(1e-12));
}

TEST_CASE("calls that are charged at their maximum are counted where tokens have a price", "[model]") {
    const GenerateRequest request{.messages = {{.text = "four"}}, .sampling = {.max_tokens = 6}};
    const auto charge = [&](const ModelPrice& price, std::optional<Usage> usage) {
        const auto ledger = std::make_shared<Ledger>();
        MeteredModel model(CallableModel("m",
                                         [&](const GenerateRequest&) {
                                             return GenerateReply{.completions = {{.text = "a"}},
                                                                  .usage = usage};
                                         }),
                           price, ledger);
        (void)model.generate(request);
        return std::pair(ledger->spent(), ledger->unreported());
    };
    using Charged = std::pair<double, std::size_t>;
    const ModelPrice by_tokens{.prompt_per_million = 1e6, .completion_per_million = 1e6};
    CHECK(charge(by_tokens, std::nullopt) == Charged(10.0, 1));
    CHECK(charge(by_tokens, Usage{0, 0}) == Charged(10.0, 1));
    CHECK(charge(by_tokens, Usage{4, 1}) == Charged(5.0, 0));
    CHECK(charge({.call = 2.0}, std::nullopt) == Charged(2.0, 0));
}
