// SPDX-License-Identifier: Apache-2.0
// expect: a router needs a member .Action next\(const Evidence&\) const.; see automix/routing/router.hpp
#include <automix/mixer/automix.hpp>

struct Forgetful {
    automix::TrainingResult train(const automix::TrainingData&) { return {}; }
    automix::Action next(const automix::Evidence&) { return automix::Action::accept(); }
};

automix::Automix mixer{Forgetful{}};
