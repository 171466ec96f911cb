// SPDX-License-Identifier: Apache-2.0
// Fuzzer of the readers of policies, JSON and .alpha: every text is a policy or a `DataError`, and one that is written
// reads back to the bit.
#include <automix/pomdp/format/alpha_file.hpp>
#include <automix/pomdp/format/policy_file.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "round_trip.hpp"

namespace {

using automix::PomdpPolicyFile;
using automix::pomdp::ValueFunction;

bool same_values(const ValueFunction& one, const ValueFunction& other) {
    if (one.states() != other.states() || one.size() != other.size()) return false;
    for (int k = 0; k < one.size(); ++k) {
        if (one.action(k) != other.action(k)) return false;
        for (int s = 0; s < one.states(); ++s) {
            if (std::bit_cast<std::uint64_t>(one.at(k, s)) != std::bit_cast<std::uint64_t>(other.at(k, s)))
                return false;
        }
    }
    return true;
}

bool same_policy(const PomdpPolicyFile& one, const PomdpPolicyFile& other) {
    const auto& a = one.problem;
    const auto& b = other.problem;
    const bool same_problem = a.states == b.states && a.actions == b.actions &&
                              a.observations == b.observations && a.discount == b.discount &&
                              a.costs == b.costs && a.action_names == b.action_names;
    if (!same_problem || one.policy.horizon() != other.policy.horizon()) return false;
    for (int step = 0; step < std::max(1, one.policy.horizon()); ++step) {
        if (!same_values(one.policy.values(step), other.policy.values(step))) return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    check_round_trip(
        text, [](std::string_view json) { return automix::parse_pomdp_policy(json, "fuzz"); },
        [](const PomdpPolicyFile& file) { return automix::to_pomdp_policy_text(file.policy, file.problem); },
        same_policy);
    check_round_trip(
        text, [](std::string_view alpha) { return automix::parse_alpha(alpha, "fuzz"); },
        [](const ValueFunction& values) { return automix::to_alpha_text(values); }, same_values);
    return 0;
}
