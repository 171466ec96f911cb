// SPDX-License-Identifier: Apache-2.0
#include <automix/automix.hpp>

#include <iostream>

int main() {
    // Two of the recorded models; 250 queries of each task to train on, 250 to test on.
    automix::ReadOptions read;
    read.models = {"automix-base", "automix-large"};
    const automix::Dataset log = automix::read_dataset(
        {"examples/data/moves.jsonl", "examples/data/dates.jsonl", "examples/data/clauses.jsonl"}, read);
    const auto [train, test] = automix::split_by_field(log);

    // The paper's prices: 1 for a small answer, 50 for a large one, 1 for verifying an answer.
    automix::AutomixOptions options;
    options.prices.answers = {1.0, 50.0};
    options.prices.verification = 1.0;

    automix::Automix mixer{automix::PomdpRouter{}, options};
    mixer.train(train);
    std::cout << automix::to_text(mixer.evaluate(test), "POMDP router");
}
