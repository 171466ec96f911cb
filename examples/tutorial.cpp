// SPDX-License-Identifier: Apache-2.0
// Records two toy models, trains and saves a policy; then loads it and answers new queries. Usage: tutorial [DIRECTORY].
#include <automix/automix.hpp>
#include <automix/live/record_log.hpp>
#include <automix/mixer/saved_policy.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/verify/self_verifier.hpp>

#include <iostream>

using namespace automix;

int number_after(const std::string& text, char mark) { return std::stoi(text.substr(text.rfind(mark) + 1)); }

/// Answers "17+25=". The small model forgets the carry; its verdict on "17+25=32" is right most of the time.
std::string reply(bool small, const GenerateRequest& request) {
    const std::string& prompt = request.messages.back().text;
    const int a = std::stoi(prompt), b = number_after(prompt, '+'), sum = a + b;
    const int forgetful = (a / 10 + b / 10) * 10 + sum % 10;
    if (request.purpose == Purpose::answer) return std::to_string(small ? forgetful : sum);
    const double rate = number_after(prompt, '=') == sum ? 0.85 : 0.25;
    return uniform_of(prompt, *request.sampling.seed) < rate ? "Verdict: correct" : "Verdict: incorrect";
}

int main(int argc, char** argv) {
    const std::string directory = argc > 1 ? argv[1] : ".";
    const std::string log_path = directory + "/tutorial.jsonl", policy_path = directory + "/tutorial.json";
    const auto ledger = std::make_shared<Ledger>(30'000.0);  // a hard budget over all calls
    const auto live = [&](const char* name, bool small, const ModelPrice& price) {
        CallableModel model(name, [small](const GenerateRequest& request) { return reply(small, request); });
        return LiveModel{.model = MeteredModel(std::move(model), price, ledger),
                         .sampling = {.max_tokens = 8},
                         .prompt = PromptTemplate::for_answer("{question}")};
    };
    const std::vector<LiveModel> models = {live("small", true, {.call = 1.0, .verification = 0.125}),
                                           live("large", false, {.call = 50.0})};
    const SelfVerifier verifier({.prompt = PromptTemplate::for_verification("{question}{answer}"),
                                 .sampling = {.temperature = 0.7, .max_tokens = 8, .seed = 1}});
    const auto query = [](int i) {
        const int a = 10 + i * 37 % 89, b = 10 + i * 53 % 83;
        return Query{.id = "q" + std::to_string(i),
                     .split = i % 2 == 0 ? "train" : "test",
                     .question = std::to_string(a) + "+" + std::to_string(b) + "=",
                     .reference = std::to_string(a + b)};
    };
    std::vector<Query> queries;
    for (int i = 0; i < 500; ++i) queries.push_back(query(i));
    record_log(queries, models, verifier, log_path, {.record = {.draws = 8}});

    const auto [train, test] = split_by_field(read_dataset(log_path));
    Automix mixer{PomdpRouter{}};
    mixer.train(train);
    std::cout << to_text(mixer.evaluate(test), "pomdp") << '\n';
    mixer.save(policy_path);
    const auto loaded = Automix<PomdpRouter>::load(policy_path);
    const std::vector<Query> unseen = {query(500), query(501), query(502), query(503)};
    for (const LiveAnswer& answer : loaded.answer_all(unseen, models, verifier))
        std::cout << answer.id << ": " << answer.text << " for " << answer.cost() << '\n';
}
