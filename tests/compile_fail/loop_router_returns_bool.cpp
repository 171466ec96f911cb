// SPDX-License-Identifier: Apache-2.0
// expect: (satisfaction of .router<Router>|does not satisfy 'router')
// expect: (r\.next\(evidence\). does not satisfy return-type-requirement|same_as<_Bool, automix::Action>)
#include <automix/evaluation/replay.hpp>

struct YesOrNo {
    bool next(const automix::Evidence&) const { return true; }
};

automix::Replay replayed(const automix::Dataset& data, const automix::PriceTable& prices) {
    return automix::replay(YesOrNo{}, data, prices);
}
