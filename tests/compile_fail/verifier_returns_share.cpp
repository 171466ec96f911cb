// SPDX-License-Identifier: Apache-2.0
// expect: a verifier needs a member .Verdicts verify\(AnyModel&, const VerificationTask&, DrawRange, const std::stop_token&\) const.
#include <automix/live/answering.hpp>

#include <stop_token>
#include <vector>

struct Share {
    double verify(automix::AnyModel&, const automix::VerificationTask&, automix::DrawRange,
                  const std::stop_token&) const {
        return 1.0;
    }
};

struct Cheap {
    automix::Action next(const automix::Evidence& evidence) const {
        return evidence.started() ? automix::Action::accept() : automix::Action::route(0);
    }
};

const Cheap router;
const std::vector<automix::LiveModel> models;
const auto answer = automix::Answerer(router, models, Share{}).answer({.id = "q"});
