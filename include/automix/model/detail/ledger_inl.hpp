// SPDX-License-Identifier: Apache-2.0
// Definitions of model/ledger.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/price.hpp>
#include <automix/model/amount.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/request.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>

namespace automix {

AUTOMIX_INLINE Ledger::Reservation::Reservation(Reservation&& other) noexcept { take(other); }

AUTOMIX_INLINE Ledger::Reservation& Ledger::Reservation::operator=(Reservation&& other) noexcept {
    if (this != &other) {
        release();
        take(other);
    }
    return *this;
}

AUTOMIX_INLINE void Ledger::Reservation::take(Reservation& other) noexcept {
    if (other.ledger_ != nullptr) other.ledger_->set_loose(other);
    ledger_ = std::exchange(other.ledger_, nullptr);
    grant_ = other.grant_;
}

AUTOMIX_INLINE void Ledger::Reservation::settle(double cost) {
    require_price(cost, "cost of a call");
    if (ledger_ != nullptr) std::exchange(ledger_, nullptr)->settle(*this, Amount(cost));
}

AUTOMIX_INLINE void Ledger::Reservation::settle_unreported() noexcept {
    if (ledger_ == nullptr) return;
    Ledger& ledger = *std::exchange(ledger_, nullptr);
    ledger.settle(*this, grant_.amount);
    const std::lock_guard lock(ledger.mutex_);
    ++ledger.unreported_;
}

AUTOMIX_INLINE Ledger::Reservation::Reservation(Ledger& ledger, const Grant& grant) noexcept
    : ledger_(&ledger), grant_(grant), holder_(std::this_thread::get_id()) {}

AUTOMIX_INLINE void Ledger::Reservation::release() noexcept {
    if (ledger_ != nullptr) std::exchange(ledger_, nullptr)->settle(*this, Amount());
}

AUTOMIX_INLINE Ledger::Ledger(std::optional<double> budget) {
    if (budget) {
        require_price(*budget, "budget");
        budget_ = Amount(*budget);
    }
}

AUTOMIX_INLINE std::variant<Ledger::Reservation, Ledger::Refusal> Ledger::reserve(
    std::string_view model, Purpose purpose, double amount, const std::stop_token& stop) {
    require_price(amount, "reservation");
    const Amount needed(amount);
    std::unique_lock lock(mutex_);
    const bool ended = settled_.wait(lock, stop, [&] { return !may_fit_later(needed); });
    if (budget_ && spent_now() + reserved_ + needed > *budget_) {
        return Refusal{.needed = amount,
                       .remaining = unreserved().value(),
                       .reserved = reserved_.value(),
                       .stopped = !ended};
    }
    const Reservation::Grant grant{&account(model), purpose, needed};
    holders_.push_back(std::this_thread::get_id());
    reserved_ += needed;
    // Made in place, as a move would end the hold of this thread.
    return std::variant<Reservation, Refusal>(std::in_place_type<Reservation>, *this, grant);
}

AUTOMIX_INLINE void Ledger::charge(std::string_view model, Purpose purpose, double cost) {
    require_price(cost, "cost");
    const Amount amount(cost);
    const std::lock_guard lock(mutex_);
    spent_ += amount;
    charged_ = charged_ || amount > Amount();
    Reservation::Account& of_model = account(model);
    (purpose == Purpose::answer ? of_model.answers : of_model.verification) += amount;
}

AUTOMIX_INLINE bool Ledger::is_overdrawn() const {
    const std::lock_guard lock(mutex_);
    return budget_ && charged_ && spent_now() >= *budget_;
}

AUTOMIX_INLINE void Ledger::renew() {
    const std::lock_guard lock(mutex_);
    earlier_ = spent_;
    charged_ = false;
    settled_.notify_all();
}

AUTOMIX_INLINE std::optional<double> Ledger::budget() const {
    return budget_ ? std::optional(budget_->value()) : std::nullopt;
}

AUTOMIX_INLINE double Ledger::spent() const {
    const std::lock_guard lock(mutex_);
    return spent_.value();
}

AUTOMIX_INLINE std::size_t Ledger::unreported() const {
    const std::lock_guard lock(mutex_);
    return unreported_;
}

AUTOMIX_INLINE double Ledger::reserved() const {
    const std::lock_guard lock(mutex_);
    return reserved_.value();
}

AUTOMIX_INLINE double Ledger::remaining() const {
    const std::lock_guard lock(mutex_);
    return budget_ ? unreserved().value() : std::numeric_limits<double>::infinity();
}

AUTOMIX_INLINE std::map<std::string, ModelSpending, std::less<>> Ledger::spending() const {
    std::map<std::string, ModelSpending, std::less<>> all;
    const std::lock_guard lock(mutex_);
    for (const auto& [model, account] : accounts_) {
        all.emplace(model, ModelSpending{.answers = account.answers.value(),
                                         .verification = account.verification.value()});
    }
    return all;
}

AUTOMIX_INLINE bool Ledger::may_fit_later(const Amount& needed) const {
    const Amount wanted = budget_ ? spent_now() + needed : Amount();
    if (!budget_ || wanted + reserved_ <= *budget_ || wanted + loose_ > *budget_) return false;
    // A thread that waited for a reservation of its own would wait for ever.
    return std::find(holders_.begin(), holders_.end(), std::this_thread::get_id()) == holders_.end();
}

AUTOMIX_INLINE Ledger::Reservation::Account& Ledger::account(std::string_view model) {
    const auto known = accounts_.find(model);
    return known != accounts_.end() ? known->second : accounts_.try_emplace(std::string(model)).first->second;
}

AUTOMIX_INLINE void Ledger::settle(Reservation& reservation, const Amount& cost) noexcept {
    const std::lock_guard lock(mutex_);
    const Reservation::Grant& grant = reservation.grant_;
    reserved_ -= grant.amount;
    if (reservation.holder_) {
        holders_.erase(std::find(holders_.begin(), holders_.end(), *reservation.holder_));
    } else {
        loose_ -= grant.amount;
    }
    spent_ += cost;
    Reservation::Account& account = *grant.account;
    (grant.purpose == Purpose::answer ? account.answers : account.verification) += cost;
    settled_.notify_all();
}

AUTOMIX_INLINE void Ledger::set_loose(Reservation& reservation) noexcept {
    if (!reservation.holder_) return;
    const std::lock_guard lock(mutex_);
    holders_.erase(std::find(holders_.begin(), holders_.end(), *reservation.holder_));
    reservation.holder_.reset();
    loose_ += reservation.grant_.amount;
    settled_.notify_all();
}

}  // namespace automix
