// SPDX-License-Identifier: Apache-2.0
// The whole live path against a server that fails three calls in ten, in all the ways of the field.
#include "support/catch.hpp"
#include "support/fault_server.hpp"

#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/limiter.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/model_price.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/model/retry.hpp>
#include <automix/openai/openai_model.hpp>
#include <automix/openai/secret.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/self_verifier.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace automix;

namespace {

constexpr std::size_t query_count = 10'000;

/// Two verdicts on the small model's answer, and the large one unless both are positive.
struct TwoVerdicts {
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == 1) return Action::accept();
        const ModelEvidence& small = evidence.models[0];
        if (small.drawn < 2) return Action::verify(2);
        return small.positive == 2 ? Action::accept() : Action::route(1);
    }
};

/// Answers with the question, and with a verdict that depends on the number of the choice and the length of the prompt.
std::string reply_text(const std::string& prompt, int choice) {
    if (prompt.starts_with("verify "))
        return (prompt.size() + static_cast<std::size_t>(choice)) % 3 == 0 ? "Verdict: incorrect"
                                                                           : "Verdict: correct";
    return "re: " + prompt;
}

/// Every fiftieth call goes where nobody listens.
struct SometimesRefused {
    OpenAiModel model;
    OpenAiModel refused;
    std::shared_ptr<std::atomic<std::size_t>> calls = std::make_shared<std::atomic<std::size_t>>(0);

    [[nodiscard]] std::string name() const { return model.name(); }
    GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop = {}) const {
        return ((*calls)++ % 50 == 49 ? refused : model).generate(request, stop);
    }
};

std::size_t entries(const char* folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
    return count;
}

/// Three requests in ten fail, each in the next way.
ServerReply faulty(const ReceivedRequest& request) {
    const auto& faults = all_faults();
    if (request.number % 10 < 3)
        return fault_reply(faults[request.number / 10 * 3 % faults.size()], request, reply_text);
    return chat_reply(request, reply_text);
}

}  // namespace

TEST_CASE("every query ends once through a server that fails three calls in ten", "[threads]") {
    constexpr double budget = static_cast<double>(query_count) * 16.0;
    std::thread([] {}).join();  // with the first one the thread sanitizer starts one of its own
    const std::size_t handles = entries("/proc/self/fd");
    const std::size_t threads = entries("/proc/self/task");
    std::vector<Query> queries;
    for (std::size_t i = 0; i < query_count; ++i) {
        const std::string id = "q" + std::to_string(i);
        queries.push_back({.id = id, .question = id + std::string(i % 7, '!')});
    }
    std::vector<LiveAnswer> answers;
    std::map<std::string, int> ended;
    std::size_t requests = 0;
    double spent = 0.0;
    bool over_budget = false;
    {
        FaultServer server(faulty);
        const auto ledger = std::make_shared<Ledger>(budget);
        const auto model = [&](const char* name, const ModelPrice& price) {
            OpenAiOptions options;
            options.base_url = server.base_url();
            options.model = name;
            options.key = Secret("sk-never-to-be-seen");
            options.total_timeout = std::chrono::milliseconds(200);
            options.max_reply_bytes = 100'000;
            options.samples_per_call = 2;
            OpenAiOptions refused = options;
            refused.base_url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/v1";
            RetryOptions retry;
            retry.attempts = 4;
            retry.wait = [](std::chrono::milliseconds, const std::stop_token& stop) {
                return !stop.stop_requested();
            };
            return LiveModel{
                .model = RetryingModel(
                    LimitedModel(MeteredModel(SometimesRefused{OpenAiModel(options), OpenAiModel(refused)},
                                              price, ledger),
                                 {.concurrency = 12}),
                    retry),
                .sampling = {.max_tokens = 16},
                .prompt = PromptTemplate::for_answer("{question}")};
        };
        const SelfVerifier verifier({.prompt = PromptTemplate::for_verification("verify {question} {answer}"),
                                     .sampling = {.temperature = 1.0, .max_tokens = 16}});
        const TwoVerdicts policy;
        // A byte is a token here: a large answer costs about 16 by its usage, and 22 where that is not reported.
        const ModelPrice by_tokens{.prompt_per_million = 1e6, .completion_per_million = 1e6};
        AnsweringOptions all;
        all.concurrency = 16;
        all.on_answer = [&](std::size_t, const LiveAnswer& answer) {
            ++ended[answer.id];
            over_budget = over_budget || ledger->spent() + ledger->reserved() > budget + 1e-9;
        };
        const Answerer answerer(
            policy, {model("small", {.call = 1.0, .verification = 0.25}), model("large", by_tokens)},
            verifier, all);
        answers = answerer.answer_all(queries);
        requests = server.request_count();
        spent = ledger->spent();
        for (const ReceivedRequest& request : server.requests())
            REQUIRE(request.path == "/v1/chat/completions");
    }

    std::map<std::string, std::size_t> kinds;
    std::set<std::string> wrong;
    std::size_t answered = 0;
    double cost = 0.0;
    REQUIRE(answers.size() == query_count);
    for (std::size_t i = 0; i < query_count; ++i) {
        const LiveAnswer& answer = answers[i];
        REQUIRE(answer.id == queries[i].id);
        REQUIRE(ended[answer.id] == 1);
        cost += answer.cost();
        if (answer.failure) {
            REQUIRE(answer.failure->kind.has_value());
            ++kinds[std::string(to_string(*answer.failure->kind))];
            REQUIRE(answer.failure->message.find("sk-never") == std::string::npos);
        }
        if (answer.failed()) continue;
        ++answered;
        // One of the faults puts bytes that are no text in front.
        if (!answer.text.ends_with("re: " + queries[i].question)) wrong.insert(answer.id);
    }
    CHECK(wrong.empty());
    CHECK_FALSE(over_budget);
    CHECK(spent <= budget);
    CHECK(spent == Approx(cost).epsilon(1e-9));
    CHECK(answered > query_count / 2);
    CHECK(entries("/proc/self/fd") == handles);
    CHECK(entries("/proc/self/task") == threads);
    std::cout << query_count << " queries, " << requests << " requests, " << answered
              << " answered; failures met: ";
    for (const auto& [kind, count] : kinds) std::cout << kind << ' ' << count << ' ';
    std::cout << "\nspent " << spent << " of " << budget << '\n';
}
