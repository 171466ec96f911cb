// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/explorer.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>
#include <automix/gateway/explorer.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/live_source.hpp>

#include <cstddef>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace automix::detail {

/// Draws what a policy may draw of an answer and has not drawn, until a failure.
template <class Source>
void draw_remaining(Source& source, Index model, const ModelShape& shape) {
    for (Index number = 0; number < shape.verifier_count() && !source.failure(); ++number) {
        const ModelShare& share = source.shares()[as_size(model)];
        const VerifierShare& said = number == 0 ? share : share.further[as_size(number - 1)];
        const VerifierShape verifier = shape.verifier_shape(number);
        const int left = verifier.draws - static_cast<int>(said.verdicts.size());
        if (verifier.kind != VerificationKind::none && left > 0 && !said.confidence)
            source.draw(model, number, left);
    }
}

inline double cost_of(const std::vector<ModelShare>& shares) {
    double sum = 0.0;
    for (const ModelShare& share : shares) sum += share.answer_cost + share.all_verification_cost();
    return sum;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE Explorer::Explorer(std::size_t threads, std::size_t queue, OpenedModels models, Done done)
    : most_(queue), models_(std::move(models)), done_(std::move(done)) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

AUTOMIX_INLINE Explorer::~Explorer() { stop(); }

AUTOMIX_INLINE bool Explorer::has_room() const {
    const std::lock_guard lock(mutex_);
    return !stopping_ && waiting_.size() < most_;
}

AUTOMIX_INLINE void Explorer::add(Exploration exploration) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || waiting_.size() >= most_) return;
        waiting_.push_back(std::move(exploration));
    }
    came_.notify_one();
}

AUTOMIX_INLINE void Explorer::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        waiting_.clear();
    }
    came_.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

AUTOMIX_INLINE void Explorer::work() {
    for (;;) {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        Exploration exploration = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        explore(exploration);
        if (!interrupt_.stop_requested()) done_(exploration);
    }
}

AUTOMIX_INLINE void Explorer::explore(Exploration& exploration) const {
    const ServedPolicy& policy = *exploration.policy;
    std::vector<LiveModel> models;
    for (const std::size_t place : policy.places()) models.push_back(models_.models[place]);
    LiveSource source(std::span<const LiveModel>(models), policy.verifiers(), exploration.query,
                      {.ledger = policy.ledger(),
                       .stop = interrupt_.get_token(),
                       .verifiers = models_.further,
                       .asked = policy.asked()});
    source.go_on_with(exploration.by_policy);
    const std::vector<ModelShape>& shapes = policy.router().trained().models;
    for (Index model = 0; model < std::ssize(models); ++model) {
        source.go_on();
        if (!source.shares()[as_size(model)].answer) source.answer(model);
        if (!source.failure() && model + 1 < std::ssize(models))
            detail::draw_remaining(source, model, shapes[as_size(model)]);
    }
    exploration.shares = source.shares();
    exploration.cost = detail::cost_of(exploration.shares) - detail::cost_of(exploration.by_policy);
}

}  // namespace automix
