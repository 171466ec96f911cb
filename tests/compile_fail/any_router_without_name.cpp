// SPDX-License-Identifier: Apache-2.0
// expect: (satisfaction of .named_router<R>|does not satisfy 'named_router')
// expect: r\.name\(\). (is|would be) invalid
#include <automix/routing/any_router.hpp>

struct Anonymous {
    automix::TrainingResult train(const automix::TrainingData&) { return {}; }
    automix::Action next(const automix::Evidence&) const { return automix::Action::accept(); }
};

automix::AnyRouter router = automix::AnyRouter::of(Anonymous{});
