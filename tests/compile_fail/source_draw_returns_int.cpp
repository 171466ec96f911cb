// SPDX-License-Identifier: Apache-2.0
// expect: (satisfaction of .source<Source>|does not satisfy 'source')
// expect: (s\.draw\(model, draws\). does not satisfy return-type-requirement|same_as<int, automix::Drawn>)
#include <automix/routing/constant.hpp>
#include <automix/routing/loop.hpp>

struct Counter {
    automix::Answered answer(automix::Index) { return {}; }
    int draw(automix::Index, int draws) { return draws; }
};

automix::Outcome ask(Counter& counter, automix::Evidence& evidence) {
    return automix::run(automix::AlwaysSmallRouter(), counter, evidence);
}
