// SPDX-License-Identifier: Apache-2.0
#include <automix/automix.hpp>

#include <iostream>

int main(int argc, char** argv) {
    automix::ReadOptions options;
    options.models = {"automix-mini", "automix-large"};
    const auto log = automix::read_log(argc > 1 ? argv[1] : "examples/data/dates.jsonl", options);
    const auto [train, test] = automix::split_by_field(log.data);

    automix::Automix mixer{automix::GreedyPomdpRouter{}};
    mixer.train(train);
    std::cout << automix::to_text(mixer.evaluate(test), "greedy POMDP");
}
