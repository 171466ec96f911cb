// SPDX-License-Identifier: Apache-2.0
// expect: a router for the facade must be copyable and have .TrainingResult train\(const TrainingData&\).
#include <automix/mixer/automix.hpp>

#include <memory>

struct Owner {
    automix::TrainingResult train(const automix::TrainingData&) { return {}; }
    automix::Action next(const automix::Evidence&) const { return automix::Action::accept(); }
    std::unique_ptr<int> state{};
};

automix::Automix<Owner> mixer{Owner{}};
