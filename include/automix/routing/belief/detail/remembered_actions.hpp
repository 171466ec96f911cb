// SPDX-License-Identifier: Apache-2.0
// Remembers the actions of a policy by evidence. A policy of alpha vectors computes its belief and compares all vectors
// for each action, and walks over many rows ask it about the same evidence again. A table is as fast by itself.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/evidence.hpp>

#include <cstring>
#include <string>
#include <type_traits>
#include <unordered_map>

namespace automix::detail {

class RememberedActions {
 public:
    /// Takes a policy, which must outlive it.
    explicit RememberedActions(const RoutingPolicy& policy) : policy_(policy) {}

    [[nodiscard]] const RoutingPolicy& policy() const noexcept { return policy_; }

    /// Returns the policy's action. Throws as `RoutingPolicy::next` does.
    [[nodiscard]] Action next(const Evidence& evidence) {
        if (policy_.vector_count() == 0) return policy_.next(evidence);
        key_.clear();
        for (Index m = 0; m <= evidence.current; ++m) {
            const ModelEvidence& known = evidence.models[as_size(m)];
            add(known.answered);
            if (!known.answered) continue;
            add(known.drawn);
            add(known.parsed);
            add(known.positive);
            add(known.logged_confidence.has_value());
            if (known.logged_confidence) add(*known.logged_confidence);
        }
        const auto [found, is_new] = actions_.try_emplace(key_);
        if (is_new) found->second = policy_.next(evidence);
        return found->second;
    }

 private:
    template <class Value>
    void add(const Value& value) {
        static_assert(std::is_trivially_copyable_v<Value>);
        char bytes[sizeof(Value)];
        std::memcpy(bytes, &value, sizeof(Value));
        key_.append(bytes, sizeof(Value));
    }

    const RoutingPolicy& policy_;
    std::unordered_map<std::string, Action> actions_;
    std::string key_;
};

}  // namespace automix::detail
