// SPDX-License-Identifier: Apache-2.0
// expect: a router needs a member .Action next\(const Evidence&\) const.; see automix/routing/router.hpp
#include <automix/mixer/automix.hpp>

struct YesOrNo {
    automix::TrainingResult train(const automix::TrainingData&) { return {}; }
    bool next(const automix::Evidence&) const { return true; }
};

automix::Automix mixer{YesOrNo{}};
