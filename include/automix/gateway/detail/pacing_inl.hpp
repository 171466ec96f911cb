// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/pacing.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/file/file.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/gateway/pacing.hpp>
#include <automix/stream/json/stream_state_json.hpp>

#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE Pacing::Pacing(const ServedPolicy& policy, double pace, std::string path,
                              std::function<void(const std::string&)> warn)
    : pace_(pace),
      path_(std::move(path)),
      warn_(std::move(warn)),
      frontier_(policy.frontier()),
      pacer_(pacer_of(frontier_, saved())),
      saved_(Clock::now()) {}

AUTOMIX_INLINE Pacing::~Pacing() {
    const std::lock_guard lock(mutex_);
    save();
}

AUTOMIX_INLINE std::optional<PacedState> Pacing::saved() const {
    if (path_.empty()) return std::nullopt;
    const detail::FileReplacement checked(path_);
    if (!std::filesystem::exists(path_)) return std::nullopt;
    return parse_paced_state(detail::read_file(path_), path_);
}

AUTOMIX_INLINE Pacer Pacing::pacer_of(const std::vector<ServedPolicy::PricedPolicy>& frontier,
                                      const std::optional<PacedState>& state) const {
    std::vector<PacedPolicy> planned;
    for (const ServedPolicy::PricedPolicy& policy : frontier) planned.push_back({policy.cost, policy.lambda});
    const PacedOptions options{.budget = pace_};
    return state ? Pacer(planned, options, *state) : Pacer(planned, options);
}

AUTOMIX_INLINE Pacing::Turn Pacing::begin(double u) {
    const std::lock_guard lock(mutex_);
    Turn turn{nullptr, pacer_.lambda(), pacer_.begin(u), number_};
    turn.policy = frontier_[turn.choice.policy].policy;
    return turn;
}

AUTOMIX_INLINE void Pacing::end(const Turn& turn, double cost) {
    const std::lock_guard lock(mutex_);
    // The plans of an earlier frontier are not among those of this one.
    pacer_.end(turn.frontier == number_ ? turn.choice : Pacer::Choice{}, cost);
    constexpr std::chrono::seconds apart{1};
    if (Clock::now() - saved_ >= apart) save();
}

AUTOMIX_INLINE void Pacing::use(const ServedPolicy& policy) {
    std::vector<ServedPolicy::PricedPolicy> frontier = policy.frontier();
    const std::lock_guard lock(mutex_);
    pacer_ = pacer_of(frontier, pacer_.state());
    frontier_ = std::move(frontier);
    ++number_;
}

AUTOMIX_INLINE double Pacing::lambda() const {
    const std::lock_guard lock(mutex_);
    return pacer_.lambda();
}

AUTOMIX_INLINE PacedState Pacing::state() const {
    const std::lock_guard lock(mutex_);
    return pacer_.state();
}

AUTOMIX_INLINE void Pacing::save() {
    saved_ = Clock::now();
    if (path_.empty()) return;
    try {
        detail::FileReplacement(path_).commit(to_state_text(pacer_.state()));
    } catch (const std::exception& error) {
        if (warn_) warn_(std::string("the state of the pace could not be saved: ") + error.what());
    }
}

}  // namespace automix
