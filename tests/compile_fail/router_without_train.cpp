// SPDX-License-Identifier: Apache-2.0
// expect: a router for the facade must be copyable and have .TrainingResult train\(const TrainingData&\).
#include <automix/mixer/automix.hpp>

struct Untrainable {
    automix::Action next(const automix::Evidence& evidence) const {
        return evidence.started() ? automix::Action::accept() : automix::Action::route(0);
    }
};

automix::Automix mixer{Untrainable{}};
