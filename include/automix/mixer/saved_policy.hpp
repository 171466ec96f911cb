// SPDX-License-Identifier: Apache-2.0
// Lets the facade load and save trained policies, in the files of `automix train`. It has its own header, since JSON
// doubles the time that a first program takes to compile.
//     auto mixer = automix::Automix<automix::AnyRouter>::load("policy.json");
//     mixer.save("copy.json");
#pragma once

#include <automix/data/statistics.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_json.hpp>

#include <string>

namespace automix::detail {

struct PolicyStore {
    static PolicyFile read(const std::string& path) { return read_policy(path); }

    static void write(const std::string& path, const PomdpRouter& router, const Statistics& statistics) {
        write_policy(path, router, statistics);
    }
};

}  // namespace automix::detail
